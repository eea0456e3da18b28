// SPDX-License-Identifier: GPL-2.0-only
#include "topology.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "device.h"

/* --- the devices --- */

size_t topology_find(const struct topology *topology, const char *name)
{
	const struct link_table *links = topology->input->links;
	const struct link *link = link_find(links, name);
	size_t i;

	/* Devices that are there come first, in the order of their table. */
	if (link)
		return link - links->links;
	for (i = links->count; i < topology->count; i++)
		if (!strcmp(topology->devices[i].name, name))
			return i;
	return TOPOLOGY_NONE;
}

static size_t index_find(const struct topology *topology, unsigned int index)
{
	const struct link_table *links = topology->input->links;
	const struct link *link = link_find_index(links, index);

	return link ? (size_t)(link - links->links) : TOPOLOGY_NONE;
}

static size_t device_add(struct topology *topology, const char *name,
			 const struct link *link)
{
	struct topology_device *device;
	size_t i;

	if (topology->count == topology->size) {
		size_t size = 2 * topology->size + 16;

		device = reallocarray(topology->devices, size, sizeof(*device));
		if (!device)
			return TOPOLOGY_NONE;
		topology->devices = device;
		topology->size = size;
	}
	device = &topology->devices[topology->count];
	memset(device, 0, sizeof(*device));
	memcpy(device->name, name, strnlen(name, sizeof(device->name) - 1));
	device->link = link;
	device->peer = device->lower = device->master = device->way = TOPOLOGY_NONE;
	device->first_port = device->next_port = TOPOLOGY_NONE;
	device->first_upper = device->next_upper = TOPOLOGY_NONE;
	for (i = 0; i < 2; i++)
		device->first_copy[i] = TOPOLOGY_NONE;
	return topology->count++;
}

/* The device of that name, entered if it is not there yet. */
static size_t device_want(struct topology *topology, const char *name)
{
	size_t device = topology_find(topology, name);

	return device != TOPOLOGY_NONE ? device : device_add(topology, name, NULL);
}

const struct topology_route *topology_route_find(const struct topology_input *input,
						 const struct tunnel *tunnel)
{
	size_t length = tunnel->family == AF_INET6 ? 16 : 4;
	size_t i;

	for (i = 0; i < input->route_count; i++) {
		const struct topology_route *route = &input->routes[i];

		if (route->family == tunnel->family &&
		    !memcmp(route->remote, tunnel->remote, length))
			return route;
	}
	return NULL;
}

/* The device that a tunnel's packets leave by. */
static size_t way_find(const struct topology *topology, const struct tunnel *tunnel,
		       unsigned int underlay)
{
	const struct topology_route *route;

	if (underlay)
		return index_find(topology, underlay);
	route = topology_route_find(topology->input, tunnel);
	return route && route->reach == REACH_DEVICE ?
	       index_find(topology, route->device) : TOPOLOGY_NONE;
}

static bool is_marked(const struct link *link)
{
	return !strncmp(link->alias, DEVICE_ALIAS_MARK, strlen(DEVICE_ALIAS_MARK));
}

/* Behind the tap of a pair of ours our rules pass the copies on. */
static void pair_connect(const struct topology *topology, struct topology_device *pair)
{
	const struct link *tunnel = device_tunnel_of(topology->input->links, pair->link);

	if (!tunnel)
		return;
	pair->way = way_find(topology, &tunnel->tunnel.tunnel, tunnel->lower);
	pair->guarded = true;
}

static void device_connect(struct topology *topology, size_t number)
{
	struct topology_device *device = &topology->devices[number];
	const struct link *link = device->link;

	device->peer = index_find(topology, link->peer);
	device->lower = index_find(topology, link->lower);
	device->master = index_find(topology, link->master);
	if (device->master != TOPOLOGY_NONE) {
		struct topology_device *master = &topology->devices[device->master];

		device->next_port = master->first_port;
		master->first_port = number;
	}
	if (link->tunnel.tunnel.kind != TUNNEL_NONE) {
		/* What a tunnel is bound to is no lower device: other frames leave there. */
		device->way = way_find(topology, &link->tunnel.tunnel, link->lower);
		device->guarded = is_marked(link);
		device->lower = TOPOLOGY_NONE;
	}
	if (device_is_ours(link))
		pair_connect(topology, device);
	if (device->lower != TOPOLOGY_NONE) {
		struct topology_device *lower = &topology->devices[device->lower];

		device->next_upper = lower->first_upper;
		lower->first_upper = number;
	}
}

/* See link_table_add_planned(): nothing but the name is true of those. */
static bool is_planned(const struct link *link)
{
	return link->index > INT32_MAX - (1U << 20);
}

static int links_take(struct topology *topology)
{
	const struct link_table *links = topology->input->links;
	size_t i;

	for (i = 0; i < links->count; i++) {
		const struct link *link = &links->links[i];

		if (device_add(topology, link->name, is_planned(link) ? NULL : link) ==
		    TOPOLOGY_NONE)
			return -ENOMEM;
	}
	/* From the last to the first, so that lists come out in order. */
	while (i--)
		if (topology->devices[i].link)
			device_connect(topology, i);
	return 0;
}

/* A target that is still to be made, as it will be. */
static size_t target_plan(struct topology *topology, const struct target *target)
{
	size_t device = device_want(topology, target->device);
	size_t tap;
	char name[IFNAMSIZ];

	if (device == TOPOLOGY_NONE)
		return device;
	if (target->kind == TARGET_TUNNEL) {
		topology->devices[device].way = way_find(topology, &target->tunnel, 0);
		topology->devices[device].guarded = true;
	}
	if (topology->devices[device].link || topology->devices[device].peer != TOPOLOGY_NONE ||
	    target->kind == TARGET_DUMMY || target->kind == TARGET_IFB ||
	    snprintf(name, sizeof(name), "%s" DEVICE_TAP_SUFFIX, target->device) >= IFNAMSIZ)
		return device;
	tap = device_want(topology, name);
	if (tap == TOPOLOGY_NONE)
		return tap;
	if (!topology->devices[tap].link) {
		topology->devices[device].peer = tap;
		topology->devices[tap].peer = device;
	}
	return device;
}

/* --- the mirrors --- */

static int copy_add(struct topology *topology, const struct topology_copy *copy)
{
	size_t *first = &topology_device(topology, copy->source)->
			first_copy[topology_direction(copy->source)];

	if (topology->copy_count == topology->copy_size) {
		size_t size = 2 * topology->copy_size + 16;
		struct topology_copy *copies;

		copies = reallocarray(topology->copies, size, sizeof(*copies));
		if (!copies)
			return -ENOMEM;
		topology->copies = copies;
		topology->copy_size = size;
	}
	topology->copies[topology->copy_count] = *copy;
	topology->copies[topology->copy_count].next = *first;
	*first = topology->copy_count++;
	return 0;
}

static int mirror_take(struct topology *topology, size_t number)
{
	const struct mirror *mirror = &topology->input->mirrors[number];
	const struct source *hooks;
	size_t count, i, j;

	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < mirror->target_count; i++) {
		size_t target = target_plan(topology, &mirror->targets[i]);

		if (target == TOPOLOGY_NONE)
			return -ENOMEM;
		for (j = 0; j < count; j++) {
			struct topology_copy copy = {
				.mirror = number, .name = mirror->name,
				.hook = &hooks[j], .target = &mirror->targets[i],
				.destination = topology_node(target, DIRECTION_EGRESS),
			};
			size_t source;

			if (hooks[j].is_pattern)
				continue;
			source = device_want(topology, hooks[j].device);
			if (source == TOPOLOGY_NONE)
				return -ENOMEM;
			copy.source = topology_node(source, hooks[j].direction);
			if (copy_add(topology, &copy))
				return -ENOMEM;
		}
	}
	return 0;
}

static int installed_take(struct topology *topology, const struct installed_mirror *mirror)
{
	size_t i, j;

	for (i = 0; i < mirror->target_count; i++) {
		size_t target = index_find(topology, mirror->targets[i].index);

		if (target == TOPOLOGY_NONE)
			target = topology_find(topology, mirror->targets[i].device);
		for (j = 0; j < mirror->source_count && target != TOPOLOGY_NONE; j++) {
			size_t source = topology_find(topology, mirror->sources[j].device);
			struct topology_copy copy = {
				.mirror = TOPOLOGY_NONE, .name = mirror->name,
				.destination = topology_node(target, DIRECTION_EGRESS),
			};

			if (source == TOPOLOGY_NONE)
				continue;
			copy.source = topology_node(source, mirror->sources[j].direction);
			if (copy_add(topology, &copy))
				return -ENOMEM;
		}
	}
	return 0;
}

static bool is_wished(const struct topology_input *input, const char *name)
{
	size_t i;

	for (i = 0; i < input->mirror_count; i++)
		if (!strcmp(input->mirrors[i].name, name))
			return true;
	return false;
}

int topology_build(struct topology *topology, const struct topology_input *input)
{
	size_t i;
	int error;

	memset(topology, 0, sizeof(*topology));
	topology->input = input;
	error = links_take(topology);
	for (i = 0; i < input->mirror_count && !error; i++)
		error = mirror_take(topology, i);
	for (i = 0; input->installed && i < input->installed->count && !error; i++)
		if (!is_wished(input, input->installed->mirrors[i].name))
			error = installed_take(topology, &input->installed->mirrors[i]);
	return error;
}

void topology_free(struct topology *topology)
{
	free(topology->devices);
	free(topology->copies);
	memset(topology, 0, sizeof(*topology));
}

/* --- walks --- */

/* entries[]: a bridge that was not entered, and one that was by two ports. */
#define ENTRY_NONE TOPOLOGY_NONE
#define ENTRY_ALL (TOPOLOGY_NONE - 1)

int topology_walk_begin(struct topology_walk *walk, const struct topology *topology,
			unsigned int steps)
{
	size_t nodes = topology->count * 2 + 1;
	size_t i, master;

	/* Only what the walk before has touched: a thousand walks are no thousand times
	 * all devices. */
	for (i = 0; i < walk->queued && walk->topology == topology; i++) {
		walk->visits[walk->queue[i]].step = 0;
		master = topology_device(topology, walk->queue[i])->master;
		if (master != TOPOLOGY_NONE)
			walk->entries[master] = ENTRY_NONE;
	}
	if (walk->topology != topology) {
		topology_walk_free(walk);
		walk->visits = calloc(nodes, sizeof(*walk->visits));
		walk->queue = calloc(nodes, sizeof(*walk->queue));
		walk->entries = calloc(nodes, sizeof(*walk->entries));
		if (!walk->visits || !walk->queue || !walk->entries)
			return -ENOMEM;
		for (i = 0; i < topology->count; i++)
			walk->entries[i] = ENTRY_NONE;
		walk->topology = topology;
	}
	walk->steps = steps;
	walk->queued = 0;
	return 0;
}

void topology_walk_free(struct topology_walk *walk)
{
	free(walk->visits);
	free(walk->queue);
	free(walk->entries);
	memset(walk, 0, sizeof(*walk));
}

static void visit(struct topology_walk *walk, size_t node, size_t from,
		  enum topology_step step, size_t copy)
{
	struct topology_visit *visit = &walk->visits[node];

	if (visit->step || (step != STEP_START && !(walk->steps & step)))
		return;
	visit->step = step;
	visit->from = from;
	visit->copy = copy;
	walk->queue[walk->queued++] = node;
}

void topology_walk_start(struct topology_walk *walk, size_t node)
{
	visit(walk, node, node, STEP_START, TOPOLOGY_NONE);
}

static const char *device_kind(const struct topology_device *device)
{
	return device->link ? device->link->kind : "";
}

static bool is_bridge(const struct topology_device *device)
{
	return !strcmp(device_kind(device), "bridge") ||
	       !strcmp(device_kind(device), "openvswitch");
}

static bool is_vlan(const struct topology_device *device)
{
	return !strcmp(device_kind(device), "vlan");
}

static bool is_macvlan(const struct topology_device *device)
{
	return !strcmp(device_kind(device), "macvlan") ||
	       !strcmp(device_kind(device), "macvtap");
}

/* Between a device and the one that stands on it. Others than these have a header
 * of their own: MACsec, the ports of a switch chip. */
static enum topology_step stacked_step(const struct topology_device *upper)
{
	if (is_macvlan(upper) || !strncmp(device_kind(upper), "ipv", 3))
		return STEP_SOME;	/* macvlan, macvtap, ipvlan, ipvtap */
	return STEP_TAGGED;
}

static enum topology_step master_step(const struct topology_device *master)
{
	return !strcmp(device_kind(master), "bond") || !strcmp(device_kind(master), "team") ?
	       STEP_ALL : STEP_SOME;
}

static struct topology_tag vlan_tag(const struct topology_device *vlan)
{
	return (struct topology_tag){ vlan->link->vlan_id, vlan->link->vlan_protocol };
}

/* The tags that were added and taken on the way to @node, seen from its start. */
struct tag_stack {
	struct topology_tag added[TOPOLOGY_TAGS_MAX];	/* the innermost first */
	struct topology_tag taken[TOPOLOGY_TAGS_MAX];	/* the outermost first */
	size_t added_count, taken_count;
	bool uncertain;		/* something else than tags changed */
};

static void tag_add(struct tag_stack *stack, struct topology_tag tag)
{
	if (stack->added_count == TOPOLOGY_TAGS_MAX)
		stack->uncertain = true;
	else
		stack->added[stack->added_count++] = tag;
}

/* A tag that was added before goes again, else it was there at the start. */
static void tag_take(struct tag_stack *stack, struct topology_tag tag)
{
	if (stack->added_count)
		stack->added_count--;
	else if (stack->taken_count == TOPOLOGY_TAGS_MAX)
		stack->uncertain = true;
	else
		stack->taken[stack->taken_count++] = tag;
}

static void tags_follow(const struct topology_walk *walk, size_t node,
			struct tag_stack *stack)
{
	const struct topology_visit *visit = &walk->visits[node];
	const struct topology_device *device;

	if (visit->step == STEP_START)
		return;
	tags_follow(walk, visit->from, stack);
	if (visit->step != STEP_TAGGED) {
		if (visit->step & (STEP_ENCAPSULATED | STEP_GUARDED | STEP_COPIED))
			memset(stack, 0, sizeof(*stack));
		return;
	}
	if (topology_direction(node) == DIRECTION_EGRESS) {
		device = topology_device(walk->topology, visit->from);
		if (is_vlan(device))
			tag_add(stack, vlan_tag(device));
	} else {
		device = topology_device(walk->topology, node);
		if (is_vlan(device))
			tag_take(stack, vlan_tag(device));
	}
	stack->uncertain |= !is_vlan(device);
}

/* Could a frame that came this way arrive at the VLAN device @upper? Not with the
 * tag of another one. */
static bool tag_fits(const struct topology_walk *walk, size_t node,
		     const struct topology_device *upper)
{
	struct tag_stack stack = { 0 };
	struct topology_tag tag, outermost;

	if (!is_vlan(upper))
		return true;
	tags_follow(walk, node, &stack);
	if (!stack.added_count)
		return true;
	tag = vlan_tag(upper);
	outermost = stack.added[stack.added_count - 1];
	return tag.id == outermost.id && tag.protocol == outermost.protocol;
}

/* Through a bridge: by every port but the one it came by. */
static void bridge_cross(struct topology_walk *walk, size_t bridge, size_t node)
{
	const struct topology *topology = walk->topology;
	size_t entry = node / 2;
	size_t before = walk->entries[bridge];
	size_t port;

	if (before == ENTRY_ALL || before == entry)
		return;
	walk->entries[bridge] = before == ENTRY_NONE ? entry : ENTRY_ALL;
	for (port = topology->devices[bridge].first_port; port != TOPOLOGY_NONE;
	     port = topology->devices[port].next_port)
		if (port != entry)
			visit(walk, topology_node(port, DIRECTION_EGRESS), node,
			      STEP_SOME, TOPOLOGY_NONE);
}

static void arrive(struct topology_walk *walk, size_t node)
{
	const struct topology *topology = walk->topology;
	const struct topology_device *device = topology_device(topology, node);
	size_t upper;

	for (upper = device->first_upper; upper != TOPOLOGY_NONE;
	     upper = topology->devices[upper].next_upper)
		if (tag_fits(walk, node, &topology->devices[upper]))
			visit(walk, topology_node(upper, DIRECTION_INGRESS), node,
			      stacked_step(&topology->devices[upper]), TOPOLOGY_NONE);
	if (device->master == TOPOLOGY_NONE)
		return;
	/* A VRF takes packets behind the hooks of the device. */
	if (!strcmp(device_kind(&topology->devices[device->master]), "vrf"))
		return;
	visit(walk, topology_node(device->master, DIRECTION_INGRESS), node,
	      master_step(&topology->devices[device->master]), TOPOLOGY_NONE);
	if (is_bridge(&topology->devices[device->master]))
		bridge_cross(walk, device->master, node);
}

/* A macvlan hands frames for another one on the same device straight to that
 * device's receiving side. */
static bool has_sibling(const struct topology *topology, size_t device)
{
	const struct topology_device *lower = &topology->devices[topology->devices[device].lower];
	size_t upper;

	for (upper = lower->first_upper; upper != TOPOLOGY_NONE;
	     upper = topology->devices[upper].next_upper)
		if (upper != device && is_macvlan(&topology->devices[upper]))
			return true;
	return false;
}

static void leave(struct topology_walk *walk, size_t node)
{
	const struct topology *topology = walk->topology;
	const struct topology_device *device = topology_device(topology, node);
	size_t port;

	if (device->link && device->link->flags & IFF_LOOPBACK)
		visit(walk, topology_node(node / 2, DIRECTION_INGRESS), node, STEP_SAME,
		      TOPOLOGY_NONE);
	if (device->peer != TOPOLOGY_NONE)
		visit(walk, topology_node(device->peer, DIRECTION_INGRESS), node,
		      STEP_SAME, TOPOLOGY_NONE);
	if (device->lower != TOPOLOGY_NONE) {
		visit(walk, topology_node(device->lower, DIRECTION_EGRESS), node,
		      stacked_step(device), TOPOLOGY_NONE);
		if (is_macvlan(device) && has_sibling(topology, node / 2))
			visit(walk, topology_node(device->lower, DIRECTION_INGRESS), node,
			      STEP_SOME, TOPOLOGY_NONE);
	}
	for (port = device->first_port; port != TOPOLOGY_NONE;
	     port = topology->devices[port].next_port)
		visit(walk, topology_node(port, DIRECTION_EGRESS), node,
		      master_step(device), TOPOLOGY_NONE);
	if (device->way != TOPOLOGY_NONE)
		visit(walk, topology_node(device->way, DIRECTION_EGRESS), node,
		      device->guarded ? STEP_GUARDED : STEP_ENCAPSULATED, TOPOLOGY_NONE);
}

/* What left by a tunnel of ours is not copied any more, wherever it goes. */
static bool is_guarded(const struct topology_walk *walk, size_t node)
{
	return topology_walk_step(walk, node, STEP_GUARDED) != TOPOLOGY_NONE;
}

void topology_walk_run(struct topology_walk *walk)
{
	const struct topology *topology = walk->topology;
	size_t done, copy;

	for (done = 0; done < walk->queued; done++) {
		size_t node = walk->queue[done];

		if (walk->steps & STEP_COPIED && !is_guarded(walk, node))
			for (copy = topology_device(topology, node)->first_copy[topology_direction(node)];
			     copy != TOPOLOGY_NONE; copy = topology->copies[copy].next)
				visit(walk, topology->copies[copy].destination, node,
				      STEP_COPIED, copy);
		if (topology_direction(node) == DIRECTION_INGRESS)
			arrive(walk, node);
		else
			leave(walk, node);
	}
}

size_t topology_walk_root(const struct topology_walk *walk, size_t node)
{
	while (walk->visits[node].step != STEP_START)
		node = walk->visits[node].from;
	return node;
}

size_t topology_walk_step(const struct topology_walk *walk, size_t node, unsigned int steps)
{
	for (;; node = walk->visits[node].from) {
		if (walk->visits[node].step & steps)
			return node;
		if (walk->visits[node].step == STEP_START)
			return TOPOLOGY_NONE;
	}
}

void topology_walk_text(const struct topology_walk *walk, size_t node, char *text,
			size_t size)
{
	const struct topology_visit *visit = &walk->visits[node];
	size_t used;

	if (visit->step != STEP_START) {
		topology_walk_text(walk, visit->from, text, size);
		/* In and out of one device is one word. */
		if (visit->from / 2 == node / 2)
			return;
	}
	used = strlen(text);
	snprintf(text + used, size - used, " -> %s",
		 topology_device(walk->topology, node)->name);
}

/* --- the same frame --- */

static unsigned int steps_of(const struct topology_walk *walk, size_t node)
{
	unsigned int steps = 0;

	for (; walk->visits[node].step != STEP_START; node = walk->visits[node].from)
		steps |= walk->visits[node].step;
	return steps;
}

void topology_walk_overlap(const struct topology_walk *walk, size_t node,
			   struct topology_overlap *overlap)
{
	struct tag_stack stack = { 0 };
	unsigned int steps;
	size_t i;

	memset(overlap, 0, sizeof(*overlap));
	if (!topology_reached(walk, node))
		return;
	overlap->a_first = true;
	steps = steps_of(walk, node);
	tags_follow(walk, node, &stack);
	if (stack.uncertain) {
		overlap->a_first = false;	/* encrypted, or otherwise another frame */
	} else if (steps & STEP_SOME || (stack.added_count && stack.taken_count)) {
		overlap->relation = OVERLAP_SOME;
	} else if (stack.added_count) {
		overlap->relation = OVERLAP_TAGGED;
		overlap->tag_count = stack.added_count;
		for (i = 0; i < stack.added_count; i++)
			overlap->tags[i] = stack.added[stack.added_count - 1 - i];
	} else if (stack.taken_count) {
		overlap->relation = OVERLAP_TAGGED;
		overlap->a_lower = true;
		overlap->tag_count = stack.taken_count;
		memcpy(overlap->tags, stack.taken, sizeof(stack.taken));
	} else if (steps & STEP_ALL) {
		overlap->relation = OVERLAP_ALL;
		/* A slave's frames arrive at the bond, a bond's leave by slaves. */
		overlap->a_lower = topology_direction(node) == DIRECTION_INGRESS;
	} else {
		overlap->relation = OVERLAP_SAME;
	}
}

static int overlap_look(struct topology_walk *walk, const struct topology *topology,
			size_t from, size_t to, struct topology_overlap *overlap)
{
	int error = topology_walk_begin(walk, topology, STEPS_FRAME | STEP_TAGGED);

	if (error)
		return error;
	topology_walk_start(walk, from);
	topology_walk_run(walk);
	topology_walk_overlap(walk, to, overlap);
	return 0;
}

int topology_same_frame(const struct topology *topology, const struct source *a,
			const struct source *b, struct topology_overlap *overlap)
{
	size_t device_a = topology_find(topology, a->device);
	size_t device_b = topology_find(topology, b->device);
	struct topology_walk walk = { 0 };
	size_t node_a, node_b;
	int error;

	memset(overlap, 0, sizeof(*overlap));
	if (device_a == TOPOLOGY_NONE || device_b == TOPOLOGY_NONE)
		return 0;
	node_a = topology_node(device_a, a->direction);
	node_b = topology_node(device_b, b->direction);
	error = overlap_look(&walk, topology, node_a, node_b, overlap);
	if (!error && overlap->relation == OVERLAP_NONE) {
		error = overlap_look(&walk, topology, node_b, node_a, overlap);
		overlap->a_first = false;
		if (overlap->relation == OVERLAP_ALL || overlap->relation == OVERLAP_TAGGED)
			overlap->a_lower = !overlap->a_lower;
	}
	topology_walk_free(&walk);
	return error;
}
