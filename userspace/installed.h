/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mirrors that run, read back from the kernel's rules: there is no state
 * file. On the tc path see tc_filter.h; in nft mirror/web is the mirror "web"; its comments hold match and targets,
 * its base chains are its sources, its counters what it matched.
 */
#ifndef INSTALLED_H
#define INSTALLED_H

#include <stddef.h>
#include <stdint.h>

#include "mirror.h"
#include "names.h"
#include "nft_state.h"
#include "tc_state.h"

/* The "file" of what is read back. */
#define INSTALLED_FILE "the kernel's rules"

struct traffic {
	uint64_t packets;
	uint64_t bytes;		/* of frames, from the Ethernet header */
};

struct installed_source {
	char device[IFNAMSIZ];
	enum direction direction;
	bool hooked;		/* its chain is there */
	bool left;		/* it needs none: others copy all that it sees */
};

struct installed_target {
	char device[IFNAMSIZ];	/* as it was called when the mirror was made */
	struct tunnel tunnel;	/* TUNNEL_NONE: none behind it */
	unsigned int index;	/* where the rule sends the copies */
	struct traffic start;	/* the device's own counters at that time */
};

/* What stands behind the tap of a target with a tunnel. */
struct installed_tap {
	char device[IFNAMSIZ];	/* of the target */
	unsigned int index;	/* where the rule sends what arrives there */
	uint64_t large;		/* copies that were too large for the way */
	bool is_nft;		/* has chains in the table */
};

/* One rule of a mirror's guard. */
struct installed_guard {
	char what[64];		/* "mark", "tunnel to 192.0.2.10", ... */
	struct traffic traffic;
};

struct installed_mirror {
	char name[IFNAMSIZ];
	enum mirror_path path;
	char *match_text;	/* NULL: everything */
	size_t hosts, except;	/* how many entries the lists had, 0: no list */
	/* What is in them, while they are short. */
	struct address_list host_list, except_list;
	struct sample sample;
	struct limit limit;
	struct installed_source *sources;
	size_t source_count;
	struct names source_names;	/* their numbers, by device and direction */
	struct installed_target *targets;
	size_t target_count;
	struct traffic matched;
	struct installed_guard *guards;
	size_t guard_count;
	struct traffic guarded;	/* by all of them */
	struct traffic limited;	/* over the limit */
};

struct installed {
	struct installed_mirror *mirrors;	/* in the order of their names */
	size_t count;
	struct installed_tap *taps;
	size_t tap_count;
};

/* Those of the nft path. Returns 0 or -ENOMEM. */
int installed_read(struct installed *installed, const struct nft_state *state);

/* Add those of the tc path, each in its place. Returns 0 or -ENOMEM. */
int installed_read_tc(struct installed *installed, const struct tc_state *state);
void installed_free(struct installed *installed);
const struct installed_mirror *installed_find(const struct installed *installed,
					      const char *name);

/* Does it send to @device, by the name that it had then? */
bool installed_has_target(const struct installed_mirror *mirror, const char *device);

/* The mirror as it was wished for: the model that its rules were made from. Free
 * it with mirror_free(). Returns 0, -ENOMEM, -EINTR where the ruleset has changed
 * since @state was read, or -EINVAL with a record where the rules do not tell. */
int installed_model(struct mirror *mirror, const struct installed_mirror *installed,
		    const struct nft_state *state, struct error_list *errors);

/* Of the model only sources and targets, and whether it selects anything: for who asks
 * where its frames go. Needs nothing but @installed. */
int installed_outline(struct mirror *mirror, const struct installed_mirror *installed,
		      struct error_list *errors);

/* The device whose own count tells how much of what a target took has gone on:
 * the tunnel, where one stands behind it. NULL where it is not there. */
const struct link *installed_delivering(const struct link_table *links, const char *target,
					bool tunnel);

/* What a target has passed on by its own count. A veth counts what its other
 * end took, so copies that found it down are not in there. */
struct traffic installed_target_count(const struct link *target);

#endif
