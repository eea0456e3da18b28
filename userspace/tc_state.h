/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tc holds: the filters that are ours, by their notes, and how much of others
 * there is around them.
 */
#ifndef TC_STATE_H
#define TC_STATE_H

#include "link.h"
#include "nl.h"
#include "tc_filter.h"

/* A device with something where clsact stands, or would. */
struct tc_device {
	unsigned int index;
	bool has_clsact;
	char other[16];		/* what stands there instead: "ingress"; or "" */
	bool is_shared;		/* its filters belong to a block, which others have too */
	bool is_ours;		/* a filter's note says that we made the clsact */
};

/* A preference of one hook that is in use. */
struct tc_place {
	unsigned int index;
	enum direction direction;
	unsigned int preference;
	bool ours, others;	/* has filters of us, of others (or none at all) */
};

struct tc_state {
	struct tc_device *devices;
	size_t device_count;
	struct tc_filter *filters;	/* ours */
	size_t filter_count;
	struct tc_place *places;
	size_t place_count;
};

/* Read it. A kernel without tc has nothing of it. Returns 0 or a negative errno. */
int tc_state_read(struct tc_state *state, const struct link_table *links,
		  struct nl_socket *route);
void tc_state_free(struct tc_state *state);

/* NULL where there is nothing on the device. */
const struct tc_device *tc_state_device(const struct tc_state *state, unsigned int index);
/* The filter of ours in the same place, or NULL. */
const struct tc_filter *tc_state_find(const struct tc_state *state,
				      const struct tc_filter *at);
/* NULL where the preference is free. */
const struct tc_place *tc_state_place(const struct tc_state *state, unsigned int index,
				      enum direction direction, unsigned int preference);
/* Has anybody else a filter on the device's clsact? */
bool tc_state_has_others(const struct tc_state *state, unsigned int index);

/* The mirror, or with @is_tap the target, that a filter of ours belongs to; @name has
 * IFNAMSIZ bytes. Returns whether it is of that sort. */
bool tc_state_owner(const struct tc_filter *filter, bool is_tap, char *name);

#endif
