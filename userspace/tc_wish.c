// SPDX-License-Identifier: GPL-2.0-only
#include "tc_wish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "sources.h"

static bool is_tc(const struct mirror *mirror)
{
	return mirror->path == MIRROR_PATH_TC;
}

/* --- who is there --- */

static bool has_tc(const struct tc_wish *tc, const struct wish_request *request)
{
	size_t i;

	for (i = 0; i < request->count; i++)
		if (is_tc(&request->mirrors[i]))
			return true;
	return tc->session->tc.filter_count;
}

static const struct location *where_of(const struct mirror *mirror)
{
	return mirror->path_where.file ? &mirror->path_where : &mirror->where;
}

/* No frame could be handed from one path to the other at once. */
static int paths_check(const struct tc_wish *tc, const struct wish_request *request,
		       struct error_list *errors)
{
	size_t before = errors->count;
	size_t i;

	for (i = 0; i < request->count; i++) {
		const struct mirror *mirror = &request->mirrors[i];
		const struct installed_mirror *have;

		have = installed_find(&tc->session->installed, mirror->name);
		if (have && have->path != mirror->path)
			error_definition(errors, where_of(mirror),
					 "mirror '%s' runs on the %s path, and no path takes over from the other without a gap or copies made twice: mirror-nft remove %s first",
					 mirror->name, mirror_path_name(have->path),
					 mirror->name);
	}
	return errors->count > before ? -EINVAL : 0;
}

static int entry_add(struct tc_wish *tc, const struct mirror *mirror)
{
	struct tc_wish_entry *entry = &tc->entries[tc->count++];

	entry->mirror = mirror;
	entry->is_asked = true;
	return 0;
}

/* One that stays, as it was wished for. */
static int model_add(struct tc_wish *tc, const struct wish_request *request,
		     const struct installed_mirror *have, struct error_list *errors)
{
	struct tc_wish_entry *entry = &tc->entries[tc->count];
	const struct session *session = tc->session;
	int error;

	error = installed_model(&entry->model, have, &session->state, errors);
	if (!error)
		error = sources_resolve(&entry->model, &session->links, request->mirrors,
					request->count, &session->installed);
	if (error)
		return error;
	sources_drop_missing(&entry->model, &session->links);
	entry->mirror = &entry->model;
	tc->count++;
	return 0;
}

static bool shares_target(const struct installed_mirror *have, const struct mirror *mirror)
{
	size_t i;

	for (i = 0; i < mirror->target_count; i++)
		if (installed_has_target(have, mirror->targets[i].device))
			return true;
	return false;
}

/* Does it share a target with one that goes? */
static bool loses_company(const struct tc_wish *tc, const struct wish_request *request,
			  const struct installed_mirror *have)
{
	const struct installed *installed = &tc->session->installed;
	size_t i, j;

	for (i = 0; i < installed->count; i++) {
		const struct installed_mirror *other = &installed->mirrors[i];

		if (wish_stays(tc->session, request, i))
			continue;
		for (j = 0; j < other->target_count; j++)
			if (installed_has_target(have, other->targets[j].device))
				return true;
	}
	return false;
}

/* Can its filters have to change? With its guards, and with who sends to its targets. */
static bool can_change(const struct tc_wish *tc, const struct wish *wish,
		       const struct wish_request *request,
		       const struct installed_mirror *have)
{
	size_t i;

	if (wish->tunnels_change || loses_company(tc, request, have))
		return true;
	for (i = 0; i < tc->count; i++)
		if (shares_target(have, tc->entries[i].mirror))
			return true;
	for (i = 0; i < request->count; i++)
		if (shares_target(have, &request->mirrors[i]))
			return true;
	return false;
}

static bool has_entry(const struct tc_wish *tc, const char *name)
{
	size_t i;

	for (i = 0; i < tc->count; i++)
		if (!strcmp(tc->entries[i].mirror->name, name))
			return true;
	return false;
}

static int entries_find(struct tc_wish *tc, const struct wish *wish,
			const struct wish_request *request, struct error_list *errors)
{
	const struct installed *installed = &tc->session->installed;
	size_t before, i;
	int error = 0;

	tc->entries = calloc(request->count + installed->count + 1, sizeof(*tc->entries));
	if (!tc->entries)
		return -ENOMEM;
	for (i = 0; i < request->count; i++)
		if (is_tc(&request->mirrors[i]))
			entry_add(tc, &request->mirrors[i]);
	/* And then those that have to do with these, until there are no more. */
	do {
		before = tc->count;
		for (i = 0; i < installed->count && !error; i++) {
			const struct installed_mirror *have = &installed->mirrors[i];

			if (have->path == MIRROR_PATH_TC && wish_stays(tc->session, request, i) &&
			    !has_entry(tc, have->name) && can_change(tc, wish, request, have))
				error = model_add(tc, request, have, errors);
		}
	} while (!error && tc->count > before);
	return error;
}

/* --- one frame, one copy for a target --- */

static bool share_target(const struct mirror *a, const struct mirror *b)
{
	size_t i, j;

	for (i = 0; i < a->target_count; i++)
		for (j = 0; j < b->target_count; j++)
			if (!strcmp(a->targets[i].device, b->targets[j].device))
				return true;
	return false;
}

/* What it would take to keep the copies of two mirrors apart that tc cannot. */
static int part_refuse(const struct mirror *mirror, const struct overlap_exclusion *other,
		       struct error_list *errors)
{
	const struct location *where = where_of(mirror);

	/* One that runs was not written just now. */
	if (where->file && !strcmp(where->file, INSTALLED_FILE))
		where = where_of(other->mirror);
	if (other->tag_count)
		return error_definition(errors, where,
					"mirrors '%s' and '%s' could copy the same frame to one target, with and without its VLAN tag, and the tc path cannot tell: give one of them another target, or choose the path nft for both",
					mirror->name, other->mirror->name);
	return error_definition(errors, where,
				"mirrors '%s' and '%s' could copy the same frame to one target, by the %s path and by the other: give one of them another target, or choose the same path for both",
				mirror->name, other->mirror->name,
				mirror_path_name(mirror->path));
}

static int overlap_check(const struct overlap *overlap, const struct mirror *mirror,
			 struct error_list *errors)
{
	size_t i, j;

	for (i = 0; i < overlap->count; i++)
		for (j = 0; j < overlap->parts[i].exclusion_count; j++) {
			const struct overlap_exclusion *other =
				&overlap->parts[i].exclusions[j];

			if (other->mirror->path != mirror->path ||
			    (is_tc(mirror) && other->tag_count))
				return part_refuse(mirror, other, errors);
		}
	return 0;
}

/* Mirrors that have to do with each other. */
struct company {
	const struct mirror **mirrors;
	size_t count;
	struct mirror *models;
	size_t model_count;
};

static bool is_concerned(const struct tc_wish *tc, const struct mirror *mirror)
{
	size_t i;

	if (is_tc(mirror))
		return true;
	for (i = 0; i < tc->count; i++)
		if (share_target(tc->entries[i].mirror, mirror))
			return true;
	return false;
}

/* A model of what an installed mirror's frames are about: hooks and targets. */
static int company_add_installed(struct company *company, const struct tc_wish *tc,
				 const struct installed_mirror *have,
				 const struct wish_request *request)
{
	struct mirror *model = &company->models[company->model_count++];
	const struct session *session = tc->session;
	struct error_list errors = { 0 };
	int error;

	error = installed_outline(model, have, &errors);
	error_clear(&errors);
	if (!error)
		error = sources_resolve(model, &session->links, request->mirrors,
					request->count, &session->installed);
	if (error)
		return error;
	sources_drop_missing(model, &session->links);
	company->mirrors[company->count++] = model;
	return 0;
}

static int company_find(struct company *company, const struct tc_wish *tc,
			const struct wish_request *request)
{
	const struct installed *installed = &tc->session->installed;
	size_t i, j;
	int error = 0;

	company->mirrors = calloc(request->count + installed->count + 1,
				  sizeof(*company->mirrors));
	company->models = calloc(installed->count + 1, sizeof(*company->models));
	if (!company->mirrors || !company->models)
		return -ENOMEM;
	for (i = 0; i < request->count; i++)
		company->mirrors[company->count++] = &request->mirrors[i];
	for (i = 0; i < installed->count && !error; i++) {
		if (!wish_stays(tc->session, request, i))
			continue;
		for (j = 0; j < tc->count; j++)
			if (!strcmp(tc->entries[j].mirror->name, installed->mirrors[i].name))
				break;
		if (j < tc->count)
			company->mirrors[company->count++] = tc->entries[j].mirror;
		else
			error = company_add_installed(company, tc, &installed->mirrors[i],
						      request);
	}
	return error;
}

static void company_free(struct company *company)
{
	size_t i;

	for (i = 0; i < company->model_count; i++)
		mirror_free(&company->models[i]);
	free(company->models);
	free(company->mirrors);
}

/* Mirrors of nft that would leave frames to one of tc. */
static int company_check(const struct company *company, const struct overlap_map *map,
			 const struct tc_wish *tc, struct error_list *errors)
{
	size_t i;
	int error = 0;

	for (i = 0; i < company->count && !error; i++) {
		const struct mirror *mirror = company->mirrors[i];
		struct overlap overlap;

		if (is_tc(mirror) || !is_concerned(tc, mirror))
			continue;
		error = overlap_find(&overlap, map, mirror, errors);
		if (error)
			break;
		error = overlap_check(&overlap, mirror, errors);
		overlap_free(&overlap);
	}
	return error;
}

/* --- filters --- */

/* Of the mirror that runs by this name, or 0. */
static unsigned int preference_of(const struct tc_state *state, const char *name)
{
	char owner[IFNAMSIZ];
	size_t i;

	for (i = 0; i < state->filter_count; i++)
		if (tc_state_owner(&state->filters[i], false, owner) && !strcmp(owner, name))
			return state->filters[i].preference;
	return 0;
}

/* Of a mirror that neither stays nor is asked for. */
static bool owner_goes(const struct tc_wish *tc, const char *owner)
{
	const struct installed_mirror *have = installed_find(&tc->session->installed, owner);

	return have && !has_entry(tc, owner) &&
	       !wish_stays(tc->session, tc->request, (size_t)(have - tc->session->installed.mirrors));
}

static bool preference_is_free(const struct tc_wish *tc, size_t number,
			       unsigned int preference)
{
	const struct mirror *mirror = tc->entries[number].mirror;
	const struct session *session = tc->session;
	const struct source *hooks;
	char owner[IFNAMSIZ];
	size_t count, i;

	for (i = 0; i < session->tc.filter_count; i++)
		if (session->tc.filters[i].preference == preference &&
		    tc_state_owner(&session->tc.filters[i], false, owner) &&
		    strcmp(owner, mirror->name) && !owner_goes(tc, owner))
			return false;
	for (i = 0; i < number; i++)
		if (tc->entries[i].plan.count &&
		    tc->entries[i].plan.filters[0].preference == preference)
			return false;
	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < count; i++) {
		const struct link *link = link_find(&session->links, hooks[i].device);
		const struct tc_place *place;

		place = link ? tc_state_place(&session->tc, link->index, hooks[i].direction,
					      preference) : NULL;
		if (place && (place->others || !place->ours))
			return false;
	}
	return true;
}

/* A mirror that goes, and had a filter on a hook of this one: taking its preference over
 * takes its frames over, with none missed and none copied twice. 0: there is none. */
static unsigned int preference_inherit(const struct tc_wish *tc, size_t number)
{
	const struct session *session = tc->session;
	const struct source *hooks;
	char owner[IFNAMSIZ];
	size_t count, i, j;

	hooks = mirror_hooks(tc->entries[number].mirror, &count);
	for (i = 0; i < session->tc.filter_count; i++) {
		const struct tc_filter *filter = &session->tc.filters[i];

		if (!tc_state_owner(filter, false, owner) || !owner_goes(tc, owner) ||
		    !preference_is_free(tc, number, filter->preference))
			continue;
		for (j = 0; j < count; j++)
			if (!strcmp(hooks[j].device, filter->device) &&
			    hooks[j].direction == filter->direction)
				return filter->preference;
	}
	return 0;
}

static int preference_find(const struct tc_wish *tc, size_t number, unsigned int *preference,
			   struct error_list *errors)
{
	const char *name = tc->entries[number].mirror->name;

	*preference = preference_of(&tc->session->tc, name);
	if (!*preference)
		*preference = preference_inherit(tc, number);
	if (*preference && preference_is_free(tc, number, *preference))
		return 0;
	for (*preference = TC_PREFERENCE; *preference <= TC_PREFERENCE_LAST; ++*preference)
		if (preference_is_free(tc, number, *preference))
			return 0;
	return error_system(errors, -ENOSPC, "%s: all preferences of tc filters from %d to %d are taken: choose the path nft, which has no such limit",
			    name, TC_PREFERENCE, TC_PREFERENCE_LAST);
}

/* Is the clsact of the device ours, or would be? -EBUSY with a record where there is no
 * room for it. */
static int clsact_judge(const struct session *session, const char *name, bool *ours,
			struct error_list *errors)
{
	const struct link *link = link_find(&session->links, name);
	const struct tc_device *device;

	device = link ? tc_state_device(&session->tc, link->index) : NULL;
	*ours = !device || device->is_ours;
	if (!device || device->has_clsact)
		return 0;
	return error_system(errors, -EBUSY, "%s: the qdisc %s is in the way, which is not ours: the tc path needs clsact in its place, which has all that %s has and egress too; once nobody needs that one: tc qdisc del dev %s %s, or choose the path nft",
			    name, device->other, device->other, name, device->other);
}

static int clsacts_judge(const struct session *session, const struct mirror *mirror,
			 bool **clsact, struct error_list *errors)
{
	const struct source *hooks;
	size_t count, i;
	int error = 0;

	hooks = mirror_hooks(mirror, &count);
	*clsact = calloc(count + 1, sizeof(**clsact));
	if (!*clsact)
		return -ENOMEM;
	for (i = 0; i < count && !error; i++)
		error = clsact_judge(session, hooks[i].device, &(*clsact)[i], errors);
	return error;
}

static void entry_judge(struct tc_wish_entry *entry, const struct tc_state *state)
{
	char owner[IFNAMSIZ];
	size_t i, have = 0, same = 0;

	for (i = 0; i < state->filter_count; i++)
		have += tc_state_owner(&state->filters[i], false, owner) &&
			!strcmp(owner, entry->mirror->name);
	for (i = 0; i < entry->plan.count; i++) {
		const struct tc_filter *filter = tc_state_find(state, &entry->plan.filters[i]);

		same += filter && tc_filter_is_same(filter, &entry->plan.filters[i]);
	}
	entry->outcome = have == same && same == entry->plan.count && have ? WISH_UNCHANGED :
			 have ? WISH_REPLACED : WISH_CREATED;
	/* Of a pattern there may be no device. */
	if (!have && !entry->plan.count)
		entry->outcome = WISH_UNCHANGED;
}

static int entry_plan(struct tc_wish *tc, size_t number, const struct wish *wish,
		      const struct overlap_map *map, struct error_list *errors)
{
	struct tc_wish_entry *entry = &tc->entries[number];
	struct tc_surroundings around = {
		.guard = { wish->tunnels, wish->tunnel_count },
		.links = &tc->session->links,
	};
	struct plan_start *starts = NULL;
	struct overlap overlap;
	bool *clsact = NULL;
	int error;

	error = overlap_find(&overlap, map, entry->mirror, errors);
	if (error)
		return error;
	around.overlap = &overlap;
	error = overlap_check(&overlap, entry->mirror, errors);
	if (!error)
		error = clsacts_judge(tc->session, entry->mirror, &clsact, errors);
	if (!error)
		error = preference_find(tc, number, &around.preference, errors);
	if (!error && !tc->is_alone)
		error = wish_starts(&starts, tc->session, entry->mirror);
	around.clsact = clsact;
	around.starts = starts;
	if (!error)
		error = tc_plan_mirror(&entry->plan, entry->mirror, &around, errors);
	if (!error)
		entry_judge(entry, &tc->session->tc);
	free(starts);
	free(clsact);
	overlap_free(&overlap);
	return error;
}

/* --- taps --- */

static int tap_add(struct tc_wish *tc, const char *device, const struct tunnel *tunnel,
		   struct error_list *errors)
{
	struct target target = { .kind = TARGET_TUNNEL, .tunnel = *tunnel };
	bool clsact[2];
	char name[2 * IFNAMSIZ];
	size_t i;
	int error;

	if (!tunnel->kind)
		return 0;
	memcpy(target.device, device, IFNAMSIZ);
	for (i = 0; i < tc->taps.count; i++)
		if (tc_note_text(tc->taps.filters[i].note, "tap", name, IFNAMSIZ) &&
		    !strcmp(name, device))
			return 0;
	snprintf(name, sizeof(name), "%s" DEVICE_TAP_SUFFIX, device);
	error = clsact_judge(tc->session, name, &clsact[0], errors);
	snprintf(name, sizeof(name), "%s" DEVICE_TUNNEL_SUFFIX, device);
	if (!error)
		error = clsact_judge(tc->session, name, &clsact[1], errors);
	return error ? error : tc_plan_tap(&tc->taps, &target,
					   wish_tap_mtu(tc->session, tunnel),
					   &tc->session->links, clsact);
}

static int taps_plan(struct tc_wish *tc, const struct wish_request *request,
		     struct error_list *errors)
{
	const struct installed *installed = &tc->session->installed;
	size_t i, j;
	int error = 0;

	for (i = 0; i < request->count; i++)
		for (j = 0; is_tc(&request->mirrors[i]) && !error &&
			    j < request->mirrors[i].target_count; j++)
			error = tap_add(tc, request->mirrors[i].targets[j].device,
					&request->mirrors[i].targets[j].tunnel, errors);
	for (i = 0; i < installed->count; i++)
		for (j = 0; installed->mirrors[i].path == MIRROR_PATH_TC &&
			    wish_stays(tc->session, request, i) && !error &&
			    j < installed->mirrors[i].target_count; j++)
			error = tap_add(tc, installed->mirrors[i].targets[j].device,
					&installed->mirrors[i].targets[j].tunnel, errors);
	return error;
}

/* --- all of it --- */

static int wanted_find(struct tc_wish *tc, const struct wish_request *request)
{
	const struct tc_state *state = &tc->session->tc;
	const struct installed *installed = &tc->session->installed;
	char owner[IFNAMSIZ];
	size_t i, j;
	int error = 0;

	/* First the way, then what sends there. */
	for (i = 0; i < tc->taps.count && !error; i++)
		error = tc_wanted_add(&tc->wanted, &tc->taps.filters[i]);
	for (i = 0; i < tc->count; i++)
		for (j = 0; j < tc->entries[i].plan.count && !error; j++)
			error = tc_wanted_add(&tc->wanted, &tc->entries[i].plan.filters[j]);
	for (i = 0; i < state->filter_count && !error; i++) {
		if (!tc_state_owner(&state->filters[i], false, owner) || has_entry(tc, owner))
			continue;
		for (j = 0; j < installed->count; j++)
			if (!strcmp(installed->mirrors[j].name, owner) && wish_stays(tc->session, request, j))
				error = tc_wanted_add(&tc->wanted, &state->filters[i]);
	}
	return error;
}

static int entries_plan(struct tc_wish *tc, const struct wish *wish,
			const struct wish_request *request, struct error_list *errors)
{
	struct company company = { 0 };
	struct overlap_map map = { 0 };
	size_t i;
	int error;

	error = company_find(&company, tc, request);
	if (!error)
		error = overlap_map_make(&map, company.mirrors, company.count,
					 &tc->session->links);
	if (!error)
		error = company_check(&company, &map, tc, errors);
	for (i = 0; i < tc->count && !error; i++)
		error = entry_plan(tc, i, wish, &map, errors);
	overlap_map_free(&map);
	company_free(&company);
	return error;
}

int tc_wish_plan(struct tc_wish *tc, const struct wish *wish,
		 const struct wish_request *request, struct error_list *errors)
{
	int error;

	tc->session = wish->session;
	tc->request = request;
	error = paths_check(tc, request, errors);
	if (error || !has_tc(tc, request))
		return error;
	error = entries_find(tc, wish, request, errors);
	if (!error)
		error = entries_plan(tc, wish, request, errors);
	if (!error)
		error = taps_plan(tc, request, errors);
	return error ? error : wanted_find(tc, request);
}

void tc_wish_free(struct tc_wish *tc)
{
	size_t i;

	for (i = 0; i < tc->count; i++) {
		mirror_free(&tc->entries[i].model);
		tc_plan_free(&tc->entries[i].plan);
	}
	free(tc->entries);
	tc_plan_free(&tc->taps);
	tc_wanted_free(&tc->wanted);
	memset(tc, 0, sizeof(*tc));
}

static void alone_take(struct tc_plan *plan, struct tc_plan *from)
{
	while (from->count) {
		plan->filters[plan->count++] = *from->filters;
		memmove(from->filters, from->filters + 1,
			--from->count * sizeof(*from->filters));
	}
}

int tc_wish_plan_alone(struct tc_plan *plan, struct definition *definition,
		       struct error_list *errors)
{
	const struct wish_request request = { definition->mirrors, definition->count, NULL };
	struct tc_wish tc = { .is_alone = true };
	struct session alone;
	struct wish wish;
	size_t i, count = 0;
	int error;

	error = wish_begin_alone(&wish, &alone, definition);
	if (!error)
		error = tc_wish_plan(&tc, &wish, &request, errors);
	for (i = 0; i < tc.count; i++)
		count += tc.entries[i].plan.count;
	plan->filters = error ? NULL : calloc(count + tc.taps.count + 1,
					      sizeof(*plan->filters));
	if (!error && !plan->filters)
		error = -ENOMEM;
	for (i = 0; i < tc.count && !error; i++)
		alone_take(plan, &tc.entries[i].plan);
	if (!error)
		alone_take(plan, &tc.taps);
	tc_wish_free(&tc);
	wish_end_alone(&wish, &alone);
	return error;
}
