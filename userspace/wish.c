// SPDX-License-Identifier: GPL-2.0-only
#include "wish.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "plan_mirror.h"
#include "route.h"
#include "sources.h"
#include "wish_company.h"

static bool is_nft(enum mirror_path path)
{
	return path == MIRROR_PATH_NFT;
}

/* --- who is there --- */

static const struct mirror *request_find(const struct wish_request *request, const char *name)
{
	size_t i;

	for (i = 0; i < request->count; i++)
		if (!strcmp(request->mirrors[i].name, name))
			return &request->mirrors[i];
	return NULL;
}

bool wish_stays(const struct session *session, const struct wish_request *request,
		size_t number)
{
	const struct installed_mirror *mirror = &session->installed.mirrors[number];

	return !(request->going && request->going[number]) &&
	       !request_find(request, mirror->name);
}

static int tunnel_add(struct wish *wish, const struct tunnel *tunnel)
{
	struct tunnel *tunnels;
	size_t i;

	for (i = 0; i < wish->tunnel_count; i++)
		if (tunnel_is_same(&wish->tunnels[i], tunnel))
			return 0;
	tunnels = reallocarray(wish->tunnels, wish->tunnel_count + 1, sizeof(*tunnels));
	if (!tunnels)
		return -ENOMEM;
	wish->tunnels = tunnels;
	tunnels[wish->tunnel_count++] = *tunnel;
	return 0;
}

static int tap_add(struct wish *wish, enum mirror_path path, const char *device,
		   const struct tunnel *tunnel)
{
	struct wish_tap *taps;
	size_t i;

	if (!tunnel->kind)
		return 0;
	if (!is_nft(path))
		return tunnel_add(wish, tunnel);
	for (i = 0; i < wish->tap_count; i++)
		if (!strcmp(wish->taps[i].device, device))
			return 0;
	taps = reallocarray(wish->taps, wish->tap_count + 1, sizeof(*taps));
	if (!taps)
		return -ENOMEM;
	wish->taps = taps;
	memset(&taps[wish->tap_count], 0, sizeof(*taps));
	strcpy(taps[wish->tap_count].device, device);
	taps[wish->tap_count++].tunnel = *tunnel;
	return tunnel_add(wish, tunnel);
}

/* In an order of their own, so that the guards do not depend on who came first. */
static int tunnel_compare(const void *left, const void *right)
{
	char a[TUNNEL_TEXT_MAX], b[TUNNEL_TEXT_MAX];

	tunnel_text(left, a, sizeof(a));
	tunnel_text(right, b, sizeof(b));
	return strcmp(a, b);
}

static int taps_find(struct wish *wish, const struct wish_request *request)
{
	const struct installed *installed = &wish->session->installed;
	size_t i, j;
	int error = 0;

	for (i = 0; i < request->count; i++) {
		const struct mirror *mirror = &request->mirrors[i];

		for (j = 0; j < mirror->target_count && !error; j++)
			error = tap_add(wish, mirror->path, mirror->targets[j].device,
					&mirror->targets[j].tunnel);
	}
	for (i = 0; i < installed->count; i++) {
		const struct installed_mirror *mirror = &installed->mirrors[i];

		if (!wish_stays(wish->session, request, i))
			continue;
		for (j = 0; j < mirror->target_count && !error; j++)
			error = tap_add(wish, mirror->path, mirror->targets[j].device,
					&mirror->targets[j].tunnel);
	}
	if (wish->tunnel_count)
		qsort(wish->tunnels, wish->tunnel_count, sizeof(*wish->tunnels),
		      tunnel_compare);
	return error;
}

/* Are other tunnels guarded now than will be? */
static bool tunnels_differ(const struct wish *wish)
{
	const struct installed *installed = &wish->session->installed;
	size_t i, j, k;

	for (k = 0; k < wish->tunnel_count; k++) {
		bool found = false;

		for (i = 0; i < installed->count && !found; i++)
			for (j = 0; j < installed->mirrors[i].target_count && !found; j++)
				found = tunnel_is_same(&installed->mirrors[i].targets[j].tunnel,
						       &wish->tunnels[k]);
		if (!found)
			return true;
	}
	for (i = 0; i < installed->count; i++)
		for (j = 0; j < installed->mirrors[i].target_count; j++) {
			const struct tunnel *tunnel = &installed->mirrors[i].targets[j].tunnel;

			for (k = 0; tunnel->kind && k < wish->tunnel_count &&
				    !tunnel_is_same(tunnel, &wish->tunnels[k]); k++)
				;
			if (tunnel->kind && k == wish->tunnel_count)
				return true;
		}
	return false;
}

static struct wish_entry *entry_add(struct wish *wish)
{
	struct wish_entry *entry = &wish->entries[wish->count++];

	plan_init(&entry->body, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	plan_init(&entry->hooks, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	return entry;
}

/* One that stays is hooked where its sources are: a device that has gone is not
 * what this is about. */
static int model_resolve(struct mirror *model, const struct session *session,
			 const struct wish_request *request)
{
	int error;

	error = sources_resolve(model, &session->links, request->mirrors, request->count,
				&session->installed);
	if (!error)
		sources_drop_missing(model, &session->links);
	return error;
}

static int running_add(struct wish *wish, const struct wish_request *request,
		       size_t number, struct error_list *errors)
{
	const struct session *session = wish->session;
	struct wish_entry *entry = entry_add(wish);
	int error;

	entry->mirror = &entry->model;
	error = installed_model(&entry->model, &session->installed.mirrors[number],
				&session->state, errors);
	return error ? error : model_resolve(&entry->model, session, request);
}

static int entries_find(struct wish *wish, const struct wish_request *request,
			struct error_list *errors)
{
	const struct installed *installed = &wish->session->installed;
	bool *concerned = calloc(installed->count + 1, sizeof(*concerned));
	struct wish_entry *entry;
	size_t i;
	int error;

	wish->entries = calloc(request->count + installed->count + 1, sizeof(*wish->entries));
	error = wish->entries && concerned ? 0 : -ENOMEM;
	wish->tunnels_change = tunnels_differ(wish);
	wish->leaves_nothing = true;
	if (!error)
		error = wish_concerned(concerned, wish, request);
	for (i = 0; i < request->count && !error; i++) {
		if (!is_nft(request->mirrors[i].path))
			continue;
		wish->leaves_nothing = false;
		entry = entry_add(wish);
		entry->mirror = &request->mirrors[i];
		entry->is_asked = true;
	}
	for (i = 0; i < installed->count && !error; i++) {
		if (!is_nft(installed->mirrors[i].path) || !wish_stays(wish->session, request, i))
			continue;
		wish->leaves_nothing = false;
		if (concerned[i])
			error = running_add(wish, request, i, errors);
	}
	free(concerned);
	return error;
}

/* --- their rules --- */

static int overlaps_find(struct wish *wish, struct error_list *errors)
{
	const struct mirror **mirrors = calloc(wish->count + 1, sizeof(*mirrors));
	struct overlap_map map = { 0 };
	size_t i;
	int error;

	if (!mirrors)
		return -ENOMEM;
	for (i = 0; i < wish->count; i++)
		mirrors[i] = wish->entries[i].mirror;
	error = overlap_map_make(&map, mirrors, wish->count, &wish->session->links);
	for (i = 0; i < wish->count && !error; i++)
		error = overlap_find(&wish->entries[i].overlap, &map, mirrors[i], errors);
	overlap_map_free(&map);
	free(mirrors);
	return error;
}

/* What the target has counted by now. A table that is kept up to date is so in all but
 * the counters, and who comes to change something reads it without them. */
static struct traffic target_count(const struct session *session, const struct target *target)
{
	const struct link *link = installed_delivering(&session->links, target->device,
						       target->kind == TARGET_TUNNEL);
	struct traffic nothing = { 0 };

	if (!link)
		return nothing;
	link_renew_counters(link, session->monitor, session->route);
	return installed_target_count(link);
}

int wish_starts(struct plan_start **starts, const struct session *session,
		const struct mirror *mirror)
{
	size_t i;

	*starts = calloc(mirror->target_count + 1, sizeof(**starts));
	if (!*starts)
		return -ENOMEM;
	for (i = 0; i < mirror->target_count; i++) {
		struct traffic count = target_count(session, &mirror->targets[i]);

		(*starts)[i].packets = count.packets;
		(*starts)[i].bytes = count.bytes;
	}
	return 0;
}

static bool tap_is_done(const struct wish *wish, const char *device)
{
	size_t i;

	for (i = 0; i < wish->tap_count; i++)
		if (!strcmp(wish->taps[i].device, device))
			return wish->taps[i].is_done;
	return true;
}

bool wish_targets_stand(const struct wish *wish, const struct installed_mirror *installed)
{
	size_t i;

	for (i = 0; installed && i < installed->target_count; i++) {
		const char *device = installed->targets[i].device;
		const struct link *link = link_find(&wish->session->links, device);

		if (!link || link->index != installed->targets[i].index ||
		    !tap_is_done(wish, device))
			return false;
	}
	return installed;
}

/* What is delivered to a target that was made anew begins anew, and so does what was
 * matched: then the rules are not left as they are, even if they could be. */
static int entry_judge(struct wish *wish, struct wish_entry *entry)
{
	const struct session *session = wish->session;
	const struct installed_mirror *installed = installed_find(&session->installed,
								  entry->mirror->name);
	bool stands = wish_targets_stand(wish, installed);
	int done;

	done = change_is_done(&entry->unit, &session->state, &session->links);
	if (done < 0)
		return done;
	entry->outcome = done && stands ? WISH_UNCHANGED :
			 installed ? WISH_REPLACED : WISH_CREATED;
	entry->unit.anew = done && !stands;
	if (entry->outcome != WISH_REPLACED)
		return 0;
	/* A body that is made anew goes on from counters as they are now. */
	if (session->state.is_followed) {
		done = stands ? change_body_is_done(&entry->unit, &session->state,
						    &session->links) : 0;
		if (done)
			return done < 0 ? done : 0;
		session->monitor->rules_stale = true;
		return -ERESTART;
	}
	if (stands && change_is_same_wish(&entry->unit, &session->state))
		return change_carry_counters(&entry->body, &session->state);
	return 0;
}

static int entry_plan(struct wish *wish, struct wish_entry *entry, struct error_list *errors)
{
	struct plan_surroundings around = {
		.tunnels = wish->tunnels, .tunnel_count = wish->tunnel_count,
		.overlap = &entry->overlap,
	};
	struct plan_start *starts;
	int error;

	error = wish_starts(&starts, wish->session, entry->mirror);
	if (error)
		return error;
	around.starts = starts;
	error = plan_mirror(&entry->body, &entry->hooks, entry->mirror, &around, errors);
	free(starts);
	entry->unit = (struct change_unit){ .name = entry->mirror->name,
					    .body = &entry->body, .hooks = &entry->hooks };
	return error ? error : entry_judge(wish, entry);
}

unsigned int wish_tap_mtu(const struct session *session, const struct tunnel *tunnel)
{
	struct route_query query;
	struct route way;

	route_query_tunnel(&query, tunnel, GUARD_MARK);
	if (!session->route || route_lookup(session->route, &query, &way))
		return 0;
	return route_mtu(&way, &session->links);
}

static int tap_look(struct wish *wish, struct wish_tap *tap)
{
	int done = change_is_done(&tap->unit, &wish->session->state, &wish->session->links);

	tap->is_done = done > 0;
	return done;
}

static int tap_plan(struct wish *wish, struct wish_tap *tap)
{
	int done;

	plan_init(&tap->plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	plan_tap(&tap->plan, tap->device, &tap->tunnel, wish_tap_mtu(wish->session, &tap->tunnel));
	if (tap->plan.out_of_memory)
		return -ENOMEM;
	tap->unit = (struct change_unit){ .is_tap = true, .name = tap->device,
					  .hooks = &tap->plan };
	done = tap_look(wish, tap);
	return done < 0 ? done : 0;
}

int wish_plan(struct wish *wish, const struct session *session,
	      const struct wish_request *request, struct error_list *errors)
{
	size_t i;
	int error;

	memset(wish, 0, sizeof(*wish));
	wish->session = session;
	error = taps_find(wish, request);
	for (i = 0; i < wish->tap_count && !error; i++)
		error = tap_plan(wish, &wish->taps[i]);
	if (!error)
		error = entries_find(wish, request, errors);
	if (!error)
		error = overlaps_find(wish, errors);
	for (i = 0; i < wish->count && !error; i++)
		error = entry_plan(wish, &wish->entries[i], errors);
	return error;
}

int wish_renew(const struct wish *wish, struct nft_state *state)
{
	int done = wish->tap_count ? 0 : nft_state_step(state);
	size_t i;
	int error = 0;

	if (done <= 0)
		return done;
	for (i = 0; i < wish->count && !error; i++)
		error = change_renew(&wish->entries[i].unit, state);
	if (!error)
		error = nft_state_renew_sets(state);
	/* Somebody was faster: all may be different. */
	return error == -EINTR ? 0 : error ? error : 1;
}

int wish_is_done(struct wish *wish, bool *is_done)
{
	const struct session *session = wish->session;
	int done = 1;
	size_t i;

	for (i = 0; i < wish->tap_count && done > 0; i++)
		done = tap_look(wish, &wish->taps[i]);
	for (i = 0; i < wish->count && done > 0; i++)
		done = change_is_done(&wish->entries[i].unit, &session->state, &session->links);
	*is_done = done > 0;
	return done < 0 ? done : 0;
}

/* A session that only knows the devices. Anybody may look at them; who cannot has
 * none. */
static int alone_begin(struct session *alone, struct definition *definition)
{
	size_t i;
	int error = 0;

	memset(alone, 0, sizeof(*alone));
	alone->turn = -1;
	if (!nl_open(NETLINK_ROUTE, &alone->route))
		link_table_read(&alone->links, alone->route, false);
	for (i = 0; i < definition->count && !error; i++)
		error = sources_resolve(&definition->mirrors[i], &alone->links,
					definition->mirrors, definition->count,
					&alone->installed);
	return error;
}

static void alone_end(struct session *alone)
{
	link_table_free(&alone->links);
	nl_close(alone->route);
}

int wish_begin_alone(struct wish *wish, struct session *alone,
		     struct definition *definition)
{
	const struct wish_request request = { definition->mirrors, definition->count, NULL };
	int error;

	memset(wish, 0, sizeof(*wish));
	wish->session = alone;
	error = alone_begin(alone, definition);
	return error ? error : taps_find(wish, &request);
}

void wish_end_alone(struct wish *wish, struct session *alone)
{
	wish_free(wish);
	alone_end(alone);
}

int wish_plan_alone(struct plan *plan, struct plan *notrack,
		    struct definition *definition, struct error_list *errors)
{
	const struct wish_request request = { definition->mirrors, definition->count, NULL };
	struct session alone;
	struct wish wish;
	size_t i;
	int error;

	error = wish_begin_alone(&wish, &alone, definition);
	if (!error)
		error = entries_find(&wish, &request, errors);
	if (!error)
		error = overlaps_find(&wish, errors);
	for (i = 0; i < wish.count && !error; i++) {
		const struct plan_surroundings around = {
			.tunnels = wish.tunnels, .tunnel_count = wish.tunnel_count,
			.overlap = &wish.entries[i].overlap,
		};

		error = plan_mirror(plan, plan, wish.entries[i].mirror, &around, errors);
	}
	for (i = 0; i < wish.tap_count && !error; i++)
		plan_tap(plan, wish.taps[i].device, &wish.taps[i].tunnel,
			 wish_tap_mtu(&alone, &wish.taps[i].tunnel));
	if (wish.tunnel_count && !error)
		plan_notrack(notrack);
	wish_end_alone(&wish, &alone);
	return error ? error : plan->out_of_memory || notrack->out_of_memory ? -ENOMEM : 0;
}

void wish_free(struct wish *wish)
{
	size_t i;

	for (i = 0; i < wish->count; i++) {
		mirror_free(&wish->entries[i].model);
		overlap_free(&wish->entries[i].overlap);
		plan_free(&wish->entries[i].hooks);
		plan_free(&wish->entries[i].body);
	}
	for (i = 0; i < wish->tap_count; i++)
		plan_free(&wish->taps[i].plan);
	free(wish->entries);
	free(wish->taps);
	free(wish->tunnels);
	memset(wish, 0, sizeof(*wish));
}
