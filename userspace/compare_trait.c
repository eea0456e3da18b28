// SPDX-License-Identifier: GPL-2.0-only
#include "compare_trait.h"

#include <errno.h>
#include <netinet/in.h>	/* before the kernel's own */
#include <linux/netfilter.h>
#include <string.h>
#include <unistd.h>

#include "compare_path.h"
#include "nft_explain.h"
#include "nft_state.h"
#include "tool.h"

#define TRAIT_TABLE "mirror_nft_trait"
#define TRAIT_MARK 42
#define EVERY_FRAME "bpf bytecode '1,6 0 0 4294967295'"
#define TO_SPY "action mirred egress mirror dev spy0 continue\n"

/*
 * How a trait is told: an nft chain counts copies, or a tc filter mirrors them on to
 * spy0, or what the receiver's tap has heard is enough.
 */
static const struct way {
	const char *name;
	const char *chain;	/* "FAMILY; HOOK; TEST" of a counting rule */
	const char *spied_on;	/* device whose tc filter mirrors to spy0 */
	const char *filter;	/* "DIRECTION protocol all pref 5 CLASSIFIER" there */
	const char *needs;
} ways[COMPARE_TRAITS] = {
	[COMPARE_MARK] = {
		.name = "mark", .needs = "act_skbedit",
		.chain = "table netdev " TRAIT_TABLE " { chain c { type filter hook ingress device tgt-veth-far priority 0; udp dport 9091 meta mark 42 counter; }; }\n",
	},
	[COMPARE_CONNTRACK] = {
		.name = "conntrack", .needs = "nft's ct state",
		.chain = "table inet " TRAIT_TABLE " { chain c { type filter hook prerouting priority -300; iifname { lo, tgt-veth-far } udp dport 9091 ct state new,established counter; }; }\n",
	},
	[COMPARE_INCOMING] = {
		.name = "skb_iif", .needs = "cls_u32",
		.spied_on = "tgt-veth", .filter = "egress protocol ip pref 5 u32 match u32 0 0 indev src0",
	},
	[COMPARE_CHECKSUM] = { .name = "checksum-unfinished" },
	[COMPARE_SIZE] = { .name = "size" },
	[COMPARE_TARGET_NFT] = {
		.name = "target-nft-egress", .needs = "nft's egress hook",
		.chain = "table netdev " TRAIT_TABLE " { chain c { type filter hook egress device tgt-veth priority 0; udp dport 9091 counter; }; }\n",
	},
	[COMPARE_TARGET_TC] = {
		.name = "target-tc-egress", .needs = "clsact and cls_bpf",
		.spied_on = "tgt-veth", .filter = "egress protocol all pref 5 " EVERY_FRAME,
	},
	[COMPARE_RECEIVER_NFT] = {
		.name = "receiver-nft-ingress", .needs = "nft's ingress hook",
		.chain = "table netdev " TRAIT_TABLE " { chain c { type filter hook ingress device tgt-veth-far priority 0; udp dport 9091 counter; }; }\n",
	},
	[COMPARE_RECEIVER_TC] = {
		.name = "receiver-tc-ingress", .needs = "clsact and cls_bpf",
		.spied_on = "tgt-veth-far", .filter = "ingress protocol all pref 5 " EVERY_FRAME,
	},
};

const char *compare_trait_name(enum compare_trait trait)
{
	return ways[trait].name;
}

bool compare_trait_case(enum compare_trait trait, enum compare_path path,
			enum direction direction, struct compare_case *what)
{
	bool egress = direction == DIRECTION_EGRESS;

	*what = (struct compare_case){
		.path = path, .direction = direction, .target = COMPARE_VETH,
		.destination = COMPARE_OTHER, .protocol = COMPARE_UDP,
	};
	/* An entry is looked for in PRE_ROUTING, and a veth takes it away. */
	if (trait == COMPARE_CONNTRACK) {
		what->destination = COMPARE_TARGET;
		what->target = egress ? COMPARE_LO : COMPARE_VETH;
	}
	return compare_path_has(path, direction) && (trait != COMPARE_SIZE || egress);
}

static int nft_run(const char *text, struct error_list *errors)
{
	static const char *const nft[] = { "nft", "-f", "-", NULL };

	return tool_run(nft, text, errors);
}

/* Where an original comes in, its mark has to be set by what sees it before nft does. */
static int mark_incoming(const struct compare_case *what, struct error_list *errors)
{
	static const char text[] = "filter add dev src0 ingress protocol all pref 1 "
				   EVERY_FRAME " action skbedit mark 42 continue\n";
	int error = 0;

	if (what->path == COMPARE_NFT)
		error = compare_path_tc("qdisc add dev src0 clsact\n", errors);
	return error ? error : compare_path_tc(text, errors);
}

static int way_up(const struct compare_trait_result *result, struct error_list *errors)
{
	const struct way *way = &ways[result->trait];
	char text[512];
	int error = 0;

	if (way->chain)
		error = nft_run(way->chain, errors);
	if (!error && way->spied_on) {
		snprintf(text, sizeof(text), "qdisc add dev %s clsact\nfilter add dev %s %s " TO_SPY,
			 way->spied_on, way->spied_on, way->filter);
		error = compare_path_tc(text, errors);
	}
	if (!error && result->trait == COMPARE_MARK &&
	    result->what.direction == DIRECTION_INGRESS)
		error = mark_incoming(&result->what, errors);
	return error;
}

/* Whatever of it is there: it may have failed half way. */
static void way_down(const struct compare_trait_result *result)
{
	const struct way *way = &ways[result->trait];
	struct error_list ignored = { 0 };
	char text[64];

	if (way->chain)
		nft_run("delete table netdev " TRAIT_TABLE "\n", &ignored);
	if (way->chain && result->trait == COMPARE_CONNTRACK)
		nft_run("delete table inet " TRAIT_TABLE "\n", &ignored);
	if (way->spied_on) {
		snprintf(text, sizeof(text), "qdisc del dev %s clsact\n", way->spied_on);
		compare_path_tc(text, &ignored);
	}
	if (result->trait == COMPARE_MARK && result->what.direction == DIRECTION_INGRESS &&
	    result->what.path == COMPARE_NFT)
		compare_path_tc("qdisc del dev src0 clsact\n", &ignored);
	error_clear(&ignored);
}

/* The one rule of the table, whatever its family. */
static int chain_count(struct compare_bench *bench, enum compare_trait trait,
		       unsigned int *packets, struct error_list *errors)
{
	unsigned int family = trait == COMPARE_CONNTRACK ? NFPROTO_INET : NFPROTO_NETDEV;
	struct nl_refusal refusal = { 0 };
	struct nft_state state = { 0 };
	uint64_t count = 0, bytes;
	int error;

	error = nft_state_read(&state, bench->observer.netfilter, family, TRAIT_TABLE, NFT_READ_ALL, &refusal);
	if (error)
		return nft_explain_refusal(&refusal, errors);
	if (state.chain_count == 1 && state.chains[0].rule_count == 1)
		nft_rule_counter(state.chains[0].rules[0], &count, &bytes);
	nft_state_free(&state);
	*packets = count;
	return 0;
}

static int trait_measure(struct compare_bench *bench, struct compare_trait_result *result,
			 struct error_list *errors)
{
	const struct compare_wish wish = {
		.mark = result->trait == COMPARE_MARK ? TRAIT_MARK : 0,
		.large = result->trait == COMPARE_SIZE,
	};
	const struct way *way = &ways[result->trait];
	struct compare_tap spied = { 0 };
	struct compare_heard heard;
	int spy = way->spied_on ? compare_lab_listen(bench->lab.spy) : -1;
	int error = 0;

	if (way->spied_on && spy < 0)
		return error_system(errors, spy, "cannot open a packet socket: %s",
				    strerror(-spy));
	error = compare_case_hear(bench, &result->what, &wish, false, &heard, errors);
	if (!error && spy >= 0)
		error = compare_lab_collect(spy, COMPARE_WAIT_NOT, &spied);
	result->copies = heard.target.sent;
	if (way->spied_on)
		result->value = spied.sent;
	else if (result->trait == COMPARE_CHECKSUM)
		result->value = heard.receiver.bad_checksums;
	else if (result->trait == COMPARE_SIZE)
		result->value = heard.receiver.largest;
	else if (!error)
		error = chain_count(bench, result->trait, &result->value, errors);
	if (spy >= 0)
		close(spy);
	return error;
}

int compare_trait_run(struct compare_bench *bench, struct compare_trait_result *result,
		      struct error_list *errors)
{
	struct error_list refused = { 0 };
	int error, down;

	error = compare_path_up(&result->what, bench->lab.targets[result->what.target].device,
				errors);
	if (error)
		return error;
	if (way_up(result, &refused))
		error = error_system(errors, -EOPNOTSUPP, "not found out, %s: this kernel lacks %s",
				     ways[result->trait].name, ways[result->trait].needs);
	error_clear(&refused);
	if (!error)
		error = trait_measure(bench, result, errors);
	way_down(result);
	down = compare_path_down(&result->what, errors);
	return error ? error : down;
}
