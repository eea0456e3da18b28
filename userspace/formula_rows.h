/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Alternatives that are exact values at a few places each, "host A and port 80
 * or host B and port 443 ...", as the rows of tables: one look-up for all of
 * them instead of a rule for each.
 */
#ifndef FORMULA_ROWS_H
#define FORMULA_ROWS_H

#include "formula.h"

/* Fewer rows of exact values are rules of their own. */
#define EXACT_ROWS_MIN 4

struct exact_row {
	const struct formula_place *places[PLAN_ROW_MAX];	/* in their order */
	uint8_t values[PLAN_ROW_MAX][PLAN_VALUE_MAX];
	size_t count;			/* of places, 2 or more */
};

struct exact_rows {
	struct exact_row *rows;		/* those of the same places follow each other */
	size_t count;
};

/* Take the rows of those alternatives of @formula, an "or", that are nothing
 * else; @taken has a flag for each alternative, and is set for them. No row is
 * there twice. Returns 0 or -ENOMEM; free rows->rows. */
int exact_rows_collect(const struct formula *formula, struct exact_rows *rows,
		       bool *taken);

/* The first row behind @start with other places. */
size_t exact_rows_group_end(const struct exact_rows *rows, size_t start);

#endif
