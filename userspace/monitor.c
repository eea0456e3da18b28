// SPDX-License-Identifier: GPL-2.0-only
#include "monitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "plan.h"

/* Of what waits to be read, in the kernel: some thousand devices at once. What is more
 * than that is lost, and read anew. */
#define MONITOR_ROOM (4U << 20)

/* Of one transaction. A larger one is as fast to read as to follow. */
#define HELD_MOST (256U << 10)

int monitor_open(struct monitor *monitor)
{
	int error;

	memset(monitor, 0, sizeof(*monitor));
	monitor->links_stale = monitor->rules_stale = true;
	error = nl_open(NETLINK_ROUTE, &monitor->route);
	if (!error)
		error = nl_join(monitor->route, RTNLGRP_LINK, MONITOR_ROOM);
	if (!error)
		error = nl_open(NETLINK_NETFILTER, &monitor->netfilter);
	if (!error)
		error = nl_join(monitor->netfilter, NFNLGRP_NFTABLES, MONITOR_ROOM);
	return error;
}

int monitor_hear_filters(struct monitor *monitor)
{
	int error = 0;

	if (!monitor->hears_filters)
		error = nl_join(monitor->route, RTNLGRP_TC, MONITOR_ROOM);
	monitor->hears_filters = !error;
	return error;
}

void monitor_close(struct monitor *monitor)
{
	nl_close(monitor->route);
	nl_close(monitor->netfilter);
	free(monitor->held);
	memset(monitor, 0, sizeof(*monitor));
}

/* --- devices --- */

/* Is it still the device that the rules and their judgement are about? Whether it is
 * up, what it counts and how large its frames are is not. */
static bool is_same(const struct link *a, const struct link *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->kind, b->kind) &&
	       !strcmp(a->alias, b->alias) && a->group == b->group &&
	       a->type == b->type && a->master == b->master && a->peer == b->peer &&
	       a->lower == b->lower && a->lower_elsewhere == b->lower_elsewhere &&
	       a->vlan_id == b->vlan_id && a->vlan_protocol == b->vlan_protocol &&
	       !memcmp(&a->tunnel, &b->tunnel, sizeof(a->tunnel));
}

/* Wireless extensions report scans and signals as messages about the device that say
 * little else of it. */
static bool is_wireless_event(const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attribute) == IFLA_WIRELESS)
			return true;
	return false;
}

static void device_moved(struct monitor *monitor, const char *name)
{
	monitor->news.links = true;
	if (monitor->moved_count == MONITOR_MOVED)
		monitor->rules_stale = true;
	else
		memcpy(monitor->moved[monitor->moved_count++], name, IFNAMSIZ);
}

int monitor_take_link(struct monitor *monitor, const struct nlmsghdr *message,
		      struct link_table *links)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	const struct link *before;
	struct link link;

	/* Bridges tell of their ports in messages of their own family. */
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*header) ||
	    header->ifi_family != AF_UNSPEC)
		return 0;
	before = link_find_index(links, header->ifi_index);
	if (message->nlmsg_type == RTM_DELLINK) {
		if (before)
			device_moved(monitor, before->name);
		link_table_remove(links, header->ifi_index);
		return 0;
	}
	if (is_wireless_event(message) || link_parse(message, &link))
		return 0;
	if (!before || !is_same(before, &link))
		monitor->news.links = true;
	if (before && strcmp(before->name, link.name))
		device_moved(monitor, before->name);
	return link_table_put(links, &link);
}

/* --- rules --- */

static bool is_ours(const struct nlmsghdr *message)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;

	if (header->nfgen_family != NFPROTO_NETDEV && header->nfgen_family != NFPROTO_INET)
		return false;
	/* Messages of all kinds name their table in the same attribute. */
	mnl_attr_for_each(attribute, message, sizeof(*header))
		if (mnl_attr_get_type(attribute) == NFTA_TABLE_NAME)
			return mnl_attr_get_payload_len(attribute) == sizeof(PLAN_TABLE) &&
			       !strncmp(mnl_attr_get_str(attribute), PLAN_TABLE,
					sizeof(PLAN_TABLE));
	return false;
}

static int hold(struct monitor *monitor, const struct nlmsghdr *message)
{
	size_t size = monitor->held_used + NLMSG_ALIGN(message->nlmsg_len);
	uint8_t *held;

	monitor->touched = true;
	if (size > HELD_MOST)
		monitor->held_over = true;
	if (monitor->held_over)
		return 0;
	if (size > monitor->held_size) {
		held = realloc(monitor->held, 2 * size);
		if (!held)
			return -ENOMEM;
		monitor->held = held;
		monitor->held_size = 2 * size;
	}
	memcpy(monitor->held + monitor->held_used, message, message->nlmsg_len);
	monitor->held_used = size;
	return 0;
}

/* What the end of a transaction says: its number, and who made it. */
struct generation {
	uint32_t number;
	uint32_t process;
	char program[32];
};

static void generation_read(const struct nlmsghdr *message, struct generation *generation)
{
	const struct nlattr *attribute;

	memset(generation, 0, sizeof(*generation));
	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg)) {
		size_t length = mnl_attr_get_payload_len(attribute);

		switch (mnl_attr_get_type(attribute)) {
		case NFTA_GEN_ID:
			if (length == sizeof(uint32_t))
				generation->number = ntohl(mnl_attr_get_u32(attribute));
			break;
		case NFTA_GEN_PROC_PID:
			if (length == sizeof(uint32_t))
				generation->process = ntohl(mnl_attr_get_u32(attribute));
			break;
		case NFTA_GEN_PROC_NAME:
			snprintf(generation->program, sizeof(generation->program), "%.*s",
				 (int)length, mnl_attr_get_str(attribute));
			break;
		}
	}
}

static int held_follow(struct monitor *monitor, struct nft_state *rules)
{
	size_t at;
	int followed = 1;

	if (monitor->held_over)
		return 0;
	for (at = 0; at < monitor->held_used && followed > 0; ) {
		const struct nlmsghdr *message = (const void *)(monitor->held + at);

		followed = nft_state_follow(rules, message);
		at += NLMSG_ALIGN(message->nlmsg_len);
	}
	return followed;
}

/* What was read already is told again: the numbers go up by one, skipping 0. */
static int transaction_take(struct monitor *monitor, const struct generation *generation,
			    struct nft_state *rules)
{
	int32_t ahead = (int32_t)(generation->number - rules->generation);
	int followed;

	if (monitor->rules_stale || ahead <= 0)
		return 0;
	followed = ahead > 1 ? 0 : held_follow(monitor, rules);
	rules->generation = generation->number;
	if (followed <= 0)
		monitor->rules_stale = true;
	return followed < 0 ? followed : 0;
}

int monitor_take_rules(struct monitor *monitor, const struct nlmsghdr *message,
		       struct nft_state *rules, uint32_t port)
{
	struct monitor_news *news = &monitor->news;
	struct generation generation;
	int error;

	if (NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
		return 0;
	if (NFNL_MSG_TYPE(message->nlmsg_type) != NFT_MSG_NEWGEN)
		return is_ours(message) ? hold(monitor, message) : 0;
	generation_read(message, &generation);
	error = transaction_take(monitor, &generation, rules);
	if (monitor->touched && message->nlmsg_pid != port) {
		news->rules = true;
		news->who_id = generation.process;
		memcpy(news->who, generation.program, sizeof(news->who));
	}
	monitor->touched = monitor->held_over = false;
	monitor->held_used = 0;
	return error;
}

/* --- filters --- */

/* Whose it is, its text tells, and not every message has it: all that happens on clsact,
 * or to it, is news. */
void monitor_take_filters(struct monitor *monitor, const struct nlmsghdr *message,
			  uint32_t port)
{
	const struct tcmsg *header = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) >= sizeof(*header) &&
	    TC_H_MAJ(header->tcm_parent) == TC_H_MAJ(TC_H_CLSACT) &&
	    header->tcm_parent != TC_H_ROOT &&
	    message->nlmsg_pid != port)
		monitor->news.filters = true;
}

/* --- all of it --- */

struct hearing {
	struct monitor *monitor;
	struct link_table *links;
	struct nft_state *rules;
	const struct monitor_ports *ports;
};

static int route_heard(const struct nlmsghdr *message, void *data)
{
	const struct hearing *hearing = data;

	switch (message->nlmsg_type) {
	case RTM_NEWQDISC:
	case RTM_DELQDISC:
	case RTM_NEWTFILTER:
	case RTM_DELTFILTER:
		monitor_take_filters(hearing->monitor, message, hearing->ports->route);
		return MNL_CB_OK;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return monitor_take_link(hearing->monitor, message, hearing->links) ?
		       MNL_CB_ERROR : MNL_CB_OK;
	}
	return MNL_CB_OK;
}

static int rules_heard(const struct nlmsghdr *message, void *data)
{
	const struct hearing *hearing = data;

	return monitor_take_rules(hearing->monitor, message, hearing->rules,
				  hearing->ports->netfilter) ?
	       MNL_CB_ERROR : MNL_CB_OK;
}

int monitor_take(struct monitor *monitor, struct link_table *links, struct nft_state *rules,
		 const struct monitor_ports *ports)
{
	struct hearing hearing = { monitor, links, rules, ports };
	int error, other;

	error = nl_listen(monitor->route, route_heard, &hearing);
	if (error == -ENOBUFS) {
		monitor->links_stale = monitor->rules_stale = true;
		monitor->news.lost = true;
		error = 0;
	}
	other = nl_listen(monitor->netfilter, rules_heard, &hearing);
	if (other == -ENOBUFS) {
		/* Nor is it known where a transaction begins. */
		monitor->rules_stale = monitor->held_over = true;
		monitor->news.lost = true;
		other = 0;
	}
	if (!error)
		error = link_table_settle(links);
	return error ? error : other;
}
