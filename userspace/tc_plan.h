/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Model to plan on the tc path: a mirror is one filter on each of its hooks, on clsact,
 * with all of its targets as actions one after the other, and then other filters go on.
 * Where it leaves frames to other mirrors, see overlap.h, their programs stand before its
 * own and end with "no"; a part of its own makes one more filter.
 */
#ifndef TC_PLAN_H
#define TC_PLAN_H

#include "link.h"
#include "overlap.h"
#include "plan_mirror.h"
#include "tc_filter.h"
#include "tc_match.h"

struct tc_plan {
	struct tc_filter *filters;
	size_t count;
};

/* What a mirror's filters depend on beside the mirror itself. */
struct tc_surroundings {
	struct tc_guard guard;
	unsigned int preference;
	/* For the indexes of devices; NULL: none are needed. */
	const struct link_table *links;
	/* An entry for each of the mirror's targets, NULL: zero. */
	const struct plan_start *starts;
	/* How the work is divided, NULL: nobody else is there. Without tags, and between
	 * mirrors of this path. */
	const struct overlap *overlap;
	/* A flag for each of its hooks, NULL: all. The qdisc is made by us. */
	const bool *clsact;
};

/* Append the filters of @mirror. Returns 0, -ENOMEM, or -EINVAL with a record. */
int tc_plan_mirror(struct tc_plan *plan, const struct mirror *mirror,
		   const struct tc_surroundings *around, struct error_list *errors);

/* The same without notes, for experiments that do not stay. */
int tc_plan_bare(struct tc_plan *plan, const struct mirror *mirror,
		 unsigned int preference, struct error_list *errors);

/* Append the filters behind a target with a tunnel. That on the tap marks the copy and
 * hands it on, where it is not too long for outer packets of @mtu bytes (0: not known);
 * that on the tunnel's device drops what comes back. @links as above; @clsact: are the
 * qdiscs of the tap and of the tunnel made by us? Returns 0 or -ENOMEM. */
int tc_plan_tap(struct tc_plan *plan, const struct target *target, unsigned int mtu,
		const struct link_table *links, const bool clsact[2]);

void tc_plan_free(struct tc_plan *plan);

#endif
