/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events in the order of packets: an original and its copies, each a lane.
 */
#ifndef TRACE_WAY_H
#define TRACE_WAY_H

#include "trace.h"

struct trace_lane {
	unsigned int packet;
	const struct trace_event **events;	/* of the report */
	size_t count;
};

/* lanes[0] is the original, the copies follow in the order in which they were made. */
struct trace_way {
	struct trace_lane *lanes;
	size_t count;
	size_t alike;		/* later originals that went the same way, copies too */
	bool is_repeated;	/* counted with an earlier one */
};

struct trace_ways {
	struct trace_way *ways;
	size_t count;
};

/* Returns 0 or -ENOMEM. Free it even then; @report has to outlive it. */
int trace_ways_make(struct trace_ways *ways, const struct trace_report *report);
void trace_ways_free(struct trace_ways *ways);

/* The event in which a lane ends, or the last one that is known. Never NULL. */
const struct trace_event *trace_lane_last(const struct trace_lane *lane);
bool trace_event_is_end(const struct trace_event *event);

/* Where the lane ends and why, in plain words, without a subject: "ends in ip_rcv_core:
 * ...". */
void trace_lane_words(const struct trace_lane *lane, char *text, size_t size);
#define TRACE_WORDS_MAX 400

#endif
