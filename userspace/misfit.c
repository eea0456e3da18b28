// SPDX-License-Identifier: GPL-2.0-only
#include "misfit.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <string.h>

bool misfit_is_headerless(uint16_t type)
{
	switch (type) {
	case ARPHRD_NONE:	/* tun, WireGuard */
	case ARPHRD_PPP:
	case ARPHRD_SLIP:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
		return true;
	default:
		return false;
	}
}

/* What is not there yet is made as an Ethernet device. */
static bool is_headerless(const struct topology *topology, const char *name)
{
	const struct link *link = link_find(topology->input->links, name);

	return link && misfit_is_headerless(link->type);
}

/* One word about a device, even with both directions. */
static bool is_first(const struct source *hooks, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (!strcmp(hooks[i].device, hooks[at].device))
			return false;
	return true;
}

/* Neither dup nor mirred adds a header, and dup does not take one away. */
static void headers_judge(const struct topology *topology, const struct mirror *mirror,
			  const struct target *target, struct error_list *errors)
{
	bool bare = target->kind != TARGET_TUNNEL && is_headerless(topology, target->device);
	const struct source *hooks;
	size_t count, i;

	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < count; i++) {
		bool bare_source = is_headerless(topology, hooks[i].device);

		if (bare_source == bare || !is_first(hooks, i))
			continue;
		if (bare_source)
			error_definition(errors, &hooks[i].where,
					 "packets of '%s' have no Ethernet header, and target '%s' takes Ethernet frames: readers would take the beginning of the IP header for addresses; mirror the device that carries the packets of '%s', or name a target without Ethernet header as well",
					 hooks[i].device, target->device, hooks[i].device);
		else
			error_definition(errors, &target->where,
					 "target '%s' takes packets without an Ethernet header, and frames of '%s' have one: they would leave as broken packets; name an Ethernet device, or one that does not exist and is made",
					 target->device, hooks[i].device);
	}
}

static void remote_judge(const struct topology *topology, const struct target *target,
			 struct error_list *errors)
{
	const struct topology_route *route;
	char text[TUNNEL_TEXT_MAX];

	if (target->kind != TARGET_TUNNEL)
		return;
	route = topology_route_find(topology->input, &target->tunnel);
	if (!route || route->reach != REACH_LOCAL)
		return;
	tunnel_text(&target->tunnel, text, sizeof(text));
	error_definition(errors, &target->where,
			 "the remote of %s is an address of this host, the copies would come back to it: give the sensor's address, or a device as target for a sensor on this host",
			 text);
}

/* From 5.17 to 5.18.7 dup on egress pushes the MAC header a second time and can
 * panic in skb_under_panic(). */
bool misfit_is_faulty(const char *release)
{
	unsigned int major = 0, minor = 0, patch = 0;

	if (sscanf(release, "%u.%u.%u", &major, &minor, &patch) < 2 || major != 5)
		return false;
	return minor == 17 || (minor == 18 && patch < 8);
}

static int release_judge(const struct mirror *mirror, const char *release,
			 struct error_list *errors)
{
	const struct source *hooks;
	size_t count, i;

	if (mirror->path != MIRROR_PATH_NFT || !misfit_is_faulty(release))
		return 0;
	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < count; i++)
		if (hooks[i].direction == DIRECTION_EGRESS)
			return error_system(errors, -EOPNOTSUPP,
					    "%s: kernel %s can crash when it copies frames that leave (skb_under_panic, mended in 5.18.8): use another kernel, or mirror %s:ingress alone",
					    mirror->name, release, hooks[i].device);
	return 0;
}

int misfit_judge(const struct topology *topology, const char *release,
		 struct error_list *errors)
{
	size_t before = errors->count;
	int error = 0;
	size_t i, j;

	for (i = 0; i < topology->input->mirror_count; i++) {
		const struct mirror *mirror = &topology->input->mirrors[i];

		for (j = 0; j < mirror->target_count; j++) {
			headers_judge(topology, mirror, &mirror->targets[j], errors);
			remote_judge(topology, &mirror->targets[j], errors);
		}
	}
	if (errors->count > before)
		return -EINVAL;
	for (i = 0; i < topology->input->mirror_count && !error; i++)
		error = release_judge(&topology->input->mirrors[i], release, errors);
	return error;
}
