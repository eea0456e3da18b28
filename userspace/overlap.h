/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One frame goes to a target at most once, even where two mirrors or two
 * sources select it: who of them leaves it to whom.
 *
 * Mirrors have hooks of their own, so none sees what another has done to a
 * frame. But what another one selects is known: it becomes part of the match,
 * "and not (what the other selects)", on the hooks and for the targets that both
 * have. So a mirror falls apart into parts, each with hooks, targets, and other
 * mirrors whose frames it leaves to them.
 *
 * Who goes first: a mirror that copies all it selects before one that samples or
 * has a limit, then by name. Between two sources that the same frames pass (see
 * topology.h):
 *
 *	lo, the two ends of a veth pair  one mirror copies where it leaves, of two
 *	                                 the first in order
 *	a bond or team and its ports     the ports leave all to the one above
 *	a VLAN device and its lower      the lower leaves to the VLAN device what
 *	                                 that one selects behind the tag
 */
#ifndef OVERLAP_H
#define OVERLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"
#include "mirror.h"
#include "topology.h"

/* Frames that somebody else copies: what @mirror selects, behind these VLAN tags,
 * the outermost first. */
struct overlap_exclusion {
	const struct mirror *mirror;
	uint16_t tags[TOPOLOGY_TAGS_MAX];
	size_t tag_count;
};

/* Hooks are in the order of mirror_hooks(), targets in the mirror's. */
struct overlap_part {
	struct overlap_exclusion *exclusions;
	size_t exclusion_count;
	bool *hooks;
	bool *targets;
	/* Of the parts at a hook one counts what matches: that with the fewest
	 * exclusions. */
	bool counts;
};

struct overlap {
	struct overlap_part *parts;
	size_t count;		/* one without hooks where all is left to others */
};

/* Two hooks that the same frames pass. */
struct overlap_pair {
	size_t mine, theirs;		/* nodes of the topology */
	struct topology_overlap how;	/* "a" is mine */
};

/* A mirror's hook, by the node. */
struct overlap_hook {
	size_t node;
	const struct mirror *mirror;	/* the caller's */
	size_t number;			/* in the map's order */
};

/* All mirrors of the table, as they are to be, and which of their hooks have to do
 * with each other. */
struct overlap_map {
	struct mirror *mirrors;		/* shallow copies, in one row */
	struct topology_input input;
	struct topology topology;
	struct overlap_hook *hooks;	/* ascending */
	size_t hook_count;
	struct overlap_pair *pairs;	/* each both ways, ascending */
	size_t pair_count;
};

/* Free it even after an error. Returns 0 or -ENOMEM. */
int overlap_map_make(struct overlap_map *map, const struct mirror *const *mirrors,
		     size_t count, const struct link_table *links);
void overlap_map_free(struct overlap_map *map);

/* Who has to do with whom: @reached has a place for each of the map's mirrors, in its
 * order; those that see a frame of one that is marked there, for a target of its, are
 * marked as well, and so on from them. Returns 0 or -ENOMEM. */
int overlap_reach(const struct overlap_map *map, bool *reached);

/* Divide the work of @mirror, one of the map's. Returns 0, -ENOMEM, or -EINVAL with
 * a record where two mirrors cannot be told apart, since both leave out some of
 * what they select, or where the parts of one with a limit send to one target: each
 * would have the limit for itself. */
int overlap_find(struct overlap *overlap, const struct overlap_map *map,
		 const struct mirror *mirror, struct error_list *errors);
void overlap_free(struct overlap *overlap);

#endif
