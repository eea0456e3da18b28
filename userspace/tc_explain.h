/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TC_EXPLAIN_H
#define TC_EXPLAIN_H

#include "error.h"
#include "nl.h"

/* Record what the kernel refused of the tc path, in its own words, and what to do about
 * it. Returns refusal->error. */
int tc_explain_refusal(const struct nl_refusal *refusal, struct error_list *errors);

#endif
