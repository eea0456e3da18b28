/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MATCH_LOWER_H
#define MATCH_LOWER_H

#include "match.h"
#include "plan.h"

/* Append rules to @chain of mirror @name so that a frame for which @match is
 * true goes to @copy, and any other leaves the mirror. NULL is always true.
 * What is true is what libpcap says of the frame as it stands on the wire,
 * VLAN tags included. Without memory plan->out_of_memory is set. */
void match_lower(struct plan *plan, const char *name, struct plan_chain *chain,
		 const struct match *match, const struct plan_chain *copy);

#endif
