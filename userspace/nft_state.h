/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel holds of a table of ours: the read half of nft_batch.h.
 */
#ifndef NFT_STATE_H
#define NFT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "nft_set.h"
#include "nl.h"
#include "plan.h"

struct nftnl_chain;
struct nftnl_expr;
struct nftnl_rule;

struct nft_chain_state {
	char *name;
	struct nftnl_chain *chain;
	struct nftnl_rule **rules;	/* in the kernel's order */
	size_t rule_count;
};

struct nft_state {
	uint32_t generation;		/* of the whole ruleset */
	bool table_present;
	char *table_comment;		/* or NULL */
	struct nft_chain_state *chains;	/* by name, "/" first: see name_compare() */
	size_t chain_count;
	/* The anonymous ones and the mirrors' own, by name. Elements are read when
	 * somebody wants to know: the kernel takes its time for many of them. */
	struct nft_set *sets;
	size_t set_count, set_room;
	/* Of whom to ask for them, as long as the socket is open. */
	struct nl_socket *netfilter;
	unsigned int family;
	char *table;
};

/* Read table @table of @family over @netfilter (NETLINK_NETFILTER), all at one
 * generation. Returns 0 or a negative errno, with @refusal where the kernel
 * said no. */
int nft_state_read(struct nft_state *state, struct nl_socket *netfilter,
		   unsigned int family, const char *table,
		   struct nl_refusal *refusal);
void nft_state_free(struct nft_state *state);

/* NULL where there is none. */
const struct nft_chain_state *nft_state_find(const struct nft_state *state,
					     const char *chain);

const struct nft_set *nft_state_find_set(const struct nft_state *state, const char *name);
/* Read the elements of a set, if they were not. Returns 0 or a negative errno;
 * -EINTR where the ruleset is not that of @state any more. */
int nft_state_read_elements(const struct nft_state *state, struct nft_set *set);

/* Does @state hold the chains of @plan, rule for rule and set for set, whatever
 * its counters say? Returns 1, 0 or a negative errno. */
int nft_state_has_plan(const struct nft_state *state, const struct plan *plan,
		       const struct link_table *links);

/* Run @visit over the expressions of a rule, with their names; stops where it
 * returns true, and then returns true. */
bool nft_rule_find(const struct nftnl_rule *rule,
		   bool (*visit)(struct nftnl_expr *, const char *, void *), void *data);

/* Readers of one rule. Each returns false where the rule has no such thing. */
bool nft_rule_counter(const struct nftnl_rule *rule, uint64_t *packets,
		      uint64_t *bytes);
bool nft_rule_dup_index(const struct nftnl_rule *rule, unsigned int *index);
const char *nft_rule_comment(const struct nftnl_rule *rule);
const char *nft_chain_comment(const struct nft_chain_state *chain);
/* The device of a base chain, or NULL. */
const char *nft_chain_device(const struct nft_chain_state *chain);

#endif
