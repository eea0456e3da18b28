/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What else a copy has of its original, and which rules of its target see it.
 */
#ifndef COMPARE_TRAIT_H
#define COMPARE_TRAIT_H

#include "compare_case.h"

/* What goes by for @trait, by @path and @direction. Returns false where the trait says
 * nothing in that direction. */
bool compare_trait_case(enum compare_trait trait, enum compare_path path,
			enum direction direction, struct compare_case *what);

/* Find out @result->trait of @result->what. -EOPNOTSUPP with the record of what the kernel
 * does not have for it. Returns 0 or a negative errno with a record. */
int compare_trait_run(struct compare_bench *bench, struct compare_trait_result *result,
		      struct error_list *errors);

#endif
