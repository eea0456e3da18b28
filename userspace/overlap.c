// SPDX-License-Identifier: GPL-2.0-only
#include "overlap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a mirror leaves to others at one hook, for one target. */
struct leaving {
	struct overlap_exclusion *exclusions;
	size_t count;
	bool all;	/* everything: it is there already */
};

struct search {
	const struct mirror *mirror;
	const struct overlap_map *map;
	struct error_list *errors;
};

/* --- which hooks have to do with each other --- */

static size_t hook_node(const struct overlap_map *map, const struct source *hook)
{
	return topology_node(topology_find(&map->topology, hook->device), hook->direction);
}

static int pair_add(struct overlap_map *map, size_t mine, size_t theirs,
		    const struct topology_overlap *how)
{
	struct overlap_pair *pairs;

	pairs = reallocarray(map->pairs, map->pair_count + 1, sizeof(*pairs));
	if (!pairs)
		return -ENOMEM;
	map->pairs = pairs;
	pairs[map->pair_count++] = (struct overlap_pair){ mine, theirs, *how };
	return 0;
}

/* A pair, and how it looks from its other side. */
static int pair_note(struct overlap_map *map, size_t first, size_t second,
		     const struct topology_walk *walk)
{
	struct topology_overlap how;

	topology_walk_overlap(walk, second, &how);
	if (how.relation == OVERLAP_NONE)
		return 0;
	if (pair_add(map, first, second, &how))
		return -ENOMEM;
	how.a_first = !how.a_first;
	how.a_lower = !how.a_lower;
	return pair_add(map, second, first, &how);
}

/* The first of the hooks at @node, or where it would stand. */
static size_t hooks_at(const struct overlap_map *map, size_t node)
{
	size_t low = 0, high = map->hook_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->hooks[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int node_compare(const void *left, const void *right)
{
	const size_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* Where the frames of one hook come by later. */
static int pairs_from(struct overlap_map *map, struct topology_walk *walk, size_t node)
{
	size_t i;
	int error;

	error = topology_walk_begin(walk, &map->topology, STEPS_FRAME | STEP_TAGGED);
	if (error)
		return error;
	topology_walk_start(walk, node);
	topology_walk_run(walk);
	qsort(walk->queue, walk->queued, sizeof(*walk->queue), node_compare);
	for (i = 0; i < walk->queued && !error; i++) {
		size_t other = walk->queue[i];
		size_t at = hooks_at(map, other);

		if (other != node && at < map->hook_count && map->hooks[at].node == other)
			error = pair_note(map, node, other, walk);
	}
	return error;
}

static int hook_compare(const void *left, const void *right)
{
	const struct overlap_hook *a = left, *b = right;

	return a->node < b->node ? -1 : a->node > b->node;
}

static int pair_compare(const void *left, const void *right)
{
	const struct overlap_pair *a = left, *b = right;

	return a->mine < b->mine ? -1 : a->mine > b->mine;
}

static int hooks_find(struct overlap_map *map, const struct mirror *const *mirrors,
		      size_t mirror_count)
{
	size_t i, j, count, all = 0;

	for (i = 0; i < mirror_count; i++) {
		mirror_hooks(mirrors[i], &count);
		all += count;
	}
	map->hooks = calloc(all + 1, sizeof(*map->hooks));
	if (!map->hooks)
		return -ENOMEM;
	for (i = 0; i < mirror_count; i++) {
		const struct source *hooks = mirror_hooks(mirrors[i], &count);

		for (j = 0; j < count; j++)
			map->hooks[map->hook_count++] =
				(struct overlap_hook){ hook_node(map, &hooks[j]), mirrors[i], i };
	}
	qsort(map->hooks, map->hook_count, sizeof(*map->hooks), hook_compare);
	return 0;
}

static int pairs_find(struct overlap_map *map)
{
	struct topology_walk walk = { 0 };
	size_t i;
	int error = 0;

	for (i = 0; i < map->hook_count && !error; i++)
		if (!i || map->hooks[i - 1].node != map->hooks[i].node)
			error = pairs_from(map, &walk, map->hooks[i].node);
	topology_walk_free(&walk);
	if (!error && map->pair_count)
		qsort(map->pairs, map->pair_count, sizeof(*map->pairs), pair_compare);
	return error;
}

int overlap_map_make(struct overlap_map *map, const struct mirror *const *mirrors,
		     size_t count, const struct link_table *links)
{
	size_t i;
	int error;

	memset(map, 0, sizeof(*map));
	map->mirrors = calloc(count + 1, sizeof(*map->mirrors));
	if (!map->mirrors)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		map->mirrors[i] = *mirrors[i];
	map->input = (struct topology_input){ .links = links, .mirrors = map->mirrors,
					      .mirror_count = count };
	error = topology_build(&map->topology, &map->input);
	if (!error)
		error = hooks_find(map, mirrors, count);
	return error ? error : pairs_find(map);
}

void overlap_map_free(struct overlap_map *map)
{
	topology_free(&map->topology);
	free(map->pairs);
	free(map->hooks);
	free(map->mirrors);
	memset(map, 0, sizeof(*map));
}

/* --- who goes first --- */

static bool leaves_out(const struct mirror *mirror)
{
	return mirror->sample.every > 1 || mirror->limit.rate;
}

/* The same flows are chosen by both, or the same are left out. */
static bool samples_alike(const struct mirror *a, const struct mirror *b)
{
	return !a->limit.rate && !b->limit.rate && a->sample.flows && b->sample.flows &&
	       a->sample.every == b->sample.every;
}

/* Does @a go before @b where both see the same hook? */
static bool goes_before(const struct mirror *a, const struct mirror *b)
{
	if (leaves_out(a) != leaves_out(b))
		return leaves_out(b);
	return strcmp(a->name, b->name) < 0;
}

static bool has_target(const struct mirror *mirror, const char *device)
{
	size_t i;

	for (i = 0; i < mirror->target_count; i++)
		if (!strcmp(mirror->targets[i].device, device))
			return true;
	return false;
}

/* --- who has to do with whom --- */

struct reach {
	const struct overlap_map *map;
	bool *reached;
	size_t *queue;		/* of mirrors, whose neighbours are looked for in turn */
	size_t queued;
};

static void mirror_reach(struct reach *reach, size_t number)
{
	if (reach->reached[number])
		return;
	reach->reached[number] = true;
	reach->queue[reach->queued++] = number;
}

static void node_reach(struct reach *reach, size_t node, const struct mirror *from)
{
	const struct overlap_map *map = reach->map;
	size_t i, j;

	for (i = hooks_at(map, node); i < map->hook_count && map->hooks[i].node == node; i++)
		for (j = 0; j < from->target_count; j++)
			if (has_target(map->hooks[i].mirror, from->targets[j].device))
				mirror_reach(reach, map->hooks[i].number);
}

/* The first of a node's pairs, or where it would stand. */
static size_t pairs_at(const struct overlap_map *map, size_t node)
{
	size_t low = 0, high = map->pair_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->pairs[middle].mine < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int overlap_reach(const struct overlap_map *map, bool *reached)
{
	struct reach reach = { .map = map, .reached = reached };
	size_t i, j, at, count;

	reach.queue = calloc(map->input.mirror_count + 1, sizeof(*reach.queue));
	if (!reach.queue)
		return -ENOMEM;
	for (i = 0; i < map->input.mirror_count; i++)
		if (reached[i])
			reach.queue[reach.queued++] = i;
	for (i = 0; i < reach.queued; i++) {
		const struct mirror *from = &map->mirrors[reach.queue[i]];
		const struct source *hooks = mirror_hooks(from, &count);

		for (j = 0; j < count; j++) {
			size_t node = hook_node(map, &hooks[j]);

			node_reach(&reach, node, from);
			for (at = pairs_at(map, node); at < map->pair_count &&
			     map->pairs[at].mine == node; at++)
				node_reach(&reach, map->pairs[at].theirs, from);
		}
	}
	free(reach.queue);
	return 0;
}

/* --- what is left to whom --- */

static bool exclusion_is(const struct overlap_exclusion *a, const struct overlap_exclusion *b)
{
	return a->mirror == b->mirror && a->tag_count == b->tag_count &&
	       !memcmp(a->tags, b->tags, a->tag_count * sizeof(*a->tags));
}

static int exclusion_add(struct leaving *leaving, const struct overlap_exclusion *exclusion)
{
	struct overlap_exclusion *exclusions;
	size_t i;

	for (i = 0; i < leaving->count; i++)
		if (exclusion_is(&leaving->exclusions[i], exclusion))
			return 0;
	exclusions = reallocarray(leaving->exclusions, leaving->count + 1,
				  sizeof(*exclusions));
	if (!exclusions)
		return -ENOMEM;
	leaving->exclusions = exclusions;
	exclusions[leaving->count++] = *exclusion;
	return 0;
}

/* Both leave out some of what they select, and not the same: whoever left a frame
 * to the other could leave it to nobody. */
static int cannot_tell(const struct search *search, const struct mirror *other,
		       const struct source *hook, const char *target)
{
	return error_definition(search->errors, &hook->where,
				"mirrors '%s' and '%s' both send a part of what %s:%s selects to %s, by sample or limit: a frame could arrive twice; give one of them another target, or make them one mirror",
				search->mirror->name, other->name, hook->device,
				direction_name(hook->direction), target);
}

/* Does @mirror leave to itself or to @other what that one selects at a hook that is
 * related so? And behind which tags? */
static bool leaves_by(const struct search *search, const struct topology_overlap *how,
		      const struct mirror *other, struct overlap_exclusion *exclusion)
{
	size_t i;

	switch (how->relation) {
	case OVERLAP_SAME:
		return other == search->mirror ? !how->a_first :
		       !goes_before(search->mirror, other);
	case OVERLAP_TAGGED:
		exclusion->tag_count = how->tag_count;
		for (i = 0; i < how->tag_count; i++)
			exclusion->tags[i] = how->tags[i].id;
		return how->a_lower;
	case OVERLAP_ALL:
		return how->a_lower;
	case OVERLAP_SOME:	/* refused before, or nobody can tell */
	case OVERLAP_NONE:
		break;
	}
	return false;
}

/* @hook is left to @other, with the tags of @exclusion. */
static int leaving_note(const struct search *search, const struct source *hook,
			const char *target, struct leaving *leaving,
			const struct overlap_exclusion *exclusion)
{
	const struct mirror *other = exclusion->mirror;

	if (other == search->mirror && !exclusion->tag_count) {
		leaving->all = true;
		return 0;
	}
	if (other != search->mirror && leaves_out(other) &&
	    !samples_alike(search->mirror, other))
		return cannot_tell(search, other, hook, target);
	return exclusion_add(leaving, exclusion);
}

/* Against all that is hooked at @node; @how is NULL for the very same hook. */
static int leaving_at(const struct search *search, const struct source *hook, size_t node,
		      const struct topology_overlap *how, const char *target,
		      struct leaving *leaving)
{
	const struct overlap_map *map = search->map;
	size_t i;
	int error = 0;

	for (i = hooks_at(map, node); i < map->hook_count && map->hooks[i].node == node &&
	     !error; i++) {
		const struct mirror *other = map->hooks[i].mirror;
		struct overlap_exclusion exclusion = { .mirror = other };
		bool leave;

		if (!has_target(other, target))
			continue;
		if (how)
			leave = leaves_by(search, how, other, &exclusion);
		else
			leave = other != search->mirror &&
				!goes_before(search->mirror, other);
		if (leave)
			error = leaving_note(search, hook, target, leaving, &exclusion);
	}
	return error;
}

static int leaving_find(const struct search *search, const struct source *hook,
			const char *target, struct leaving *leaving)
{
	const struct overlap_map *map = search->map;
	size_t node = hook_node(map, hook), at;
	int error;

	error = leaving_at(search, hook, node, NULL, target, leaving);
	for (at = pairs_at(map, node); !error && at < map->pair_count &&
	     map->pairs[at].mine == node; at++)
		error = leaving_at(search, hook, map->pairs[at].theirs, &map->pairs[at].how,
				   target, leaving);
	return error;
}

static bool leaving_is(const struct overlap_part *part, const struct leaving *leaving)
{
	size_t i;

	if (part->exclusion_count != leaving->count)
		return false;
	for (i = 0; i < leaving->count; i++)
		if (!exclusion_is(&part->exclusions[i], &leaving->exclusions[i]))
			return false;
	return true;
}

static void part_free(struct overlap_part *part)
{
	free(part->exclusions);
	free(part->hooks);
	free(part->targets);
}

void overlap_free(struct overlap *overlap)
{
	size_t i;

	for (i = 0; i < overlap->count; i++)
		part_free(&overlap->parts[i]);
	free(overlap->parts);
	memset(overlap, 0, sizeof(*overlap));
}

static struct overlap_part *part_add(struct overlap *overlap, const struct mirror *mirror)
{
	struct overlap_part *parts, *part;
	size_t hook_count;

	mirror_hooks(mirror, &hook_count);
	parts = reallocarray(overlap->parts, overlap->count + 1, sizeof(*parts));
	if (!parts)
		return NULL;
	overlap->parts = parts;
	part = &parts[overlap->count++];
	memset(part, 0, sizeof(*part));
	part->hooks = calloc(hook_count + 1, sizeof(*part->hooks));
	part->targets = calloc(mirror->target_count + 1, sizeof(*part->targets));
	return part->hooks && part->targets ? part : NULL;
}

/* A part with these targets for @hook; takes leaving->exclusions over. */
static int part_put(struct overlap *overlap, const struct search *search, size_t hook,
		    struct leaving *leaving, const bool *targets, bool counts)
{
	size_t target_count = search->mirror->target_count;
	struct overlap_part *part;
	size_t i;

	for (i = 0; i < overlap->count; i++) {
		part = &overlap->parts[i];
		if (!leaving_is(part, leaving) || part->counts != counts ||
		    memcmp(part->targets, targets, target_count * sizeof(*targets)))
			continue;
		part->hooks[hook] = true;
		return 0;
	}
	part = part_add(overlap, search->mirror);
	if (!part)
		return -ENOMEM;
	part->exclusions = leaving->exclusions;
	part->exclusion_count = leaving->count;
	part->counts = counts;
	leaving->exclusions = NULL;
	leaving->count = 0;
	memcpy(part->targets, targets, target_count * sizeof(*targets));
	part->hooks[hook] = true;
	return 0;
}

/* Targets for which the same is left to others share a part. */
static int hook_divide(struct overlap *overlap, const struct search *search, size_t hook,
		       struct leaving *leavings, bool *together)
{
	size_t count = search->mirror->target_count;
	size_t i, j, fewest = SIZE_MAX, counting = 0;
	int error = 0;

	for (i = 0; i < count; i++) {
		if (leavings[i].all || leavings[i].count >= fewest)
			continue;
		fewest = leavings[i].count;
		counting = i;
	}
	for (i = 0; i < count && !error; i++) {
		struct overlap_part like = { 0 };

		if (leavings[i].all)
			continue;
		like.exclusions = leavings[i].exclusions;
		like.exclusion_count = leavings[i].count;
		memset(together, 0, count * sizeof(*together));
		for (j = i; j < count; j++) {
			if (leavings[j].all || !leaving_is(&like, &leavings[j]))
				continue;
			together[j] = true;
			if (j > i)
				leavings[j].all = true;	/* done with this one */
		}
		error = part_put(overlap, search, hook, &leavings[i], together,
				 i == counting);
	}
	return error;
}

static int hook_work(struct overlap *overlap, const struct search *search,
		     const struct source *source, size_t hook)
{
	size_t count = search->mirror->target_count;
	struct leaving *leavings = calloc(count + 1, sizeof(*leavings));
	bool *together = calloc(count + 1, sizeof(*together));
	size_t i;
	int error = leavings && together ? 0 : -ENOMEM;

	for (i = 0; i < count && !error; i++)
		error = leaving_find(search, source, search->mirror->targets[i].device,
				     &leavings[i]);
	if (!error)
		error = hook_divide(overlap, search, hook, leavings, together);
	for (i = 0; leavings && i < count; i++)
		free(leavings[i].exclusions);
	free(leavings);
	free(together);
	return error;
}

/* A limit is a rule's own. */
static int limit_check(const struct overlap *overlap, const struct mirror *mirror,
		       struct error_list *errors)
{
	size_t i, j, target;

	for (i = 0; mirror->limit.rate && i < overlap->count; i++)
		for (j = 0; j < i; j++)
			for (target = 0; target < mirror->target_count; target++)
				if (overlap->parts[i].targets[target] &&
				    overlap->parts[j].targets[target])
					return error_definition(errors, &mirror->limit.where,
								"mirror '%s' has a limit, and other mirrors send what it selects to %s as well, but not from all of its sources: one limit for all of them cannot be kept then; give it another target",
								mirror->name,
								mirror->targets[target].device);
	return 0;
}

int overlap_find(struct overlap *overlap, const struct overlap_map *map,
		 const struct mirror *mirror, struct error_list *errors)
{
	struct search search = { mirror, map, errors };
	const struct source *hooks;
	size_t hook_count, i;
	int error = 0;

	memset(overlap, 0, sizeof(*overlap));
	hooks = mirror_hooks(mirror, &hook_count);
	for (i = 0; i < hook_count && !error; i++)
		error = hook_work(overlap, &search, &hooks[i], i);
	/* A part without hooks, for the chains that say what was asked for. */
	if (!error && !overlap->count && !part_add(overlap, mirror))
		error = -ENOMEM;
	if (!error)
		error = limit_check(overlap, mirror, errors);
	if (error)
		overlap_free(overlap);
	return error;
}
