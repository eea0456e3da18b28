/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Filters and qdiscs of tc as rtnetlink messages, both ways: linux/pkt_cls.h,
 * linux/pkt_sched.h, linux/tc_act/; the kernel's net/sched/cls_api.c, cls_bpf.c.
 */
#ifndef TC_WIRE_H
#define TC_WIRE_H

#include "nl.h"
#include "tc_filter.h"

/* What a message is about, for tc_explain_refusal(). */
enum tc_message {
	TC_MESSAGE_QDISC = 1,
	TC_MESSAGE_FILTER,
	TC_MESSAGE_SAMPLED_FILTER,	/* with gact */
	TC_MESSAGE_LIMITED_FILTER,	/* with police */
	TC_MESSAGE_TAP_FILTER,		/* with gact or skbedit */
	TC_MESSAGE_DELETION,
	TC_MESSAGE_DUMP,
};

/* The parent of filters: a hook of clsact. */
uint32_t tc_wire_parent(enum direction direction);

/* Append the message that puts clsact on a device, or takes it away, which takes all its
 * filters with it. Return 0 or -ENOMEM. */
int tc_wire_add_clsact(struct nl_buffer *buffer, unsigned int index, const char *device);
int tc_wire_delete_clsact(struct nl_buffer *buffer, unsigned int index,
			  const char *device);

/* Append the message that puts @filter in its place; one that stands there is replaced,
 * so that a frame meets the old one or the new one (list_replace_rcu() in cls_bpf.c).
 * With @is_new there must be none. Returns 0 or -ENOMEM. */
int tc_wire_put_filter(struct nl_buffer *buffer, const struct tc_filter *filter,
		       bool is_new);

/* Append the message that takes it away: @alone, where it is the only one of its
 * preference, by that. Older kernels cannot report a large one, and so do not delete it
 * by its handle. Returns 0 or -ENOMEM. */
int tc_wire_delete_filter(struct nl_buffer *buffer, const struct tc_filter *filter,
			  bool alone);

/* Read a message RTM_NEWTFILTER about chain 0 into @filter: everything but the names of
 * devices. One that is no filter of cls_bpf with classic code for all protocols gets no
 * note. Returns 0 or -ENOMEM. */
int tc_wire_parse_filter(const struct nlmsghdr *message, struct tc_filter *filter);

#endif
