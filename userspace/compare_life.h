/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of the copies when their target goes down, goes, and comes back.
 */
#ifndef COMPARE_LIFE_H
#define COMPARE_LIFE_H

#include "compare_case.h"

/* Mirror by @what's path and direction to a veth, and let all happen to that in turn.
 * Fills @results, COMPARE_LIVES of them. -EOPNOTSUPP where this kernel's nft has no such
 * hook. Returns 0 or a negative errno with a record. */
int compare_life_run(struct compare_bench *bench, const struct compare_case *what,
		     struct compare_life_result *results, struct error_list *errors);

#endif
