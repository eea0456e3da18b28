/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NFT_TEXT_H
#define NFT_TEXT_H

#include <stdio.h>

#include "plan.h"

/* Print @plan as input for "nft -f": it replaces the whole table in one
 * transaction, so that reading it twice is the same as once. Netdev family. */
void nft_text_print(const struct plan *plan, FILE *out);

#endif
