// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plan to messages, and the messages read again by libnftnl.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>

#include "nft_batch.h"
#include "wish.h"

/* What happens next in a batch: each step takes the message at its turn. */
struct reader {
	const struct nl_buffer *buffer;
	size_t next;
};

static const struct nlmsghdr *message_next(struct reader *reader)
{
	return (const void *)(reader->buffer->data +
			      reader->buffer->notes[reader->next++].offset);
}

static bool is_type(const struct nlmsghdr *message, int type)
{
	return message->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | type);
}

/* The next rule; its sets come before it. */
static const struct nlmsghdr *rule_next(struct reader *reader)
{
	const struct nlmsghdr *message;

	do {
		message = message_next(reader);
	} while (is_type(message, NFT_MSG_NEWSET) || is_type(message, NFT_MSG_NEWSETELEM));
	return message;
}

static bool text_same(const char *left, const char *right)
{
	return left && right ? !strcmp(left, right) : left == right;
}

static bool chain_same(const struct nlmsghdr *message, const struct plan_chain *chain)
{
	struct nftnl_chain *object = nftnl_chain_alloc();
	const void *bytes;
	uint32_t length;
	bool same;

	same = is_type(message, NFT_MSG_NEWCHAIN) &&
	       message->nlmsg_flags == (NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL) &&
	       nftnl_chain_nlmsg_parse(message, object) >= 0;
	bytes = nftnl_chain_get_data(object, NFTNL_CHAIN_USERDATA, &length);
	same = same &&
	       text_same(nftnl_chain_get_str(object, NFTNL_CHAIN_NAME), chain->name) &&
	       text_same(nftnl_chain_get_str(object, NFTNL_CHAIN_TABLE), PLAN_TABLE) &&
	       text_same(bytes ? nft_comment_get(bytes, length) : NULL, chain->comment) &&
	       nftnl_chain_is_set(object, NFTNL_CHAIN_HOOKNUM) == chain->is_base;
	if (same && chain->is_base)
		same = text_same(nftnl_chain_get_str(object, NFTNL_CHAIN_DEV), chain->device) &&
		       nftnl_chain_get_u32(object, NFTNL_CHAIN_HOOKNUM) == chain->hook &&
		       nftnl_chain_get_s32(object, NFTNL_CHAIN_PRIO) == chain->priority;
	nftnl_chain_free(object);
	return same;
}

/* How many expressions a statement becomes: of a test, load, mask, turn,
 * compare. */
static size_t expressions(const struct plan_statement *statement, const struct nft_form *form)
{
	bool twice = form->compare == COMPARE_BETWEEN && !form->negated;

	switch (statement->kind) {
	case STATEMENT_SAMPLE:
	case STATEMENT_MARK:
	case STATEMENT_DUP:
	case STATEMENT_FWD:
	case STATEMENT_IIF:
		return 2;
	default:
		if (!statement_is_test(statement))
			return 1;
	}
	return form->merged ? 0 : 2 + form->masked + nft_form_turns(form) + twice +
	       (form->compare == COMPARE_PREFIX && form->prefix % 8);
}

static int expression_count(struct nftnl_expr *expression, void *data)
{
	(void)expression;
	(*(size_t *)data)++;
	return 0;
}

static bool rule_same(const struct nlmsghdr *message, const struct plan_chain *chain,
		      const struct plan_rule *rule)
{
	struct nftnl_rule *object = nftnl_rule_alloc();
	size_t want = 0, got = 0, i;
	struct nft_form *forms;
	const void *bytes;
	uint32_t length;
	bool same;

	same = is_type(message, NFT_MSG_NEWRULE) &&
	       message->nlmsg_flags ==
	       (NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND) &&
	       nftnl_rule_nlmsg_parse(message, object) >= 0;
	nft_forms_make(&forms, NFPROTO_NETDEV, rule);
	for (i = 0; i < rule->count; i++)
		want += expressions(&rule->statements[i], &forms[i]);
	free(forms);
	nftnl_expr_foreach(object, expression_count, &got);
	bytes = nftnl_rule_get_data(object, NFTNL_RULE_USERDATA, &length);
	same = same && want == got &&
	       text_same(nftnl_rule_get_str(object, NFTNL_RULE_CHAIN), chain->name) &&
	       text_same(bytes ? nft_comment_get(bytes, length) : NULL, rule->comment);
	nftnl_rule_free(object);
	return same;
}

static void test_round_trip(const struct wish *wish)
{
	struct nl_buffer buffer = { 0 };
	struct reader reader = { &buffer, 0 };
	struct link_table links;
	char name[64];
	struct plan plan;
	size_t i, j, wrong = 0;

	snprintf(name, sizeof(name), "the messages of %s", wish->name);
	wish_links(&links);
	wish_plan(wish, &plan, NULL);
	check_number(name, 0, nft_batch_begin(&buffer, 7) || nft_batch_add_table(&buffer, &plan) ||
		     nft_batch_add_chains(&buffer, &plan) ||
		     nft_batch_add_rules(&buffer, &plan, &links) || nft_batch_end(&buffer));
	wrong += message_next(&reader)->nlmsg_type != NFNL_MSG_BATCH_BEGIN;
	wrong += !is_type(message_next(&reader), NFT_MSG_NEWTABLE);
	for (i = 0; i < plan.chain_count; i++)
		wrong += !chain_same(message_next(&reader), plan.chains[i]);
	for (i = 0; i < plan.chain_count; i++)
		for (j = 0; j < plan.chains[i]->rule_count; j++)
			wrong += !rule_same(rule_next(&reader), plan.chains[i],
					    &plan.chains[i]->rules[j]);
	wrong += message_next(&reader)->nlmsg_type != NFNL_MSG_BATCH_END;
	check_number(name, 0, wrong);
	check(reader.next == buffer.count, name, "%zu of %zu messages read", reader.next,
	      buffer.count);
	for (i = wrong = 0; i < buffer.count; i++)
		wrong += buffer.notes[i].sequence != i + 1;
	check_number("every message has a number of its own", 0, wrong);
	nl_buffer_free(&buffer);
	plan_free(&plan);
	link_table_free(&links);
}

/* One rule in bytes: load, mask, compare; the whole of what the kernel sees. */
static void test_expressions(void)
{
	static const uint8_t zero[2], mask[2] = { 0x1f, 0xff };
	struct plan_chain chain = { .name = (char *)"c" };
	struct link_table links;
	struct plan_rule rule = { 0 };
	struct nftnl_rule *object;
	struct nft_form *forms;
	char text[1024];
	struct plan plan;

	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, NULL);
	wish_links(&links);
	plan_rule_test_number(&plan, &rule, FIELD_META_PROTOCOL, 0x0800);
	plan_rule_test(&plan, &rule, FIELD_IP_FRAGMENT, zero, mask);
	plan_rule_test_number(&plan, &rule, FIELD_UDP_DESTINATION, 53);
	plan_rule_counter(&plan, &rule, 0, 0);
	plan_rule_dup(&plan, &rule, "mir1");
	nft_forms_make(&forms, NFPROTO_NETDEV, &rule);
	object = nft_rule_build(&plan, &chain, &rule, forms, &links, 1, NULL);
	nftnl_rule_snprintf(text, sizeof(text), object, NFTNL_OUTPUT_DEFAULT, 0);
	check(strstr(text, "[ meta load protocol => reg 1 ]") &&
	      strstr(text, "[ payload load 2b @ network header + 6 => reg 1 ]") &&
	      strstr(text, "[ bitwise reg 1 = ( reg 1 & 0x0000ff1f ) ^ 0x00000000 ]") &&
	      strstr(text, "[ payload load 2b @ transport header + 2 => reg 1 ]") &&
	      strstr(text, "[ cmp eq reg 1 0x00003500 ]") &&
	      strstr(text, "[ counter pkts 0 bytes 0 ]") &&
	      strstr(text, "[ immediate reg 1 0x00000065 ]"),
	      "a rule is what it was meant to be", "%s", text);
	nftnl_rule_free(object);
	free(forms);
	free(rule.statements);
	link_table_free(&links);
}

/* What is no test, in bytes. */
static void test_statements(void)
{
	struct plan_chain chain = { .name = (char *)"c" };
	struct plan_rule rule = { 0 };
	struct link_table links;
	struct nftnl_rule *object;
	struct nft_form *forms;
	char text[1024];
	struct plan plan;

	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, NULL);
	wish_links(&links);
	plan_rule_sample(&plan, &rule, 10, false, false);
	plan_rule_sample(&plan, &rule, 7, true, true);
	plan_rule_limit(&plan, &rule, 1025, true, 60, 65536, true);
	plan_rule_mark(&plan, &rule, 0x6d6e0001);
	plan_rule_fwd(&plan, &rule, "mir1");
	plan.family = NFPROTO_INET;
	plan_rule_notrack(&plan, &rule);
	nft_forms_make(&forms, NFPROTO_INET, &rule);
	object = nft_rule_build(&plan, &chain, &rule, forms, &links, 1, NULL);
	nftnl_rule_snprintf(text, sizeof(text), object, NFTNL_OUTPUT_DEFAULT, 0);
	check(strstr(text, "[ numgen reg 1 = random mod 10 ]") &&
	      strstr(text, "[ cmp eq reg 1 0x00000000 ]") &&
	      strstr(text, "[ hash reg 1 = symhash() % mod 7 ]") &&
	      strstr(text, "[ cmp neq reg 1 0x00000000 ]") &&
	      strstr(text, "[ limit rate 1025/minute burst 65536 type bytes flags 0x1 ]") &&
	      strstr(text, "[ immediate reg 1 0x6d6e0001 ]") &&
	      strstr(text, "[ meta set mark with reg 1 ]") &&
	      strstr(text, "[ immediate reg 1 0x00000065 ]") &&
	      strstr(text, "[ fwd sreg_dev 1 ]") && strstr(text, "[ notrack ]"),
	      "statements are what they were meant to be", "%s", text);
	nftnl_rule_free(object);
	free(forms);
	free(rule.statements);
	link_table_free(&links);
}

/* What a refusal of a rule is told by. */
static void test_messages(void)
{
	static const struct {
		const char *name;
		bool chance, flow, limit, notrack, dup, fwd;
		enum nft_message kind;
	} cases[] = {
		{ "a plain rule", .kind = NFT_MESSAGE_RULE },
		{ "by chance", .chance = true, .kind = NFT_MESSAGE_CHANCE_RULE },
		{ "by flow", .flow = true, .kind = NFT_MESSAGE_FLOW_RULE },
		{ "a limit", .limit = true, .kind = NFT_MESSAGE_LIMIT_RULE },
		{ "notrack", .notrack = true, .kind = NFT_MESSAGE_NOTRACK_RULE },
		{ "dup", .dup = true, .kind = NFT_MESSAGE_DUP_RULE },
		{ "fwd", .fwd = true, .kind = NFT_MESSAGE_FWD_RULE },
		{ "dup by chance", .chance = true, .dup = true, .kind = NFT_MESSAGE_MIXED_RULE },
		{ "by flow and limit", .flow = true, .limit = true,
		  .kind = NFT_MESSAGE_MIXED_RULE },
	};
	struct link_table links;
	size_t i;

	wish_links(&links);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nl_buffer buffer = { 0 };
		struct plan_rule *rule;
		struct plan plan;

		plan_init(&plan, cases[i].notrack ? NFPROTO_INET : NFPROTO_NETDEV, PLAN_TABLE,
			  NULL);
		rule = plan_add_rule(&plan, plan_add_chain(&plan, "c"));
		plan_rule_counter(&plan, rule, 0, 0);
		if (cases[i].chance)
			plan_rule_sample(&plan, rule, 2, false, false);
		if (cases[i].flow)
			plan_rule_sample(&plan, rule, 2, true, false);
		if (cases[i].limit)
			plan_rule_limit(&plan, rule, 2, false, 1, 5, true);
		if (cases[i].notrack)
			plan_rule_notrack(&plan, rule);
		if (cases[i].dup)
			plan_rule_dup(&plan, rule, "mir0");
		if (cases[i].fwd)
			plan_rule_fwd(&plan, rule, "mir0");
		nft_batch_add_table(&buffer, &plan);
		check_number("its table", cases[i].notrack ? NFT_MESSAGE_INET_TABLE :
			     NFT_MESSAGE_TABLE, buffer.notes[0].kind);
		nft_batch_add_rules(&buffer, &plan, &links);
		check_number(cases[i].name, cases[i].kind, buffer.notes[1].kind);
		nl_buffer_free(&buffer);
		plan_free(&plan);
	}
	link_table_free(&links);
}

static void test_deletes(void)
{
	struct nl_buffer buffer = { 0 };
	struct reader reader = { &buffer, 0 };
	const struct nlmsghdr *message;

	nft_batch_flush_chain(&buffer, NFPROTO_NETDEV, "t", "c");
	nft_batch_delete_chain(&buffer, NFPROTO_NETDEV, "t", "c");
	nft_batch_delete_table(&buffer, NFPROTO_NETDEV, "t");
	message = message_next(&reader);
	check(is_type(message, NFT_MSG_DELRULE), "a chain is flushed", "%x", message->nlmsg_type);
	message = message_next(&reader);
	check(is_type(message, NFT_MSG_DELCHAIN), "a chain is deleted", "%x", message->nlmsg_type);
	message = message_next(&reader);
	check(is_type(message, NFT_MSG_DELTABLE), "a table is deleted", "%x", message->nlmsg_type);
	nl_buffer_free(&buffer);
}

static void test_comment_put(void)
{
	uint8_t bytes[2 + PLAN_COMMENT_MAX + 1];
	char text[1000];
	size_t length;

	length = nft_comment_put(bytes, "");
	check(length == 3 && !memcmp(bytes, "\0\1\0", 3), "an empty comment is a NUL", "%zu",
	      length);
	length = nft_comment_put(bytes, "web");
	check(length == 6 && !memcmp(bytes, "\0\4web\0", 6), "a comment has its NUL", "%zu",
	      length);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	length = nft_comment_put(bytes, text);
	check_number("a long comment is cut", sizeof(bytes), length);
	text[PLAN_COMMENT_MAX] = '\0';
	check_text("and read back", text, nft_comment_get(bytes, length));
}

/* The bytes come from the kernel, but others wrote them: each copy is as long
 * as it says, so that a read beyond it is seen. */
static void test_comment_get(void)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t length;
		const char *comment;
	} cases[] = {
		{ "nothing", "", 0, NULL },
		{ "a type alone", "\0", 1, NULL },
		{ "no bytes", "\0\0", 2, NULL },
		{ "a length beyond the end", "\0\5ab", 4, NULL },
		{ "a length of 255", "\0\377abc", 5, NULL },
		{ "no NUL at its end", "\0\3abc", 5, NULL },
		{ "a comment", "\0\4abc\0", 6, "abc" },
		{ "an empty comment", "\0\1\0", 3, "" },
		{ "another type first", "\1\2xy\0\4abc\0", 10, "abc" },
		{ "another type alone", "\1\4abc\0", 6, NULL },
		{ "another type that is empty", "\7\0\0\2a\0", 6, "a" },
		{ "the second is cut", "\1\2xy\0\4abc", 9, NULL },
		{ "a NUL in the middle", "\0\5a\0bc\0", 7, "a" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *bytes = malloc(cases[i].length ? cases[i].length : 1);

		memcpy(bytes, cases[i].bytes, cases[i].length);
		check_text(cases[i].name, cases[i].comment,
			   nft_comment_get(bytes, cases[i].length));
		free(bytes);
	}
	check_text("no data", NULL, nft_comment_get(NULL, 0));
}

int main(void)
{
	size_t i;

	for (i = 0; i < WISHES; i++)
		test_round_trip(&wishes[i]);
	test_expressions();
	test_statements();
	test_messages();
	test_deletes();
	test_comment_put();
	test_comment_get();
	return harness_end();
}
