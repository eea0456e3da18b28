// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "loop.h"
#include "misfit.h"
#include "route.h"
#include "warn.h"

int topology_judge(const struct topology_input *input,
		   const struct surroundings *surroundings, struct error_list *errors,
		   struct error_list *warnings)
{
	const struct surroundings nothing = { 0 };
	struct error_list discarded = { 0 };
	struct topology topology;
	int error, misfit = 0;

	if (!surroundings)
		surroundings = &nothing;
	if (!errors)
		errors = &discarded;
	error = topology_build(&topology, input);
	if (!error)
		misfit = misfit_judge(&topology, surroundings->release, errors);
	if (!error)
		error = loop_judge(&topology, errors, warnings);
	if (!error)
		error = misfit;
	if (!error && warnings)
		error = warn_judge(&topology, surroundings, warnings);
	topology_free(&topology);
	error_clear(&discarded);
	return error;
}

/* --- the facts --- */

struct routes {
	struct topology_route *routes;
	size_t count;
};

static enum topology_reach reach_of(const struct route *route)
{
	switch (route->kind) {
	case ROUTE_LOCAL: return REACH_LOCAL;
	case ROUTE_UNREACHABLE: return REACH_NOWHERE;
	default: return route->device ? REACH_DEVICE : REACH_UNKNOWN;
	}
}

static int route_ask(struct routes *routes, const struct tunnel *tunnel,
		     struct nl_socket *socket)
{
	static const uint8_t none[16];
	struct topology_route *entry;
	struct route_query query;
	struct route route = { 0 };

	if (!memcmp(tunnel->remote, none, sizeof(none)))
		return 0;
	entry = reallocarray(routes->routes, routes->count + 1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	routes->routes = entry;
	entry += routes->count;
	memset(entry, 0, sizeof(*entry));
	entry->family = tunnel->family;
	memcpy(entry->remote, tunnel->remote, sizeof(entry->remote));
	route_query_tunnel(&query, tunnel, GUARD_MARK);
	/* A question that was not taken has no answer, which is no answer of "no". */
	if (!route_lookup(socket, &query, &route)) {
		entry->reach = reach_of(&route);
		entry->device = route.device;
		entry->mtu = route.mtu;
	}
	routes->count++;
	return 0;
}

static int routes_read(struct routes *routes, const struct session *session,
		       const struct mirror *mirrors, size_t count)
{
	size_t i, j;
	int error = 0;

	for (i = 0; i < session->links.count && !error; i++)
		if (session->links.links[i].tunnel.tunnel.kind != TUNNEL_NONE)
			error = route_ask(routes, &session->links.links[i].tunnel.tunnel,
					  session->route);
	for (i = 0; i < count; i++)
		for (j = 0; j < mirrors[i].target_count && !error; j++)
			if (mirrors[i].targets[j].kind == TARGET_TUNNEL)
				error = route_ask(routes, &mirrors[i].targets[j].tunnel,
						  session->route);
	return error;
}

static int catchers_read(struct surroundings *surroundings, const struct session *session,
			 const struct mirror *mirror)
{
	const struct source *hooks;
	size_t count, i;
	int error = 0;

	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < count && !error; i++) {
		const struct link *link = link_find(&session->links, hooks[i].device);

		if (link && hooks[i].direction == DIRECTION_INGRESS)
			error = surroundings_catchers(surroundings, session->route,
						      link->index, link->name);
	}
	return error;
}

static int surroundings_read(struct surroundings *surroundings,
			     const struct session *session, const struct mirror *mirrors,
			     size_t count)
{
	size_t i;
	int error;

	error = surroundings_readers(surroundings);
	if (!error)
		error = surroundings_flowtables(surroundings, session->netfilter);
	for (i = 0; i < count && !error; i++)
		error = catchers_read(surroundings, session, &mirrors[i]);
	return error;
}

int judge_session(const struct session *session, const struct installed *installed,
		  const struct mirror *mirrors, size_t count, struct error_list *errors,
		  struct error_list *warnings)
{
	struct surroundings surroundings = { 0 };
	struct routes routes = { 0 };
	int error;

	error = routes_read(&routes, session, mirrors, count);
	if (!error)
		error = surroundings_release(&surroundings);
	if (!error && warnings)
		error = surroundings_read(&surroundings, session, mirrors, count);
	if (!error) {
		const struct topology_input input = {
			.links = &session->links, .mirrors = mirrors, .mirror_count = count,
			.installed = installed,
			.routes = routes.routes, .route_count = routes.count,
		};

		error = topology_judge(&input, &surroundings, errors, warnings);
	}
	if (warnings)
		error_drop_repeated(warnings);
	surroundings_free(&surroundings);
	free(routes.routes);
	return error;
}
