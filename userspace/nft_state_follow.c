// SPDX-License-Identifier: GPL-2.0-only
/*
 * A state that was read, kept up to date by what the kernel tells of changes.
 */
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "nft_state.h"

static int one_take(const struct nlmsghdr *message, void *data)
{
	return nftnl_chain_nlmsg_parse(message, data) < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

static int chain_ask(const struct nft_state *state, const char *name,
		     struct nftnl_chain *chain)
{
	struct nl_refusal refusal = { 0 };
	struct nl_buffer *buffer = nl_question(state->netfilter);
	struct nlmsghdr *message;

	message = nft_request_begin(buffer, NFT_MSG_GETCHAIN, NLM_F_ACK, state->family,
				    NFT_MESSAGE_NONE, name);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, state->table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, name);
	nl_message_end(buffer, message);
	return nl_query(state->netfilter, buffer, one_take, chain, &refusal);
}

/* Returns 1 where the chain is gone, 0, or a negative errno. */
static int chain_renew(struct nft_state *state, struct nft_chain_state *have)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	int error = chain ? chain_ask(state, have->name, chain) : -ENOMEM;

	if (!error) {
		nft_state_replace_chain(state, have, chain);
		return 0;
	}
	if (chain)
		nftnl_chain_free(chain);
	if (error != -ENOENT)
		return error;
	nft_state_remove_chain(state, have);
	return 1;
}

int nft_state_renew(struct nft_state *state, const char *device)
{
	size_t i = 0;
	int gone = 0;

	while (i < state->chain_count && gone >= 0) {
		const char *on = nft_chain_device(&state->chains[i]);

		gone = on && !strcmp(on, device) ? chain_renew(state, &state->chains[i]) : 0;
		i += !gone;
	}
	return gone < 0 ? gone : 0;
}

static int chain_add(struct nft_state *state, const char *name)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	int error = chain ? chain_ask(state, name, chain) : -ENOMEM;

	if (!error)
		error = nft_state_add_chain(state, chain);
	if (error && chain)
		nftnl_chain_free(chain);
	return error == -ENOENT ? 0 : error;
}

int nft_state_renew_chain(struct nft_state *state, const char *name)
{
	const struct nft_chain_state *have = nft_state_find(state, name);
	int error;

	error = have ? chain_renew(state, (struct nft_chain_state *)have) :
		chain_add(state, name);
	if (error)
		return error > 0 ? 0 : error;
	have = nft_state_find(state, name);
	if (have)
		nft_state_forget_rules(state, have);
	return 0;
}

static int chain_new(struct nft_state *state, const struct nlmsghdr *message)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	int result = -ENOMEM;

	if (!chain)
		return result;
	if (nftnl_chain_nlmsg_parse(message, chain) < 0)
		result = 0;
	else if (nft_state_find(state, nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME)))
		result = 0;	/* another policy, other devices */
	else
		result = nft_state_add_chain(state, chain) ? -ENOMEM : 1;
	if (result <= 0)
		nftnl_chain_free(chain);
	return result;
}

static int chain_gone(struct nft_state *state, const struct nlmsghdr *message)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	const struct nft_chain_state *have = NULL;

	if (!chain)
		return -ENOMEM;
	/* Without hooks it is the whole chain that goes. */
	if (nftnl_chain_nlmsg_parse(message, chain) >= 0)
		have = nft_state_find(state, nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME));
	nftnl_chain_free(chain);
	if (!have || have->rule_count)
		return 0;
	nft_state_remove_chain(state, have);
	return 1;
}

/* Where a rule goes is told in part: a position is the rule before it, and without
 * one it is the first or the last. */
static bool is_appended(const struct nft_chain_state *chain, const struct nftnl_rule *rule,
			uint16_t flags)
{
	const struct nftnl_rule *last;

	if (!chain->rule_count || flags & NLM_F_APPEND)
		return true;
	last = chain->rules[chain->rule_count - 1];
	return nftnl_rule_is_set(rule, NFTNL_RULE_POSITION) &&
	       nftnl_rule_get_u64(rule, NFTNL_RULE_POSITION) ==
	       nftnl_rule_get_u64(last, NFTNL_RULE_HANDLE);
}

static int rule_add(struct nft_chain_state *chain, struct nftnl_rule *rule)
{
	struct nftnl_rule **rules;

	rules = reallocarray(chain->rules, chain->rule_count + 1, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	chain->rules = rules;
	rules[chain->rule_count++] = rule;
	chain->same_as = 0;
	return 1;
}

static bool rule_remove(struct nft_chain_state *chain, uint64_t handle)
{
	size_t i;

	for (i = 0; i < chain->rule_count; i++) {
		if (nftnl_rule_get_u64(chain->rules[i], NFTNL_RULE_HANDLE) != handle)
			continue;
		nftnl_rule_free(chain->rules[i]);
		chain->same_as = 0;
		memmove(&chain->rules[i], &chain->rules[i + 1],
			(--chain->rule_count - i) * sizeof(*chain->rules));
		return true;
	}
	return false;
}

static int rule_follow(struct nft_state *state, const struct nlmsghdr *message, bool gone)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nft_chain_state *chain = NULL;
	int result = 0;

	if (!rule)
		return -ENOMEM;
	if (nftnl_rule_nlmsg_parse(message, rule) >= 0)
		chain = (struct nft_chain_state *)
			nft_state_find(state, nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN));
	if (chain && gone)
		result = rule_remove(chain, nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE));
	else if (chain && is_appended(chain, rule, message->nlmsg_flags))
		result = rule_add(chain, rule);
	if (gone || result <= 0)
		nftnl_rule_free(rule);
	return result;
}

int nft_state_follow(struct nft_state *state, const struct nlmsghdr *message)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);

	if (header->nfgen_family != state->family || !state->table_present)
		return 0;
	switch (NFNL_MSG_TYPE(message->nlmsg_type)) {
	case NFT_MSG_NEWCHAIN: return chain_new(state, message);
	case NFT_MSG_DELCHAIN: return chain_gone(state, message);
	case NFT_MSG_NEWRULE: return rule_follow(state, message, false);
	case NFT_MSG_DELRULE: return rule_follow(state, message, true);
	default: return 0;
	}
}
