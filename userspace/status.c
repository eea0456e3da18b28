// SPDX-License-Identifier: GPL-2.0-only
#include "status.h"

#include <inttypes.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/socket.h>

#include "device.h"
#include "guard.h"
#include "route.h"
#include "warn.h"

/* Is the device of @source one of a source before it? Each direction is a source. */
static bool source_repeats(const struct installed_mirror *mirror,
			   const struct installed_source *source)
{
	const struct installed_source *before;

	for (before = mirror->sources; before < source; before++)
		if (!strcmp(before->device, source->device))
			return true;
	return false;
}

/* A source that was named is missed; of a pattern there may be none. */
static void source_judge(struct mirror_status *status, const struct session *session,
			 const struct installed_source *source)
{
	if (strchr(source->device, '*'))
		return;
	if (!link_find(&session->links, source->device)) {
		if (!source_repeats(status->mirror, source))
			error_system(&status->problems, 0, "source %s is missing",
				     source->device);
	} else if (!source->hooked && !source->left)
		error_system(&status->problems, 0,
			     "source %s:%s was made anew, it is not mirrored: apply again",
			     source->device, direction_name(source->direction));
}

bool status_source_present(const struct installed_source *source,
			   const struct session *session)
{
	return (source->hooked || source->left) &&
	       link_find(&session->links, source->device);
}

/* How many mirrors send to the same device? */
static size_t sharers_count(const struct session *session, const char *device)
{
	size_t count = 0;
	size_t i, j;

	for (i = 0; i < session->installed.count; i++)
		for (j = 0; j < session->installed.mirrors[i].target_count; j++)
			count += !strcmp(session->installed.mirrors[i].targets[j].device,
					 device);
	return count;
}

/* What a target has sent on. Where others send by it as well, who sent what is not
 * to be told apart: no more than was meant for it. */
static void delivery_add(struct mirror_status *status, const struct session *session,
			 const struct installed_target *target, const struct link *target_link)
{
	const struct traffic *matched = &status->mirror->matched;
	const struct link *link;
	struct traffic count;

	link = installed_delivering(&session->links, target_link->name, target->tunnel.kind);
	if (!link)
		return;
	count = installed_target_count(link);
	/* Counters that went back belong to another life of the device. */
	if (count.packets < target->start.packets || count.bytes < target->start.bytes)
		return;
	count.packets -= target->start.packets;
	count.bytes -= target->start.bytes;
	/* A tunnel counts from the network header of the frame inside. */
	if (target->tunnel.kind)
		count.bytes += count.packets * ETH_HLEN;
	if ((!device_is_ours(target_link) || sharers_count(session, target->device) > 1) &&
	    count.packets > matched->packets)
		count = *matched;
	status->delivered.packets += count.packets;
	status->delivered.bytes += count.bytes;
}

static void drops_judge(struct mirror_status *status, const struct link *link)
{
	uint64_t drops = link->counters.tx_dropped;

	if (device_is_ours(link) && drops)
		error_system(&status->problems, 0,
			     "target %s dropped %" PRIu64 " cop%s: its other end was down or had no room",
			     link->name, drops, drops == 1 ? "y" : "ies");
}

static void way_judge(struct mirror_status *status, const struct session *session,
		      const struct installed_target *target, const char *text)
{
	enum neighbour_state neighbour;
	struct route_query query;
	struct route way;
	const struct link *by;

	route_query_tunnel(&query, &target->tunnel, GUARD_MARK);
	if (route_lookup(session->route, &query, &way))
		return;
	if (way.kind == ROUTE_UNREACHABLE) {
		error_system(&status->problems, 0, "no route for %s: %s", text,
			     strerror(-way.error));
		return;
	}
	by = link_find_index(&session->links, way.device);
	if (by && !(by->flags & IFF_UP))
		error_system(&status->problems, 0, "%s leaves by %s, which is down", text,
			     by->name);
	else if (by && !by->carrier)
		error_system(&status->problems, 0, "%s leaves by %s, which has no carrier",
			     text, by->name);
	if (!neighbour_lookup(session->route, &query, &way, &session->links, &neighbour) &&
	    (neighbour == NEIGHBOUR_FAILED || neighbour == NEIGHBOUR_INCOMPLETE))
		error_system(&status->problems, 0, "the next hop for %s does not answer%s%s",
			     text, by ? " on " : "", by ? by->name : "");
}

/* Nothing is fragmented over IPv6: GRE devices are kept from what does not fit, see
 * plan_tap(), the others drop it themselves. */
static void large_judge(struct mirror_status *status, const struct installed_tap *tap,
			const struct link *link, const char *text)
{
	uint64_t lost = tap->large;

	if (link->tunnel.tunnel.family != AF_INET6)
		return;
	if (link->tunnel.tunnel.port)
		lost += link->counters.tx_errors - link->counters.tx_carrier_errors;
	if (lost)
		error_system(&status->problems, 0,
			     "%" PRIu64 " cop%s too large for the way of %s, over IPv6 no packet is fragmented: raise the MTU on that way",
			     lost, lost == 1 ? "y was" : "ies were", text);
}

/* What the tap's rule hands the copies to. */
static void tunnel_judge(struct mirror_status *status, const struct session *session,
			 const struct installed_target *target)
{
	const struct link *link = installed_delivering(&session->links, target->device, true);
	char text[TUNNEL_TEXT_MAX];
	size_t i;

	tunnel_text(&target->tunnel, text, sizeof(text));
	for (i = 0; i < session->installed.tap_count; i++)
		if (!strcmp(session->installed.taps[i].device, target->device))
			break;
	if (!link)
		error_system(&status->problems, 0, "tunnel %s" DEVICE_TUNNEL_SUFFIX " of target %s is missing: apply again",
			     target->device, target->device);
	else if (i == session->installed.tap_count || !session->installed.taps[i].index)
		error_system(&status->problems, 0, "nothing hands the copies of target %s to its tunnel: apply again",
			     target->device);
	else if (session->installed.taps[i].index != link->index)
		error_system(&status->problems, 0, "tunnel %s was made anew, the rules still send to the old one: apply again",
			     link->name);
	else if (!(link->flags & IFF_UP))
		error_system(&status->problems, 0, "tunnel %s is down", link->name);
	else
		way_judge(status, session, target, text);
	if (link && i < session->installed.tap_count)
		large_judge(status, &session->installed.taps[i], link, text);
}

static void target_judge(struct mirror_status *status, const struct session *session,
			 const struct installed_target *target)
{
	const struct link *link = link_find_index(&session->links, target->index);

	if (!link) {
		error_system(&status->problems, 0,
			     link_find(&session->links, target->device) ?
			     "target %s was made anew, the rules still send to the old one: apply again" :
			     "target %s is missing, copies go nowhere", target->device);
		return;
	}
	warn_target_state(&status->problems, link);
	drops_judge(status, link);
	if (target->tunnel.kind)
		tunnel_judge(status, session, target);
	delivery_add(status, session, target, link);
}

/* Who it is that a guard counts errors about, NULL for other guards. */
static const char *guard_collector(const struct installed_guard *guard)
{
	static const char about[] = "errors about packets to ";

	return strncmp(guard->what, about, strlen(about)) ? NULL :
	       guard->what + strlen(about);
}

uint64_t status_collector_errors(const struct installed_mirror *mirror)
{
	uint64_t errors = 0;
	size_t i;

	for (i = 0; i < mirror->guard_count; i++)
		if (guard_collector(&mirror->guards[i]))
			errors += mirror->guards[i].traffic.packets;
	return errors;
}

/* Guards at work are no problem but for one: the collector, or somebody on the way,
 * sends errors about the copies. */
static void guards_judge(struct mirror_status *status)
{
	const struct installed_mirror *mirror = status->mirror;
	size_t i;

	for (i = 0; i < mirror->guard_count; i++) {
		const struct installed_guard *guard = &mirror->guards[i];

		if (guard->traffic.packets && guard_collector(guard))
			error_system(&status->problems, 0,
				     "guards hit: %" PRIu64 " ICMP error%s about the copies to %s came back: does it listen there?",
				     guard->traffic.packets,
				     guard->traffic.packets == 1 ? "" : "s",
				     guard_collector(guard));
	}
}

void status_work_out(struct mirror_status *status, const struct session *session,
		     const struct installed_mirror *mirror)
{
	size_t i;

	memset(status, 0, sizeof(*status));
	status->mirror = mirror;
	status->guarded = mirror->guarded;
	for (i = 0; i < mirror->source_count; i++)
		source_judge(status, session, &mirror->sources[i]);
	for (i = 0; i < mirror->target_count; i++)
		target_judge(status, session, &mirror->targets[i]);
	guards_judge(status);
	if (mirror->matched.packets > mirror->limited.packets && !status->delivered.packets)
		error_system(&status->problems, 0,
			     "frames match, but no copy arrives at the target");
}

void status_free(struct mirror_status *status)
{
	error_clear(&status->problems);
}
