// SPDX-License-Identifier: GPL-2.0-only
#include "nft_batch.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft_set.h"

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

struct nlmsghdr *nft_request_begin(struct nl_buffer *buffer, uint16_t type,
				   uint16_t flags, unsigned int family,
				   enum nft_message kind, const char *what)
{
	struct nfgenmsg *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, (NFNL_SUBSYS_NFTABLES << 8) | type,
				   flags, kind, what);
	if (!message)
		return NULL;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = family;
	header->version = NFNETLINK_V0;
	return message;
}

struct nlmsghdr *nft_message_begin(struct nl_buffer *buffer, uint16_t type,
				   uint16_t flags, unsigned int family,
				   enum nft_message kind, const char *what)
{
	return nft_request_begin(buffer, type, NLM_F_ACK | flags, family, kind, what);
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
	message = nft_message_begin(buffer, NFT_MSG_NEWTABLE, NLM_F_CREATE, plan->family,
				    plan->family == NFPROTO_INET ? NFT_MESSAGE_INET_TABLE :
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

#define CHAIN_NAME_ROOM 256

/* What a chain that no hook leads to is called in messages: @name, or with
 * plan->is_next another, written to @text of CHAIN_NAME_ROOM. */
static const char *chain_name(const struct plan *plan, const char *name, char *text)
{
	size_t length = strlen(PLAN_CHAIN_PREFIX);

	if (!plan->is_next || strncmp(name, PLAN_CHAIN_PREFIX, length))
		return name;
	snprintf(text, CHAIN_NAME_ROOM, PLAN_NEXT_PREFIX "%s", name + length);
	return text;
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
	char text[CHAIN_NAME_ROOM];

	nftnl_chain_set_u32(object, NFTNL_CHAIN_FAMILY, plan->family);
	if (nftnl_chain_set_str(object, NFTNL_CHAIN_TABLE, plan->table) ||
	    nftnl_chain_set_str(object, NFTNL_CHAIN_NAME, chain->is_base ? chain->name :
				chain_name(plan, chain->name, text)))
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
			message = nft_message_begin(buffer, NFT_MSG_NEWCHAIN,
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

/* Where a prefix ends with a byte, nft loads no more than that. */
static size_t load_length(const struct nft_form *form)
{
	return form->compare == COMPARE_PREFIX && !(form->prefix % 8) ?
	       form->prefix / 8 : form->place.info.length;
}

static int meta_load_add(struct nftnl_rule *rule, uint32_t key, uint32_t to)
{
	struct nftnl_expr *load = expression_add(rule, "meta");

	if (!load)
		return -ENOMEM;
	nftnl_expr_set_u32(load, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(load, NFTNL_EXPR_META_DREG, to);
	return 0;
}

static int load_add(struct nftnl_rule *rule, const struct nft_place *place, size_t length,
		    uint32_t to)
{
	static const uint32_t bases[] = {
		[BASE_LINK] = NFT_PAYLOAD_LL_HEADER,
		[BASE_NETWORK] = NFT_PAYLOAD_NETWORK_HEADER,
		[BASE_TRANSPORT] = NFT_PAYLOAD_TRANSPORT_HEADER,
	};
	struct nftnl_expr *load;

	if (place->info.base == BASE_META)
		return meta_load_add(rule, place->info.offset, to);
	load = expression_add(rule, "payload");
	if (!load)
		return -ENOMEM;
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_DREG, to);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_BASE, bases[place->info.base]);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_OFFSET, place->info.offset);
	nftnl_expr_set_u32(load, NFTNL_EXPR_PAYLOAD_LEN, length);
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

static int prefix_mask_add(struct nftnl_rule *rule, const struct nft_form *form)
{
	uint8_t mask[PLAN_VALUE_MAX] = { 0 };
	unsigned int bit;

	for (bit = 0; bit < form->prefix; bit++)
		mask[bit / 8] |= 0x80 >> bit % 8;
	return mask_add(rule, mask, form->place.info.length);
}

/* From this machine's order to the packet's. */
static int turn_add(struct nftnl_rule *rule, size_t length)
{
	struct nftnl_expr *turn = expression_add(rule, "byteorder");

	if (!turn)
		return -ENOMEM;
	nftnl_expr_set_u32(turn, NFTNL_EXPR_BYTEORDER_SREG, NFT_REG_1);
	nftnl_expr_set_u32(turn, NFTNL_EXPR_BYTEORDER_DREG, NFT_REG_1);
	nftnl_expr_set_u32(turn, NFTNL_EXPR_BYTEORDER_OP, NFT_BYTEORDER_HTON);
	nftnl_expr_set_u32(turn, NFTNL_EXPR_BYTEORDER_LEN, length);
	nftnl_expr_set_u32(turn, NFTNL_EXPR_BYTEORDER_SIZE, length);
	return 0;
}

static int bytes_compare_add(struct nftnl_rule *rule, uint32_t operation, const void *bytes,
			     size_t length)
{
	struct nftnl_expr *compare = expression_add(rule, "cmp");

	if (!compare)
		return -ENOMEM;
	nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(compare, NFTNL_EXPR_CMP_OP, operation);
	nftnl_expr_set_data(compare, NFTNL_EXPR_CMP_DATA, bytes, length);
	return 0;
}

static int compare_add(struct nftnl_rule *rule, uint32_t operation,
		       const struct nft_form *form, const uint8_t *value)
{
	uint8_t bytes[PLAN_VALUE_MAX];

	nft_form_value(bytes, form, value);
	return bytes_compare_add(rule, operation, bytes, load_length(form));
}

static int between_add(struct nftnl_rule *rule, const struct nft_form *form)
{
	struct nftnl_expr *range;

	if (!form->negated)
		return compare_add(rule, NFT_CMP_GTE, form, form->only.low) ?:
		       compare_add(rule, NFT_CMP_LTE, form, form->only.high);
	range = expression_add(rule, "range");
	if (!range)
		return -ENOMEM;
	nftnl_expr_set_u32(range, NFTNL_EXPR_RANGE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(range, NFTNL_EXPR_RANGE_OP, NFT_RANGE_NEQ);
	nftnl_expr_set_data(range, NFTNL_EXPR_RANGE_FROM_DATA, form->only.low,
			    form->place.info.length);
	nftnl_expr_set_data(range, NFTNL_EXPR_RANGE_TO_DATA, form->only.high,
			    form->place.info.length);
	return 0;
}

/* How a rule calls its sets. */
struct set_naming {
	uint32_t id;			/* of the next one */
	const char *const *names;	/* or NULL: by their numbers */
};

static int lookup_add(struct nftnl_rule *rule, const struct nft_form *form,
		      struct set_naming *naming)
{
	const char *name = naming->names ? *naming->names++ :
			   form->set ? form->set->name : NFT_SET_NAME;
	struct nftnl_expr *lookup = expression_add(rule, "lookup");

	if (!lookup || nftnl_expr_set_str(lookup, NFTNL_EXPR_LOOKUP_SET, name))
		return -ENOMEM;
	nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	if (!naming->names && !form->set)
		nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_SET_ID, naming->id++);
	if (form->negated)
		nftnl_expr_set_u32(lookup, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	return 0;
}

/* Each place goes to where the key has it, counted in registers of 4 bytes. Four
 * of them have another number as well, by which the kernel calls them. */
static int rows_add(struct nftnl_rule *rule, const struct nft_form *form,
		    struct set_naming *naming)
{
	size_t word = 0, i;

	for (i = 0; i < form->rows->place_count; i++) {
		const struct nft_place *place = &form->places[i];

		if (load_add(rule, place, place->info.length,
			     word % 4 ? NFT_REG32_00 + word : NFT_REG_1 + word / 4))
			return -ENOMEM;
		word += (place->info.length + 3) / 4;
	}
	return lookup_add(rule, form, naming);
}

/* Load, and with a mask, turn the bytes around where they have an order of their
 * own, compare. */
static int form_add(struct nftnl_rule *rule, const struct nft_form *form,
		    struct set_naming *naming)
{
	bool negated = form->negated;
	uint8_t mask[PLAN_VALUE_MAX];

	if (form->compare == COMPARE_ROWS)
		return rows_add(rule, form, naming);
	nft_place_value(mask, &form->place, form->mask);
	if (load_add(rule, &form->place, load_length(form), NFT_REG_1) ||
	    (form->masked && mask_add(rule, mask, form->place.info.length)) ||
	    (nft_form_turns(form) && turn_add(rule, form->place.info.length)))
		return -ENOMEM;
	switch (form->compare) {
	case COMPARE_PREFIX:
		if (form->prefix % 8 && prefix_mask_add(rule, form))
			return -ENOMEM;
		/* fall through */
	case COMPARE_EQUAL:
		return compare_add(rule, negated ? NFT_CMP_NEQ : NFT_CMP_EQ, form,
				   form->only.low);
	case COMPARE_AT_MOST:
		return compare_add(rule, negated ? NFT_CMP_GT : NFT_CMP_LTE, form,
				   form->only.high);
	case COMPARE_AT_LEAST:
		return compare_add(rule, negated ? NFT_CMP_LT : NFT_CMP_GTE, form,
				   form->only.low);
	case COMPARE_BETWEEN:
		return between_add(rule, form);
	case COMPARE_SET:
	case COMPARE_INTERVALS:
	case COMPARE_ROWS:
		return lookup_add(rule, form, naming);
	}
	return -EINVAL;
}

/* A number of this machine, in the first register. */
static int number_add(struct nftnl_rule *rule, uint32_t number)
{
	struct nftnl_expr *immediate = expression_add(rule, "immediate");

	if (!immediate)
		return -ENOMEM;
	nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_1);
	nftnl_expr_set_data(immediate, NFTNL_EXPR_IMM_DATA, &number, sizeof(number));
	return 0;
}

/* A number below @every, by chance or by flow, is zero. */
static int sample_add(struct nftnl_rule *rule, const struct plan_sample *sample)
{
	struct nftnl_expr *number = expression_add(rule, sample->flows ? "hash" : "numgen");
	const uint32_t zero = 0;

	if (!number)
		return -ENOMEM;
	if (sample->flows) {
		nftnl_expr_set_u32(number, NFTNL_EXPR_HASH_DREG, NFT_REG_1);
		nftnl_expr_set_u32(number, NFTNL_EXPR_HASH_MODULUS, sample->every);
		nftnl_expr_set_u32(number, NFTNL_EXPR_HASH_TYPE, NFT_HASH_SYM);
	} else {
		nftnl_expr_set_u32(number, NFTNL_EXPR_NG_DREG, NFT_REG_1);
		nftnl_expr_set_u32(number, NFTNL_EXPR_NG_MODULUS, sample->every);
		nftnl_expr_set_u32(number, NFTNL_EXPR_NG_TYPE, NFT_NG_RANDOM);
		nftnl_expr_set_u32(number, NFTNL_EXPR_NG_OFFSET, 0);
	}
	return bytes_compare_add(rule, sample->negated ? NFT_CMP_NEQ : NFT_CMP_EQ, &zero,
				 sizeof(zero));
}

static int limit_add(struct nftnl_rule *rule, const struct plan_limit *wish)
{
	struct nftnl_expr *limit = expression_add(rule, "limit");

	if (!limit)
		return -ENOMEM;
	nftnl_expr_set_u64(limit, NFTNL_EXPR_LIMIT_RATE, wish->rate);
	nftnl_expr_set_u64(limit, NFTNL_EXPR_LIMIT_UNIT, wish->seconds);
	nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_BURST, wish->burst);
	nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_TYPE,
			   wish->bytes ? NFT_LIMIT_PKT_BYTES : NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_FLAGS, wish->over ? NFT_LIMIT_F_INV : 0);
	return 0;
}

static int mark_set_add(struct nftnl_rule *rule, uint32_t mark)
{
	struct nftnl_expr *meta;

	if (number_add(rule, mark))
		return -ENOMEM;
	meta = expression_add(rule, "meta");
	if (!meta)
		return -ENOMEM;
	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(meta, NFTNL_EXPR_META_SREG, NFT_REG_1);
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

static uint32_t device_index(const char *device, const struct link_table *links)
{
	const struct link *link = link_find(links, device);

	return link ? link->index : 0;
}

/* @name takes the device by its index, from the register at @attribute. */
static int to_device_add(struct nftnl_rule *rule, const char *name, uint16_t attribute,
			 const char *device, const struct link_table *links)
{
	struct nftnl_expr *expression;

	if (number_add(rule, device_index(device, links)))
		return -ENOMEM;
	expression = expression_add(rule, name);
	if (!expression)
		return -ENOMEM;
	nftnl_expr_set_u32(expression, attribute, NFT_REG_1);
	return 0;
}

static int iif_add(struct nftnl_rule *rule, const char *device,
		   const struct link_table *links)
{
	const uint32_t index = device_index(device, links);

	return meta_load_add(rule, NFT_META_IIF, NFT_REG_1) ?:
	       bytes_compare_add(rule, NFT_CMP_EQ, &index, sizeof(index));
}

static int verdict_add(struct nftnl_rule *rule, const struct plan *plan,
		       const struct plan_verdict *verdict)
{
	static const int codes[] = {
		[VERDICT_ACCEPT] = NF_ACCEPT, [VERDICT_DROP] = NF_DROP,
		[VERDICT_RETURN] = NFT_RETURN,
		[VERDICT_JUMP] = NFT_JUMP, [VERDICT_GOTO] = NFT_GOTO,
	};
	struct nftnl_expr *immediate = expression_add(rule, "immediate");
	char text[CHAIN_NAME_ROOM];

	if (!immediate)
		return -ENOMEM;
	nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(immediate, NFTNL_EXPR_IMM_VERDICT, codes[verdict->kind]);
	if (verdict->chain &&
	    nftnl_expr_set_str(immediate, NFTNL_EXPR_IMM_CHAIN,
			       chain_name(plan, verdict->chain, text)))
		return -ENOMEM;
	return 0;
}

static int statement_add(struct nftnl_rule *rule, const struct plan *plan,
			 const struct plan_statement *statement,
			 const struct link_table *links)
{
	switch (statement->kind) {
	case STATEMENT_TEST:
	case STATEMENT_RANGES:
	case STATEMENT_ROWS:
		break;		/* by its form, form_add() */
	case STATEMENT_SAMPLE:
		return sample_add(rule, &statement->sample);
	case STATEMENT_LIMIT:
		return limit_add(rule, &statement->limit);
	case STATEMENT_COUNTER:
		return counter_add(rule, statement->counter.packets,
				   statement->counter.bytes);
	case STATEMENT_MARK:
		return mark_set_add(rule, statement->mark);
	case STATEMENT_NOTRACK:
		return expression_add(rule, "notrack") ? 0 : -ENOMEM;
	case STATEMENT_DUP:
		return to_device_add(rule, "dup", NFTNL_EXPR_DUP_SREG_DEV,
				     statement->device, links);
	case STATEMENT_FWD:
		return to_device_add(rule, "fwd", NFTNL_EXPR_FWD_SREG_DEV,
				     statement->device, links);
	case STATEMENT_IIF:
		return iif_add(rule, statement->device, links);
	case STATEMENT_VERDICT:
		return verdict_add(rule, plan, &statement->verdict);
	}
	return -EINVAL;
}

static int statements_add(struct nftnl_rule *object, const struct plan *plan,
			  const struct plan_rule *rule, const struct nft_form *forms, const struct link_table *links,
			  struct set_naming naming)
{
	size_t i;

	for (i = 0; i < rule->count; i++) {
		const struct plan_statement *statement = &rule->statements[i];
		int error;

		if (!statement_is_test(statement))
			error = statement_add(object, plan, statement, links);
		else
			error = forms[i].merged ? 0 : form_add(object, &forms[i], &naming);
		if (error)
			return error;
	}
	return 0;
}

struct nftnl_rule *nft_rule_build(const struct plan *plan,
				  const struct plan_chain *chain,
				  const struct plan_rule *rule,
				  const struct nft_form *forms,
				  const struct link_table *links, uint32_t set_id,
				  const char *const *set_names)
{
	struct nftnl_rule *object = nftnl_rule_alloc();
	uint8_t comment[COMMENT_ROOM];
	char text[CHAIN_NAME_ROOM];

	if (!object)
		return NULL;
	nftnl_rule_set_u32(object, NFTNL_RULE_FAMILY, plan->family);
	if (nftnl_rule_set_str(object, NFTNL_RULE_TABLE, plan->table) ||
	    nftnl_rule_set_str(object, NFTNL_RULE_CHAIN, chain->is_base ? chain->name :
			       chain_name(plan, chain->name, text)))
		goto fail;
	if (rule->comment &&
	    nftnl_rule_set_data(object, NFTNL_RULE_USERDATA, comment,
				nft_comment_put(comment, rule->comment)))
		goto fail;
	if (statements_add(object, plan, rule, forms, links,
			   (struct set_naming){ set_id, set_names }))
		goto fail;
	return object;

fail:
	nftnl_rule_free(object);
	return NULL;
}

static enum nft_message statement_message(const struct plan_statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_SAMPLE:
		return statement->sample.flows ? NFT_MESSAGE_FLOW_RULE :
		       NFT_MESSAGE_CHANCE_RULE;
	case STATEMENT_LIMIT:
		return NFT_MESSAGE_LIMIT_RULE;
	case STATEMENT_NOTRACK:
		return NFT_MESSAGE_NOTRACK_RULE;
	case STATEMENT_DUP:
		return NFT_MESSAGE_DUP_RULE;
	case STATEMENT_FWD:
		return NFT_MESSAGE_FWD_RULE;
	default:
		return NFT_MESSAGE_RULE;
	}
}

/* What the kernel may lack of a rule: a refusal does not say which statement. */
static enum nft_message rule_message(const struct plan_rule *rule)
{
	enum nft_message message = NFT_MESSAGE_RULE;
	size_t i;

	for (i = 0; i < rule->count; i++) {
		enum nft_message other = statement_message(&rule->statements[i]);

		if (message == NFT_MESSAGE_RULE)
			message = other;
		else if (other != NFT_MESSAGE_RULE && other != message)
			return NFT_MESSAGE_MIXED_RULE;
	}
	return message;
}

/* The anonymous sets of a rule, numbered from @set_id on. */
static int sets_put(struct nl_buffer *buffer, const struct plan *plan,
		    const struct plan_chain *chain, const struct plan_rule *rule,
		    const struct nft_form *forms, uint32_t set_id)
{
	size_t i;

	for (i = 0; i < rule->count; i++)
		if (nft_form_has_set(&forms[i]) && !forms[i].set &&
		    nft_set_put(buffer, plan, chain->name, &forms[i], set_id++))
			return -ENOMEM;
	return 0;
}

static int rule_put(struct nl_buffer *buffer, const struct plan *plan,
		    const struct plan_chain *chain, const struct plan_rule *rule,
		    const struct link_table *links)
{
	/* A set takes messages of its own, so no number comes twice. */
	uint32_t set_id = buffer->count + 1;
	struct nftnl_rule *object = NULL;
	struct nlmsghdr *message = NULL;
	struct nft_form *forms;

	if (nft_forms_make(&forms, plan->family, rule))
		return -ENOMEM;
	if (!sets_put(buffer, plan, chain, rule, forms, set_id))
		object = nft_rule_build(plan, chain, rule, forms, links, set_id, NULL);
	if (object)
		message = nft_message_begin(buffer, NFT_MSG_NEWRULE,
					    NLM_F_CREATE | NLM_F_APPEND, plan->family,
					    rule_message(rule), chain->name);
	if (message) {
		nftnl_rule_nlmsg_build_payload(message, object);
		nl_message_end(buffer, message);
	}
	if (object)
		nftnl_rule_free(object);
	free(forms);
	return message ? 0 : -ENOMEM;
}

int nft_batch_add_sets(struct nl_buffer *buffer, const struct plan *plan)
{
	struct nft_form form;
	size_t i;

	for (i = 0; i < plan->set_count; i++) {
		nft_form_of_set(&form, plan->sets[i]);
		if (nft_set_put(buffer, plan, plan->sets[i]->name, &form, buffer->count + 1))
			return -ENOMEM;
	}
	return 0;
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

	message = nft_message_begin(buffer, type, 0, family, NFT_MESSAGE_DELETE,
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

int nft_batch_rename_chain(struct nl_buffer *buffer, unsigned int family,
			   const char *table, uint64_t handle, const char *chain)
{
	struct nlmsghdr *message;

	message = nft_message_begin(buffer, NFT_MSG_NEWCHAIN, 0, family, NFT_MESSAGE_CHAIN,
				    chain);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, table);
	mnl_attr_put_u64(message, NFTA_CHAIN_HANDLE, htobe64(handle));
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, chain);
	nl_message_end(buffer, message);
	return 0;
}

int nft_batch_delete_set(struct nl_buffer *buffer, unsigned int family,
			 const char *table, const char *set)
{
	return delete_put(buffer, NFT_MSG_DELSET, family, NFTA_SET_TABLE, table,
			  NFTA_SET_NAME, set);
}

int nft_batch_add_contents(struct nl_buffer *buffer, const struct plan *plan,
			   const struct link_table *links)
{
	int error;

	error = nft_batch_add_sets(buffer, plan);
	if (!error)
		error = nft_batch_add_chains(buffer, plan);
	if (!error)
		error = nft_batch_add_rules(buffer, plan, links);
	return error;
}

/* A table has to be there to be deleted. */
int nft_batch_replace_table(struct nl_buffer *buffer, const struct plan *plan,
			    const struct link_table *links)
{
	int error;

	error = nft_batch_begin(buffer, 0);
	if (!error)
		error = nft_batch_add_table(buffer, plan);
	if (!error)
		error = nft_batch_delete_table(buffer, plan->family, plan->table);
	if (!error)
		error = nft_batch_add_table(buffer, plan);
	if (!error)
		error = nft_batch_add_contents(buffer, plan, links);
	if (!error)
		error = nft_batch_end(buffer);
	return error;
}
