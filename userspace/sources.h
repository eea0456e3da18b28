/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From sources as they were written to the hooks that they are on this machine.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include "installed.h"
#include "link.h"
#include "mirror.h"

/* Set the hooks of @mirror. Patterns leave out what we made ourselves; the targets of
 * every mirror, in @mirrors or running: copies are not copied because their device has
 * a fitting name; and devices without Ethernet headers, which Ethernet targets cannot
 * take. Returns 0 or -ENOMEM. */
int sources_resolve(struct mirror *mirror, const struct link_table *links,
		    const struct mirror *mirrors, size_t count,
		    const struct installed *installed);

/* Take the hooks away whose device does not exist. */
void sources_drop_missing(struct mirror *mirror, const struct link_table *links);

/* Every source that was named must exist. Returns 0, or -EINVAL with a record for
 * each that does not. */
int sources_check(const struct mirror *mirror, const struct link_table *links,
		  struct error_list *errors);

#endif
