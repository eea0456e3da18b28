// SPDX-License-Identifier: GPL-2.0-only
#include "warn.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "filter.h"
#include "plan_mirror.h"

struct scene {
	const struct topology *topology;
	const struct surroundings *surroundings;
	const struct mirror *mirror;
	struct topology_walk *walk;
	struct error_list *warnings;
};

static const struct link *link_of(const struct scene *scene, size_t device)
{
	return device == TOPOLOGY_NONE ? NULL : scene->topology->devices[device].link;
}

/* A hook of this mirror in that direction, or NULL. */
static const struct source *hook_find(const struct mirror *mirror, const char *device,
				      enum direction direction)
{
	const struct source *hooks;
	size_t count, i;

	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < count; i++)
		if (hooks[i].direction == direction &&
		    (!device || !strcmp(hooks[i].device, device)))
			return &hooks[i];
	return NULL;
}

/* --- targets --- */

void warn_target_state(struct error_list *warnings, const struct link *link)
{
	if (!(link->flags & IFF_UP))
		error_system(warnings, 0, "target %s is down, copies are dropped until it is up: ip link set %s up",
			     link->name, link->name);
	else if (!link->carrier && !strcmp(link->kind, "veth"))
		error_system(warnings, 0, "target %s has no carrier, copies are dropped until its other end is up, in whatever namespace that is",
			     link->name);
	else if (!link->carrier)
		error_system(warnings, 0, "target %s has no carrier, copies are dropped",
			     link->name);
}

static void kind_warn(const struct scene *scene, const struct link *link)
{
	struct error_list *warnings = scene->warnings;

	if (!strcmp(link->kind, "dummy"))
		error_system(warnings, 0, "target %s is a dummy: readers see the copies as outgoing, programs that read received frames only see none",
			     link->name);
	if (!strcmp(link->kind, "ifb"))
		error_system(warnings, 0, "target %s is an ifb: it drops frames that were not redirected by tc, readers see the copies as outgoing",
			     link->name);
	if (link->flags & IFF_LOOPBACK)
		error_system(warnings, 0, "target %s is the loopback: copies of broadcasts, multicasts and frames to 00:00:00:00:00:00 reach this host's own sockets",
			     link->name);
}

/* The source with the largest MTU, NULL where none exists. */
static const struct link *largest_source(const struct scene *scene)
{
	const struct link *largest = NULL, *link;
	const struct source *hooks;
	size_t count, i;

	hooks = mirror_hooks(scene->mirror, &count);
	for (i = 0; i < count; i++) {
		link = link_find(scene->topology->input->links, hooks[i].device);
		if (link && (!largest || link->mtu > largest->mtu))
			largest = link;
	}
	return largest;
}

/* veth measures a frame by the MTU of the end where it comes out, which drops it
 * (is_skb_forwardable() of the kernel); that of the target itself is asked by nobody. */
static void size_warn(const struct scene *scene, size_t device)
{
	size_t peer = scene->topology->devices[device].peer;
	const struct link *end = link_of(scene, peer), *largest = largest_source(scene);

	if (!end || !largest || strcmp(end->kind, "veth") || end->mtu >= largest->mtu)
		return;
	error_system(scene->warnings, 0,
		     "frames of source %s (MTU %u) that are too large for %s (MTU %u) do not come out there: ip link set %s mtu %u",
		     largest->name, largest->mtu, end->name, end->mtu, end->name,
		     largest->mtu);
}

/* Copies end on a device where only a packet socket gets at them. */
static void reader_warn(const struct scene *scene, size_t device)
{
	const struct topology_device *end = &scene->topology->devices[device];

	if (!scene->surroundings->readers_known || end->guarded)
		return;
	if (end->peer != TOPOLOGY_NONE)
		end = &scene->topology->devices[end->peer];
	else if (!end->link || strcmp(end->link->kind, "dummy"))
		return;
	if (!end->link || !(end->link->flags & IFF_UP) || end->master != TOPOLOGY_NONE ||
	    end->first_upper != TOPOLOGY_NONE ||
	    end->first_copy[DIRECTION_INGRESS] != TOPOLOGY_NONE ||
	    surroundings_has_reader(scene->surroundings, end->link->index))
		return;
	error_system(scene->warnings, 0,
		     "nobody reads %s yet, where the copies for target %s come out: tcpdump -ni %s, or start the sensor there",
		     end->name, scene->topology->devices[device].name, end->name);
}

static bool is_hardware(const struct topology_device *device)
{
	return device->link && !device->link->kind[0] &&
	       !(device->link->flags & IFF_LOOPBACK) && device->link->type == ARPHRD_ETHER;
}

/* Do the copies, as they are, get to a network that others share? */
static int segment_warn(const struct scene *scene, size_t device)
{
	const struct topology *topology = scene->topology;
	const char *target = topology->devices[device].name;
	size_t i;
	int error;

	error = topology_walk_begin(scene->walk, topology, STEPS_FRAME | STEP_TAGGED);
	if (error)
		return error;
	topology_walk_start(scene->walk, topology_node(device, DIRECTION_EGRESS));
	topology_walk_run(scene->walk);
	for (i = 0; i < scene->walk->queued; i++) {
		size_t node = scene->walk->queue[i];
		const struct topology_device *at = topology_device(topology, node);

		if (topology_direction(node) == DIRECTION_EGRESS && is_hardware(at)) {
			error_system(scene->warnings, 0,
				     "copies to target %s leave by %s with their original addresses: on a segment that others share, switches learn those addresses there and cut the real hosts off; use a cable to the sensor alone, whose NIC has to be promiscuous, or a tunnel",
				     target, at->name);
			return 0;
		}
		if (at->master != TOPOLOGY_NONE &&
		    !strcmp(topology->devices[at->master].link->kind, "bridge")) {
			error_system(scene->warnings, 0,
				     "copies to target %s pass bridge port %s with their original addresses, which bridges learn and then send the hosts' own frames to the wrong port; use a device outside of %s",
				     target, at->name, topology->devices[at->master].name);
			return 0;
		}
	}
	return 0;
}

/* An existing tunnel device as a plain target: without what a tunnel target has. */
static void foreign_tunnel_warn(const struct scene *scene, size_t device)
{
	const struct topology_device *target = &scene->topology->devices[device];
	const struct source *hook;

	if (target->guarded || !target->link ||
	    target->link->tunnel.tunnel.kind == TUNNEL_NONE)
		return;
	if (hook_find(scene->mirror, NULL, DIRECTION_EGRESS))
		error_system(scene->warnings, 0,
			     "target %s is a tunnel, and copies of frames that leave bring their route along: large ones lower the path MTU of IPv6 connections to what fits the tunnel; --to %s,remote=... has a device between",
			     target->name, target->link->kind);
	if (target->way == TOPOLOGY_NONE)
		return;
	hook = hook_find(scene->mirror, scene->topology->devices[target->way].name,
			 DIRECTION_INGRESS);
	if (hook)
		error_system(scene->warnings, 0,
			     "target %s is a tunnel whose remote answers by source %s: its ICMP errors would be copied to it, and answered again; --to %s,remote=... leaves them out",
			     target->name, hook->device, target->link->kind);
}

/* How many packets an IPv4 packet of @size bytes becomes, header included. */
static unsigned int fragments(unsigned int size, unsigned int mtu)
{
	const unsigned int header = 20;
	unsigned int each;

	if (mtu < header + 8)
		return 0;
	each = (mtu - header) & ~7U;
	return (size - header + each - 1) / each;
}

/* Over IPv6 the kernel's tunnels make no fragments: ip6_fragment() takes only what
 * may ignore that nobody on the way may do it, and the way into a tunnel clears
 * that. */
static void fragments_text(const struct tunnel *tunnel, unsigned int size, unsigned int mtu,
			   char *text, size_t room)
{
	unsigned int parts = fragments(size, mtu);

	if (tunnel->family == AF_INET6)
		snprintf(text, room, "dropped, since tunnels over IPv6 do not fragment; raise the MTU on the way to %u, or go over IPv4",
			 size);
	else if (parts == 2)
		snprintf(text, room, "sent as two fragments; raise the MTU on the way to %u if the network and the sensor take it",
			 size);
	else
		snprintf(text, room, "sent as %u fragments; raise the MTU on the way to %u if the network and the sensor take it",
			 parts, size);
}

static void fragments_warn(const struct scene *scene, const struct tunnel *tunnel,
			   const char *way, unsigned int mtu)
{
	const struct link *largest = largest_source(scene);
	unsigned int size;
	char text[192];

	if (!largest)
		return;
	size = largest->mtu + tunnel_overhead(tunnel);
	if (size <= mtu)
		return;
	fragments_text(tunnel, size, mtu, text, sizeof(text));
	error_system(scene->warnings, 0,
		     "a full frame of %s (MTU %u) becomes %u bytes over %s (MTU %u): %s",
		     largest->name, largest->mtu, size, way, mtu, text);
}

static void tunnel_warn(const struct scene *scene, const struct target *target)
{
	const struct topology *topology = scene->topology;
	const struct topology_route *route;
	char text[TUNNEL_TEXT_MAX];
	const struct link *link;
	unsigned int mtu;

	route = topology_route_find(topology->input, &target->tunnel);
	if (!route)
		return;
	if (route->reach == REACH_NOWHERE) {
		tunnel_text(&target->tunnel, text, sizeof(text));
		error_system(scene->warnings, 0,
			     "there is no route to the remote of %s, copies are dropped until there is one",
			     text);
	}
	link = link_find_index(topology->input->links, route->device);
	if (route->reach != REACH_DEVICE || !link)
		return;
	mtu = route->mtu && route->mtu < link->mtu ? route->mtu : link->mtu;
	fragments_warn(scene, &target->tunnel, link->name, mtu);
}

static int target_warn(const struct scene *scene, const struct target *target)
{
	size_t device = topology_find(scene->topology, target->device);
	const struct link *link = link_of(scene, device);

	if (target->kind == TARGET_TUNNEL)
		tunnel_warn(scene, target);
	if (!link)
		return 0;
	warn_target_state(scene->warnings, link);
	kind_warn(scene, link);
	if (target->kind == TARGET_TUNNEL)
		return 0;
	foreign_tunnel_warn(scene, device);
	size_warn(scene, device);
	reader_warn(scene, device);
	return segment_warn(scene, device);
}

/* --- sources --- */

/* Does the match speak of VLAN tags anywhere? */
static bool speaks_of_vlan(const struct filter *filter)
{
	for (; filter; filter = filter->left)
		if (filter->kind == FILTER_VLAN || speaks_of_vlan(filter->right))
			return true;
	return false;
}

/* Frames of a VLAN pass the device below it with their tag, and a match means
 * the frame as it stands on the wire. */
static void vlan_hint(const struct scene *scene, size_t source)
{
	const struct topology *topology = scene->topology;
	size_t upper;

	if (!scene->mirror->match || speaks_of_vlan(scene->mirror->match))
		return;
	for (upper = topology->devices[source].first_upper; upper != TOPOLOGY_NONE;
	     upper = topology->devices[upper].next_upper) {
		if (strcmp(topology->devices[upper].link->kind, "vlan"))
			continue;
		error_system(scene->warnings, 0, "source %s carries the VLAN device %s, and the match never says 'vlan': tagged frames do not match; use 'vlan and (...)', or mirror %s itself",
			     topology->devices[source].name, topology->devices[upper].name,
			     topology->devices[upper].name);
		return;
	}
}

static void loopback_warn(const struct scene *scene, const struct link *source)
{
	if (source->flags & IFF_LOOPBACK &&
	    hook_find(scene->mirror, source->name, DIRECTION_INGRESS) &&
	    hook_find(scene->mirror, source->name, DIRECTION_EGRESS))
		error_system(scene->warnings, 0, "source %s is the loopback: every frame leaves and arrives there, so both directions copy it twice",
			     source->name);
}

static bool flowtable_has(const struct flowtable *flowtable, const char *device)
{
	size_t i;

	for (i = 0; i < flowtable->device_count; i++)
		if (!strcmp(flowtable->devices[i], device))
			return true;
	return false;
}

/* A flowtable's flows go from the device where they arrive straight to the one
 * where they leave, past what stands on those or bridges them. */
static const char *flowtable_below(const struct topology *topology, size_t source,
				   const struct flowtable *flowtable)
{
	const struct topology_device *device = &topology->devices[source];
	size_t port;

	for (port = device->first_port; port != TOPOLOGY_NONE;
	     port = topology->devices[port].next_port)
		if (flowtable_has(flowtable, topology->devices[port].name))
			return topology->devices[port].name;
	if (device->lower != TOPOLOGY_NONE &&
	    flowtable_has(flowtable, topology->devices[device->lower].name))
		return topology->devices[device->lower].name;
	return NULL;
}

static void flowtable_warn(const struct scene *scene, size_t source,
			   const struct flowtable *flowtable)
{
	const char *name = scene->topology->devices[source].name;
	bool has = flowtable_has(flowtable, name);
	const char *below = has ? NULL : flowtable_below(scene->topology, source, flowtable);

	if (has && flowtable->offloads)
		error_system(scene->warnings, 0,
			     "source %s belongs to flowtable %s of table %s %s, which offloads flows into the hardware: their frames reach no rule and are not copied",
			     name, flowtable->name, flowtable->family, flowtable->table);
	else if (has && flowtable->priority < PLAN_PRIORITY_INGRESS &&
		 hook_find(scene->mirror, name, DIRECTION_INGRESS))
		error_system(scene->warnings, 0,
			     "source %s belongs to flowtable %s of table %s %s, whose priority %d comes before ours (%d): frames of its flows that arrive are not copied",
			     name, flowtable->name, flowtable->family, flowtable->table,
			     flowtable->priority, PLAN_PRIORITY_INGRESS);
	else if (below)
		error_system(scene->warnings, 0,
			     "source %s stands on %s, which belongs to flowtable %s of table %s %s: frames of its flows go past %s and are not copied there, mirror %s instead",
			     name, below, flowtable->name, flowtable->family,
			     flowtable->table, name, below);
}

static void catchers_warn(const struct scene *scene, const char *source)
{
	const struct surroundings *surroundings = scene->surroundings;
	size_t i;

	if (!hook_find(scene->mirror, source, DIRECTION_INGRESS))
		return;
	for (i = 0; i < surroundings->catcher_count; i++)
		if (!strcmp(surroundings->catchers[i].device, source))
			error_system(scene->warnings, 0,
				     "source %s has %s at its ingress, which comes before nftables: frames that it redirects or drops there are not copied",
				     source, surroundings->catchers[i].what);
}

static void source_warn(const struct scene *scene, const struct source *hook)
{
	size_t device = topology_find(scene->topology, hook->device);
	const struct link *link = link_of(scene, device);
	size_t i;

	if (!link)
		return;
	vlan_hint(scene, device);
	loopback_warn(scene, link);
	for (i = 0; i < scene->surroundings->flowtable_count; i++)
		flowtable_warn(scene, device, &scene->surroundings->flowtables[i]);
	catchers_warn(scene, link->name);
}

static int mirror_warn(const struct scene *scene)
{
	const struct mirror *mirror = scene->mirror;
	const struct source *hooks;
	size_t count, i;
	int error = 0;

	for (i = 0; i < mirror->target_count && !error; i++)
		error = target_warn(scene, &mirror->targets[i]);
	hooks = mirror_hooks(mirror, &count);
	/* One word about a device, even with both directions. */
	for (i = 0; i < count; i++)
		if (hook_find(mirror, hooks[i].device, DIRECTION_INGRESS) == &hooks[i] ||
		    !hook_find(mirror, hooks[i].device, DIRECTION_INGRESS))
			source_warn(scene, &hooks[i]);
	return error;
}

int warn_judge(const struct topology *topology, const struct surroundings *surroundings,
	       struct error_list *warnings)
{
	struct topology_walk walk = { 0 };
	int error = 0;
	size_t i;

	for (i = 0; i < topology->input->mirror_count && !error; i++) {
		const struct scene scene = {
			topology, surroundings, &topology->input->mirrors[i], &walk, warnings,
		};

		error = mirror_warn(&scene);
	}
	topology_walk_free(&walk);
	return error;
}
