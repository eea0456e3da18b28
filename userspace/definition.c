// SPDX-License-Identifier: GPL-2.0-only
/*
 * The definition as a whole: all mirrors, and what they say of the same devices.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "device.h"
#include "mirror.h"

struct mirror *definition_add(struct definition *definition)
{
	struct mirror *mirrors;

	mirrors = reallocarray(definition->mirrors, definition->count + 1,
			       sizeof(*mirrors));
	if (!mirrors)
		return NULL;
	definition->mirrors = mirrors;
	memset(&mirrors[definition->count], 0, sizeof(*mirrors));
	return &mirrors[definition->count++];
}

int definition_add_device(struct definition *definition, const struct target *device)
{
	struct target *devices;

	devices = reallocarray(definition->devices, definition->device_count + 1,
			       sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	definition->devices = devices;
	devices[definition->device_count++] = *device;
	return 0;
}

const char *definition_keep_text(struct definition *definition, const char *text)
{
	char **texts;

	texts = reallocarray(definition->texts, definition->text_count + 1, sizeof(*texts));
	if (!texts)
		return NULL;
	definition->texts = texts;
	texts[definition->text_count] = strdup(text);
	return texts[definition->text_count] ? texts[definition->text_count++] : NULL;
}

void definition_free(struct definition *definition)
{
	size_t i;

	for (i = 0; i < definition->count; i++)
		mirror_free(&definition->mirrors[i]);
	for (i = 0; i < definition->text_count; i++)
		free(definition->texts[i]);
	free(definition->mirrors);
	free(definition->devices);
	free(definition->texts);
	memset(definition, 0, sizeof(*definition));
}

/* --- names of mirrors --- */

static int mirror_compare(const void *a, const void *b)
{
	const struct mirror *first = *(struct mirror *const *)a;
	const struct mirror *second = *(struct mirror *const *)b;
	int order = strcmp(first->name, second->name);

	return order ? order : (first > second) - (first < second);
}

static int names_check(const struct definition *definition, struct error_list *errors)
{
	const struct mirror **sorted = calloc(definition->count + 1, sizeof(*sorted));
	size_t i, first = 0;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < definition->count; i++)
		sorted[i] = &definition->mirrors[i];
	qsort(sorted, definition->count, sizeof(*sorted), mirror_compare);
	for (i = 1; i < definition->count; i++) {
		const struct location *where = &sorted[first]->where;

		if (!sorted[i]->name[0] || strcmp(sorted[i]->name, sorted[first]->name))
			first = i;
		else
			error_definition(errors, &sorted[i]->where,
					 "mirror '%s' is defined in %s:%u:%u already, give it another name",
					 sorted[i]->name, where->file, where->line,
					 where->column);
	}
	free(sorted);
	return 0;
}

/* --- what a device is --- */

/* Every device and every target, in order of their names; those of a name begin
 * with what decides what it is. */
struct references {
	struct target **targets;
	size_t count;
};

/* The lower the more it decides: what "devices:" says, a tunnel, a bare name. */
static int target_rank(const struct definition *definition, const struct target *target)
{
	if (target >= definition->devices &&
	    target < definition->devices + definition->device_count)
		return 0;
	return target->kind == TARGET_ANY ? 2 : 1;
}

static int target_compare(const void *a, const void *b, void *data)
{
	const struct target *first = *(struct target *const *)a;
	const struct target *second = *(struct target *const *)b;
	int order = strcmp(first->device, second->device);

	if (!order)
		order = target_rank(data, first) - target_rank(data, second);
	if (!order)
		order = first->where.line < second->where.line ? -1 :
			first->where.line > second->where.line;
	return order;
}

static int references_collect(struct references *references, struct definition *definition)
{
	size_t i, j, count = definition->device_count;

	for (i = 0; i < definition->count; i++)
		count += definition->mirrors[i].target_count;
	references->count = 0;
	references->targets = calloc(count + 1, sizeof(*references->targets));
	if (!references->targets)
		return -ENOMEM;
	for (i = 0; i < definition->device_count; i++)
		references->targets[references->count++] = &definition->devices[i];
	for (i = 0; i < definition->count; i++)
		for (j = 0; j < definition->mirrors[i].target_count; j++)
			references->targets[references->count++] =
				&definition->mirrors[i].targets[j];
	qsort_r(references->targets, references->count, sizeof(*references->targets),
		target_compare, definition);
	return 0;
}

/* The first one of a name, or NULL. */
static struct target *reference_find(const struct references *references, const char *name,
				     size_t length)
{
	size_t low = 0, high = references->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *other = references->targets[middle]->device;
		int order = strncmp(other, name, length);

		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* What has more letters comes after what is whole. */
	if (low == references->count ||
	    strncmp(references->targets[low]->device, name, length) ||
	    references->targets[low]->device[length])
		return NULL;
	return references->targets[low];
}

static bool target_is_same(const struct target *a, const struct target *b)
{
	return a->kind == b->kind &&
		(a->kind != TARGET_TUNNEL || tunnel_is_same(&a->tunnel, &b->tunnel));
}

/* One name is one device. */
static void kinds_join(const struct references *references, struct error_list *errors)
{
	const struct target *meaning = NULL;
	size_t i;

	for (i = 0; i < references->count; i++) {
		struct target *target = references->targets[i];

		if (!meaning || strcmp(meaning->device, target->device)) {
			meaning = target;
		} else if (target->kind == TARGET_ANY) {
			target->kind = meaning->kind;
			target->tunnel = meaning->tunnel;
		} else if (!target_is_same(target, meaning)) {
			error_definition(errors, &target->where,
					 "device '%s' is another one in %s:%u:%u, one of the two needs another name",
					 target->device, meaning->where.file,
					 meaning->where.line, meaning->where.column);
		}
	}
}

static bool has_tap(const struct target *target)
{
	return target->kind != TARGET_DUMMY && target->kind != TARGET_IFB;
}

/* The name without what marks a tap; its length, or 0 where it is no tap's. */
static size_t tap_length(const char *device)
{
	size_t length = strlen(device), suffix = strlen(DEVICE_TAP_SUFFIX);

	if (length <= suffix || strcmp(device + length - suffix, DEVICE_TAP_SUFFIX))
		return 0;
	return length - suffix;
}

static void taps_check(const struct references *references, struct error_list *errors)
{
	size_t i;

	for (i = 0; i < references->count; i++) {
		const struct target *target = references->targets[i], *pair = NULL;
		size_t length = tap_length(target->device);

		if (length)
			pair = reference_find(references, target->device, length);
		if (pair && has_tap(pair))
			error_definition(errors, &target->where,
					 "'%s' is the end of '%s' that a sensor reads, copies cannot go there: choose another name",
					 target->device, pair->device);
	}
}

/* --- tunnels that exclude each other --- */

struct identity {
	char text[TUNNEL_TEXT_MAX];	/* equal for what the kernel has only one of */
	const struct target *target;
};

static int identity_compare(const void *a, const void *b)
{
	const struct identity *first = a, *second = b;
	int order = strcmp(first->text, second->text);

	return order ? order : strcmp(first->target->device, second->target->device);
}

/* What is left is what a driver looks at to find a device "that exists already". */
static void identity_set(struct identity *identity, const struct target *target)
{
	struct tunnel tunnel = target->tunnel, usual;

	tunnel_init(&usual, tunnel.kind);
	tunnel.ttl = usual.ttl;
	tunnel.version = usual.version;
	tunnel.index = tunnel.direction = tunnel.hardware = 0;
	if (tunnel.kind == TUNNEL_VXLAN || tunnel.kind == TUNNEL_GENEVE)
		memset(tunnel.local, 0, sizeof(tunnel.local));
	/* The socket of a vxlan is one for each family, and finds by id alone. */
	if (tunnel.kind == TUNNEL_VXLAN)
		memset(tunnel.remote, tunnel.family == AF_INET ? 1 : 2,
		       sizeof(tunnel.remote));
	tunnel_text(&tunnel, identity->text, sizeof(identity->text));
	identity->target = target;
}

static const char *const differences[] = {
	[TUNNEL_VXLAN] = "id or port",
	[TUNNEL_GENEVE] = "remote, id or port",
	[TUNNEL_GRETAP] = "remote, local or key",
	[TUNNEL_ERSPAN] = "remote, local or session",
};

/* In the order of lines, where they are of one file. */
static bool is_before(const struct location *a, const struct location *b)
{
	return a->file == b->file &&
		(a->line < b->line || (a->line == b->line && a->column < b->column));
}

static void tunnel_error(const struct target *a, const struct target *b,
			 struct error_list *errors)
{
	bool turn = is_before(&b->where, &a->where);
	const struct target *first = turn ? b : a, *second = turn ? a : b;

	error_definition(errors, &second->where,
			 "the kernel cannot have '%s' beside '%s' of %s:%u:%u: devices of %s differ in %s",
			 second->device, first->device, first->where.file,
			 first->where.line, first->where.column,
			 tunnel_kind_name(second->tunnel.kind),
			 differences[second->tunnel.kind]);
}

static int tunnels_check(const struct references *references, struct error_list *errors)
{
	struct identity *identities = calloc(references->count + 1, sizeof(*identities));
	size_t i, count = 0;

	if (!identities)
		return -ENOMEM;
	for (i = 0; i < references->count; i++)
		if (references->targets[i]->kind == TARGET_TUNNEL)
			identity_set(&identities[count++], references->targets[i]);
	qsort(identities, count, sizeof(*identities), identity_compare);
	for (i = 1; i < count; i++) {
		const struct target *a = identities[i - 1].target, *b = identities[i].target;

		if (!strcmp(identities[i - 1].text, identities[i].text) &&
		    strcmp(a->device, b->device))
			tunnel_error(a, b, errors);
	}
	free(identities);
	return 0;
}

static int devices_join(struct definition *definition, struct error_list *errors)
{
	size_t before = errors->count;
	struct references references;
	int error;

	error = references_collect(&references, definition);
	if (error)
		return error;
	kinds_join(&references, errors);
	taps_check(&references, errors);
	if (errors->count == before)
		error = tunnels_check(&references, errors);
	free(references.targets);
	return error;
}

/* --- circles --- */

/* A mirror that copies what is put into a device: by its egress hook there, or by
 * the ingress hook of the pair's other end. Patterns are left out: they never mean
 * a device that takes copies. */
struct feed {
	char device[IFNAMSIZ];
	size_t mirror;
};

struct feeds {
	struct feed *feeds;
	size_t count;
};

static int feed_compare(const void *a, const void *b)
{
	const struct feed *first = a, *second = b;
	int order = strcmp(first->device, second->device);

	return order ? order : (first->mirror > second->mirror) -
		(first->mirror < second->mirror);
}

static int feeds_collect(struct feeds *feeds, const struct definition *definition)
{
	size_t i, j, count = 0;

	for (i = 0; i < definition->count; i++)
		count += definition->mirrors[i].source_count;
	feeds->count = 0;
	feeds->feeds = calloc(count + 1, sizeof(*feeds->feeds));
	if (!feeds->feeds)
		return -ENOMEM;
	for (i = 0; i < definition->count; i++) {
		const struct mirror *mirror = &definition->mirrors[i];

		for (j = 0; j < mirror->source_count; j++) {
			const struct source *source = &mirror->sources[j];
			size_t length = source->direction == DIRECTION_EGRESS ?
				strlen(source->device) : tap_length(source->device);

			if (!length || source->is_pattern)
				continue;
			memcpy(feeds->feeds[feeds->count].device, source->device, length);
			feeds->feeds[feeds->count++].mirror = i;
		}
	}
	qsort(feeds->feeds, feeds->count, sizeof(*feeds->feeds), feed_compare);
	return 0;
}

static size_t feeds_first(const struct feeds *feeds, const char *device)
{
	size_t low = 0, high = feeds->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(feeds->feeds[middle].device, device) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where a search stands in one mirror. */
struct step {
	size_t mirror;
	size_t target;
	size_t feed;	/* the next one to look at, of this target */
};

enum visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

struct search {
	const struct definition *definition;
	struct feeds feeds;
	struct step *steps;
	size_t depth;
	unsigned char *visits;
};

static void search_push(struct search *search, size_t mirror)
{
	const struct mirror *entered = &search->definition->mirrors[mirror];
	struct step *step = &search->steps[search->depth++];

	search->visits[mirror] = VISIT_OPEN;
	*step = (struct step){ .mirror = mirror };
	if (entered->target_count)
		step->feed = feeds_first(&search->feeds, entered->targets[0].device);
}

/* The next mirror that copies what this one puts somewhere; false for no more.
 * step->target is the place. */
static bool step_next(struct search *search, struct step *step, size_t *next)
{
	const struct mirror *mirror = &search->definition->mirrors[step->mirror];

	while (step->target < mirror->target_count) {
		const char *device = mirror->targets[step->target].device;

		if (step->feed < search->feeds.count &&
		    !strcmp(search->feeds.feeds[step->feed].device, device)) {
			*next = search->feeds.feeds[step->feed++].mirror;
			return true;
		}
		if (++step->target < mirror->target_count)
			step->feed = feeds_first(&search->feeds,
						 mirror->targets[step->target].device);
	}
	return false;
}

/* The search came back to @mirror, which is open. */
static void circle_error(const struct search *search, size_t mirror,
			 struct error_list *errors)
{
	const struct mirror *mirrors = search->definition->mirrors;
	const struct step *last = &search->steps[search->depth - 1];
	const struct target *target = &mirrors[last->mirror].targets[last->target];
	char way[256] = "";
	size_t i = 0, used = 0;

	while (search->steps[i].mirror != mirror)
		i++;
	for (; i < search->depth && used < sizeof(way); i++)
		used += snprintf(way + used, sizeof(way) - used, "'%s', ",
				 mirrors[search->steps[i].mirror].name);
	error_definition(errors, &target->where,
			 "mirrors copy each other's copies in a circle, %sand '%s' again by '%s': choose another target",
			 way, mirrors[mirror].name, target->device);
}

/* From @mirror on; one circle is told. */
static bool search_circle(struct search *search, size_t mirror, struct error_list *errors)
{
	search->depth = 0;
	search_push(search, mirror);
	while (search->depth) {
		struct step *step = &search->steps[search->depth - 1];
		size_t next;

		if (!step_next(search, step, &next)) {
			search->visits[step->mirror] = VISIT_DONE;
			search->depth--;
		} else if (search->visits[next] == VISIT_NEW) {
			search_push(search, next);
		} else if (search->visits[next] == VISIT_OPEN && next != step->mirror) {
			circle_error(search, next, errors);
			return true;
		}
	}
	return false;
}

static int circles_check(const struct definition *definition, struct error_list *errors)
{
	struct search search = { .definition = definition };
	size_t i;
	int error;

	search.steps = calloc(definition->count + 1, sizeof(*search.steps));
	search.visits = calloc(definition->count + 1, 1);
	error = search.steps && search.visits ? feeds_collect(&search.feeds, definition) :
		-ENOMEM;
	for (i = 0; i < definition->count && !error; i++)
		if (search.visits[i] == VISIT_NEW && search_circle(&search, i, errors))
			break;
	free(search.feeds.feeds);
	free(search.steps);
	free(search.visits);
	return error;
}

int definition_join(struct definition *definition, struct error_list *errors)
{
	size_t before = errors->count;
	int error;

	error = names_check(definition, errors);
	if (!error)
		error = devices_join(definition, errors);
	if (!error)
		error = circles_check(definition, errors);
	if (error)
		return error;
	return errors->count > before ? -EINVAL : 0;
}
