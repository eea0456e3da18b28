// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of targets, judged against what is there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "device_alias.h"
#include "device_tunnel.h"

static bool begins(const char *text, const char *beginning)
{
	return !strncmp(text, beginning, strlen(beginning));
}

bool device_is_ours(const struct link *link)
{
	return begins(link->alias, DEVICE_ALIAS_TAKES);
}

bool device_is_unfinished(const struct link *link)
{
	return link->group == DEVICE_GROUP_UNFINISHED;
}

/* "mir0" of an alias of a pair with a tunnel; false for all others. */
static bool pair_has_tunnel(const struct link *pair, char *name)
{
	const char *tunnel = pair->alias + strlen(DEVICE_ALIAS_TUNNELS);
	size_t length;

	*name = '\0';
	if (!begins(pair->alias, DEVICE_ALIAS_TUNNELS))
		return false;
	length = strlen(tunnel);
	if (length <= strlen(DEVICE_TUNNEL_SUFFIX) || length >= IFNAMSIZ)
		return false;
	length -= strlen(DEVICE_TUNNEL_SUFFIX);
	memcpy(name, tunnel, length);
	name[length] = '\0';
	return true;
}

/* Is it called the tunnel of @name by its alias? */
static bool is_tunnel_of(const struct link *link, const char *name)
{
	const char *rest = link->alias + strlen(DEVICE_ALIAS_TUNNEL);

	return begins(link->alias, DEVICE_ALIAS_TUNNEL) && begins(rest, name) &&
	       begins(rest + strlen(name), ": ");
}

const struct link *device_tunnel_of(const struct link_table *links,
				    const struct link *pair)
{
	char name[IFNAMSIZ];
	size_t i;

	if (!pair_has_tunnel(pair, name))
		return NULL;
	/* Devices can be renamed, aliases stay. */
	for (i = 0; i < links->count; i++)
		if (is_tunnel_of(&links->links[i], name))
			return &links->links[i];
	return NULL;
}

bool device_is_orphan(const struct link_table *links, const struct link *link)
{
	char name[IFNAMSIZ];
	size_t i;

	if (!begins(link->alias, DEVICE_ALIAS_TUNNEL))
		return false;
	for (i = 0; i < links->count; i++)
		if (pair_has_tunnel(&links->links[i], name) && is_tunnel_of(link, name))
			return false;
	return true;
}

/* A pair of ours for a tunnel, whose tap stands beside it. */
static enum device_fit tunnel_fit(const struct link_table *links,
				  const struct target *target, const struct link *link)
{
	const struct link *tap = link_find_index(links, link->peer);
	const struct link *tunnel = device_tunnel_of(links, link);
	char name[IFNAMSIZ];

	if (!pair_has_tunnel(link, name) || !tap)
		return DEVICE_OTHER;
	if (!tunnel || !device_tunnel_fits(tunnel, &target->tunnel) ||
	    !(tunnel->flags & IFF_UP))
		return DEVICE_OTHER_TUNNEL;
	return DEVICE_FITS;
}

enum device_fit device_fit(const struct link_table *links, const struct target *target)
{
	const struct link *link = link_find(links, target->device);
	char name[IFNAMSIZ];

	if (!link)
		return DEVICE_ABSENT;
	if (device_is_unfinished(link))
		return DEVICE_UNFINISHED;
	switch (target->kind) {
	case TARGET_ANY:
		return DEVICE_FITS;
	case TARGET_VETH:
		return strcmp(link->kind, "veth") || pair_has_tunnel(link, name) ?
		       DEVICE_OTHER : DEVICE_FITS;
	case TARGET_DUMMY:
		return strcmp(link->kind, "dummy") ? DEVICE_OTHER : DEVICE_FITS;
	case TARGET_IFB:
		return strcmp(link->kind, "ifb") ? DEVICE_OTHER : DEVICE_FITS;
	case TARGET_TUNNEL:
		return tunnel_fit(links, target, link);
	}
	return DEVICE_OTHER;
}

static void wish_text(const struct target *target, char *text, size_t size)
{
	switch (target->kind) {
	case TARGET_TUNNEL: tunnel_text(&target->tunnel, text, size); break;
	case TARGET_DUMMY: snprintf(text, size, "a dummy"); break;
	case TARGET_IFB: snprintf(text, size, "an ifb"); break;
	default: snprintf(text, size, "a private veth pair");
	}
}

static int other_refuse(const struct link *link, const struct target *target,
			struct error_list *errors)
{
	char wish[TUNNEL_TEXT_MAX], name[IFNAMSIZ];
	const char *is = "a device", *whose = "of somebody else";

	wish_text(target, wish, sizeof(wish));
	if (*link->kind)
		is = link->kind;
	if (pair_has_tunnel(link, name))
		is = "a veth pair with a tunnel";
	if (device_is_ours(link))
		whose = "that was made for other mirrors";
	return error_definition(errors, &target->where,
				"'%s' exists and is %s%s %s, not %s: choose another name, or delete it first",
				target->device, begins(is, "a ") ? "" : "a ", is, whose, wish);
}

/* May a device called @name be made, is there none or one that we can replace? */
static bool is_free(const struct link_table *links, const char *name)
{
	const struct link *link = link_find(links, name);

	return !link || device_is_unfinished(link) || device_is_orphan(links, link);
}

static int name_check(const struct link_table *links, const struct target *target,
		      const char *suffix, struct error_list *errors)
{
	char name[IFNAMSIZ];

	if (device_name_join(name, target->device, suffix))
		return error_definition(errors, &target->where,
					"no device '%s', and its name is too long to make it: the %s beside it would be %s%s, %d characters are the most",
					target->device, !strcmp(suffix, DEVICE_TAP_SUFFIX) ?
					"tap" : "tunnel", target->device, suffix,
					IFNAMSIZ - 1);
	if (!is_free(links, name))
		return error_definition(errors, &target->where,
					"no device '%s', and it cannot be made because '%s' exists, choose another name",
					target->device, name);
	return 0;
}

/* Another tunnel that takes the same packets, of which the kernel has one only. */
static int clash_check(const struct link_table *links, const struct target *target,
		       struct error_list *errors)
{
	const struct link *link = link_find(links, target->device);
	const struct link *own = link ? device_tunnel_of(links, link) : NULL;
	const char *different = "another remote";
	char wish[TUNNEL_TEXT_MAX];
	size_t i;

	for (i = 0; i < links->count; i++) {
		link = &links->links[i];
		if (link == own || device_is_unfinished(link) ||
		    device_is_orphan(links, link) ||
		    !device_tunnel_clashes(link, &target->tunnel))
			continue;
		tunnel_text(&target->tunnel, wish, sizeof(wish));
		if (link->tunnel.is_external)
			different = "another port";
		else if (target->tunnel.kind == TUNNEL_VXLAN)
			different = "another id or port";
		else if (target->tunnel.kind == TUNNEL_ERSPAN)
			different = "another session";
		else if (target->tunnel.kind == TUNNEL_GRETAP)
			different = "another key";
		return error_definition(errors, &target->where,
					"'%s' takes the packets of %s already, and the kernel has one device for them: give %s",
					link->name, wish, different);
	}
	return 0;
}

int device_check(const struct link_table *links, const struct target *target,
		 struct error_list *errors)
{
	bool is_tunnel = target->kind == TARGET_TUNNEL;
	int error = 0;

	switch (device_fit(links, target)) {
	case DEVICE_FITS:
		return 0;
	case DEVICE_OTHER:
		return other_refuse(link_find(links, target->device), target, errors);
	case DEVICE_OTHER_TUNNEL:
		return clash_check(links, target, errors);
	default:
		break;
	}
	if (target->kind != TARGET_DUMMY && target->kind != TARGET_IFB)
		error = name_check(links, target, DEVICE_TAP_SUFFIX, errors);
	if (!error && is_tunnel)
		error = name_check(links, target, DEVICE_TUNNEL_SUFFIX, errors);
	if (!error && is_tunnel)
		error = clash_check(links, target, errors);
	return error;
}

/* Enter @name with what the kernel would say of it. */
static struct link *plan_add(struct link_table *links, const char *device,
			     const char *suffix, const char *kind)
{
	char name[IFNAMSIZ];
	struct link *link;

	device_name_join(name, device, suffix);
	if (link_table_add_planned(links, name))
		return NULL;
	link = &links->links[links->count - 1];
	snprintf(link->kind, sizeof(link->kind), "%s", kind);
	link->flags |= IFF_NOARP;
	return link;
}

int device_plan(struct link_table *links, const struct target *target)
{
	struct link *tap, *tunnel;

	if (target->kind == TARGET_DUMMY)
		return plan_add(links, target->device, "", "dummy") ? 0 : -ENOMEM;
	if (target->kind == TARGET_IFB)
		return plan_add(links, target->device, "", "ifb") ? 0 : -ENOMEM;
	if (!plan_add(links, target->device, "", "veth"))
		return -ENOMEM;
	tap = plan_add(links, target->device, DEVICE_TAP_SUFFIX, "veth");
	if (!tap)
		return -ENOMEM;
	/* They stand one after the other. */
	tap[-1].peer = tap->index;
	tap->peer = tap[-1].index;
	if (target->kind != TARGET_TUNNEL)
		return 0;
	tunnel = plan_add(links, target->device, DEVICE_TUNNEL_SUFFIX,
			  device_tunnel_kind(&target->tunnel));
	if (!tunnel)
		return -ENOMEM;
	tunnel->tunnel.tunnel = target->tunnel;
	tunnel->tunnel.fragments = target->tunnel.family == AF_INET;
	return 0;
}
