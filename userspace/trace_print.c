// SPDX-License-Identifier: GPL-2.0-only
#include "trace_print.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "trace_way.h"

#define LEFT_WIDTH 50

/* The kernel's number, since people know it from their own traces. */
static int type_number(const char *type)
{
	static const char *const names[] = {
		"HOST", "BROADCAST", "MULTICAST", "OTHERHOST", "OUTGOING", "LOOPBACK",
		"USER", "KERNEL",
	};
	int i;

	for (i = 0; i < 8; i++)
		if (!strcmp(names[i], type))
			return i;
	return -1;
}

/* Kernels that do not say where a packet is freed: then the function is what frees. */
static bool place_known(const struct trace_event *event)
{
	return strcmp(event->function, "consume_skb") && strcmp(event->function, "kfree_skb") &&
	       strcmp(event->function, "skb_release_head_state");
}

static void event_text(const struct trace_event *event, char *text, size_t size)
{
	if (trace_event_is_end(event) && !place_known(event))
		snprintf(text, size, "= %s", event->end);
	else if (trace_event_is_end(event) && !strcmp(event->end, "left"))
		snprintf(text, size, "= left by %s", event->device);
	else if (trace_event_is_end(event))
		snprintf(text, size, "= %s in %s", event->end, event->function);
	else
		snprintf(text, size, "%-20s %-10s %s (%d)", event->function, event->device,
			 event->pkt_type, type_number(event->pkt_type));
}

/* The next event of all lanes, by time. */
static size_t lane_next(const struct trace_way *way, const size_t *at)
{
	size_t i, next = way->count;

	for (i = 0; i < way->count; i++) {
		const struct trace_lane *lane = &way->lanes[i];

		if (at[i] >= lane->count)
			continue;
		/* Events lie in the report in their order. */
		if (next == way->count ||
		    lane->events[at[i]] < way->lanes[next].events[at[next]])
			next = i;
	}
	return next;
}

static bool copies_go_on(const struct trace_way *way, const size_t *at)
{
	size_t i;

	for (i = 1; i < way->count; i++)
		if (at[i] && at[i] < way->lanes[i].count)
			return true;
	return false;
}

/* A row an event, the original's on the left. */
static int rows_print(const struct trace_way *way, FILE *out)
{
	size_t *at = calloc(way->count, sizeof(*at));
	char text[160], number[32] = "";
	size_t lane;

	if (!at)
		return -ENOMEM;
	fprintf(out, "  %-*s%s\n", LEFT_WIDTH, "original",
		way->count > 2 ? "copies" : way->count > 1 ? "copy" : "");
	while ((lane = lane_next(way, at)) < way->count) {
		bool first = !at[lane];

		event_text(way->lanes[lane].events[at[lane]++], text, sizeof(text));
		if (way->count > 2)
			snprintf(number, sizeof(number), "[%zu] ", lane);
		if (!lane && copies_go_on(way, at))
			fprintf(out, "  %-*s|\n", LEFT_WIDTH, text);
		else if (!lane)
			fprintf(out, "  %s\n", text);
		else
			fprintf(out, "  %-*s%s %s%s\n", LEFT_WIDTH, "",
				first ? "+->" : copies_go_on(way, at) ? "|  " : "'--",
				number, text);
	}
	free(at);
	return 0;
}

static int way_print(const struct trace_way *way, FILE *out)
{
	const struct trace_lane *original = &way->lanes[0];
	char words[TRACE_WORDS_MAX];
	size_t i;
	int error;

	if (way->alike)
		fprintf(out, "%zu packets went this way, the first one of", way->alike + 1);
	else
		fprintf(out, "one packet went this way,");
	fprintf(out, " %u bytes:\n\n",
		original->count ? original->events[0]->length : 0);
	error = rows_print(way, out);
	if (error)
		return error;
	fputc('\n', out);
	for (i = 0; i < way->count; i++) {
		trace_lane_words(&way->lanes[i], words, sizeof(words));
		if (!i)
			fprintf(out, "The original %s.\n", words);
		else if (way->count > 2)
			fprintf(out, "Copy %zu %s.\n", i, words);
		else
			fprintf(out, "The copy %s.\n", words);
	}
	if (way->count == 1)
		fprintf(out, "No copy was made of it.\n");
	fputc('\n', out);
	return 0;
}

/* The other path's function is no loss. */
static bool matters(const struct trace_missing *missing, const struct definition *definition)
{
	if (definition->mirrors[0].path == MIRROR_PATH_NFT)
		return strcmp(missing->function, "tcf_mirred_act");
	return strncmp(missing->function, "nf_", 3);
}

static void quoted_print(const char *text, FILE *out)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
}

static void notes_print(const struct definition *definition, const struct trace_report *report,
			FILE *out)
{
	const char *match = definition->count == 1 ? definition->mirrors[0].match_text : NULL;
	size_t i;

	for (i = 0; i < report->missing_count; i++)
		if (matters(&report->missing[i], definition))
			fprintf(out, "Not shown: %s: %s.\n", report->missing[i].function,
				report->missing[i].why);
	if (report->all_packets)
		fprintf(out, "All packets were followed: the match cannot be put to a packet without its Ethernet header.\n");
	if (WIFEXITED(report->command_status) && WEXITSTATUS(report->command_status))
		fprintf(out, "The command ended with status %d.\n",
			WEXITSTATUS(report->command_status));
	else if (WIFSIGNALED(report->command_status))
		fprintf(out, "The command was ended by signal %d.\n",
			WTERMSIG(report->command_status));
	fputs("Every function on the way, with BPF: pwru --filter-track-skb --output-meta --output-tuple", out);
	if (match && *match) {
		fputs(" '", out);
		quoted_print(match, out);
		fputc('\'', out);
	}
	fputc('\n', out);
}

int trace_print_text(const struct definition *definition, const struct trace_report *report,
		     FILE *out)
{
	struct trace_ways ways;
	size_t i;
	int error;

	error = trace_ways_make(&ways, report);
	for (i = 0; i < ways.count && !error; i++)
		if (!ways.ways[i].is_repeated)
			error = way_print(&ways.ways[i], out);
	if (!error && !ways.count)
		fprintf(out, "The command caused no packet that matches.\n\n");
	if (!error)
		notes_print(definition, report, out);
	trace_ways_free(&ways);
	return error;
}

static json_t *lane_json(const struct trace_lane *lane)
{
	const struct trace_event *last = trace_lane_last(lane);
	json_t *stages = json_array();
	char words[TRACE_WORDS_MAX];
	json_t *end = json_null();
	size_t i;

	for (i = 0; i < lane->count; i++) {
		const struct trace_event *event = lane->events[i];

		if (trace_event_is_end(event))
			continue;
		json_array_append_new(stages,
				      json_pack("{s:s,s:s,s:s,s:I,s:I}", "function",
						event->function, "device", event->device,
						"pkt_type", event->pkt_type, "length",
						(json_int_t)event->length, "time",
						(json_int_t)event->time));
	}
	trace_lane_words(lane, words, sizeof(words));
	if (trace_event_is_end(last))
		end = json_pack("{s:s,s:s,s:s,s:s}", "how", last->end, "function",
				last->function, "device", last->device, "pkt_type",
				last->pkt_type);
	return json_pack("{s:I,s:o,s:o,s:s}", "packet", (json_int_t)lane->packet, "stages",
			 stages, "end", end, "words", words);
}

static json_t *way_json(const struct trace_way *way)
{
	json_t *copies = json_array();
	size_t i;

	for (i = 1; i < way->count; i++)
		json_array_append_new(copies, lane_json(&way->lanes[i]));
	return json_pack("{s:o,s:o}", "original", lane_json(&way->lanes[0]), "copies", copies);
}

int trace_print_json(const struct definition *definition, const struct trace_report *report,
		     FILE *out)
{
	json_t *packets = json_array(), *missing = json_array(), *root;
	struct trace_ways ways;
	struct utsname system;
	size_t i;
	int error;

	uname(&system);
	error = trace_ways_make(&ways, report);
	for (i = 0; i < ways.count; i++)
		json_array_append_new(packets, way_json(&ways.ways[i]));
	for (i = 0; i < report->missing_count; i++)
		json_array_append_new(missing, json_pack("{s:s,s:s}", "function",
							 report->missing[i].function, "why",
							 report->missing[i].why));
	if (!error && (json_array_size(packets) != ways.count ||
		       json_array_size(missing) != report->missing_count))
		error = -ENOMEM;
	root = json_pack("{s:i,s:s,s:s,s:o,s:o}", "version", 1, "kernel", system.release, "path",
			 mirror_path_name(definition->mirrors[0].path), "packets", packets,
			 "missing", missing);
	if (!error && (!root || json_dumpf(root, out, JSON_COMPACT)))
		error = -ENOMEM;
	json_decref(root);
	fputc('\n', out);
	trace_ways_free(&ways);
	return error;
}
