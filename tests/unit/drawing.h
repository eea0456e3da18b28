/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines drawn in words, for the tests of what becomes of a frame:
 *
 *	"eth0; br0 bridge; p0 in br0; a to b; b to a; eth0.10 vlan on eth0 id 10;
 *	 vx0 vxlan remote 10.0.0.9 way eth0"
 *
 * A device is a name, its kind unless it is hardware, and then pairs of words: on
 * (its lower device), in (its master), to (its peer, which makes it a veth), id (of
 * a VLAN), protocol (of its tag), remote (of a tunnel), way (by which that is
 * reached; "-" for nowhere, "lo" for this host), mtu, type (ARPHRD_*), qdisc, flags,
 * alias ("ours"). And mirrors: "web: eth0, eth1:egress > mir0, mir1".
 */
#ifndef DRAWING_H
#define DRAWING_H

#include <arpa/inet.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "harness.h"
#include "topology.h"

#define DRAWING_MAX 40

struct drawing {
	struct link links[DRAWING_MAX];
	struct link_table table;
	struct topology_route routes[8];
	struct mirror mirrors[4];
	struct installed_mirror running[4];
	struct installed installed;
	struct topology_input input;
};

static inline unsigned int drawing_index(const struct drawing *drawing, const char *name)
{
	size_t i;

	for (i = 0; i < drawing->table.count; i++)
		if (!strcmp(drawing->links[i].name, name))
			return drawing->links[i].index;
	printf("not ok the drawing: no device %s\n", name);
	exit(1);
}

static inline void drawing_way(struct drawing *drawing, const struct tunnel *tunnel,
			       const char *way)
{
	struct topology_route *route = &drawing->routes[drawing->input.route_count++];

	route->family = tunnel->family;
	memcpy(route->remote, tunnel->remote, sizeof(route->remote));
	route->reach = !strcmp(way, "-") ? REACH_NOWHERE :
		       !strcmp(way, "lo") ? REACH_LOCAL : REACH_DEVICE;
	if (route->reach != REACH_NOWHERE)
		route->device = drawing_index(drawing, way);
}

static inline void drawing_property(struct drawing *drawing, struct link *link,
				    const char *word, const char *value)
{
	struct tunnel *tunnel = &link->tunnel.tunnel;

	if (!strcmp(word, "on")) {
		link->lower = drawing_index(drawing, value);
	} else if (!strcmp(word, "in")) {
		link->master = drawing_index(drawing, value);
	} else if (!strcmp(word, "to")) {
		link->peer = drawing_index(drawing, value);
		strcpy(link->kind, "veth");
	} else if (!strcmp(word, "id")) {
		link->vlan_id = atoi(value);
	} else if (!strcmp(word, "protocol")) {
		link->vlan_protocol = strtoul(value, NULL, 16);
	} else if (!strcmp(word, "remote")) {
		tunnel->kind = TUNNEL_VXLAN;
		tunnel->family = strchr(value, ':') ? AF_INET6 : AF_INET;
		inet_pton(tunnel->family, value, tunnel->remote);
	} else if (!strcmp(word, "way")) {
		drawing_way(drawing, tunnel, value);
	} else if (!strcmp(word, "mtu")) {
		link->mtu = atoi(value);
	} else if (!strcmp(word, "type")) {
		link->type = atoi(value);
	} else if (!strcmp(word, "qdisc")) {
		strcpy(link->qdisc, value);
	} else if (!strcmp(word, "alias")) {
		snprintf(link->alias, sizeof(link->alias), DEVICE_ALIAS_MARK "%s", value);
	} else if (!strcmp(word, "flags")) {
		link->flags = strtoul(value, NULL, 16);
	} else {
		printf("not ok the drawing: no property %s\n", word);
		exit(1);
	}
}

static inline bool drawing_is_property(const char *word)
{
	static const char *const words[] = {
		"on", "in", "to", "id", "protocol", "remote", "way", "mtu", "type",
		"qdisc", "alias", "flags",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* First the names, so that devices may refer to later ones. */
static inline void drawing_device(struct drawing *drawing, char *text, bool names)
{
	char *rest, *word = strtok_r(text, " \n\t", &rest);
	struct link *link;
	char *value;

	if (!word)
		return;
	if (names) {
		link = &drawing->links[drawing->table.count++];
		snprintf(link->name, sizeof(link->name), "%s", word);
		link->index = drawing->table.count * 10;
		link->type = strcmp(word, "lo") ? ARPHRD_ETHER : ARPHRD_LOOPBACK;
		link->flags = IFF_UP | (strcmp(word, "lo") ? 0 : IFF_LOOPBACK);
		link->mtu = 1500;
		link->carrier = true;
		link->vlan_protocol = 0x8100;
		return;
	}
	link = (struct link *)link_find(&drawing->table, word);
	word = strtok_r(NULL, " \n\t", &rest);
	if (word && !drawing_is_property(word)) {
		snprintf(link->kind, sizeof(link->kind), "%s", word);
		word = strtok_r(NULL, " \n\t", &rest);
	}
	for (; word; word = strtok_r(NULL, " \n\t", &rest)) {
		value = strtok_r(NULL, " \n\t", &rest);
		drawing_property(drawing, link, word, value);
	}
}

static inline void drawing_devices(struct drawing *drawing, const char *text)
{
	int names;

	for (names = 1; names >= 0; names--) {
		char *copy = strdup(text), *rest, *device;

		for (device = strtok_r(copy, ";", &rest); device;
		     device = strtok_r(NULL, ";", &rest))
			drawing_device(drawing, device, names);
		free(copy);
	}
}

static inline void drawing_begin(struct drawing *drawing, const char *devices)
{
	memset(drawing, 0, sizeof(*drawing));
	drawing->table.links = drawing->links;
	drawing->input = (struct topology_input){
		.links = &drawing->table, .mirrors = drawing->mirrors,
		.routes = drawing->routes, .installed = &drawing->installed,
	};
	drawing->installed.mirrors = drawing->running;
	drawing_devices(drawing, devices);
}

/* "NAME: SOURCE, ... > TARGET, ...", "tc" before the name for that path. A target
 * "vxlan 10.0.0.9 way eth0" is a tunnel. */
static inline void drawing_target(struct drawing *drawing, struct mirror *mirror,
				  char *text, const struct location *where)
{
	struct target target = { .where = *where };
	char *way = strstr(text, " way ");
	struct target *targets;

	if (!strncmp(text, "vxlan ", 6)) {
		target.kind = TARGET_TUNNEL;
		tunnel_init(&target.tunnel, TUNNEL_VXLAN);
		target.tunnel.id = 7;
		target.tunnel.has_key = true;
		*way = '\0';
		target.tunnel.family = strchr(text, ':') ? AF_INET6 : AF_INET;
		inet_pton(target.tunnel.family, text + 6, target.tunnel.remote);
		strcpy(target.device, "mir9");
		drawing_way(drawing, &target.tunnel, way + 5);
	} else {
		snprintf(target.device, sizeof(target.device), "%s", text);
	}
	targets = reallocarray(mirror->targets, mirror->target_count + 1, sizeof(target));
	mirror->targets = targets;
	targets[mirror->target_count++] = target;
}

static inline void drawing_wish(struct drawing *drawing, const char *text)
{
	static const struct location from = { "--from", 1, 1 }, to = { "--to", 1, 1 };
	struct mirror *mirror = &drawing->mirrors[drawing->input.mirror_count++];
	char *copy = strdup(text), *colon = strchr(copy, ':'), *arrow = strstr(copy, " > ");
	struct error_list errors = { 0 };
	char *rest, *word, *name = copy;

	*colon = *arrow = '\0';
	if (!strncmp(name, "tc ", 3)) {
		mirror->path = MIRROR_PATH_TC;
		name += 3;
	}
	snprintf(mirror->name, sizeof(mirror->name), "%s", name);
	for (word = strtok_r(colon + 1, ", ", &rest); word; word = strtok_r(NULL, ", ", &rest))
		mirror_add_source(mirror, word, &from, &errors);
	for (word = strtok_r(arrow + 3, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
		drawing_target(drawing, mirror, word + strspn(word, " "), &to);
	if (errors.count) {
		printf("not ok the wish %s: %s\n", text, error_text(&errors, 0));
		exit(1);
	}
	free(copy);
}

/* One that runs: the same words, read back from the kernel. */
static inline void drawing_run(struct drawing *drawing, const char *text)
{
	struct installed_mirror *running = &drawing->running[drawing->installed.count++];
	struct mirror *mirror;
	size_t i;

	drawing_wish(drawing, text);
	mirror = &drawing->mirrors[--drawing->input.mirror_count];
	strcpy(running->name, mirror->name);
	running->sources = calloc(mirror->source_count, sizeof(*running->sources));
	running->targets = calloc(mirror->target_count, sizeof(*running->targets));
	for (i = 0; i < mirror->source_count; i++) {
		strcpy(running->sources[running->source_count].device,
		       mirror->sources[i].device);
		running->sources[running->source_count++].direction =
			mirror->sources[i].direction;
	}
	for (i = 0; i < mirror->target_count; i++) {
		strcpy(running->targets[running->target_count].device,
		       mirror->targets[i].device);
		running->targets[running->target_count++].index =
			drawing_index(drawing, mirror->targets[i].device);
	}
	mirror_free(mirror);
}

static inline void drawing_free(struct drawing *drawing)
{
	size_t i;

	for (i = 0; i < drawing->input.mirror_count; i++)
		mirror_free(&drawing->mirrors[i]);
	for (i = 0; i < drawing->installed.count; i++) {
		free(drawing->running[i].sources);
		free(drawing->running[i].targets);
	}
}

#endif
