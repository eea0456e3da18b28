/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PLAN_WALK_H
#define PLAN_WALK_H

#include "plan.h"

/* Would the kernel, which walks every way through the chains when it is given
 * them, take those that @first leads to? @first itself is gone to from a base
 * chain. Returns 0; -E2BIG for too deep, -EMLINK for too many jumps; or -ENOMEM. */
int plan_walk_check(const struct plan *plan, const struct plan_chain *first);

#endif
