// SPDX-License-Identifier: GPL-2.0-only
#include "tc_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_skbedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* police's largest frame: more than any. Its table of times is not used since Linux 3.10,
 * but has to be there: 256 steps of 1 << 13 bytes reach so far. */
#define POLICE_MTU (1u << 20)
#define POLICE_CELL_LOG 13
#define POLICE_TICK 64		/* ns */

uint32_t tc_wire_parent(enum direction direction)
{
	return TC_H_MAKE(TC_H_CLSACT, direction == DIRECTION_INGRESS ? TC_H_MIN_INGRESS :
			 TC_H_MIN_EGRESS);
}

/* --- to the kernel --- */

static struct nlmsghdr *message_begin(struct nl_buffer *buffer, uint16_t type,
				      uint16_t flags, enum tc_message kind,
				      unsigned int index, const char *what,
				      struct tcmsg **header)
{
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, type, NLM_F_ACK | flags, kind, what);
	if (!message)
		return NULL;
	*header = mnl_nlmsg_put_extra_header(message, sizeof(**header));
	(*header)->tcm_ifindex = (int)index;
	return message;
}

static int clsact_put(struct nl_buffer *buffer, uint16_t type, uint16_t flags,
		      unsigned int index, const char *device)
{
	struct nlmsghdr *message;
	struct tcmsg *header;

	message = message_begin(buffer, type, flags, type == RTM_NEWQDISC ?
				TC_MESSAGE_QDISC : TC_MESSAGE_DELETION, index, device,
				&header);
	if (!message)
		return -ENOMEM;
	header->tcm_parent = TC_H_CLSACT;
	header->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(message, TCA_KIND, "clsact");
	nl_message_end(buffer, message);
	return 0;
}

int tc_wire_add_clsact(struct nl_buffer *buffer, unsigned int index, const char *device)
{
	return clsact_put(buffer, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, index, device);
}

int tc_wire_delete_clsact(struct nl_buffer *buffer, unsigned int index, const char *device)
{
	return clsact_put(buffer, RTM_DELQDISC, 0, index, device);
}

static const char *action_kind(const struct tc_action *action)
{
	switch (action->kind) {
	case TC_ACTION_MARK: return "skbedit";
	case TC_ACTION_LIMIT: return "police";
	case TC_ACTION_DROP:
	case TC_ACTION_CHANCE: return "gact";
	default: return "mirred";
	}
}

static void mirred_put(struct nlmsghdr *message, const struct tc_action *action)
{
	const struct tc_mirred parameters = {
		.action = action->verdict, .ifindex = action->index,
		.eaction = action->kind == TC_ACTION_MIRROR ? TCA_EGRESS_MIRROR :
			   TCA_EGRESS_REDIR,
	};

	mnl_attr_put(message, TCA_MIRRED_PARMS, sizeof(parameters), &parameters);
}

static void gact_put(struct nlmsghdr *message, const struct tc_action *action)
{
	const struct tc_gact parameters = { .action = action->verdict };
	const struct tc_gact_p chance = {
		.ptype = PGACT_NETRAND, .pval = (uint16_t)action->every,
		.paction = TC_ACT_PIPE,
	};

	mnl_attr_put(message, TCA_GACT_PARMS, sizeof(parameters), &parameters);
	if (action->kind == TC_ACTION_CHANCE)
		mnl_attr_put(message, TCA_GACT_PROB, sizeof(chance), &chance);
}

static void mark_put(struct nlmsghdr *message, const struct tc_action *action)
{
	const struct tc_skbedit parameters = { .action = action->verdict };

	mnl_attr_put(message, TCA_SKBEDIT_PARMS, sizeof(parameters), &parameters);
	mnl_attr_put_u32(message, TCA_SKBEDIT_MARK, action->mark);
}

static void police_put(struct nlmsghdr *message, const struct tc_action *action)
{
	struct tc_police parameters = { .action = action->verdict };
	uint32_t table[256] = { 0 };
	size_t i;

	if (action->bytes) {
		parameters.burst = (uint32_t)action->ticks;
		parameters.mtu = POLICE_MTU;
		parameters.rate.rate = action->rate > UINT32_MAX ? UINT32_MAX :
				       (uint32_t)action->rate;
		parameters.rate.cell_log = POLICE_CELL_LOG;
		parameters.rate.cell_align = -1;
		parameters.rate.linklayer = TC_LINKLAYER_ETHERNET;
		for (i = 0; i < 256; i++)
			table[i] = (uint32_t)((double)((i + 1) << POLICE_CELL_LOG) * 1e9 /
					      (double)action->rate / POLICE_TICK);
	}
	mnl_attr_put(message, TCA_POLICE_TBF, sizeof(parameters), &parameters);
	mnl_attr_put_u32(message, TCA_POLICE_RESULT, TC_ACT_PIPE);
	if (action->bytes) {
		mnl_attr_put(message, TCA_POLICE_RATE, sizeof(table), table);
		if (action->rate > UINT32_MAX)
			mnl_attr_put_u64(message, TCA_POLICE_RATE64, action->rate);
	} else {
		mnl_attr_put_u64(message, TCA_POLICE_PKTRATE64, action->rate);
		mnl_attr_put_u64(message, TCA_POLICE_PKTBURST64, action->ticks);
	}
}

static void action_put(struct nlmsghdr *message, uint16_t number,
		       const struct tc_action *action)
{
	struct nlattr *one = mnl_attr_nest_start(message, number), *options;

	mnl_attr_put_strz(message, TCA_ACT_KIND, action_kind(action));
	options = mnl_attr_nest_start(message, TCA_ACT_OPTIONS);
	switch (action->kind) {
	case TC_ACTION_MARK:
		mark_put(message, action);
		break;
	case TC_ACTION_LIMIT:
		police_put(message, action);
		break;
	case TC_ACTION_DROP:
	case TC_ACTION_CHANCE:
		gact_put(message, action);
		break;
	default:
		mirred_put(message, action);
		break;
	}
	mnl_attr_nest_end(message, options);
	mnl_attr_nest_end(message, one);
}

static enum tc_message filter_message(const struct tc_filter *filter)
{
	size_t i;

	for (i = 0; i < filter->action_count; i++)
		switch (filter->actions[i].kind) {
		case TC_ACTION_LIMIT: return TC_MESSAGE_LIMITED_FILTER;
		case TC_ACTION_CHANCE: return TC_MESSAGE_SAMPLED_FILTER;
		case TC_ACTION_MARK:
		case TC_ACTION_DROP: return TC_MESSAGE_TAP_FILTER;
		default: break;
		}
	return TC_MESSAGE_FILTER;
}

static struct nlmsghdr *filter_begin(struct nl_buffer *buffer, uint16_t type,
				     uint16_t flags, enum tc_message kind,
				     const struct tc_filter *filter, struct tcmsg **header)
{
	struct nlmsghdr *message;
	char what[IFNAMSIZ + 16];

	snprintf(what, sizeof(what), "%s:%s", filter->device,
		 direction_name(filter->direction));
	message = message_begin(buffer, type, flags, kind, filter->index, what, header);
	if (!message)
		return NULL;
	(*header)->tcm_parent = tc_wire_parent(filter->direction);
	(*header)->tcm_info = TC_H_MAKE(filter->preference << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(message, TCA_KIND, "bpf");
	return message;
}

int tc_wire_put_filter(struct nl_buffer *buffer, const struct tc_filter *filter,
		       bool is_new)
{
	struct nlattr *options, *actions;
	struct nlmsghdr *message;
	struct sock_filter *steps;
	struct tcmsg *header;
	size_t count, i;

	if (tc_filter_program(filter, &steps, &count))
		return -ENOMEM;
	message = filter_begin(buffer, RTM_NEWTFILTER,
			       NLM_F_CREATE | (is_new ? NLM_F_EXCL : 0),
			       filter_message(filter), filter, &header);
	if (!message) {
		free(steps);
		return -ENOMEM;
	}
	header->tcm_handle = filter->handle;
	options = mnl_attr_nest_start(message, TCA_OPTIONS);
	mnl_attr_put_u16(message, TCA_BPF_OPS_LEN, (uint16_t)count);
	mnl_attr_put(message, TCA_BPF_OPS, count * sizeof(*steps), steps);
	actions = mnl_attr_nest_start(message, TCA_BPF_ACT);
	for (i = 0; i < filter->action_count; i++)
		action_put(message, (uint16_t)(i + 1), &filter->actions[i]);
	mnl_attr_nest_end(message, actions);
	mnl_attr_nest_end(message, options);
	nl_message_end(buffer, message);
	free(steps);
	return 0;
}

int tc_wire_delete_filter(struct nl_buffer *buffer, const struct tc_filter *filter,
			  bool alone)
{
	struct nlmsghdr *message;
	struct tcmsg *header;

	message = filter_begin(buffer, RTM_DELTFILTER, 0, TC_MESSAGE_DELETION, filter,
			       &header);
	if (!message)
		return -ENOMEM;
	header->tcm_handle = alone ? 0 : filter->handle;
	nl_message_end(buffer, message);
	return 0;
}

/* --- from the kernel --- */

#define ATTRIBUTES_MAX 32

static void attributes_note(const struct nlattr **table, const struct nlattr *attribute)
{
	unsigned int type = mnl_attr_get_type(attribute);

	if (type <= ATTRIBUTES_MAX)
		table[type] = attribute;
}

static void nest_read(const struct nlattr **table, const struct nlattr *nest)
{
	const struct nlattr *attribute;

	memset(table, 0, (ATTRIBUTES_MAX + 1) * sizeof(*table));
	if (nest)
		mnl_attr_for_each_nested(attribute, nest)
			attributes_note(table, attribute);
}

/* The attribute's bytes as a structure, zero behind what this kernel knows of it. */
static bool structure_read(const struct nlattr *attribute, void *to, size_t size)
{
	size_t length = attribute ? mnl_attr_get_payload_len(attribute) : 0;

	memset(to, 0, size);
	memcpy(to, attribute ? mnl_attr_get_payload(attribute) : to,
	       length < size ? length : size);
	return attribute;
}

static uint64_t number_read(const struct nlattr *attribute)
{
	uint64_t number;

	structure_read(attribute, &number, sizeof(number));
	return number;
}

static void mirred_take(struct tc_action *action, const struct nlattr *const *options)
{
	struct tc_mirred parameters;

	if (!structure_read(options[TCA_MIRRED_PARMS], &parameters, sizeof(parameters)))
		return;
	if (parameters.eaction == TCA_EGRESS_MIRROR)
		action->kind = TC_ACTION_MIRROR;
	else if (parameters.eaction == TCA_EGRESS_REDIR)
		action->kind = TC_ACTION_REDIRECT;
	action->verdict = parameters.action;
	action->index = parameters.ifindex;
}

static void gact_take(struct tc_action *action, const struct nlattr *const *options)
{
	struct tc_gact parameters;
	struct tc_gact_p chance;

	if (!structure_read(options[TCA_GACT_PARMS], &parameters, sizeof(parameters)))
		return;
	action->verdict = parameters.action;
	if (!structure_read(options[TCA_GACT_PROB], &chance, sizeof(chance)) ||
	    chance.ptype == PGACT_NONE) {
		action->kind = TC_ACTION_DROP;
	} else if (chance.ptype == PGACT_NETRAND && chance.paction == TC_ACT_PIPE) {
		action->kind = TC_ACTION_CHANCE;
		action->every = chance.pval;
	}
}

static void mark_take(struct tc_action *action, const struct nlattr *const *options)
{
	struct tc_skbedit parameters;

	if (!structure_read(options[TCA_SKBEDIT_PARMS], &parameters, sizeof(parameters)) ||
	    !options[TCA_SKBEDIT_MARK])
		return;
	action->kind = TC_ACTION_MARK;
	action->verdict = parameters.action;
	structure_read(options[TCA_SKBEDIT_MARK], &action->mark, sizeof(action->mark));
}

static void police_take(struct tc_action *action, const struct nlattr *const *options)
{
	struct tc_police parameters;
	uint32_t result;

	structure_read(options[TCA_POLICE_RESULT], &result, sizeof(result));
	if (!structure_read(options[TCA_POLICE_TBF], &parameters, sizeof(parameters)) ||
	    result != TC_ACT_PIPE)
		return;
	action->kind = TC_ACTION_LIMIT;
	action->verdict = parameters.action;
	action->rate = number_read(options[TCA_POLICE_PKTRATE64]);
	action->ticks = number_read(options[TCA_POLICE_PKTBURST64]);
	action->bytes = !action->rate;
	if (!action->bytes)
		return;
	action->rate = options[TCA_POLICE_RATE64] ? number_read(options[TCA_POLICE_RATE64]) :
		       parameters.rate.rate;
	action->ticks = parameters.burst;
}

static void statistics_take(struct tc_action *action, const struct nlattr *nest)
{
	const struct nlattr *table[ATTRIBUTES_MAX + 1];
	struct gnet_stats_basic basic;

	nest_read(table, nest);
	structure_read(table[TCA_STATS_BASIC], &basic, sizeof(basic));
	action->passed_bytes = basic.bytes;
	action->passed_packets = table[TCA_STATS_PKT64] ?
				 number_read(table[TCA_STATS_PKT64]) : basic.packets;
}

static void action_take(struct tc_action *action, const struct nlattr *nest)
{
	const struct nlattr *table[ATTRIBUTES_MAX + 1], *options[ATTRIBUTES_MAX + 1];
	char kind[16];

	nest_read(table, nest);
	structure_read(table[TCA_ACT_KIND], kind, sizeof(kind) - 1);
	kind[sizeof(kind) - 1] = '\0';
	nest_read(options, table[TCA_ACT_OPTIONS]);
	if (!strcmp(kind, "mirred"))
		mirred_take(action, options);
	else if (!strcmp(kind, "gact"))
		gact_take(action, options);
	else if (!strcmp(kind, "skbedit"))
		mark_take(action, options);
	else if (!strcmp(kind, "police"))
		police_take(action, options);
	statistics_take(action, table[TCA_ACT_STATS]);
}

static int options_take(struct tc_filter *filter, const struct nlattr *nest)
{
	const struct nlattr *table[ATTRIBUTES_MAX + 1], *one;
	int error;

	nest_read(table, nest);
	if (!table[TCA_BPF_OPS])
		return 0;
	error = tc_filter_take_program(filter, mnl_attr_get_payload(table[TCA_BPF_OPS]),
				       mnl_attr_get_payload_len(table[TCA_BPF_OPS]) /
				       sizeof(struct sock_filter));
	if (error || !table[TCA_BPF_ACT])
		return error;
	mnl_attr_for_each_nested(one, table[TCA_BPF_ACT]) {
		struct tc_action *action = tc_filter_act(filter, TC_ACTION_OTHER, 0);

		if (action)
			action_take(action, one);
	}
	return 0;
}

int tc_wire_parse_filter(const struct nlmsghdr *message, struct tc_filter *filter)
{
	const struct tcmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[ATTRIBUTES_MAX + 1] = { NULL }, *attribute;

	memset(filter, 0, sizeof(*filter));
	filter->index = (unsigned int)header->tcm_ifindex;
	filter->preference = TC_H_MAJ(header->tcm_info) >> 16;
	filter->handle = header->tcm_handle;
	filter->direction = TC_H_MIN(header->tcm_parent) == TC_H_MIN_EGRESS ?
			    DIRECTION_EGRESS : DIRECTION_INGRESS;
	mnl_attr_for_each(attribute, message, sizeof(*header))
		attributes_note(table, attribute);
	if (!filter->handle || !table[TCA_KIND] || !table[TCA_OPTIONS] ||
	    TC_H_MIN(header->tcm_info) != htons(ETH_P_ALL) ||
	    strcmp(mnl_attr_get_str(table[TCA_KIND]), "bpf"))
		return 0;
	return options_take(filter, table[TCA_OPTIONS]);
}
