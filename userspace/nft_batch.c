// SPDX-License-Identifier: GPL-2.0-only
#include "nft_batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

/* nft(8) keeps comments as type 0 in all three kinds of object. */
#define COMMENT_TYPE 0
#define COMMENT_ROOM (2 + PLAN_COMMENT_MAX + 1)

size_t nft_comment_put(uint8_t *bytes, const char *comment)
{
	size_t length = strnlen(comment, PLAN_COMMENT_MAX) + 1;

	bytes[0] = COMMENT_TYPE;
	bytes[1] = length;
	memcpy(bytes + 2, comment, length - 1);
	bytes[1 + length] = '\0';
	return 2 + length;
}

const char *nft_comment_get(const void *data, size_t length)
{
	const uint8_t *bytes = data;

	while (bytes && length >= 2 && (size_t)bytes[1] + 2 <= length) {
		if (bytes[0] == COMMENT_TYPE && bytes[1] && !bytes[1 + bytes[1]])
			return (const char *)bytes + 2;
		length -= 2 + bytes[1];
		bytes += 2 + bytes[1];
	}
	return NULL;
}

static struct nlmsghdr *message_begin(struct nl_buffer *buffer, uint16_t type,
				      uint16_t flags, unsigned int family,
				      enum nft_message kind, const char *what)
{
	struct nfgenmsg *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, (NFNL_SUBSYS_NFTABLES << 8) | type,
				   NLM_F_ACK | flags, kind, what);
	if (!message)
		return NULL;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
	return message;
}

/* The frame of a transaction: not nf_tables messages, and not acknowledged. */
static int frame_put(struct nl_buffer *buffer, uint16_t type, uint32_t generation)
{
	struct nfgenmsg *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, type, 0, NFT_MESSAGE_BATCH, "transaction");
	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = AF_UNSPEC;
	header->version = NFNETLINK_V0;
	header->res_id = htons(NFNL_SUBSYS_NFTABLES);
	if (generation)
		mnl_attr_put_u32(message, NFNL_BATCH_GENID, htonl(generation));
	nl_message_end(buffer, message);
	return 0;
}

int nft_batch_begin(struct nl_buffer *buffer, uint32_t generation)
{
	return frame_put(buffer, NFNL_MSG_BATCH_BEGIN, generation);
}

int nft_batch_end(struct nl_buffer *buffer)
{
	return frame_put(buffer, NFNL_MSG_BATCH_END, 0);
}

int nft_batch_add_table(struct nl_buffer *buffer, const struct plan *plan)
{
	struct nftnl_table *table = nftnl_table_alloc();
	uint8_t comment[COMMENT_ROOM];
	struct nlmsghdr *message;
	int error = -ENOMEM;

	if (!table)
		return -ENOMEM;
	nftnl_table_set_u32(table, NFTNL_TABLE_FAMILY, plan->family);
	if (nftnl_table_set_str(table, NFTNL_TABLE_NAME, plan->table))
		goto out_free;
	if (plan->table_comment &&
	    nftnl_table_set_data(table, NFTNL_TABLE_USERDATA, comment,
				 nft_comment_put(comment, plan->table_comment)))
		goto out_free;
	message = message_begin(buffer, NFT_MSG_NEWTABLE, NLM_F_CREATE, plan->family,
				NFT_MESSAGE_TABLE, plan->table);
	if (!message)
		goto out_free;
	nftnl_table_nlmsg_build_payload(message, table);
	nl_message_end(buffer, message);
	error = 0;
out_free:
	nftnl_table_free(table);
	return error;
}

static enum nft_message chain_kind(const struct plan *plan, const struct plan_chain *chain)
{
	if (!chain->is_base || plan->family != NFPROTO_NETDEV)
		return NFT_MESSAGE_CHAIN;
	return chain->hook == NF_NETDEV_INGRESS ? NFT_MESSAGE_INGRESS_CHAIN :
	       NFT_MESSAGE_EGRESS_CHAIN;
}

static int chain_fill(struct nftnl_chain *object, const struct plan *plan,
		      const struct plan_chain *chain)
{
	uint8_t comment[COMMENT_ROOM];

	nftnl_chain_set_u32(object, NFTNL_CHAIN_FAMILY, plan->family);
	if (nftnl_chain_set_str(object, NFTNL_CHAIN_TABLE, plan->table) ||
	    nftnl_chain_set_str(object, NFTNL_CHAIN_NAME, chain->name))
		return -ENOMEM;
	if (chain->comment &&
	    nftnl_chain_set_data(object, NFTNL_CHAIN_USERDATA, comment,
				 nft_comment_put(comment, chain->comment)))
		return -ENOMEM;
	if (!chain->is_base)
		return 0;
	if (nftnl_chain_set_str(object, NFTNL_CHAIN_TYPE, "filter"))
		return -ENOMEM;
	nftnl_chain_set_u32(object, NFTNL_CHAIN_HOOKNUM, chain->hook);
	nftnl_chain_set_s32(object, NFTNL_CHAIN_PRIO, chain->priority);
	nftnl_chain_set_u32(object, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	if (*chain->device &&
	    nftnl_chain_set_str(object, NFTNL_CHAIN_DEV, chain->device))
		return -ENOMEM;
	return 0;
}

int nft_batch_add_chains(struct nl_buffer *buffer, const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->chain_count; i++) {
		const struct plan_chain *chain = plan->chains[i];
		struct nftnl_chain *object = nftnl_chain_alloc();
		struct nlmsghdr *message = NULL;

		if (object && !chain_fill(object, plan, chain))
			message = message_begin(buffer, NFT_MSG_NEWCHAIN,
						NLM_F_CREATE | NLM_F_EXCL,
						plan->family, chain_kind(plan, chain),
						chain->is_base && *chain->device ?
						chain->device : chain->name);
		if (message) {
			nftnl_chain_nlmsg_build_payload(message, object);
			nl_message_end(buffer, message);
		}
		if (object)
			nftnl_chain_free(object);
		if (!message)
			return -ENOMEM;
	}
	return 0;
}

/* Add an expression of @name; the attributes follow by the caller. */
static struct nftnl_expr *expression_add(struct nftnl_rule *rule, const char *name)
{
	struct nftnl_expr *expression = nftnl_expr_alloc(name);

	if (expression)
		nftnl_rule_add_expr(rule, expression);
	return expression;
}

static int load_add(struct nftnl_rule *rule, const struct plan_field_info *info)
{
	static const uint32_t bases[] = {
		[BASE_LINK] = NFT_PAYLOAD_LL_HEADER,
		[BASE_NETWORK] = NFT_PAYLOAD_NETWORK_HEADER,
		[BASE_TRANSPORT] = NFT_PAYLOAD_TRANSPORT_HEADER,
	};
	struct nftnl_expr *load;

	load = expression_add(rule, info->base == BASE_META ? "meta" : "payload");
	if (!load)
		return -ENOMEM;
	if (info->base == BASE_META) {
		nftnl_expr_set_u32(load, NFTNL_EXPR_META_KEY, info->offset);
		nftnl_expr_set_u32(load, NFTNL_EXPR_META_DREG, NFT_REG_1);
		return 0;
	}
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_BASE, bases[info->base]);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_OFFSET, info->offset);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_LEN, info->length);
	return 0;
}

static int mask_add(struct nftnl_rule *rule, const uint8_t *mask, size_t length)
{
	static const uint8_t zero[PLAN_VALUE_MAX];
	struct nftnl_expr *bitwise = expression_add(rule, "bitwise");

	if (!bitwise)
		return -ENOMEM;
	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(bitwise, NFTNL_EXPR_BITWISE_LEN, length);
	nftnl_expr_set_data(bitwise, NFTNL_EXPR_BITWISE_MASK, mask, length);
	nftnl_expr_set_data(bitwise, NFTNL_EXPR_BITWISE_XOR, zero, length);
	return 0;
}

/* load, and with a mask, compare */
static int test_add(struct nftnl_rule *rule, const struct plan_test *test)
{
	struct plan_field_info place = plan_place_info(&test->place);
	const struct plan_field_info *info = &place;
	struct nftnl_expr *compare;

	if (load_add(rule, info))
		return -ENOMEM;
	if (test->masked && mask_add(rule, test->mask, info->length))
		return -ENOMEM;
	compare = expression_add(rule, "cmp");
	if (!compare)
		return -ENOMEM;
	nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_OP,
			   test->not_equal ? NFT_CMP_NEQ : NFT_CMP_EQ);
	nftnl_expr_set_data(compare, NFTNL_EXPR_CMP_DATA, test->value, info->length);
	return 0;
}

static int counter_add(struct nftnl_rule *rule, uint64_t packets, uint64_t bytes)
{
	struct nftnl_expr *counter = expression_add(rule, "counter");

	if (!counter)
		return -ENOMEM;
	nftnl_expr_set_u64(counter, NFTNL_EXPR_CTR_PACKETS, packets);
	nftnl_expr_set_u64(counter, NFTNL_EXPR_CTR_BYTES, bytes);
	return 0;
}

static int dup_add(struct nftnl_rule *rule, const char *device,
		   const struct link_table *links)
{
	const struct link *link = link_find(links, device);
	uint32_t index = link ? link->index : 0;
	struct nftnl_expr *immediate, *dup;

	immediate = expression_add(rule, "immediate");
	dup = expression_add(rule, "dup");
	if (!immediate || !dup)
		return -ENOMEM;
	nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set_data(immediate, NFTNL_EXPR_IMM_DATA, &index, sizeof(index));
	nftnl_expr_set_u32(dup, NFTNL_EXPR_DUP_SREG_DEV, NFT_REG_1);
	return 0;
}

static int verdict_add(struct nftnl_rule *rule, const struct plan_verdict *verdict)
{
	static const int codes[] = {
		[VERDICT_ACCEPT] = NF_ACCEPT, [VERDICT_RETURN] = NFT_RETURN,
		[VERDICT_JUMP] = NFT_JUMP, [VERDICT_GOTO] = NFT_GOTO,
	};
	struct nftnl_expr *immediate = expression_add(rule, "immediate");

	if (!immediate)
		return -ENOMEM;
	nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_VERDICT, codes[verdict->kind]);
	if (verdict->chain &&
	    nftnl_expr_set_str(immediate, NFTNL_EXPR_IMM_CHAIN, verdict->chain))
		return -ENOMEM;
	return 0;
}

static int statement_add(struct nftnl_rule *rule, const struct plan_statement *statement,
			 const struct link_table *links)
{
	switch (statement->kind) {
	case STATEMENT_TEST:
		return test_add(rule, &statement->test);
	case STATEMENT_RANGES:
		return -EOPNOTSUPP;	/* follows */
	case STATEMENT_COUNTER:
		return counter_add(rule, statement->counter.packets,
				   statement->counter.bytes);
	case STATEMENT_DUP:
		return dup_add(rule, statement->device, links);
	case STATEMENT_VERDICT:
		return verdict_add(rule, &statement->verdict);
	}
	return -EINVAL;
}

struct nftnl_rule *nft_rule_build(const struct plan *plan,
				  const struct plan_chain *chain,
				  const struct plan_rule *rule,
				  const struct link_table *links)
{
	struct nftnl_rule *object = nftnl_rule_alloc();
	uint8_t comment[COMMENT_ROOM];
	size_t i;

	if (!object)
		return NULL;
	nftnl_rule_set_u32(object, NFTNL_RULE_FAMILY, plan->family);
	if (nftnl_rule_set_str(object, NFTNL_RULE_TABLE, plan->table) ||
	    nftnl_rule_set_str(object, NFTNL_RULE_CHAIN, chain->name))
		goto fail;
	if (rule->comment &&
	    nftnl_rule_set_data(object, NFTNL_RULE_USERDATA, comment,
				nft_comment_put(comment, rule->comment)))
		goto fail;
	for (i = 0; i < rule->count; i++)
		if (statement_add(object, &rule->statements[i], links))
			goto fail;
	return object;

fail:
	nftnl_rule_free(object);
	return NULL;
}

static bool rule_has_dup(const struct plan_rule *rule)
{
	return rule->count && rule->statements[rule->count - 1].kind == STATEMENT_DUP;
}

static int rule_put(struct nl_buffer *buffer, const struct plan *plan,
		    const struct plan_chain *chain, const struct plan_rule *rule,
		    const struct link_table *links)
{
	struct nftnl_rule *object = nft_rule_build(plan, chain, rule, links);
	struct nlmsghdr *message = NULL;

	if (object)
		message = message_begin(buffer, NFT_MSG_NEWRULE,
					NLM_F_CREATE | NLM_F_APPEND, plan->family,
					rule_has_dup(rule) ? NFT_MESSAGE_DUP_RULE :
					NFT_MESSAGE_RULE, chain->name);
	if (message) {
		nftnl_rule_nlmsg_build_payload(message, object);
		nl_message_end(buffer, message);
	}
	if (object)
		nftnl_rule_free(object);
	return message ? 0 : -ENOMEM;
}

int nft_batch_add_rules(struct nl_buffer *buffer, const struct plan *plan,
			const struct link_table *links)
{
	size_t i, j;

	for (i = 0; i < plan->chain_count; i++) {
		const struct plan_chain *chain = plan->chains[i];

		for (j = 0; j < chain->rule_count; j++)
			if (rule_put(buffer, plan, chain, &chain->rules[j], links))
				return -ENOMEM;
	}
	return 0;
}

static int delete_put(struct nl_buffer *buffer, uint16_t type, unsigned int family,
		      uint16_t table_attribute, const char *table,
		      uint16_t chain_attribute, const char *chain)
{
	struct nlmsghdr *message;

	message = message_begin(buffer, type, 0, family, NFT_MESSAGE_DELETE,
				chain ? chain : table);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, table_attribute, table);
	if (chain)
		mnl_attr_put_strz(message, chain_attribute, chain);
	nl_message_end(buffer, message);
	return 0;
}

int nft_batch_delete_table(struct nl_buffer *buffer, unsigned int family,
			   const char *table)
{
	return delete_put(buffer, NFT_MSG_DELTABLE, family, NFTA_TABLE_NAME, table, 0, NULL);
}

int nft_batch_flush_chain(struct nl_buffer *buffer, unsigned int family,
			  const char *table, const char *chain)
{
	return delete_put(buffer, NFT_MSG_DELRULE, family, NFTA_RULE_TABLE, table,
			  NFTA_RULE_CHAIN, chain);
}

int nft_batch_delete_chain(struct nl_buffer *buffer, unsigned int family,
			   const char *table, const char *chain)
{
	return delete_put(buffer, NFT_MSG_DELCHAIN, family, NFTA_CHAIN_TABLE, table,
			  NFTA_CHAIN_NAME, chain);
}
