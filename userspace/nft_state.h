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

struct rule_room;

struct nft_chain_state {
	char *name;
	struct nftnl_chain *chain;
	struct nftnl_rule **rules;	/* in the kernel's order */
	size_t rule_count;
	bool is_unread;		/* its rules are still to be read: nft_state_read_rules() */
	uint64_t same_as;	/* digest of the plan's chain that it was found to be; or 0 */
};

struct nft_state {
	uint32_t generation;		/* of the whole ruleset */
	bool is_followed;		/* it was read some time ago: counters are old */
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
	struct rule_room *room;		/* for comparisons, made by the first */
};

/* Whose rules are read at once where there are many chains. Those of the others are read
 * when somebody wants to know, as elements are: each chain is a question to the kernel. */
enum nft_reading {
	NFT_READ_ALL,
	NFT_READ_COUNTERS,	/* of all but those that match and those on hooks */
	NFT_READ_WISHES,	/* of those that tell what was wished for, and of taps */
	NFT_READ_NAMES,		/* of none */
};

/* Read table @table of @family over @netfilter (NETLINK_NETFILTER), all at one
 * generation. Returns 0 or a negative errno, with @refusal where the kernel
 * said no. */
int nft_state_read(struct nft_state *state, struct nl_socket *netfilter,
		   unsigned int family, const char *table, enum nft_reading reading,
		   struct nl_refusal *refusal);
/* Is the ruleset still the one that was read? Returns 0, -EINTR where it is not, or
 * another negative errno. */
int nft_state_check(const struct nft_state *state);
/* Read the rules of a chain, if they were not. Returns 0 or a negative errno; -EINTR
 * where the ruleset is not that of @state any more. */
int nft_state_read_rules(const struct nft_state *state, const struct nft_chain_state *chain);
/* The same of the chains from the number @first to the one before @end. */
int nft_state_read_rules_of(const struct nft_state *state, size_t first, size_t end);
/* Has a chain no rules, as far as can be known? One to which others lead is not said to be
 * empty before its rules were read. */
bool nft_state_is_empty(const struct nft_state *state, const struct nft_chain_state *chain);
void nft_state_free(struct nft_state *state);

/* Take one of the messages of a transaction on the table. Returns 1; 0 where what
 * follows from it is not known, and @state has to be read anew; or -ENOMEM. */
int nft_state_follow(struct nft_state *state, const struct nlmsghdr *message);
/* Read the chains that are on @device again: before 6.14 they go with it, and later they
 * stay without it. Returns 0 or a negative errno. */
int nft_state_renew(struct nft_state *state, const char *device);

/* Is it worth while to read again only what a change was about? There are many chains, and
 * the ruleset is what one transaction made of @state, of which it takes the generation
 * then. Returns 1, 0 or a negative errno. */
int nft_state_step(struct nft_state *state);
/* Then read the chain of that name again, which may be new or gone: its rules are read when
 * somebody wants to know. And all sets. Return 0 or a negative errno. */
int nft_state_renew_chain(struct nft_state *state, const char *name);
int nft_state_renew_sets(struct nft_state *state);
/* Parts of those: @chain is taken over, unless it returns -ENOMEM. */
int nft_state_add_chain(struct nft_state *state, struct nftnl_chain *chain);
void nft_state_remove_chain(struct nft_state *state, const struct nft_chain_state *chain);
void nft_state_replace_chain(struct nft_state *state, const struct nft_chain_state *chain,
			     struct nftnl_chain *now);
void nft_state_forget_rules(struct nft_state *state, const struct nft_chain_state *chain);

/* NULL where there is none. */
const struct nft_chain_state *nft_state_find(const struct nft_state *state,
					     const char *chain);

/* The number of the first chain that is not before @name: chains whose names begin with
 * that of a mirror and "/" follow each other from here. */
size_t nft_state_first(const struct nft_state *state, const char *name);
/* The same of sets, which are in the order of strcmp(3). */
size_t nft_state_first_set(const struct nft_state *state, const char *name);

const struct nft_set *nft_state_find_set(const struct nft_state *state, const char *name);
/* Read the elements of a set, if they were not. Returns 0 or a negative errno;
 * -EINTR where the ruleset is not that of @state any more. */
int nft_state_read_elements(const struct nft_state *state, struct nft_set *set);

/* Does @state hold the chains of @plan, rule for rule and set for set, whatever
 * its counters say? Returns 1, 0 or a negative errno. */
int nft_state_has_plan(const struct nft_state *state, const struct plan *plan,
		       const struct link_table *links);

/* Has nft_state_has_plan() found that a chain is what is wanted, and does that still hold?
 * Then nobody has to look again; else nobody knows. */
bool nft_state_is_known(const struct nft_chain_state *have, const struct plan_chain *want);

/* Part of nft_state_free(). */
void nft_state_free_room(struct rule_room *room);

/* Run @visit over the expressions of a rule, with their names; stops where it
 * returns true, and then returns true. */
bool nft_rule_find(const struct nftnl_rule *rule,
		   bool (*visit)(struct nftnl_expr *, const char *, void *), void *data);

/* Readers of one rule. Each returns false where the rule has no such thing. */
bool nft_rule_counter(const struct nftnl_rule *rule, uint64_t *packets,
		      uint64_t *bytes);
bool nft_rule_dup_index(const struct nftnl_rule *rule, unsigned int *index);
bool nft_rule_fwd_index(const struct nftnl_rule *rule, unsigned int *index);
bool nft_rule_iif_index(const struct nftnl_rule *rule, unsigned int *index);
const char *nft_rule_comment(const struct nftnl_rule *rule);
const char *nft_chain_comment(const struct nft_chain_state *chain);
/* The device of a base chain, or NULL. */
const char *nft_chain_device(const struct nft_chain_state *chain);

#endif
