/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NFT_TEXT_H
#define NFT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "plan.h"

/* Print @plan as input for "nft -f": it replaces the whole table in one
 * transaction, so that reading it twice is the same as once. With @rows_apart rows of
 * values among which are numbers without a type, which older versions of nft cannot read,
 * are a rule each. */
void nft_text_print(const struct plan *plan, bool rows_apart, FILE *out);

#endif
