/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NFT_EXPLAIN_H
#define NFT_EXPLAIN_H

#include "error.h"
#include "nl.h"

/* Record what the kernel refused, in its own words, and what to do about it.
 * Returns refusal->error. */
int nft_explain_refusal(const struct nl_refusal *refusal, struct error_list *errors);

#endif
