// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_nft.h"

#include <netinet/in.h>	/* before the kernel's own */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "link.h"
#include "nft_batch.h"

#define TRY_TABLE "mirror_nft_doctor"

static void counter_fill(struct plan *plan, struct plan_chain *chain)
{
	struct plan_rule *rule = plan_add_rule(plan, chain);

	plan_rule_test_number(plan, rule, FIELD_META_L4PROTO, IPPROTO_TCP);
	plan_rule_test_number(plan, rule, FIELD_TCP_DESTINATION, 443);
	plan_rule_counter(plan, rule, 0, 0);
}

static void dup_fill(struct plan *plan, struct plan_chain *chain)
{
	plan_rule_dup(plan, plan_add_rule(plan, chain), "lo");
}

static void fwd_fill(struct plan *plan, struct plan_chain *chain)
{
	plan_rule_fwd(plan, plan_add_rule(plan, chain), "lo");
}

static void mark_fill(struct plan *plan, struct plan_chain *chain)
{
	plan_rule_mark(plan, plan_add_rule(plan, chain), 1);
}

static void sample_fill(struct plan *plan, struct plan_chain *chain)
{
	plan_rule_sample(plan, plan_add_rule(plan, chain), 10, false, false);
}

static void flows_fill(struct plan *plan, struct plan_chain *chain)
{
	plan_rule_sample(plan, plan_add_rule(plan, chain), 10, true, false);
}

static void limit_fill(struct plan *plan, struct plan_chain *chain)
{
	plan_rule_limit(plan, plan_add_rule(plan, chain), 1000, false, 1, 100, false);
}

static void ranges_fill(struct plan *plan, struct plan_chain *chain)
{
	static const struct plan_range ranges[] = {
		{ { 192, 0, 2, 0 }, { 192, 0, 2, 255 } },
		{ { 198, 51, 100, 7 }, { 198, 51, 100, 9 } },
		{ { 203, 0, 113, 1 }, { 203, 0, 113, 1 } },
	};
	struct plan_place place = { .field = FIELD_IP_SOURCE };

	plan_rule_test_ranges(plan, plan_add_rule(plan, chain), &place, NULL, false, ranges, 3);
}

static void rows_fill(struct plan *plan, struct plan_chain *chain)
{
	static const struct plan_place places[] = {
		{ .field = FIELD_IP_SOURCE }, { .field = FIELD_TCP_DESTINATION },
	};
	static const uint8_t values[][PLAN_VALUE_MAX] = {
		{ 192, 0, 2, 1 }, { 0, 80 }, { 192, 0, 2, 2 }, { 1, 187 },
	};

	plan_rule_test_rows(plan, plan_add_rule(plan, chain), places, 2, false, values, 2);
}

static void notrack_fill(struct plan *plan, struct plan_chain *chain)
{
	plan_rule_notrack(plan, plan_add_rule(plan, chain));
}

const struct doctor_nft doctor_nfts[] = {
	{ "nft-ingress", "CONFIG_NF_TABLES, CONFIG_NF_TABLES_NETDEV and CONFIG_NETFILTER_INGRESS",
	  NFPROTO_NETDEV, NF_NETDEV_INGRESS, counter_fill, true, false },
	{ "nft-egress", "Linux 5.16 with CONFIG_NETFILTER_EGRESS; until then tc can mirror what leaves: --path tc",
	  NFPROTO_NETDEV, NF_NETDEV_EGRESS, counter_fill, false, true },
	{ "nft-dup", "CONFIG_NFT_DUP_NETDEV", NFPROTO_NETDEV, NF_NETDEV_INGRESS, dup_fill, true, true },
	{ "nft-fwd", "CONFIG_NFT_FWD_NETDEV, for tunnels", NFPROTO_NETDEV, NF_NETDEV_INGRESS, fwd_fill, false, false },
	{ "nft-mark", "CONFIG_NF_TABLES_NETDEV, for tunnels", NFPROTO_NETDEV, NF_NETDEV_INGRESS, mark_fill, false, false },
	{ "nft-notrack", "CONFIG_NF_TABLES_INET, CONFIG_NFT_CT and CONFIG_NF_CONNTRACK, for tunnels",
	  NFPROTO_INET, NF_INET_LOCAL_OUT, notrack_fill, false, false },
	{ "nft-sample", "CONFIG_NFT_NUMGEN, for sample", NFPROTO_NETDEV, NF_NETDEV_INGRESS, sample_fill, false, false },
	{ "nft-sample-flows", "CONFIG_NFT_HASH, for samples of flows", NFPROTO_NETDEV, NF_NETDEV_INGRESS, flows_fill, false, false },
	{ "nft-limit", "CONFIG_NFT_LIMIT, for limit", NFPROTO_NETDEV, NF_NETDEV_INGRESS, limit_fill, false, false },
	{ "nft-ranges", "sets of nf_tables, for hosts", NFPROTO_NETDEV, NF_NETDEV_INGRESS, ranges_fill, false, false },
	{ "nft-rows", "sets of nf_tables, for long matches", NFPROTO_NETDEV, NF_NETDEV_INGRESS, rows_fill, false, false },
};

const size_t doctor_nft_count = sizeof(doctor_nfts) / sizeof(doctor_nfts[0]);

bool doctor_nft_try(const struct doctor_nft *nft, struct nl_socket *netfilter)
{
	/* The loopback is in every namespace, with this index. */
	struct link lo = { .index = 1, .name = "lo" };
	uint32_t first = 0;
	struct link_table links = { .links = &lo, .count = 1, .read_count = 1, .by_name = &first,
				    .by_index = &first };
	struct nl_refusal refusal = { 0 };
	struct nl_buffer buffer = { 0 };
	struct plan_chain *chain;
	struct plan plan;
	bool taken;

	plan_init(&plan, nft->family, TRY_TABLE, NULL);
	chain = plan_add_chain(&plan, "try");
	plan_chain_hook(chain, nft->hook, nft->family == NFPROTO_INET ? -300 : 0,
			nft->family == NFPROTO_NETDEV ? "lo" : NULL);
	nft->fill(&plan, chain);
	taken = !plan.out_of_memory && !plan.unsupported &&
		!nft_batch_replace_table(&buffer, &plan, &links) &&
		!nl_transact(netfilter, &buffer, &refusal);
	nl_buffer_free(&buffer);
	if (taken && !nft_batch_begin(&buffer, 0) &&
	    !nft_batch_delete_table(&buffer, nft->family, TRY_TABLE) && !nft_batch_end(&buffer))
		taken = !nl_transact(netfilter, &buffer, &refusal);
	nl_buffer_free(&buffer);
	plan_free(&plan);
	return taken;
}
