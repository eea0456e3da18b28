// SPDX-License-Identifier: GPL-2.0-only
#include "compare_json.h"

#include "compare_words.h"

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *number_or_null(bool is_there, unsigned int number)
{
	return is_there ? json_integer(number) : json_null();
}

static json_t *case_json(const struct compare_case *what)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}",
			 "path", compare_path_name(what->path),
			 "direction", direction_name(what->direction),
			 "target", compare_target_name(what->target),
			 "destination", compare_destination_name(what->destination),
			 "family", what->ip6 ? "ip6" : "ip",
			 "protocol", compare_protocol_name(what->protocol));
}

/* The case's own members, and what was found. */
static json_t *joined(const struct compare_case *what, json_t *found)
{
	json_t *all = case_json(what);

	if (!all || !found || json_object_update(all, found)) {
		json_decref(all);
		all = NULL;
	}
	json_decref(found);
	return all;
}

static json_t *result_json(const struct compare_result *result)
{
	char end[128];

	compare_words_end(result, end, sizeof(end));
	return joined(&result->what, json_pack("{s:i,s:i,s:o,s:i,s:i,s:o,s:o,s:o,s:s}",
			"sent", result->sent, "copies", result->copies,
			"pkt_type", text_or_null(result->pkt_type),
			"local_out", result->local_out,
			"pre_routing", result->pre_routing,
			"dropped_at", text_or_null(result->dropped_at),
			"outer", number_or_null(result->is_tunnel, result->outer),
			"outer_local_out", number_or_null(result->is_tunnel,
							  result->outer_local_out),
			"end", end));
}

static json_t *trait_json(const struct compare_trait_result *result)
{
	return joined(&result->what, json_pack("{s:s,s:i,s:i}",
			"trait", compare_trait_name(result->trait),
			"copies", result->copies, "value", result->value));
}

static json_t *life_json(const struct compare_life_result *result)
{
	return joined(&result->what, json_pack("{s:s,s:i,s:i,s:i,s:i}",
			"life", compare_life_name(result->life), "sent", result->sent,
			"copies", result->copies, "drops", result->drops,
			"overlimits", result->overlimits));
}

static void text_append(const char *text, void *data)
{
	json_array_append_new(data, json_string(text));
}

json_t *compare_json(const struct compare_report *report)
{
	json_t *cases = json_array(), *traits = json_array(), *lives = json_array();
	json_t *agreement = json_array(), *differences = json_array();
	int failed = 0;
	size_t i;

	for (i = 0; i < report->count; i++)
		failed |= json_array_append_new(cases, result_json(&report->results[i]));
	for (i = 0; i < report->trait_count; i++)
		failed |= json_array_append_new(traits, trait_json(&report->traits[i]));
	for (i = 0; i < report->life_count; i++)
		failed |= json_array_append_new(lives, life_json(&report->lives[i]));
	compare_words_agreement(report, text_append, agreement);
	failed |= compare_words_differences(report, text_append, differences) !=
		  json_array_size(differences);
	if (failed) {
		json_decref(cases);
		cases = NULL;
	}
	/* A part that is NULL makes it fail, and the others are let go of. */
	return json_pack("{s:i,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:{s:s,s:s,s:s}}", "version", 1,
			 "kernel", report->kernel,
			 "observer", report->by_module ? "module" : "nft",
			 "cases", cases, "traits", traits, "lives", lives,
			 "agreement", agreement, "differences", differences,
			 "versions", "mirror-nft", MIRROR_NFT_VERSION, "nft", report->nft,
			 "tc", report->tc);
}
