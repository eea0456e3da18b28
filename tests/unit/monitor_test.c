// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages made by hand: which of them are news, and what follows from them.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <libnftnl/chain.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "monitor.h"
#include "plan.h"

static union {
	struct nlmsghdr header;
	uint8_t bytes[16384];
} message;

/* --- devices --- */

static struct link_table links;
static struct monitor monitor;

static void link_message(uint16_t type, unsigned char family, int index, unsigned int flags,
			 const char *name)
{
	struct ifinfomsg *header;

	memset(&message, 0, sizeof(message));
	mnl_nlmsg_put_header(&message);
	message.header.nlmsg_type = type;
	header = mnl_nlmsg_put_extra_header(&message.header, sizeof(*header));
	header->ifi_family = family;
	header->ifi_index = index;
	header->ifi_flags = flags;
	mnl_attr_put_strz(&message.header, IFLA_IFNAME, name);
}

/* Was it news? */
static bool link_taken(void)
{
	monitor.news.links = false;
	monitor.moved_count = 0;
	if (monitor_take_link(&monitor, &message.header, &links))
		return false;
	return monitor.news.links;
}

static const char *name_of(unsigned int index)
{
	const struct link *link = link_find_index(&links, index);

	return link ? link->name : NULL;
}

static void link_news(void)
{
	link_message(RTM_NEWLINK, AF_UNSPEC, 7, 0, "eth0");
	check(link_taken(), "a new device is news", " ");
	check(!link_taken(), "said again it is none", " ");
	link_message(RTM_NEWLINK, AF_UNSPEC, 7, IFF_UP, "eth0");
	check(!link_taken(), "nor is it that it is up", " ");
	check_number("which is known all the same", IFF_UP, link_find_index(&links, 7)->flags);
	link_message(RTM_NEWLINK, AF_BRIDGE, 7, 0, "other");
	check(!link_taken(), "a bridge's word of its port is none", " ");
	link_message(RTM_NEWLINK, AF_UNSPEC, 7, 0, "other");
	mnl_attr_put_u32(&message.header, IFLA_WIRELESS, 1);
	check(!link_taken(), "a scan is none", " ");
	check_text("and changes nothing", "eth0", name_of(7));
	link_message(RTM_NEWLINK, AF_UNSPEC, 7, 0, "eth0");
	mnl_attr_put_u32(&message.header, IFLA_MASTER, 9);
	check(link_taken(), "a bridge that it belongs to is news", " ");
	link_message(RTM_NEWLINK, AF_UNSPEC, 7, 0, "eth1");
	mnl_attr_put_u32(&message.header, IFLA_MASTER, 9);
	check(link_taken(), "another name is news", " ");
	check_text("and the chains of the former one are looked at", "eth0", monitor.moved[0]);
	check_text("it has that name now", "eth1", name_of(7));
	link_message(RTM_DELLINK, AF_BRIDGE, 7, 0, "eth1");
	check(!link_taken(), "a port that goes is still there", " ");
	link_message(RTM_DELLINK, AF_UNSPEC, 8, 0, "eth8");
	check(!link_taken(), "one that nobody knew does not go", " ");
	link_message(RTM_DELLINK, AF_UNSPEC, 7, 0, "eth1");
	check(link_taken(), "one that goes is news", " ");
	check_text("and so are its chains", "eth1", monitor.moved[0]);
	check_text("it is gone", NULL, name_of(7));
	link_message(RTM_NEWLINK, AF_UNSPEC, 7, 0, "eth1");
	check(link_taken(), "and may be back under its number", " ");
	check_text("where it is found", "eth1", name_of(7));
	message.header.nlmsg_len = NLMSG_HDRLEN + 4;
	check(!link_taken(), "half a message is none", " ");
}

static void link_table_many(void)
{
	bool right = true;
	char name[IFNAMSIZ];
	int i;

	for (i = 100; i < 1100; i++) {
		snprintf(name, sizeof(name), "v%d", i);
		link_message(RTM_NEWLINK, AF_UNSPEC, i, 0, name);
		right &= link_taken();
	}
	for (i = 100; i < 1100; i += 2) {
		link_message(RTM_DELLINK, AF_UNSPEC, i, 0, "");
		right &= link_taken();
	}
	check(right, "a thousand come and every other one goes", " ");
	check_number("and is settled", 0, link_table_settle(&links));
	check_number("five hundred are left, and the one before", 501, links.count);
	for (i = 100; i < 1100; i++) {
		snprintf(name, sizeof(name), "v%d", i);
		right &= !link_find(&links, name) == !(i % 2) &&
			 !link_find_index(&links, i) == !(i % 2);
	}
	check(right, "they are found by name and by number", " ");
	link_message(RTM_DELLINK, AF_UNSPEC, 101, 0, "");
	link_taken();
	link_message(RTM_NEWLINK, AF_UNSPEC, 101, 0, "again");
	link_taken();
	link_table_settle(&links);
	check_number("gone and back is one device", 501, links.count);
	check(link_find(&links, "again") && !link_find(&links, "v101"), "with its new name", " ");
}

/* --- rules --- */

static struct nft_state rules;

static void nft_begin(uint16_t type, unsigned char family, uint16_t flags)
{
	struct nfgenmsg *header;

	memset(&message, 0, sizeof(message));
	mnl_nlmsg_put_header(&message);
	message.header.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | type;
	message.header.nlmsg_flags = flags;
	header = mnl_nlmsg_put_extra_header(&message.header, sizeof(*header));
	header->nfgen_family = family;
}

static void take(uint32_t port)
{
	check_number("a message is taken", 0,
		     monitor_take_rules(&monitor, &message.header, &rules, port));
}

static void chain_told(uint16_t type, const char *table, const char *name)
{
	nft_begin(type, NFPROTO_NETDEV, 0);
	mnl_attr_put_strz(&message.header, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_strz(&message.header, NFTA_CHAIN_NAME, name);
	take(0);
}

static void rule_told(uint16_t type, const char *chain, uint64_t handle, uint64_t position,
		      uint16_t flags)
{
	nft_begin(type, NFPROTO_NETDEV, flags);
	mnl_attr_put_strz(&message.header, NFTA_RULE_TABLE, PLAN_TABLE);
	mnl_attr_put_strz(&message.header, NFTA_RULE_CHAIN, chain);
	mnl_attr_put_u64(&message.header, NFTA_RULE_HANDLE, htobe64(handle));
	if (position)
		mnl_attr_put_u64(&message.header, NFTA_RULE_POSITION, htobe64(position));
	take(0);
}

#define OUR_PORT 42

static void end_told(uint32_t generation, uint32_t port, const char *program)
{
	nft_begin(NFT_MSG_NEWGEN, AF_UNSPEC, 0);
	message.header.nlmsg_pid = port;
	mnl_attr_put_u32(&message.header, NFTA_GEN_ID, htonl(generation));
	mnl_attr_put_u32(&message.header, NFTA_GEN_PROC_PID, htonl(4711));
	mnl_attr_put_strz(&message.header, NFTA_GEN_PROC_NAME, program);
	monitor.news.rules = false;
	take(OUR_PORT);
}

static size_t rule_count(const char *chain)
{
	const struct nft_chain_state *have = nft_state_find(&rules, chain);

	return have ? have->rule_count : 99;
}

static void expect_followed(const char *name, bool followed)
{
	check(monitor.rules_stale == !followed, name, "it is %s", followed ? "not" : "followed");
	monitor.rules_stale = false;
}

static void rules_followed(void)
{
	rules.family = NFPROTO_NETDEV;
	rules.table_present = true;
	rules.generation = 5;
	chain_told(NFT_MSG_NEWCHAIN, PLAN_TABLE, "mirror/b");
	chain_told(NFT_MSG_NEWCHAIN, PLAN_TABLE, "mirror/a");
	check_number("nothing follows before the end", 0, rules.chain_count);
	end_told(6, OUR_PORT, "mirror-nft");
	check_number("then there are two chains", 2, rules.chain_count);
	check_text("in their order", "mirror/a", rules.chains[0].name);
	check_number("at that generation", 6, rules.generation);
	check(!monitor.news.rules, "our own change is no news", " ");
	expect_followed("and is followed", true);

	rule_told(NFT_MSG_NEWRULE, "mirror/a", 1, 0, 0);
	rule_told(NFT_MSG_NEWRULE, "mirror/a", 2, 1, 0);
	rule_told(NFT_MSG_NEWRULE, "mirror/a", 3, 0, NLM_F_APPEND);
	end_told(7, 99, "nft");
	check_number("rules behind each other are followed", 3, rule_count("mirror/a"));
	check(monitor.news.rules, "a change of others is news", " ");
	check_text("with who it was", "nft", monitor.news.who);
	check_number("and its process", 4711, monitor.news.who_id);
	expect_followed("three rules", true);

	rule_told(NFT_MSG_DELRULE, "mirror/a", 2, 0, 0);
	end_told(8, OUR_PORT, "mirror-nft");
	check_number("one that goes", 2, rule_count("mirror/a"));
	check_number("it is that one", 3,
		     nftnl_rule_get_u64(nft_state_find(&rules, "mirror/a")->rules[1],
					NFTNL_RULE_HANDLE));
	rule_told(NFT_MSG_DELRULE, "mirror/a", 1, 0, 0);
	rule_told(NFT_MSG_DELRULE, "mirror/a", 3, 0, 0);
	chain_told(NFT_MSG_DELCHAIN, PLAN_TABLE, "mirror/a");
	end_told(9, OUR_PORT, "mirror-nft");
	check_number("a chain that goes", 1, rules.chain_count);
	expect_followed("and is followed too", true);
}

static void rules_not_followed(void)
{
	rule_told(NFT_MSG_NEWRULE, "mirror/b", 5, 0, 0);
	end_told(10, 99, "nft");
	expect_followed("the first rule of a chain", true);
	rule_told(NFT_MSG_NEWRULE, "mirror/b", 6, 0, 0);
	end_told(11, 99, "nft");
	expect_followed("a second one that is before or behind it", false);
	rule_told(NFT_MSG_DELRULE, "mirror/b", 77, 0, 0);
	end_told(12, 99, "nft");
	expect_followed("a rule that was not known", false);
	rule_told(NFT_MSG_NEWRULE, "mirror/x", 77, 0, 0);
	end_told(13, 99, "nft");
	expect_followed("a rule of a chain that was not known", false);
	chain_told(NFT_MSG_NEWCHAIN, PLAN_TABLE, "mirror/b");
	end_told(14, 99, "nft");
	expect_followed("a chain that is there and changes", false);
	chain_told(NFT_MSG_NEWSET, PLAN_TABLE, "x");
	end_told(15, 99, "nft");
	expect_followed("a set", false);
	chain_told(NFT_MSG_DELTABLE, PLAN_TABLE, "x");
	end_told(16, 99, "nft");
	expect_followed("the table itself", false);
	end_told(18, 99, "nft");
	expect_followed("a gap", false);
	check(!monitor.news.rules, "which is no news of ours", " ");
	check_number("from there on it is known again", 18, rules.generation);
}

static void others(void)
{
	size_t i;

	chain_told(NFT_MSG_NEWCHAIN, "filter", "mirror/c");
	chain_told(NFT_MSG_NEWCHAIN, PLAN_TABLE "x", "mirror/c");
	end_told(19, 99, "nft");
	check(!monitor.news.rules, "other tables are no news", " ");
	expect_followed("and change nothing", true);
	check_number("there is no such chain", 1, rules.chain_count);
	chain_told(NFT_MSG_NEWCHAIN, PLAN_TABLE, "mirror/c");
	end_told(19, 99, "nft");
	check_number("what was read already is not followed again", 1, rules.chain_count);
	expect_followed("and nothing has to be read", true);
	for (i = 0; i < 10000; i++) {
		nft_begin(NFT_MSG_NEWCHAIN, NFPROTO_NETDEV, 0);
		mnl_attr_put_strz(&message.header, NFTA_CHAIN_TABLE, PLAN_TABLE);
		mnl_attr_put_strz(&message.header, NFTA_CHAIN_NAME, "mirror/d");
		monitor_take_rules(&monitor, &message.header, &rules, 0);
	}
	check(monitor.held_size < 1 << 20, "a large transaction is not kept", "%zu bytes",
	      monitor.held_size);
	end_told(20, OUR_PORT, "mirror-nft");
	expect_followed("but read", false);
	rules.generation = UINT32_MAX;
	chain_told(NFT_MSG_NEWCHAIN, PLAN_TABLE, "mirror/e");
	end_told(1, OUR_PORT, "mirror-nft");
	check_number("numbers begin anew", 1, rules.generation);
}

/* --- filters --- */

/* Was it news? */
static bool filter_told(uint16_t type, uint32_t parent, uint32_t port)
{
	struct tcmsg *header;

	memset(&message, 0, sizeof(message));
	mnl_nlmsg_put_header(&message);
	message.header.nlmsg_type = type;
	message.header.nlmsg_pid = port;
	header = mnl_nlmsg_put_extra_header(&message.header, sizeof(*header));
	header->tcm_parent = parent;
	monitor.news.filters = false;
	monitor_take_filters(&monitor, &message.header, OUR_PORT);
	return monitor.news.filters;
}

static void filter_news(void)
{
	const uint32_t egress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);

	check(filter_told(RTM_DELTFILTER, egress, 99), "a filter that others delete is news", " ");
	check(filter_told(RTM_NEWTFILTER, egress, 0), "one that nobody says who sent is news", " ");
	check(!filter_told(RTM_NEWTFILTER, egress, OUR_PORT), "our own is no news", " ");
	check(filter_told(RTM_DELQDISC, TC_H_CLSACT, 99), "clsact that goes is news", " ");
	check(!filter_told(RTM_NEWQDISC, TC_H_ROOT, 99), "another qdisc is no news", " ");
	check(!filter_told(RTM_NEWTFILTER, TC_H_MAKE(1 << 16, 0), 99),
	      "nor a filter of its classes", " ");
	message.header.nlmsg_len = NLMSG_HDRLEN + 4;
	monitor.news.filters = false;
	monitor_take_filters(&monitor, &message.header, OUR_PORT);
	check(!monitor.news.filters, "nor a message cut short", " ");
}

int main(void)
{
	link_news();
	filter_news();
	link_table_many();
	rules_followed();
	rules_not_followed();
	others();
	monitor_close(&monitor);
	link_table_free(&links);
	nft_state_free(&rules);
	return harness_end();
}
