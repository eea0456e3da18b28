/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TC_TEXT_H
#define TC_TEXT_H

#include <stdio.h>

#include "tc_plan.h"

/* Print @plan as input for "tc -batch -": clsact on each device, once, and the filters. */
int tc_text_print(const struct tc_plan *plan, FILE *out);

/* The filters alone, for a clsact that is there. Returns 0 or -ENOMEM. */
int tc_text_print_filters(const struct tc_plan *plan, FILE *out);

/* The same filters under the classful root qdisc "htb" with handle 1:, which the caller
 * has made: the way of the original experiment, egress only. On some kernels this locks
 * up when the copies come back to the same device. */
int tc_text_print_htb(const struct tc_plan *plan, FILE *out);

#endif
