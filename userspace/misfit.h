/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wishes that this machine cannot do right, whatever the kernel says to them.
 */
#ifndef MISFIT_H
#define MISFIT_H

#include "error.h"
#include "topology.h"

/*
 * Refuse, with one record each: a source without an Ethernet header and a target
 * with one, or the other way round; a tunnel to an address of this very host; a
 * mirror of what leaves on a kernel that crashes with it. @release is the
 * kernel's, as uname -r, or "". Returns 0, -EINVAL with records where the wish is
 * wrong, or -EOPNOTSUPP with one where the kernel is.
 */
int misfit_judge(const struct topology *topology, const char *release,
		 struct error_list *errors);

/* Is @release (uname -r) one of those that can crash when nft copies what leaves? */
bool misfit_is_faulty(const char *release);

/* Frames of @type (ARPHRD_*) begin without a link header. */
bool misfit_is_headerless(uint16_t type);

#endif
