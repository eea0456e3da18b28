// SPDX-License-Identifier: GPL-2.0-only
#include "compare_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool text_is(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

void compare_words_end(const struct compare_result *result, char *text, size_t size)
{
	const char *at = result->dropped_at;

	if (!result->copies)
		snprintf(text, size, "no copy");
	else if (result->is_tunnel)
		snprintf(text, size, "%u outer packets left, LOCAL_OUT saw %u", result->outer,
			 result->outer_local_out);
	else if (result->pre_routing)
		snprintf(text, size, "pass PRE_ROUTING");
	else if (text_is(at, "dummy_xmit"))
		snprintf(text, size, "end in dummy_xmit, as all that a dummy sends");
	else if (text_is(at, "ifb_xmit"))
		snprintf(text, size, "end in ifb_xmit, which passes on only what tc redirects");
	else if (text_is(result->pkt_type, "OTHERHOST"))
		snprintf(text, size, "end in %s: OTHERHOST, their hardware address is not the receiver's",
			 at);
	else
		snprintf(text, size, "end in %s", at ? at : "nothing known");
}

static bool same_situation(const struct compare_case *a, const struct compare_case *b)
{
	return a->direction == b->direction && a->target == b->target &&
	       a->destination == b->destination && a->protocol == b->protocol &&
	       a->ip6 == b->ip6;
}

const struct compare_result *compare_result_find(const struct compare_report *report,
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

bool compare_results_agree(const struct compare_result *a, const struct compare_result *b)
{
	return a->sent == b->sent && a->copies == b->copies &&
	       a->pre_routing == b->pre_routing && a->local_out == b->local_out &&
	       a->outer == b->outer && a->outer_local_out == b->outer_local_out &&
	       text_is(a->pkt_type, b->pkt_type) && text_is(a->dropped_at, b->dropped_at);
}

static void say_format(compare_say say, void *data, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say_format(compare_say say, void *data, const char *format, ...)
{
	va_list arguments;
	char text[512];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	say(text, data);
}

void compare_words_agreement(const struct compare_report *report, compare_say say, void *data)
{
	unsigned int path;
	size_t i;

	for (path = COMPARE_TC; path < COMPARE_PATHS; path++) {
		unsigned int both = 0, agree = 0;

		for (i = 0; i < report->count; i++) {
			const struct compare_result *nft = &report->results[i], *other;

			if (nft->what.path != COMPARE_NFT)
				continue;
			other = compare_result_find(report, &nft->what, path);
			both += other != NULL;
			agree += other && compare_results_agree(nft, other);
		}
		if (both)
			say_format(say, data, "nft and %s agree in %u of %u cases.",
				   compare_path_name(path), agree, both);
	}
}

/* --- cases --- */

/* One sentence for all cases of a path, a direction and a family that differ. */
static size_t cases_differ(const struct compare_report *report, enum compare_path path,
			   enum direction direction, bool ip6, compare_say say, void *data)
{
	const struct compare_result *first = NULL, *first_other = NULL;
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < report->count; i++) {
		const struct compare_result *nft = &report->results[i], *other;

		if (nft->what.path != COMPARE_NFT || nft->what.direction != direction ||
		    nft->what.ip6 != ip6)
			continue;
		other = compare_result_find(report, &nft->what, path);
		if (!other || compare_results_agree(nft, other))
			continue;
		if (!count++) {
			first = nft;
			first_other = other;
		}
	}
	if (!count)
		return 0;
	say_format(say, data, "%s, %s, %u cases (the first: %s, %s, to %s): nft %u copies, %s %u%s.",
		   direction_name(direction), ip6 ? "IPv6" : "IPv4", count,
		   compare_target_name(first->what.target),
		   compare_protocol_name(first->what.protocol),
		   compare_destination_name(first->what.destination), first->copies,
		   compare_path_name(path), first_other->copies,
		   path == COMPARE_TC_ORIGINAL && ip6 ?
		   ": its filter is for IPv4 alone (protocol ip)" : "");
	return 1;
}

/* --- traits --- */

static const char *const trait_says[COMPARE_TRAITS] = {
	[COMPARE_MARK] = "with the original's mark",
	[COMPARE_CONNTRACK] = "with the original's entry of connection tracking",
	[COMPARE_INCOMING] = "with the source as skb_iif",
	[COMPARE_CHECKSUM] = "with a checksum that is not filled in",
	[COMPARE_SIZE] = "bytes in one frame of what was to be cut into three",
	[COMPARE_TARGET_NFT] = "seen by the target's own nft egress chain",
	[COMPARE_TARGET_TC] = "seen by the target's own tc egress filter",
	[COMPARE_RECEIVER_NFT] = "seen by its far end's nft ingress chain",
	[COMPARE_RECEIVER_TC] = "seen by its far end's tc ingress filter",
};

static const char *const trait_cause[COMPARE_TRAITS] = {
	[COMPARE_CONNTRACK] = "mirred lets go of it (nf_reset_ct), dup does not",
	[COMPARE_INCOMING] = "mirred writes the source's index into the copy, dup does not",
	[COMPARE_TARGET_NFT] = "what is sent from inside clsact skips nft's egress hook (nf_skip_egress), as its packets have been there; a root qdisc comes later, and sets nothing",
};

/* --- lives --- */

static const char *const life_says[COMPARE_LIVES] = {
	[COMPARE_DOWN] = "target down",
	[COMPARE_UP] = "target up again",
	[COMPARE_GONE] = "target deleted",
	[COMPARE_RENEWED] = "target made again with another index",
	[COMPARE_RENEWED_SAME] = "target made again with the index it had",
};

static const char *life_cause(bool copies_differ)
{
	if (copies_differ)
		return "nft's rule has the index and looks the device up for each packet, mirred has let go of the device for good when that was deleted";
	return "mirred's action counts what it could not copy, nft counts no failures";
}

/* --- both --- */

/* What a path came to: of a trait, value and copies; of a life, copies, packets sent,
 * overlimits and drops. */
struct figures {
	unsigned int number[4];
	enum compare_target target;
	bool is_there;
};

/* A trait by its number, or behind them a life. */
static struct figures figures_find(const struct compare_report *report, unsigned int what,
				   enum compare_path path, enum direction direction)
{
	struct figures figures = { 0 };
	size_t i;

	for (i = 0; i < report->trait_count; i++) {
		const struct compare_trait_result *trait = &report->traits[i];

		if (trait->trait == what && trait->what.path == path &&
		    trait->what.direction == direction)
			figures = (struct figures){ { trait->value, trait->copies },
						    trait->what.target, true };
	}
	for (i = 0; i < report->life_count; i++) {
		const struct compare_life_result *life = &report->lives[i];

		if (life->life + COMPARE_TRAITS == what && life->what.path == path &&
		    life->what.direction == direction)
			figures = (struct figures){ { life->copies, life->sent, life->overlimits,
						      life->drops }, life->what.target, true };
	}
	return figures;
}

static bool figures_differ(const struct figures *a, const struct figures *b)
{
	return a->is_there && b->is_there && memcmp(a->number, b->number, sizeof(a->number));
}

static bool figures_same(const struct figures *a, const struct figures *b)
{
	return a->is_there && b->is_there && !memcmp(a->number, b->number, sizeof(a->number));
}

/* "egress to veth", of nft's @nft; @paths: those that came to @other. */
static void point_say(unsigned int what, const char *where, const struct figures *nft,
		      const char *paths, const struct figures *other, compare_say say,
		      void *data)
{
	const unsigned int *n = nft->number, *o = other->number;

	if (what < COMPARE_TRAITS) {
		const char *cause = trait_cause[what];

		say_format(say, data, "%s to %s, %s: nft %u of %u copies, %s %u of %u%s%s.", where,
			   compare_target_name(nft->target), trait_says[what], n[0], n[1], paths,
			   o[0], o[1], cause ? ": " : "", cause ? cause : "");
		return;
	}
	say_format(say, data, "%s, %s: nft %u of %u copied, %s %u of %u, with %u overlimits and %u drops in the action's counters: %s.",
		   where, life_says[what - COMPARE_TRAITS], n[0], n[1], paths, o[0], o[1], o[2],
		   o[3], life_cause(n[0] != o[0]));
}

/* All paths that differ from nft in the same way share a sentence, and so do both
 * directions where tc differs so in both. */
static size_t points_differ(const struct compare_report *report, unsigned int what,
			    enum direction direction, compare_say say, void *data)
{
	bool egress = direction == DIRECTION_EGRESS, told[COMPARE_PATHS] = { false };
	enum direction opposite = egress ? DIRECTION_INGRESS : DIRECTION_EGRESS;
	struct figures nft = figures_find(report, what, COMPARE_NFT, direction);
	struct figures nft_opposite = figures_find(report, what, COMPARE_NFT, opposite);
	struct figures tc_opposite = figures_find(report, what, COMPARE_TC, opposite);
	unsigned int path, more;
	size_t count = 0;

	for (path = COMPARE_TC; path < COMPARE_PATHS; path++) {
		struct figures other = figures_find(report, what, path, direction), next;
		char paths[64];
		bool both;

		if (told[path] || !figures_differ(&nft, &other))
			continue;
		both = path == COMPARE_TC && figures_same(&nft, &nft_opposite) &&
		       figures_same(&other, &tc_opposite);
		if (both && !egress)
			continue;
		snprintf(paths, sizeof(paths), "%s", compare_path_name(path));
		for (more = path + 1; more < COMPARE_PATHS; more++) {
			next = figures_find(report, what, more, direction);
			if (!figures_same(&other, &next))
				continue;
			told[more] = true;
			snprintf(paths + strlen(paths), sizeof(paths) - strlen(paths), ", %s",
				 compare_path_name(more));
		}
		point_say(what, both ? "egress and ingress" : direction_name(direction), &nft,
			  paths, &other, say, data);
		count++;
	}
	return count;
}

size_t compare_words_differences(const struct compare_report *report, compare_say say,
				 void *data)
{
	unsigned int path, direction, ip6, what;
	size_t count = 0;

	for (path = COMPARE_TC; path < COMPARE_PATHS; path++)
	for (direction = 0; direction < 2; direction++)
	for (ip6 = 0; ip6 < 2; ip6++)
		count += cases_differ(report, path, direction, ip6, say, data);
	for (what = 0; what < COMPARE_TRAITS + COMPARE_LIVES; what++) {
		count += points_differ(report, what, DIRECTION_EGRESS, say, data);
		count += points_differ(report, what, DIRECTION_INGRESS, say, data);
	}
	return count;
}
