/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is no error, but would leave somebody wondering.
 */
#ifndef WARN_H
#define WARN_H

#include "error.h"
#include "surroundings.h"
#include "topology.h"

/* Add a line to @warnings for all that is worth knowing about the mirrors of the
 * wish. @surroundings is what was read of it. Returns 0 or -ENOMEM. */
int warn_judge(const struct topology *topology, const struct surroundings *surroundings,
	       struct error_list *warnings);

/* Add a line to @warnings if copies sent to @link are dropped for it is down or has no
 * carrier, and what to do. */
void warn_target_state(struct error_list *warnings, const struct link *link);

#endif
