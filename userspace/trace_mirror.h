/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mirrors of a trace: put up for it and taken away after it.
 */
#ifndef TRACE_MIRROR_H
#define TRACE_MIRROR_H

#include "mirror.h"

struct trace_mirrors {
	char **made;		/* nft: names of mirrors that did not run before */
	size_t made_count;
	const struct definition *tc;	/* tc: filters are there for it */
	char (*clsact)[IFNAMSIZ];	/* devices that had no clsact before */
	size_t clsact_count;
};

/* Put up those that do not run. One that runs otherwise than @definition says is
 * refused. On the tc path the targets have to exist. Returns 0 or a negative
 * errno with records, and then trace_mirrors_down() is still due. */
int trace_mirrors_up(struct trace_mirrors *mirrors, struct definition *definition,
		     struct error_list *errors);
void trace_mirrors_down(struct trace_mirrors *mirrors, struct error_list *errors);

#endif
