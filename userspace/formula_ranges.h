/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of byte strings of one length, as sorted ranges that neither overlap nor
 * touch. Nothing is allocated here.
 */
#ifndef FORMULA_RANGES_H
#define FORMULA_RANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "plan.h"

/* Sort @ranges in place and join what overlaps or touches; returns how many
 * are left. */
size_t ranges_normalise(struct plan_range *ranges, size_t count, size_t length);
/* Each takes normalised sets; the result is written to @out, which has room
 * for what the comment says, and its size returned. */
/* a_count + b_count */
size_t ranges_union(const struct plan_range *a, size_t a_count,
		    const struct plan_range *b, size_t b_count, size_t length,
		    struct plan_range *out);
/* a_count + b_count */
size_t ranges_intersection(const struct plan_range *a, size_t a_count,
			   const struct plan_range *b, size_t b_count, size_t length,
			   struct plan_range *out);
/* count + 1 */
size_t ranges_complement(const struct plan_range *ranges, size_t count,
			 size_t length, struct plan_range *out);

#endif
