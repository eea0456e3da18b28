/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plan of one rule, for the tests of how it reads.
 */
#ifndef RULE_TEXT_H
#define RULE_TEXT_H

#include <stdlib.h>

#include "nft_text.h"

static inline struct plan_rule *rule_begin(struct plan *plan, unsigned int family)
{
	plan_init(plan, family, PLAN_TABLE, NULL);
	return plan_add_rule(plan, plan_add_chain(plan, "c"));
}

/* The rule as text, without what surrounds it; @rows_apart as for nft_text_print(). */
static inline void check_rules(const char *expected, struct plan *plan, bool rows_apart)
{
	char *text, *begin, *end;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	nft_text_print(plan, rows_apart, out);
	fclose(out);
	begin = strstr(text, "chain c {\n\t\t") + strlen("chain c {\n\t\t");
	end = strstr(begin, "\n\t}\n");
	*end = '\0';
	check_text(expected, expected, begin);
	free(text);
	plan_free(plan);
}

static inline void check_rule(const char *expected, struct plan *plan)
{
	check_rules(expected, plan, false);
}

#endif
