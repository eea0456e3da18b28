/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mirrors that run, read back from the kernel's rules: there is no state
 * file. mirror/web is the mirror "web"; its comments hold match and targets,
 * its base chains are its sources, its counters what it matched.
 */
#ifndef INSTALLED_H
#define INSTALLED_H

#include <stddef.h>
#include <stdint.h>

#include "mirror.h"
#include "nft_state.h"

struct traffic {
	uint64_t packets;
	uint64_t bytes;		/* of frames, from the Ethernet header */
};

struct installed_source {
	char device[IFNAMSIZ];
	enum direction direction;
	bool hooked;		/* its chain is there */
};

struct installed_target {
	char device[IFNAMSIZ];	/* as it was called when the mirror was made */
	unsigned int index;	/* where the rule sends the copies */
	struct traffic start;	/* the device's own counters at that time */
};

struct installed_mirror {
	char name[IFNAMSIZ];
	char *match_text;	/* NULL: everything */
	size_t hosts, except;	/* how many entries the lists had, 0: no list */
	struct installed_source *sources;
	size_t source_count;
	struct installed_target *targets;
	size_t target_count;
	struct traffic matched;
	struct traffic guarded;	/* by rules whose comment begins with PLAN_COMMENT_GUARD */
};

struct installed {
	struct installed_mirror *mirrors;	/* in the order of their names */
	size_t count;
};

/* Returns 0 or -ENOMEM. */
int installed_read(struct installed *installed, const struct nft_state *state);
void installed_free(struct installed *installed);
const struct installed_mirror *installed_find(const struct installed *installed,
					      const char *name);

/* What a target has passed on by its own count. A veth counts what its other
 * end took, so copies that found it down are not in there. */
struct traffic installed_target_count(const struct link *target);

#endif
