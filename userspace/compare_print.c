// SPDX-License-Identifier: GPL-2.0-only
#include "compare_print.h"

#include <string.h>

#include "compare_words.h"
#include "table.h"

/* Those of a row: both protocols, both families. */
#define KINDS 4

static bool text_is(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_received(const struct compare_result *result)
{
	return result->what.target == COMPARE_LO || result->what.target == COMPARE_VETH;
}

/* One kind's results, by path; NULL where there is none. */
struct kind {
	struct compare_case what;
	const struct compare_result *by[COMPARE_PATHS];
	bool is_there, is_told;
};

static void kind_find(const struct compare_report *report, const struct compare_case *like,
		      unsigned int number, struct kind *kind)
{
	unsigned int path;

	memset(kind, 0, sizeof(*kind));
	kind->what = *like;
	kind->what.protocol = number / 2;
	kind->what.ip6 = number % 2;
	for (path = 0; path < COMPARE_PATHS; path++) {
		kind->by[path] = compare_result_find(report, &kind->what, path);
		kind->is_there |= kind->by[path] != NULL;
	}
}

/* Same but for the family's own receive function. */
static bool results_alike(const struct compare_result *a, const struct compare_result *b)
{
	struct compare_result twin;

	if (!a || !b)
		return a == b;
	twin = *b;
	if (a->dropped_at && b->dropped_at)
		twin.dropped_at = a->dropped_at;
	return compare_results_agree(a, &twin);
}

static bool kinds_alike(const struct kind *a, const struct kind *b)
{
	unsigned int path;

	for (path = 0; path < COMPARE_PATHS; path++)
		if (!results_alike(a->by[path], b->by[path]))
			return false;
	return true;
}

static void cell_print(const struct compare_result *result, const struct compare_result *twin,
		       char *text, size_t size)
{
	bool two = result && twin && !text_is(result->dropped_at, twin->dropped_at);

	if (!result)
		snprintf(text, size, "-");
	else if (!result->copies)
		snprintf(text, size, "no copy");
	else if (result->pre_routing)
		snprintf(text, size, "%u %s, seen", result->copies, result->pkt_type);
	else if (result->is_tunnel)
		snprintf(text, size, "%u, %u outer", result->copies, result->outer);
	else
		snprintf(text, size, "%u %s, end in %s%s%s", result->copies, result->pkt_type,
			 result->dropped_at, two ? "/" : "", two ? twin->dropped_at : "");
}

/* The paths that were tried have a column each: @cells with these first, and then NULL. */
static void columns_choose(const struct compare_report *report,
			   const char *const cells[COMPARE_PATHS],
			   const char *columns[COMPARE_PATHS])
{
	unsigned int path, count = 0;
	size_t i;

	memset(columns, 0, COMPARE_PATHS * sizeof(*columns));
	for (path = 0; path < COMPARE_PATHS; path++) {
		for (i = 0; i < report->count; i++)
			if (report->results[i].what.path == path)
				break;
		if (i < report->count)
			columns[count++] = cells[path];
	}
}

static const char *const path_titles[COMPARE_PATHS] = { "NFT", "TC", "TC-HTB", "TC-ORIGINAL" };

/* The first of @kinds that is not told yet, with all that are like it. */
static void row_add(struct table *table, const struct compare_report *report,
		    struct kind kinds[KINDS], unsigned int first)
{
	char cells[COMPARE_PATHS][80], names[48] = "", sent[16], local_out[16];
	const char *const all_cells[] = { cells[0], cells[1], cells[2], cells[3] };
	const char *columns[COMPARE_PATHS];
	const struct compare_result *any = NULL;
	const struct kind *kind = &kinds[first], *twin = NULL;
	unsigned int i, told = 0, all = 0, path;

	for (i = 0; i < KINDS; i++) {
		all += kinds[i].is_there;
		if (!kinds[i].is_there || kinds[i].is_told || !kinds_alike(kind, &kinds[i]))
			continue;
		kinds[i].is_told = true;
		if (kinds[i].what.ip6 != kind->what.ip6)
			twin = &kinds[i];
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s/%s",
			 told++ ? " " : "", kinds[i].what.ip6 ? "ip6" : "ip",
			 compare_protocol_name(kinds[i].what.protocol));
	}
	for (path = 0; path < COMPARE_PATHS; path++) {
		any = any ? any : kind->by[path];
		cell_print(kind->by[path], twin ? twin->by[path] : NULL, cells[path],
			   sizeof(cells[path]));
	}
	snprintf(sent, sizeof(sent), ">%u", any->sent);
	snprintf(local_out, sizeof(local_out), ">%u", any->local_out);
	columns_choose(report, all_cells, columns);
	table_row(table, direction_name(kind->what.direction),
		  compare_target_name(kind->what.target),
		  compare_destination_name(kind->what.destination),
		  told == all ? "all" : names, sent, local_out, columns[0], columns[1],
		  columns[2], columns[3], NULL);
}

static bool same_row(const struct compare_case *a, const struct compare_case *b)
{
	return a->direction == b->direction && a->target == b->target &&
	       a->destination == b->destination;
}

static void rows_add(struct table *table, const struct compare_report *report)
{
	size_t i, j;

	for (i = 0; i < report->count; i++) {
		struct kind kinds[KINDS];
		unsigned int kind;

		for (j = 0; j < i; j++)
			if (same_row(&report->results[j].what, &report->results[i].what))
				break;
		if (j < i)
			continue;
		for (kind = 0; kind < KINDS; kind++)
			kind_find(report, &report->results[i].what, kind, &kinds[kind]);
		for (kind = 0; kind < KINDS; kind++)
			if (kinds[kind].is_there && !kinds[kind].is_told)
				row_add(table, report, kinds, kind);
	}
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

/* "3 of 3", by path and direction. */
static void trait_table_print(const struct compare_report *report, FILE *out)
{
	const char *columns[COMPARE_PATHS];
	struct table table = { 0 };
	unsigned int trait, direction;
	size_t i;

	columns_choose(report, path_titles, columns);
	table_row(&table, "DIRECTION", "TARGET", "COPIES", columns[0], columns[1], columns[2],
		  columns[3], NULL);
	for (direction = 2; direction-- > 0;)
	for (trait = 0; trait < COMPARE_TRAITS; trait++) {
		const struct compare_trait_result *any = NULL;
		char cells[COMPARE_PATHS][32] = { "-", "-", "-", "-" };
		const char *const all_cells[] = { cells[0], cells[1], cells[2], cells[3] };

		for (i = 0; i < report->trait_count; i++) {
			const struct compare_trait_result *result = &report->traits[i];

			if (result->trait != trait || result->what.direction != direction)
				continue;
			any = result;
			snprintf(cells[result->what.path], sizeof(cells[0]),
				 trait == COMPARE_SIZE ? "%u bytes" : "%u of %u",
				 result->value, result->copies);
		}
		columns_choose(report, all_cells, columns);
		if (any)
			table_row(&table, direction_name(direction),
				  compare_target_name(any->what.target),
				  compare_trait_name(trait), columns[0], columns[1], columns[2],
				  columns[3], NULL);
	}
	table_print(&table, out);
	table_free(&table);
}

/* "copies of sent". */
static void life_table_print(const struct compare_report *report, FILE *out)
{
	const char *columns[COMPARE_PATHS];
	struct table table = { 0 };
	unsigned int life, direction;
	size_t i;

	columns_choose(report, path_titles, columns);
	table_row(&table, "DIRECTION", "TARGET VETH", columns[0], columns[1], columns[2],
		  columns[3], NULL);
	for (direction = 2; direction-- > 0;)
	for (life = 0; life < COMPARE_LIVES; life++) {
		char cells[COMPARE_PATHS][48] = { "-", "-", "-", "-" };
		const char *const all_cells[] = { cells[0], cells[1], cells[2], cells[3] };
		bool any = false;

		for (i = 0; i < report->life_count; i++) {
			const struct compare_life_result *result = &report->lives[i];
			char *cell = cells[result->what.path];

			if (result->life != life || result->what.direction != direction)
				continue;
			any = true;
			if (result->overlimits || result->drops)
				snprintf(cell, sizeof(cells[0]), "%u of %u, %u overlimits, %u drops",
					 result->copies, result->sent, result->overlimits,
					 result->drops);
			else
				snprintf(cell, sizeof(cells[0]), "%u of %u", result->copies,
					 result->sent);
		}
		columns_choose(report, all_cells, columns);
		if (any)
			table_row(&table, direction_name(direction), compare_life_name(life),
				  columns[0], columns[1], columns[2], columns[3], NULL);
	}
	table_print(&table, out);
	table_free(&table);
}

static void line_print(const char *text, void *data)
{
	fprintf(data, "%s\n", text);
}

static void point_print(const char *text, void *data)
{
	fprintf(data, "- %s\n", text);
}

static void more_print(const struct compare_report *report, FILE *out)
{
	fputs("\nwhat copies have and who sees them: copies to which it applies, of all\n\n", out);
	trait_table_print(report, out);
	fputs("\nwhat happens to the target while it is mirrored to: copies of packets sent\n\n", out);
	life_table_print(report, out);
}

void compare_print_table(const struct compare_report *report, FILE *out)
{
	const char *columns[COMPARE_PATHS];
	struct table table = { 0 };

	fprintf(out, "kernel %s, observed by %s\n"
		"a cell: copies that left through the target, their pkt_type, and whether PRE_ROUTING has\n"
		"seen them or where they end before it; of a tunnel, the packets that left around them\n\n",
		report->kernel,
		report->by_module ? "the module mirror_probe and nft counters, which agree" :
		"nft counters");
	columns_choose(report, path_titles, columns);
	table_row(&table, "DIRECTION", "TARGET", "DESTINATION", "PACKETS", ">SENT",
		  ">LOCAL_OUT", columns[0], columns[1], columns[2], columns[3], NULL);
	rows_add(&table, report);
	table_print(&table, out);
	table_free(&table);
	if (report->trait_count)
		more_print(report, out);
	fputc('\n', out);
	originals_explain(report, out);
	destinations_explain(report, out);
	compare_words_agreement(report, line_print, out);
	if (compare_words_differences(report, point_print, out))
		fputs("All else that was looked at is the same.\n", out);
}
