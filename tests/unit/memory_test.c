// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that fails at the n-th request, for every n: parsing, planning, the
 * messages and what is read back must say so, and lose nothing. Every function
 * that the code under test gets memory from is wrapped by the linker; leaks
 * are the sanitizer's to find.
 */
#include "../../userspace/nft_state.c"

#include "harness.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <stdarg.h>
#include <stdlib.h>

#include "nft_batch.h"
#include "nft_text.h"
#include "options.h"
#include "table.h"
#include "wish.h"

static long requests, failing;	/* failing 0: none fails */

static bool request_fails(void)
{
	if (++requests != failing)
		return false;
	errno = ENOMEM;
	return true;
}

#define WRAP(type, function, parameters, arguments) \
	type __real_##function parameters; \
	type __wrap_##function parameters; \
	type __wrap_##function parameters \
	{ \
		return request_fails() ? NULL : __real_##function arguments; \
	}

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, (void *old, size_t size), (old, size))
WRAP(void *, reallocarray, (void *old, size_t count, size_t size), (old, count, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(char *, strndup, (const char *text, size_t size), (text, size))
WRAP(FILE *, open_memstream, (char **text, size_t *size), (text, size))
WRAP(struct nftnl_table *, nftnl_table_alloc, (void), ())
WRAP(struct nftnl_chain *, nftnl_chain_alloc, (void), ())
WRAP(struct nftnl_rule *, nftnl_rule_alloc, (void), ())
WRAP(struct nftnl_expr *, nftnl_expr_alloc, (const char *name), (name))

int __real_vasprintf(char **text, const char *format, va_list arguments);
int __wrap_vasprintf(char **text, const char *format, va_list arguments);
int __wrap_vasprintf(char **text, const char *format, va_list arguments)
{
	return request_fails() ? -1 : __real_vasprintf(text, format, arguments);
}

/* Each returns 0, or -ENOMEM when a request failed. */
static int run_mirror(const struct wish *wish)
{
	struct error_list errors = { 0 };
	struct mirror mirror;
	int error = wish_mirror(wish, &mirror, &errors);

	mirror_free(&mirror);
	error_clear(&errors);
	return error;
}

static int run_plan(const struct wish *wish)
{
	struct plan plan;
	int error = wish_plan(wish, &plan, NULL);

	plan_free(&plan);
	return error;
}

static int run_batch(const struct wish *wish)
{
	struct nl_buffer buffer = { 0 };
	struct link_table links = { 0 };
	struct plan plan;
	int error;

	error = wish_plan(wish, &plan, NULL);
	if (!error)
		error = link_table_add_planned(&links, "mir0");
	if (!error)
		error = nft_batch_begin(&buffer, 1);
	if (!error)
		error = nft_batch_add_table(&buffer, &plan);
	if (!error)
		error = nft_batch_add_contents(&buffer, &plan, &links);
	if (!error)
		error = nft_batch_end(&buffer);
	nl_buffer_free(&buffer);
	link_table_free(&links);
	plan_free(&plan);
	return error;
}

static int sets_plan(struct plan *plan, bool with_rows)
{
	static const struct plan_place port = { .field = FIELD_TH_DESTINATION };
	static const struct plan_range ranges[] = {
		{ { 0, 22 }, { 0, 23 } }, { { 0, 80 }, { 0, 80 } }, { { 1 }, { 2 } },
	};
	static const struct plan_place places[] = {
		{ .field = FIELD_META_LENGTH }, { FIELD_RAW, BASE_LINK, 0, 6 },
	};
	static const uint8_t values[4][PLAN_VALUE_MAX] = { { 1 }, { 2 }, { 3 }, { 4 } };
	struct plan_rule *rule;

	plan_init(plan, NFPROTO_NETDEV, PLAN_TABLE, NULL);
	rule = plan_add_rule(plan, plan_add_chain(plan, "c"));
	plan_rule_test_ranges(plan, rule, &port, NULL, false, ranges, 3);
	plan_rule_test_ranges(plan, rule, &port, ranges[2].low, true, ranges + 1, 1);
	plan_rule_test_ranges(plan, rule, &port, NULL, false, ranges + 2, 1);
	if (with_rows)
		plan_rule_test_rows(plan, rule, places, 2, true, values, 2);
	plan_rule_sample(plan, rule, 2, false, false);
	plan_rule_sample(plan, rule, 2, true, false);
	plan_rule_limit(plan, rule, 1, false, 1, 5, true);
	plan_rule_mark(plan, rule, 1);
	plan_rule_fwd(plan, rule, "mir0");
	return plan->out_of_memory ? -ENOMEM : 0;
}

static int run_sets(const struct wish *wish)
{
	struct nl_buffer buffer = { 0 };
	struct link_table links = { 0 };
	struct plan plan;
	int error;

	(void)wish;
	error = sets_plan(&plan, true);
	if (!error)
		error = nft_batch_add_rules(&buffer, &plan, &links);
	nl_buffer_free(&buffer);
	plan_free(&plan);
	return error;
}

/* The kernel's answers, from the messages that asked for it. */
static int state_take(struct nft_state *state, const struct nl_buffer *buffer)
{
	size_t i;

	for (i = 0; i < buffer->count; i++) {
		const struct nlmsghdr *message;
		int result = MNL_CB_OK;

		message = (const void *)(buffer->data + buffer->notes[i].offset);
		switch (message->nlmsg_type & 0xff) {
		case NFT_MSG_NEWCHAIN:
			result = chain_take(message, state);
			break;
		case NFT_MSG_NEWSET:
			result = set_take(message, state);
			break;
		case NFT_MSG_NEWSETELEM:
			result = elements_take(message, state->sets);
			break;
		case NFT_MSG_NEWRULE:
			result = rule_take(message, state);
			break;
		}
		if (result != MNL_CB_OK)
			return -ENOMEM;
	}
	return 0;
}

/* What is not to be compared, because memory failed, is neither alike nor not. */
static int run_read_back(const struct wish *wish)
{
	struct nl_buffer buffer = { 0 };
	struct link_table links = { 0 };
	struct nft_state state = { 0 };
	struct plan plan;
	int error;

	(void)wish;
	/* One set: it has the name by which rules call any until it has its own. */
	error = sets_plan(&plan, false);
	if (!error)
		error = nft_batch_add_chains(&buffer, &plan);
	if (!error)
		error = nft_batch_add_rules(&buffer, &plan, &links);
	if (!error)
		error = state_take(&state, &buffer);
	if (!error) {
		nft_set_sort(state.sets);
		error = nft_state_has_plan(&state, &plan, &links);
		error = error < 0 ? error : error ? 0 : -EINVAL;
	}
	nft_state_free(&state);
	nl_buffer_free(&buffer);
	plan_free(&plan);
	return error;
}

/* Lists in the text and in a file, short ones and such as become sets. */
static int run_lists(const struct wish *wish)
{
	static const char many[] =
		"10.0.0.1,10.0.0.3,10.0.0.5,10.0.0.7,10.0.0.9,10.0.0.11,10.0.0.13,10.0.0.15,"
		"10.0.0.17,10.0.0.19,10.0.0.21,10.0.0.23,10.0.0.25,10.0.0.27,10.0.0.29,"
		"10.0.0.31,10.0.0.33,10.0.0.36/30,2001:db8::/32";
	static const struct location where = { "--hosts", 1, 1 };
	struct error_list errors = { 0 };
	struct nl_buffer buffer = { 0 };
	struct mirror mirror;
	struct plan plan;
	int error;

	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = wish_mirror(wish, &mirror, &errors);
	if (!error)
		error = address_list_add_text(&mirror.hosts, many, &where, &errors);
	if (!error)
		error = address_list_add_lines(&mirror.except, "10.0.0.1\n", 9, "file", &errors);
	if (!error)
		error = mirror_validate(&mirror, &where, &errors);
	if (!error)
		error = plan_mirror(&plan, &plan, &mirror, NULL, &errors);
	if (!error)
		error = nft_batch_add_sets(&buffer, &plan);
	nl_buffer_free(&buffer);
	plan_free(&plan);
	mirror_free(&mirror);
	error_clear(&errors);
	return error;
}

static int run_options(const struct wish *wish)
{
	char *argv[] = {
		(char *)"apply", (char *)"--name", (char *)wish->name, (char *)"--from",
		(char *)wish->from[0], (char *)"--match",
		(char *)(wish->match ? wish->match : ""), (char *)"--to",
		(char *)wish->to[0], NULL,
	};
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	int error;

	error = options_read_definition(9, argv, "", &definition, &errors);
	definition_free(&definition);
	error_clear(&errors);
	return error;
}

static void test_run(const char *what, int (*run)(const struct wish *), const struct wish *wish)
{
	long total, i, wrong = 0;
	char name[64];
	int error;

	snprintf(name, sizeof(name), "%s of %s", what, wish->name);
	failing = 0;
	requests = 0;
	error = run(wish);
	total = requests;
	if (!check(!error && total > 0, name, "error %d after %ld requests", error, total))
		return;
	for (i = 1; i <= total; i++) {
		requests = 0;
		failing = i;
		error = run(wish);
		if (error != -ENOMEM && !wrong++)
			fprintf(stderr, "%s: request %ld of %ld fails, the answer is %d\n",
				name, i, total, error);
	}
	failing = 0;
	check(!wrong, name, "%ld of %ld failed requests were not told", wrong, total);
}

/* A record that cannot be kept is told in its stead. */
static void test_errors(void)
{
	struct error_list errors = { 0 };
	int i;

	for (i = 1; i <= 2; i++) {
		requests = 0;
		failing = i;
		error_system(&errors, -EIO, "lost");
		failing = 0;
		check(errors.out_of_memory && !errors.count, "a lost record is told",
		      "%zu records", errors.count);
		error_clear(&errors);
	}
}

/* A row is left out, never half printed. */
static void test_table(void)
{
	struct table table = { 0 };
	char *text;
	size_t size;
	FILE *out;
	int i;

	for (i = 1; i <= 4; i++) {
		requests = 0;
		failing = i;
		table_row(&table, "one", "two", "three", NULL);
		failing = 0;
		out = open_memstream(&text, &size);
		table_print(&table, out);
		fclose(out);
		check_text("a row without memory is left out", "", text);
		free(text);
		table_free(&table);
	}
}

int main(void)
{
	size_t i;

	for (i = 0; i < WISHES; i++) {
		test_run("the parsing", run_mirror, &wishes[i]);
		test_run("the plan", run_plan, &wishes[i]);
		test_run("the options", run_options, &wishes[i]);
	}
	/* All requests of a long one take seconds. */
	test_run("the messages", run_batch, &wishes[0]);
	test_run("the messages", run_batch, &wishes[6]);
	test_run("the sets", run_sets, &wishes[0]);
	test_run("the reading", run_read_back, &wishes[0]);
	test_run("the lists", run_lists, &wishes[0]);
	test_run("the lists", run_lists, &wishes[1]);
	test_errors();
	test_table();
	return harness_end();
}
