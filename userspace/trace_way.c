// SPDX-License-Identifier: GPL-2.0-only
#include "trace_way.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct trace_lane *lane_find(struct trace_way *way, unsigned int packet)
{
	size_t i;

	for (i = 0; i < way->count; i++)
		if (way->lanes[i].packet == packet)
			return &way->lanes[i];
	return NULL;
}

static struct trace_way *way_get(struct trace_ways *ways, unsigned int original)
{
	struct trace_way *grown;
	size_t i;

	for (i = 0; i < ways->count; i++)
		if (ways->ways[i].lanes[0].packet == original)
			return &ways->ways[i];
	grown = reallocarray(ways->ways, ways->count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	ways->ways = grown;
	grown = &grown[ways->count];
	memset(grown, 0, sizeof(*grown));
	grown->lanes = calloc(1, sizeof(*grown->lanes));
	if (!grown->lanes)
		return NULL;
	grown->lanes[0].packet = original;
	grown->count = 1;
	ways->count++;
	return grown;
}

static struct trace_lane *lane_get(struct trace_way *way, unsigned int packet)
{
	struct trace_lane *lane = lane_find(way, packet);

	if (lane)
		return lane;
	lane = reallocarray(way->lanes, way->count + 1, sizeof(*lane));
	if (!lane)
		return NULL;
	way->lanes = lane;
	lane += way->count++;
	memset(lane, 0, sizeof(*lane));
	lane->packet = packet;
	return lane;
}

static int event_add(struct trace_ways *ways, const struct trace_event *event)
{
	const struct trace_event **events;
	struct trace_lane *lane = NULL;
	struct trace_way *way;

	way = way_get(ways, event->copy_of ? event->copy_of : event->packet);
	if (way)
		lane = lane_get(way, event->packet);
	events = lane ? reallocarray(lane->events, lane->count + 1, sizeof(*events)) : NULL;
	if (!events)
		return -ENOMEM;
	lane->events = events;
	events[lane->count++] = event;
	return 0;
}

static bool lanes_alike(const struct trace_lane *a, const struct trace_lane *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (strcmp(a->events[i]->function, b->events[i]->function) ||
		    strcmp(a->events[i]->device, b->events[i]->device) ||
		    strcmp(a->events[i]->pkt_type, b->events[i]->pkt_type) ||
		    strcmp(a->events[i]->end, b->events[i]->end))
			return false;
	return true;
}

static bool ways_alike(const struct trace_way *a, const struct trace_way *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (!lanes_alike(&a->lanes[i], &b->lanes[i]))
			return false;
	return true;
}

static void ways_join(struct trace_ways *ways)
{
	size_t i, j;

	for (i = 1; i < ways->count; i++)
		for (j = 0; j < i; j++) {
			if (ways->ways[j].is_repeated ||
			    !ways_alike(&ways->ways[j], &ways->ways[i]))
				continue;
			ways->ways[i].is_repeated = true;
			ways->ways[j].alike++;
			break;
		}
}

int trace_ways_make(struct trace_ways *ways, const struct trace_report *report)
{
	size_t i;
	int error;

	memset(ways, 0, sizeof(*ways));
	for (i = 0; i < report->count; i++) {
		error = event_add(ways, &report->events[i]);
		if (error)
			return error;
	}
	ways_join(ways);
	return 0;
}

void trace_ways_free(struct trace_ways *ways)
{
	size_t i, j;

	for (i = 0; i < ways->count; i++) {
		for (j = 0; j < ways->ways[i].count; j++)
			free(ways->ways[i].lanes[j].events);
		free(ways->ways[i].lanes);
	}
	free(ways->ways);
}

const struct trace_event *trace_lane_last(const struct trace_lane *lane)
{
	static const struct trace_event nothing = { .function = "-", .device = "-", .end = "-" };

	return lane->count ? lane->events[lane->count - 1] : &nothing;
}

bool trace_event_is_end(const struct trace_event *event)
{
	return strcmp(event->end, "-");
}

static bool lane_passes(const struct trace_lane *lane, const char *function)
{
	size_t i;

	for (i = 0; i < lane->count; i++)
		if (!strcmp(lane->events[i]->function, function))
			return true;
	return false;
}

/* Kernels before 5.17 do not say why, but the type and the place do. */
static bool is_otherhost(const struct trace_event *last)
{
	if (!strcmp(last->end, "drop:OTHERHOST"))
		return true;
	return !strcmp(last->end, "drop") && !strcmp(last->pkt_type, "OTHERHOST") &&
	       (!strncmp(last->function, "ip_rcv", 6) || !strncmp(last->function, "ipv6_rcv", 8) ||
		!strncmp(last->function, "ip6_rcv", 7));
}

static void drop_words(const struct trace_lane *lane, const struct trace_event *last,
		       char *text, size_t size)
{
	const char *reason = last->end + strlen("drop");

	if (is_otherhost(last)) {
		snprintf(text, size, "ends in %s, dropped as %s: the hardware address it is sent to is not that of %s, and the protocol drops such packets before PRE_ROUTING",
			 last->function, *reason ? "OTHERHOST" : "OTHERHOST (this kernel gives no reason; its type is that)",
			 last->device);
		return;
	}
	snprintf(text, size, "ends in %s, dropped%s%s, last on %s%s", last->function,
		 *reason ? " as " : " (this kernel gives no reason)",
		 *reason ? reason + 1 : "", last->device,
		 lane_passes(lane, "PRE_ROUTING") ? "; PRE_ROUTING has seen it" : "");
}

/* The transmit function that is before the end, if the device it ends on sent it. */
static const char *transmitted_by(const struct trace_lane *lane)
{
	const struct trace_event *before;

	if (lane->count < 2)
		return NULL;
	before = lane->events[lane->count - 2];
	return strstr(before->function, "xmit") && strcmp(before->function, "dev_queue_xmit") ?
	       before->function : NULL;
}

static void freed_words(const struct trace_lane *lane, const struct trace_event *last,
			char *text, size_t size)
{
	const char *transmit = transmitted_by(lane);

	if (lane_passes(lane, "ip_local_deliver") || lane_passes(lane, "ip6_input"))
		snprintf(text, size, "was delivered to this machine itself, by way of PRE_ROUTING on %s, and freed when it had been read",
			 last->device);
	else if (transmit && !strcmp(transmit, "dummy_xmit"))
		snprintf(text, size, "ends in dummy_xmit: %s swallows what it is given, and a sensor sees it there as sent",
			 last->device);
	else if (transmit)
		snprintf(text, size, "ends in %s: the driver of %s has sent it", transmit,
			 last->device);
	else
		snprintf(text, size, "ends in %s, last on %s, and not as a drop",
			 last->function, last->device);
}

void trace_lane_words(const struct trace_lane *lane, char *text, size_t size)
{
	const struct trace_event *last = trace_lane_last(lane);

	if (!strncmp(last->end, "drop", 4))
		drop_words(lane, last, text, size);
	else if (!strcmp(last->end, "left"))
		snprintf(text, size, "left this network namespace by %s", last->device);
	else if (trace_event_is_end(last))
		freed_words(lane, last, text, size);
	else if (lane_passes(lane, "ip_local_deliver") || lane_passes(lane, "ip6_input"))
		snprintf(text, size, "was delivered to this machine itself, by way of PRE_ROUTING on %s, and nobody has read it yet",
			 last->device);
	else
		snprintf(text, size, "was still under way when the trace ended, last seen in %s on %s",
			 last->function, last->device);
}
