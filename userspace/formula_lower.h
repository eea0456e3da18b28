/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Formula to rules.
 */
#ifndef FORMULA_LOWER_H
#define FORMULA_LOWER_H

#include "formula.h"
#include "plan.h"

/*
 * Append rules to @chain of mirror @name so that a frame for which @formula is
 * true goes to @copy and any other leaves the mirror.
 *
 *	mirror/web           one rule for each kind of frame that matters
 *	mirror/web/ip        untagged IPv4, by nft's own words
 *	mirror/web/ip/cut    untagged IPv4 whose headers nft does not trust, raw
 *	mirror/web/1 ...     pieces: "return" where true, else "accept"
 *
 * Returns 0, -ENOMEM, -E2BIG where it would nest deeper than nft allows, or -EMLINK
 * for more jumps than newer kernels do.
 */
int formula_lower(struct plan *plan, struct formula_space *space, const char *name,
		  struct plan_chain *chain, const struct formula *formula,
		  const struct plan_chain *copy);

#endif
