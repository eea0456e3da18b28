// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is no error, but would leave somebody wondering.
 */
#include <string.h>

#include "apply.h"
#include "filter.h"

static void target_warn(const struct link *link, struct error_list *warnings)
{
	if (!(link->flags & IFF_UP))
		error_system(warnings, 0, "target %s is down, copies are dropped until it is up: ip link set %s up",
			     link->name, link->name);
	else if (!link->carrier)
		error_system(warnings, 0, "target %s has no carrier, copies are dropped",
			     link->name);
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
static void vlan_hint(const struct session *session, const struct mirror *mirror,
		      const struct link *source, struct error_list *warnings)
{
	size_t i;

	if (!mirror->match || speaks_of_vlan(mirror->match))
		return;
	for (i = 0; i < session->links.count; i++) {
		const struct link *link = &session->links.links[i];

		if (link->lower != source->index)
			continue;
		error_system(warnings, 0, "source %s carries the VLAN device %s, and the match never says 'vlan': tagged frames do not match; use 'vlan and (...)', or mirror %s itself",
			     source->name, link->name, link->name);
		return;
	}
}

void apply_warn(const struct session *session, const struct mirror *mirror,
		struct error_list *warnings)
{
	size_t i, j;

	for (i = 0; i < mirror->target_count; i++) {
		const struct link *link;

		link = link_find(&session->links, mirror->targets[i].device);
		if (link)
			target_warn(link, warnings);
	}
	for (i = 0; i < mirror->source_count; i++) {
		const struct link *link;

		link = link_find(&session->links, mirror->sources[i].device);
		/* One word about a device, even with both directions. */
		if (link && (!i || strcmp(mirror->sources[i - 1].device, link->name)))
			vlan_hint(session, mirror, link, warnings);
		if (!link || !(link->flags & IFF_LOOPBACK))
			continue;
		for (j = i + 1; j < mirror->source_count; j++)
			if (!strcmp(mirror->sources[j].device, link->name))
				error_system(warnings, 0, "source %s is the loopback: every frame leaves and arrives there, so both directions copy it twice",
					     link->name);
	}
}
