// SPDX-License-Identifier: GPL-2.0-only
/*
 * A formula's shape to rules and chains:
 *
 *  - few rows: each row a rule, its tests in a line;
 *  - "or": one alternative after the other, each goes where it is true;
 *  - "and", where false means "leave the mirror": every test that fails
 *    accepts; every alternative in it but the last becomes a chain of its own
 *    that is jumped to, and returns where it is true;
 *  - "and" as one of several alternatives: a chain that is jumped to, and
 *    returns where it is false.
 *
 * So the size grows with the formula's, and the depth only where "and" and "or"
 * alternate.
 */
#include "formula_shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formula_rows.h"
#include "formula_text.h"

/* An "and" of so many rows is written row by row. */
#define ROWS_MAX 3

static const struct exit fall = { EXIT_FALL, NULL };
static const struct exit give_back = { EXIT_RETURN, NULL };
static const struct exit leave = { EXIT_ACCEPT, NULL };

void formula_shape_comment(struct plan *plan, struct plan_chain *chain,
			   const struct formula *formula)
{
	char text[PLAN_COMMENT_MAX + 1];

	formula_text(formula, text, sizeof(text));
	plan_chain_comment(plan, chain, text, strlen(text));
}

/* --- rows of a formula --- */

/* nft cannot look up masked bytes in a set: a row for each range. */
static size_t test_rows(struct lowering *lowering, const struct formula *test)
{
	const struct formula *negation;

	if (!formula_place_masked(&test->place) || test->count == 1)
		return 1;
	negation = formula_not(lowering->space, test);
	return negation->count < test->count && negation->count == 1 ? 1 : test->count;
}

/* How many rows @formula has, or ROWS_MAX + 1 for "too many". */
static size_t rows_count(struct lowering *lowering, const struct formula *formula)
{
	size_t i, own, count = formula->kind == FORMULA_AND ? 1 : 0;

	switch (formula->kind) {
	case FORMULA_FALSE:
		return 0;
	case FORMULA_TRUE:
		return 1;
	case FORMULA_TEST:
		count = test_rows(lowering, formula);
		break;
	case FORMULA_AND:
		if (formula->count > ROW_TESTS_MAX)
			return ROWS_MAX + 1;
		for (i = 0; i < formula->count && count <= ROWS_MAX; i++) {
			own = rows_count(lowering, formula->children[i]);
			count *= own;
		}
		break;
	case FORMULA_OR:
		for (i = 0; i < formula->count && count <= ROWS_MAX; i++)
			count += rows_count(lowering, formula->children[i]);
		break;
	}
	return count > ROWS_MAX ? ROWS_MAX + 1 : count;
}

/* What still has to be true for a row, as a list. */
struct pending {
	const struct formula *formula;
	const struct pending *next;
};

static void rows_emit(struct lowering *lowering, struct cursor *cursor,
		      const struct pending *pending, struct row *row, struct exit exit);

static void test_rows_emit(struct lowering *lowering, struct cursor *cursor,
			   const struct formula *test, const struct pending *next,
			   struct row *row, struct exit exit)
{
	size_t before = row->count;
	size_t i;

	if (row->count == ROW_TESTS_MAX) {
		lowering->error = -E2BIG;
		return;
	}
	if (test_rows(lowering, test) == 1) {
		row->tests[row->count++] = test;
		rows_emit(lowering, cursor, next, row, exit);
		row->count = before;
		return;
	}
	for (i = 0; i < test->count; i++) {
		row->tests[row->count++] = formula_test(lowering->space, &test->place,
							&test->ranges[i], 1);
		rows_emit(lowering, cursor, next, row, exit);
		row->count = before;
	}
}

static void rows_emit(struct lowering *lowering, struct cursor *cursor,
		      const struct pending *pending, struct row *row, struct exit exit)
{
	const struct formula *formula;
	size_t i;

	if (!pending) {
		formula_rule_row(lowering, cursor, row, exit);
		return;
	}
	formula = pending->formula;
	switch (formula->kind) {
	case FORMULA_FALSE:
		return;
	case FORMULA_TRUE:
		rows_emit(lowering, cursor, pending->next, row, exit);
		return;
	case FORMULA_TEST:
		test_rows_emit(lowering, cursor, formula, pending->next, row, exit);
		return;
	case FORMULA_OR:
		for (i = 0; i < formula->count; i++) {
			struct pending one = { formula->children[i], pending->next };

			rows_emit(lowering, cursor, &one, row, exit);
		}
		return;
	case FORMULA_AND: {
		struct pending list[ROW_TESTS_MAX];

		for (i = formula->count; i--; )
			list[i] = (struct pending){
				formula->children[i],
				i + 1 < formula->count ? &list[i + 1] : pending->next,
			};
		rows_emit(lowering, cursor, &list[0], row, exit);
		return;
	}
	}
}

/* All rows of @formula, each a rule that ends in @exit. */
static void formula_rows_emit(struct lowering *lowering, struct cursor *cursor,
			      const struct formula *formula, struct exit exit)
{
	struct pending all = { formula, NULL };
	struct row row = { .count = 0 };

	rows_emit(lowering, cursor, &all, &row, exit);
}

/* --- shapes --- */

static void exit_emit(struct lowering *lowering, struct cursor *cursor, struct exit exit)
{
	if (exit.kind == EXIT_FALL || (exit.kind == EXIT_ACCEPT && cursor->ends_mirror))
		return;
	formula_rule_exit(lowering, plan_add_rule(lowering->plan, cursor->chain), exit);
}

/* A new chain, that says what it decides. */
static struct cursor piece_begin(struct lowering *lowering, const struct formula *formula)
{
	struct cursor piece = { .ends_mirror = false };

	piece.chain = plan_add_chain(lowering->plan, PLAN_CHAIN_PREFIX "%s/%u",
				     lowering->name, ++lowering->pieces);
	formula_shape_comment(lowering->plan, piece.chain, formula);
	return piece;
}

static void jump_emit(struct lowering *lowering, struct cursor *cursor,
		      const struct cursor *piece)
{
	plan_rule_verdict(lowering->plan, plan_add_rule(lowering->plan, cursor->chain),
			  VERDICT_JUMP, piece->chain);
}

/* The child that nests deepest, the last one of several: it comes last, where it
 * needs no chain of its own to come back from. */
static const struct formula *deepest_child(const struct formula *formula)
{
	const struct formula *deepest = formula->children[0];
	size_t i;

	for (i = 1; i < formula->count; i++)
		if (formula->children[i]->depth >= deepest->depth)
			deepest = formula->children[i];
	return deepest;
}

/* An alternative that is not the last piece of an "and". */
static void condition_lower(struct lowering *lowering, struct cursor *cursor,
			    const struct formula *condition, struct exit no)
{
	struct cursor piece, entry;

	if (no.kind == EXIT_ACCEPT) {
		entry = piece = piece_begin(lowering, condition);
		formula_shape_lower(lowering, &piece, condition, give_back, leave);
		jump_emit(lowering, cursor, &entry);
		return;
	}
	/* In the same frame of the jump stack: go on in another chain. */
	piece = piece_begin(lowering, condition);
	piece.ends_mirror = cursor->ends_mirror;
	formula_shape_lower(lowering, cursor, condition, (struct exit){ EXIT_GOTO, piece.chain }, no);
	*cursor = piece;
}

static void and_lower(struct lowering *lowering, struct cursor *cursor,
		      const struct formula *formula, struct exit yes, struct exit no)
{
	const struct formula *last = deepest_child(formula);
	size_t i;

	for (i = 0; i < formula->count && !lowering->error; i++) {
		const struct formula *child = formula->children[i];

		if (child->kind == FORMULA_TEST)
			formula_rows_emit(lowering, cursor,
					  formula_not(lowering->space, child), no);
		else if (child != last)
			condition_lower(lowering, cursor, child, no);
	}
	if (last->kind == FORMULA_TEST)
		exit_emit(lowering, cursor, yes);
	else
		formula_shape_lower(lowering, cursor, last, yes, no);
}

/* An "and" as one of several alternatives: where it is false the next rule of
 * @cursor goes on. */
static void alternative_lower(struct lowering *lowering, struct cursor *cursor,
			      const struct formula *formula, struct exit yes)
{
	struct cursor piece = piece_begin(lowering, formula);
	const struct cursor entry = piece;

	/* Lowering moves a cursor on, into other chains: jump to the first. */
	if (yes.kind == EXIT_COPY) {
		formula_shape_lower(lowering, &piece, formula, yes, give_back);
		jump_emit(lowering, cursor, &entry);
		return;
	}
	/* Going on somewhere else must not leave a frame behind on the jump
	 * stack: the rest of @cursor moves into the piece instead. */
	piece.ends_mirror = cursor->ends_mirror;
	and_lower(lowering, cursor, formula, yes, (struct exit){ EXIT_GOTO, piece.chain });
	*cursor = piece;
}

/* Alternatives that are rows of exact values become look-ups; @taken says which. */
static void exact_rows_lower(struct lowering *lowering, struct cursor *cursor,
			     const struct formula *formula, struct exit yes, bool *taken)
{
	struct exact_rows rows;
	size_t start, end;

	if (exact_rows_collect(formula, &rows, taken)) {
		lowering->error = -ENOMEM;
		return;
	}
	if (rows.count < EXACT_ROWS_MIN) {
		memset(taken, 0, formula->count * sizeof(*taken));
		rows.count = 0;
	}
	for (start = 0; start < rows.count; start = end) {
		end = exact_rows_group_end(&rows, start);
		formula_rule_exact_rows(lowering, cursor, &rows, start, end, yes);
	}
	free(rows.rows);
}

/* One outcome of a choice: no other can be, so nobody has to come back. */
static void outcome_lower(struct lowering *lowering, struct cursor *cursor,
			  const struct formula *outcome, struct exit yes, struct exit no)
{
	const struct formula *rest = formula_and_rest(lowering->space, outcome);
	struct cursor piece = piece_begin(lowering, rest);

	piece.ends_mirror = cursor->ends_mirror;
	formula_rows_emit(lowering, cursor, outcome->children[0],
			  (struct exit){ EXIT_GOTO, piece.chain });
	formula_shape_lower(lowering, &piece, rest, yes, no);
}

/* The alternatives of @formula but for those that are @taken. */
static void alternatives_lower(struct lowering *lowering, struct cursor *cursor,
			       const struct formula *formula, const bool *taken,
			       struct exit yes, struct exit no)
{
	bool is_choice = no.kind != EXIT_FALL &&
			 formula_is_choice(lowering->space, formula);
	const struct formula *last = NULL;
	size_t i;

	for (i = 0; i < formula->count; i++)
		if (!taken[i] && (!last || formula->children[i]->depth >= last->depth))
			last = formula->children[i];
	for (i = 0; i < formula->count && !lowering->error; i++) {
		const struct formula *child = formula->children[i];

		if (taken[i] || child == last)
			continue;
		if (is_choice && rows_count(lowering, child) > ROWS_MAX)
			outcome_lower(lowering, cursor, child, yes, no);
		else
			formula_shape_lower(lowering, cursor, child, yes, fall);
	}
	if (last)
		formula_shape_lower(lowering, cursor, last, yes, no);
	else
		exit_emit(lowering, cursor, no);
}

/* One alternative after the other, each goes where it is true. The deepest comes
 * last, where it needs no chain to come back from. */
static void or_lower(struct lowering *lowering, struct cursor *cursor,
		     const struct formula *formula, struct exit yes, struct exit no)
{
	bool *taken = calloc(formula->count, sizeof(*taken));

	if (!taken) {
		lowering->error = -ENOMEM;
		return;
	}
	exact_rows_lower(lowering, cursor, formula, yes, taken);
	alternatives_lower(lowering, cursor, formula, taken, yes, no);
	free(taken);
}

void formula_shape_lower(struct lowering *lowering, struct cursor *cursor,
			 const struct formula *formula, struct exit yes, struct exit no)
{
	if (lowering->error)
		return;
	if (formula->kind == FORMULA_TRUE) {
		exit_emit(lowering, cursor, yes);
		return;
	}
	if (rows_count(lowering, formula) <= ROWS_MAX || formula->kind == FORMULA_TEST) {
		formula_rows_emit(lowering, cursor, formula, yes);
		exit_emit(lowering, cursor, no);
	} else if (formula->kind == FORMULA_OR) {
		or_lower(lowering, cursor, formula, yes, no);
	} else if (no.kind == EXIT_FALL) {
		alternative_lower(lowering, cursor, formula, yes);
	} else {
		and_lower(lowering, cursor, formula, yes, no);
	}
}
