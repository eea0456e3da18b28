/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of a frame by itself, drawn as a graph. A node is a device and a
 * direction: a frame leaves by it, or arrives at it. A step leads from one to the
 * next: through a cable to its other end, from a VLAN device to the one below,
 * from a bridge's port to the other ports; and from a mirror's source to where its
 * copy leaves.
 *
 *	leaves by veth A	-> arrives at its peer, where that is in this namespace
 *	leaves by lo		-> arrives at lo
 *	leaves by a VLAN, macvlan, ... device -> leaves by the device below it
 *	arrives at a device	-> arrives at what stands on it
 *	arrives at a port	-> arrives at its bridge, leaves by any other port
 *	arrives at a slave	-> arrives at its bond or team
 *	leaves by a bridge, bond, team, VRF -> leaves by any of its ports
 *	leaves by a tunnel	-> leaves, encapsulated, by the device towards its remote
 *	leaves by a dummy, an ifb, a veth whose peer is elsewhere, a NIC -> nowhere here
 *
 * Nothing here asks the kernel: the facts are given.
 */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "installed.h"
#include "link.h"
#include "mirror.h"

enum topology_reach {
	REACH_UNKNOWN,		/* nobody asked */
	REACH_DEVICE,		/* leaves by a device */
	REACH_LOCAL,		/* is an address of this host */
	REACH_NOWHERE,		/* no route, or one that refuses */
};

/* The kernel's answer about the remote of a tunnel. */
struct topology_route {
	uint8_t family;			/* AF_INET, AF_INET6 */
	uint8_t remote[16];		/* network order; IPv4 takes the first 4 */
	enum topology_reach reach;
	unsigned int device;		/* REACH_DEVICE: interface index */
	unsigned int mtu;		/* of the route, bytes; 0: the device's */
};

struct topology_input {
	const struct link_table *links;
	const struct mirror *mirrors;		/* the wish */
	size_t mirror_count;
	/* Those that run, or NULL. Those that the wish names are replaced by it, and
	 * are left out here. */
	const struct installed *installed;
	const struct topology_route *routes;	/* of all tunnels' remotes */
	size_t route_count;
};

#define TOPOLOGY_NONE SIZE_MAX

struct topology_device {
	char name[IFNAMSIZ];
	const struct link *link;	/* NULL: it is still to be made, or missing */
	/* Numbers of devices, or TOPOLOGY_NONE. */
	size_t peer, lower, master;
	size_t way;			/* where what it encapsulates leaves */
	bool guarded;			/* our own tunnel: what leaves by it is known
					 * again by our rules, and not copied */
	size_t first_port, next_port;	/* of a master; among those of its master */
	size_t first_upper, next_upper;	/* what stands on it; among those of its lower */
	size_t first_copy[2];		/* copies made here, by direction */
};

/* One mirror's source and one of its targets. */
struct topology_copy {
	size_t mirror;			/* in the wish, or TOPOLOGY_NONE: it runs */
	const char *name;		/* of the mirror */
	const struct source *hook;	/* in the wish, else NULL */
	const struct target *target;	/* in the wish, else NULL */
	size_t source, destination;	/* nodes */
	size_t next;			/* at the same source */
};

struct topology {
	const struct topology_input *input;
	struct topology_device *devices;
	size_t count, size;
	struct topology_copy *copies;
	size_t copy_count, copy_size;
};

/* Returns 0 or -ENOMEM; free with topology_free() in either case. @input and all
 * that it points to is borrowed. */
int topology_build(struct topology *topology, const struct topology_input *input);
void topology_free(struct topology *topology);

/* The number of a device, TOPOLOGY_NONE if there is none. */
size_t topology_find(const struct topology *topology, const char *name);

static inline size_t topology_node(size_t device, enum direction direction)
{
	return device * 2 + direction;
}

static inline enum direction topology_direction(size_t node)
{
	return node % 2 ? DIRECTION_EGRESS : DIRECTION_INGRESS;
}

static inline struct topology_device *topology_device(const struct topology *topology,
						      size_t node)
{
	return &topology->devices[node / 2];
}

/* The answer about @tunnel's remote, or NULL. */
const struct topology_route *topology_route_find(const struct topology_input *input,
						 const struct tunnel *tunnel);

/* How a step changes the frame; also how certain it is that it is taken. */
enum topology_step {
	STEP_START = 1,
	STEP_SAME = 2,		/* always, unchanged */
	STEP_ALL = 4,		/* of a bond or team and its slaves */
	STEP_SOME = 8,		/* some frames: which is not for rules to say */
	STEP_TAGGED = 16,	/* a VLAN tag is added or taken away, or alike */
	STEP_ENCAPSULATED = 32,	/* inside a tunnel's packet */
	STEP_GUARDED = 64,	/* the same for a tunnel of ours */
	STEP_COPIED = 128,	/* a mirror's copy */
};

/* The frame as it is, wherever it goes by itself. */
#define STEPS_FRAME (STEP_SAME | STEP_ALL | STEP_SOME)
/* Whatever becomes of it by itself. */
#define STEPS_ITSELF (STEPS_FRAME | STEP_TAGGED | STEP_ENCAPSULATED)
/* And of its copies, as far as nothing guards them. */
#define STEPS_COPIES (STEPS_ITSELF | STEP_COPIED)

struct topology_visit {
	enum topology_step step;	/* 0: not reached */
	size_t from;			/* node; of a start, itself */
	size_t copy;			/* STEP_COPIED */
};

/* All that is reached from some nodes, each by a shortest way. */
struct topology_walk {
	const struct topology *topology;
	unsigned int steps;		/* that are taken */
	struct topology_visit *visits;	/* by node */
	size_t *queue;
	size_t queued;
	size_t *entries;		/* by bridge: the port it was entered by */
};

/* Begin a walk that takes the kinds of step of @steps, a bit mask. Returns 0 or
 * -ENOMEM; a walk may begin again, and is freed with topology_walk_free(). */
int topology_walk_begin(struct topology_walk *walk, const struct topology *topology,
			unsigned int steps);
void topology_walk_start(struct topology_walk *walk, size_t node);
void topology_walk_run(struct topology_walk *walk);
void topology_walk_free(struct topology_walk *walk);

static inline bool topology_reached(const struct topology_walk *walk, size_t node)
{
	return walk->visits[node].step;
}

/* Where the way to @node began. */
size_t topology_walk_root(const struct topology_walk *walk, size_t node);

/* Does the way to @node take a step of one of the kinds @steps? The node it leads
 * to, or TOPOLOGY_NONE. */
size_t topology_walk_step(const struct topology_walk *walk, size_t node, unsigned int steps);

/* Append the way to @node, in words: " -> mir0 -> br0 -> eth0". */
void topology_walk_text(const struct topology_walk *walk, size_t node, char *text,
			size_t size);

/*
 * Do the same frames pass two hooks?
 *
 * OVERLAP_SAME: every frame that passes one passes the other, unchanged: lo's
 *	egress and ingress, one end's egress and the other end's ingress.
 * OVERLAP_ALL: a bond or team (the upper) and one of its slaves (the lower): what
 *	passes the lower passes the upper too, and what passes the upper passes one
 *	of its lowers. All but the bond's own control frames (LACP, ARP probes).
 *	Where the upper is a source, its slaves need not be.
 * OVERLAP_TAGGED: a VLAN device and one below it: every frame of the VLAN device
 *	passes the other one with @tags before its own EtherType. Where both are
 *	sources, the lower one's frames with just these tags are there twice.
 * OVERLAP_SOME: some frames pass both, and only the kernel's tables know which: a
 *	bridge and its ports, two ports, a macvlan and its lower device.
 * OVERLAP_NONE: no frame does, as far as can be seen from here. A packet that is
 *	routed from one device to the other is another frame.
 */
enum topology_relation {
	OVERLAP_NONE,
	OVERLAP_SAME,
	OVERLAP_ALL,
	OVERLAP_TAGGED,
	OVERLAP_SOME,
};

#define TOPOLOGY_TAGS_MAX 3

struct topology_tag {
	uint16_t id;
	uint16_t protocol;	/* EtherType of the tag, host order */
};

struct topology_overlap {
	enum topology_relation relation;
	bool a_first;		/* frames pass @a before @b */
	bool a_lower;		/* ALL, TAGGED: @a is the lower one, and has the tags */
	struct topology_tag tags[TOPOLOGY_TAGS_MAX];	/* TAGGED: the outermost first */
	size_t tag_count;
};

/* Returns 0 or -ENOMEM. Devices that are not there overlap with nothing. */
int topology_same_frame(const struct topology *topology, const struct source *a,
			const struct source *b, struct topology_overlap *overlap);

/* The same for the way that a walk found from the hook at its start to @node;
 * for callers that compare one hook with many. */
void topology_walk_overlap(const struct topology_walk *walk, size_t node,
			   struct topology_overlap *overlap);

#endif
