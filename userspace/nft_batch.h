/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plan to nf_tables messages. Names become indexes here. Nothing is sent.
 */
#ifndef NFT_BATCH_H
#define NFT_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "nft_form.h"
#include "nl.h"
#include "plan.h"

struct nftnl_rule;

/* What a message is about: nl_note.kind. */
enum nft_message {
	NFT_MESSAGE_NONE,
	NFT_MESSAGE_BATCH,
	NFT_MESSAGE_TABLE,
	NFT_MESSAGE_INET_TABLE,
	NFT_MESSAGE_INGRESS_CHAIN,
	NFT_MESSAGE_EGRESS_CHAIN,
	NFT_MESSAGE_CHAIN,
	NFT_MESSAGE_SET,
	NFT_MESSAGE_RULE,
	/* Rules with one statement of a kind that kernels can lack, or several. */
	NFT_MESSAGE_DUP_RULE,
	NFT_MESSAGE_FWD_RULE,
	NFT_MESSAGE_CHANCE_RULE,	/* samples by chance, and by flow */
	NFT_MESSAGE_FLOW_RULE,
	NFT_MESSAGE_LIMIT_RULE,
	NFT_MESSAGE_NOTRACK_RULE,
	NFT_MESSAGE_MIXED_RULE,
	NFT_MESSAGE_DELETE,
};

/* Begin a message to nf_tables with just @flags, NULL without memory;
 * nl_message_end() completes it. */
struct nlmsghdr *nft_request_begin(struct nl_buffer *buffer, uint16_t type,
				   uint16_t flags, unsigned int family,
				   enum nft_message kind, const char *what);
/* The same for a change, which asks for an answer. */
struct nlmsghdr *nft_message_begin(struct nl_buffer *buffer, uint16_t type,
				   uint16_t flags, unsigned int family,
				   enum nft_message kind, const char *what);

/* One transaction: begin, any of the others, end. @generation is the ruleset's
 * that the changes were worked out from: if it is another by now the kernel
 * answers ERESTART. 0 does not ask. All return 0 or -ENOMEM. */
int nft_batch_begin(struct nl_buffer *buffer, uint32_t generation);
int nft_batch_end(struct nl_buffer *buffer);

int nft_batch_add_table(struct nl_buffer *buffer, const struct plan *plan);
/* All sets and chains of @plan first, then all rules, so that rules find what they
 * name. Each rule has its anonymous sets before it. */
int nft_batch_add_sets(struct nl_buffer *buffer, const struct plan *plan);
int nft_batch_add_chains(struct nl_buffer *buffer, const struct plan *plan);
int nft_batch_add_rules(struct nl_buffer *buffer, const struct plan *plan,
			const struct link_table *links);
/* The three, in that order. */
int nft_batch_add_contents(struct nl_buffer *buffer, const struct plan *plan,
			   const struct link_table *links);
/* A whole transaction, from begin to end, after which the table holds @plan and
 * nothing else. It need not exist before. */
int nft_batch_replace_table(struct nl_buffer *buffer, const struct plan *plan,
			    const struct link_table *links);

int nft_batch_delete_table(struct nl_buffer *buffer, unsigned int family,
			   const char *table);
int nft_batch_flush_chain(struct nl_buffer *buffer, unsigned int family,
			  const char *table, const char *chain);
int nft_batch_delete_chain(struct nl_buffer *buffer, unsigned int family,
			   const char *table, const char *chain);
/* The chain with @handle is called @chain from the end of the transaction on. */
int nft_batch_rename_chain(struct nl_buffer *buffer, unsigned int family,
			   const char *table, uint64_t handle, const char *chain);
int nft_batch_delete_set(struct nl_buffer *buffer, unsigned int family,
			 const char *table, const char *set);

/* One rule as libnftnl object, NULL without memory. @forms are its tests, by
 * nft_forms_make(); the anonymous sets that it looks up are numbered from @set_id on;
 * or all of them have @set_names, as the kernel says, if that is not NULL. */
struct nftnl_rule *nft_rule_build(const struct plan *plan,
				  const struct plan_chain *chain,
				  const struct plan_rule *rule,
				  const struct nft_form *forms,
				  const struct link_table *links, uint32_t set_id,
				  const char *const *set_names);

/* nft(8)'s comment attribute: type 0, a string with its NUL. Writes it to
 * @bytes, of at least 2 + 129, and returns the length in use. */
size_t nft_comment_put(uint8_t *bytes, const char *comment);
/* The comment in user data of a table (type 0), chain (0) or rule (0), or NULL;
 * it points into @data. */
const char *nft_comment_get(const void *data, size_t length);

#endif
