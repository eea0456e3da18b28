// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a match: what it means, the rules that it becomes, those as text
 * for nft and as messages for the kernel, of which none is sent. "make fuzz"
 * builds and runs it, see tests/fuzz/run.
 */
#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_stubs.h"
#include "link.h"
#include "mirror.h"
#include "nft_batch.h"
#include "nft_text.h"
#include "plan_mirror.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct location start = { "fuzz", 1, 1 };

static void require(bool right)
{
	if (!right)
		abort();
}

static int mirror_make(struct mirror *mirror, const char *match, struct error_list *errors)
{
	require(!mirror_set_name(mirror, "fuzz", &start, errors));
	require(!mirror_add_source(mirror, "eth0", &start, errors));
	require(!mirror_add_target(mirror, "mir0", &start, errors));
	return mirror_set_match(mirror, match, &start) ?:
	       mirror_validate(mirror, &start, errors);
}

static void text_print(const struct plan *plan)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	require(out != NULL);
	nft_text_print(plan, false, out);
	require(!fclose(out) && length > 0);
	free(text);
}

static void batch_build(const struct plan *plan)
{
	struct nl_buffer buffer = { 0 };
	struct link_table links = { 0 };

	require(!link_table_add_planned(&links, "eth0"));
	require(!link_table_add_planned(&links, "mir0"));
	require(!nft_batch_add_chains(&buffer, plan));
	require(!nft_batch_add_rules(&buffer, plan, &links));
	nl_buffer_free(&buffer);
	link_table_free(&links);
}

/* A bound on what a text of @length can become: sixteen header lengths for each
 * of its words, and each of those in either protocol and direction. */
static void size_check(const struct plan *plan, size_t length)
{
	size_t i, rules = 0;

	for (i = 0; i < plan->chain_count; i++)
		rules += plan->chains[i]->rule_count;
	require(rules < 400 * (length + 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };
	struct plan plan;
	int error;

	require(text != NULL);
	memcpy(text, bytes, size);
	text[size] = '\0';
	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = mirror_make(&mirror, text, &errors);
	if (!error)
		error = plan_mirror(&plan, &plan, &mirror, NULL, &errors);
	require(!error || error == -EINVAL);
	require(!error == !errors.count);
	if (!error) {
		size_check(&plan, size);
		text_print(&plan);
		batch_build(&plan);
	}
	plan_free(&plan);
	mirror_free(&mirror);
	error_clear(&errors);
	free(text);
	return 0;
}
