/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A formula's shape to rules and chains.
 */
#ifndef FORMULA_SHAPE_H
#define FORMULA_SHAPE_H

#include "formula_rule.h"

/*
 * Append rules so that a frame leaves by @yes where @formula is true, else by @no. Errors
 * stay in lowering->error: -ENOMEM, or -E2BIG for a row of more than ROW_TESTS_MAX tests.
 */
void formula_shape_lower(struct lowering *lowering, struct cursor *cursor,
			 const struct formula *formula, struct exit yes, struct exit no);

/* Have @chain say what it decides. */
void formula_shape_comment(struct plan *plan, struct plan_chain *chain,
			   const struct formula *formula);

#endif
