// SPDX-License-Identifier: GPL-2.0-only
#include "compare_print.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "table.h"

static bool same_situation(const struct compare_case *a, const struct compare_case *b)
{
	return a->direction == b->direction && a->target == b->target &&
	       a->destination == b->destination && a->ip6 == b->ip6;
}

/* A dummy and an ifb have nobody behind them. */
static bool is_received(const struct compare_result *result)
{
	return result->what.target == COMPARE_LO || result->what.target == COMPARE_VETH;
}

static const struct compare_result *result_find(const struct compare_report *report,
						const struct compare_case *what,
						enum compare_path path)
{
	size_t i;

	for (i = 0; i < report->count; i++)
		if (report->results[i].what.path == path &&
		    same_situation(&report->results[i].what, what))
			return &report->results[i];
	return NULL;
}

/* What became of the copies; @twin is the other family's result where both
 * share a row. */
static void cell_print(const struct compare_result *result,
		       const struct compare_result *twin, char *text, size_t size)
{
	bool two;

	if (!result) {
		snprintf(text, size, "-");
		return;
	}
	if (result->pre_routing) {
		snprintf(text, size, "%u %s, seen", result->copies, result->pkt_type);
		return;
	}
	if (!result->copies) {
		snprintf(text, size, "no copy");
		return;
	}
	two = twin && strcmp(twin->dropped_at, result->dropped_at);
	snprintf(text, size, "%u %s, end in %s%s%s", result->copies, result->pkt_type,
		 result->dropped_at, two ? "/" : "", two ? twin->dropped_at : "");
}

/* Is @index the first result of its situation? */
static bool first_of_situation(const struct compare_report *report, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (same_situation(&report->results[i].what, &report->results[index].what))
			return false;
	return true;
}

static bool text_is(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Same but for the family's own receive function. */
static bool families_agree(const struct compare_result *a, const struct compare_result *b)
{
	return (!a && !b) || (a && b && a->sent == b->sent && a->copies == b->copies &&
			      a->local_out == b->local_out &&
			      a->pre_routing == b->pre_routing &&
			      text_is(a->pkt_type, b->pkt_type) &&
			      !a->dropped_at == !b->dropped_at);
}

/* One row, for both families where no path tells them apart. Returns false if
 * the row was printed with the other family's. */
static bool row_add(struct table *table, const struct compare_report *report,
		    const struct compare_result *result)
{
	const struct compare_result *own[COMPARE_PATHS], *twins[COMPARE_PATHS];
	char cells[COMPARE_PATHS][64], sent[16], local_out[16];
	struct compare_case other = result->what;
	bool joined = true;
	unsigned int path;

	other.ip6 = !other.ip6;
	for (path = 0; path < COMPARE_PATHS; path++) {
		own[path] = result_find(report, &result->what, path);
		twins[path] = result_find(report, &other, path);
		joined &= families_agree(own[path], twins[path]);
	}
	if (joined && result->what.ip6)
		return false;
	for (path = 0; path < COMPARE_PATHS; path++)
		cell_print(own[path], joined ? twins[path] : NULL, cells[path],
			   sizeof(cells[path]));
	snprintf(sent, sizeof(sent), ">%u", result->sent);
	snprintf(local_out, sizeof(local_out), ">%u", result->local_out);
	table_row(table, direction_name(result->what.direction),
		  compare_target_name(result->what.target),
		  compare_destination_name(result->what.destination),
		  joined ? "ip, ip6" : result->what.ip6 ? "ip6" : "ip", sent, local_out,
		  cells[COMPARE_NFT], cells[COMPARE_TC], cells[COMPARE_TC_HTB], NULL);
	return true;
}

/* Where some copies of a destination were seen and others not: which not. */
static void exception_explain(const struct compare_report *report,
			      enum compare_destination destination, FILE *out)
{
	bool told[2][COMPARE_TARGETS] = { 0 };
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct compare_result *result = &report->results[i];
		bool *once = &told[result->what.direction][result->what.target];

		if (result->what.destination != destination || *once ||
		    result->pre_routing || !is_received(result))
			continue;
		*once = true;
		fprintf(out, "  None from %s to %s: %s.\n",
			direction_name(result->what.direction),
			compare_target_name(result->what.target),
			result->what.direction == DIRECTION_INGRESS &&
			text_is(result->pkt_type, "OTHERHOST") ?
			"the copies keep the OTHERHOST that the source gave the original" :
			result->pkt_type ? result->pkt_type : "no copy came");
	}
}

/* One sentence a destination: how many copies could be received and how many
 * of them PRE_ROUTING saw. */
static void destinations_explain(const struct compare_report *report, FILE *out)
{
	static const char *const names[] = {
		[COMPARE_OTHER] = "to another hardware address",
		[COMPARE_TARGET] = "to the receiving device's own address",
		[COMPARE_BROADCAST] = "to the broadcast address",
		[COMPARE_MULTICAST] = "to a multicast address",
	};
	unsigned int destination;
	size_t i;

	for (destination = 0; destination < COMPARE_DESTINATIONS; destination++) {
		unsigned int copies = 0, seen = 0;

		for (i = 0; i < report->count; i++) {
			const struct compare_result *result = &report->results[i];

			if (result->what.destination != destination || !is_received(result))
				continue;
			copies += result->copies;
			seen += result->pre_routing;
		}
		fprintf(out, "Of %u copies %s that lo or the far end of a veth received, PRE_ROUTING saw %u.\n",
			copies, names[destination], seen);
		if (seen && seen < copies)
			exception_explain(report, destination, out);
	}
}

static void originals_explain(const struct compare_report *report, FILE *out)
{
	unsigned int sent = 0, seen = 0, arrived = 0, arrived_seen = 0;
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct compare_result *result = &report->results[i];

		if (result->what.direction == DIRECTION_EGRESS) {
			sent += result->sent;
			seen += result->local_out;
		} else {
			arrived += result->sent;
			arrived_seen += result->local_out;
		}
	}
	fprintf(out, "LOCAL_OUT saw %u packets while %u originals were sent (the copies pass it no second time),\n"
		"and %u while %u originals arrived.\n", seen, sent, arrived_seen, arrived);
}

static bool paths_agree(const struct compare_result *a, const struct compare_result *b)
{
	return a->copies == b->copies && a->pre_routing == b->pre_routing &&
	       a->local_out == b->local_out && text_is(a->pkt_type, b->pkt_type) &&
	       text_is(a->dropped_at, b->dropped_at);
}

static void paths_explain(const struct compare_report *report, enum compare_path path,
			  FILE *out)
{
	unsigned int both = 0, agree = 0;
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct compare_result *other;

		if (report->results[i].what.path != COMPARE_NFT)
			continue;
		other = result_find(report, &report->results[i].what, path);
		if (!other)
			continue;
		both++;
		agree += paths_agree(&report->results[i], other);
	}
	if (both)
		fprintf(out, "nft and %s agree in %u of %u cases.\n",
			compare_path_name(path), agree, both);
}

void compare_print_table(const struct compare_report *report, FILE *out)
{
	struct table table = { 0 };
	size_t i;

	fprintf(out, "kernel %s, observed by %s\n"
		"a cell: copies that left through the target, their pkt_type, and whether PRE_ROUTING has\n"
		"seen them or where they end before it\n\n", report->kernel,
		report->by_module ? "the module mirror_probe and nft counters, which agree" :
		"nft counters");
	table_row(&table, "DIRECTION", "TARGET", "DESTINATION", "FAMILY", ">SENT",
		  ">LOCAL_OUT", "NFT", "TC", "TC-HTB", NULL);
	for (i = 0; i < report->count; i++)
		if (first_of_situation(report, i))
			row_add(&table, report, &report->results[i]);
	table_print(&table, out);
	table_free(&table);
	fputc('\n', out);
	originals_explain(report, out);
	destinations_explain(report, out);
	paths_explain(report, COMPARE_TC, out);
	paths_explain(report, COMPARE_TC_HTB, out);
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *result_json(const struct compare_result *result)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:o,s:i,s:i,s:o}",
			 "path", compare_path_name(result->what.path),
			 "direction", direction_name(result->what.direction),
			 "target", compare_target_name(result->what.target),
			 "destination", compare_destination_name(result->what.destination),
			 "family", result->what.ip6 ? "ip6" : "ip",
			 "sent", result->sent, "copies", result->copies,
			 "pkt_type", text_or_null(result->pkt_type),
			 "local_out", result->local_out,
			 "pre_routing", result->pre_routing,
			 "dropped_at", text_or_null(result->dropped_at));
}

int compare_print_json(const struct compare_report *report, FILE *out)
{
	json_t *cases = json_array();
	json_t *root;
	size_t i;
	int error;

	for (i = 0; i < report->count; i++)
		json_array_append_new(cases, result_json(&report->results[i]));
	root = json_pack("{s:i,s:s,s:s,s:o}", "version", 1, "kernel", report->kernel,
			 "observer", report->by_module ? "module" : "nft", "cases", cases);
	error = !root || json_array_size(cases) != report->count ||
		json_dumpf(root, out, JSON_COMPACT) ? -ENOMEM : 0;
	json_decref(root);
	fputc('\n', out);
	return error;
}
