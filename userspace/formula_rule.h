/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One rule of a mirror's chains: a row of tests in a line, and where a frame goes that
 * passes them all. What lowering knows on its way is here too, for the files that share it:
 * formula_lower.c (kinds of frames), formula_shape.c (shapes), formula_rule.c (rules).
 */
#ifndef FORMULA_RULE_H
#define FORMULA_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "formula.h"
#include "formula_rows.h"
#include "plan.h"

#define ROW_TESTS_MAX 64

/* What is known of the frames in a chain. */
enum frame_class {
	CLASS_ANY,	/* nothing: raw bytes of the frame */
	CLASS_IP,	/* untagged IPv4, its headers where nft has them */
	CLASS_IP6,
};

struct lowering {
	struct plan *plan;
	struct formula_space *space;
	const char *name;
	const struct plan_chain *copy;
	enum frame_class class;
	unsigned int pieces;		/* chains numbered so far */
	int error;
};

/* Where rules are appended. */
struct cursor {
	struct plan_chain *chain;
	bool ends_mirror;		/* falling off its end leaves the mirror */
};

enum exit_kind {
	EXIT_FALL,	/* the next rule */
	EXIT_RETURN,
	EXIT_ACCEPT,	/* leaves the mirror */
	EXIT_GOTO,	/* a chain that goes on from there */
	EXIT_COPY,	/* never comes back */
};

struct exit {
	enum exit_kind kind;
	const struct plan_chain *chain;
};

/* Tests that all have to hold. */
struct row {
	const struct formula *tests[ROW_TESTS_MAX];
	size_t count;
};

/* Is @place asked under a mask, so that nft cannot look it up in a set? */
bool formula_place_masked(const struct formula_place *place);

/* Append a rule: who passes all tests of @row leaves by @exit. */
void formula_rule_row(struct lowering *lowering, struct cursor *cursor,
		      const struct row *row, struct exit exit);

/* Append a rule that looks up the rows from @start to @end, which have the same places:
 * who has one of them leaves by @exit. Errors stay in lowering->error: -ENOMEM.
 */
void formula_rule_exact_rows(struct lowering *lowering, struct cursor *cursor,
			     const struct exact_rows *rows, size_t start, size_t end,
			     struct exit exit);

/* End @rule with the verdict of @exit, or none to fall through. */
void formula_rule_exit(struct lowering *lowering, struct plan_rule *rule, struct exit exit);

#endif
