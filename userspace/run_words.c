// SPDX-License-Identifier: GPL-2.0-only
#include "run_words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

/* --- memory --- */

static int name_order(const void *left, const void *right)
{
	return strcmp(left, right);
}

static int device_order(const void *left, const void *right)
{
	const struct run_device *a = left, *b = right;

	return (a->index > b->index) - (a->index < b->index);
}

static int hooked_take(struct run_hooked *hooked, const struct mirror *mirror)
{
	const struct source *hooks;
	size_t count, i, kept = 0;

	hooks = mirror_hooks(mirror, &count);
	memcpy(hooked->mirror, mirror->name, IFNAMSIZ);
	hooked->names = calloc(count + 1, sizeof(*hooked->names));
	if (!hooked->names)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		memcpy(hooked->names[i], hooks[i].device, IFNAMSIZ);
	qsort(hooked->names, count, sizeof(*hooked->names), name_order);
	for (i = 0; i < count; i++)
		if (!kept || strcmp(hooked->names[kept - 1], hooked->names[i]))
			memmove(hooked->names[kept++], hooked->names[i], IFNAMSIZ);
	hooked->count = kept;
	return 0;
}

int run_memory_take(struct run_memory *memory, const struct link_table *links,
		    const struct definition *definition)
{
	size_t i;
	int error = 0;

	memset(memory, 0, sizeof(*memory));
	memory->devices = calloc(links->count + 1, sizeof(*memory->devices));
	memory->mirrors = calloc(definition->count + 1, sizeof(*memory->mirrors));
	if (!memory->devices || !memory->mirrors)
		return -ENOMEM;
	for (i = 0; i < links->count; i++) {
		struct run_device *device = &memory->devices[memory->device_count++];

		device->index = links->links[i].index;
		memcpy(device->name, links->links[i].name, IFNAMSIZ);
	}
	qsort(memory->devices, memory->device_count, sizeof(*memory->devices), device_order);
	for (i = 0; i < definition->count && !error; i++)
		error = hooked_take(&memory->mirrors[memory->mirror_count++],
				    &definition->mirrors[i]);
	return error;
}

void run_memory_free(struct run_memory *memory)
{
	while (memory->mirror_count)
		free(memory->mirrors[--memory->mirror_count].names);
	free(memory->mirrors);
	free(memory->devices);
	memset(memory, 0, sizeof(*memory));
}

/* --- words --- */

__attribute__((format(printf, 2, 3)))
static void say(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, RUN_WORDS_MAX - used, format, arguments);
	va_end(arguments);
}

/* So many devices are called by their names. */
#define NAMES_MAX 8

/* "a", "a and b", "a, b and 7 more" */
struct enumeration {
	char names[NAMES_MAX][2 * IFNAMSIZ + 32];
	size_t count;
};

__attribute__((format(printf, 2, 3)))
static void enumeration_add(struct enumeration *names, const char *format, ...)
{
	va_list arguments;

	if (names->count < NAMES_MAX) {
		va_start(arguments, format);
		vsnprintf(names->names[names->count], sizeof(names->names[0]), format,
			  arguments);
		va_end(arguments);
	}
	names->count++;
}

static void enumeration_say(char *text, const char *before, const struct enumeration *names,
		      const char *after)
{
	size_t shown = names->count <= NAMES_MAX ? names->count : NAMES_MAX - 1;
	size_t i;

	if (!names->count)
		return;
	say(text, "%s%s", *text ? "; " : "", before);
	for (i = 0; i < shown; i++)
		say(text, "%s%s", !i ? "" : i + 1 < names->count ? ", " : " and ",
		    names->names[i]);
	if (shown < names->count)
		say(text, " and %zu more", names->count - shown);
	say(text, "%s", after);
}

/* --- what happened --- */

/* Is @device that of the target, or one of those that belong to it? */
static bool is_of_target(const struct target *target, const char *device)
{
	size_t length = strlen(target->device);

	return !strncmp(target->device, device, length) &&
	       (!device[length] || !strcmp(device + length, DEVICE_TAP_SUFFIX) ||
		!strcmp(device + length, DEVICE_TUNNEL_SUFFIX));
}

static bool is_of_mirror(const struct mirror *mirror, const char *device)
{
	size_t i;

	for (i = 0; i < mirror->source_count; i++)
		if (mirror->sources[i].is_pattern ?
		    mirror_pattern_fits(mirror->sources[i].device, device) :
		    !strcmp(mirror->sources[i].device, device))
			return true;
	for (i = 0; i < mirror->target_count; i++)
		if (is_of_target(&mirror->targets[i], device))
			return true;
	return false;
}

static bool matters(const struct definition *definition, const char *device)
{
	size_t i;

	for (i = 0; i < definition->count; i++)
		if (is_of_mirror(&definition->mirrors[i], device))
			return true;
	return false;
}

static bool is_made(const struct apply_result *result, const char *device)
{
	size_t i;

	for (i = 0; i < result->made_count; i++)
		if (is_of_target(&result->made[i], device))
			return true;
	return false;
}

struct device_news {
	struct enumeration appeared, gone, anew, renamed;
};

/* Devices that are on one side alone, of which some have the same name. */
struct sides {
	const struct run_device **gone, **come;
	size_t gone_count, come_count;
};

static int pointer_order(const void *left, const void *right)
{
	const struct run_device *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

static void sides_compare(struct sides *sides, const struct definition *definition,
			  const struct apply_result *result, struct device_news *news)
{
	size_t i = 0, j = 0;

	qsort(sides->gone, sides->gone_count, sizeof(*sides->gone), pointer_order);
	qsort(sides->come, sides->come_count, sizeof(*sides->come), pointer_order);
	while (i < sides->gone_count || j < sides->come_count) {
		int order = i == sides->gone_count ? 1 : j == sides->come_count ? -1 :
			    strcmp(sides->gone[i]->name, sides->come[j]->name);
		const char *name = order > 0 ? sides->come[j]->name : sides->gone[i]->name;

		bool gone = order < 0 || (!order && is_made(result, name));

		if (matters(definition, name) && (gone || !is_made(result, name)))
			enumeration_add(gone ? &news->gone : order ? &news->appeared :
					&news->anew, "%s", name);
		i += order <= 0;
		j += order >= 0;
	}
}

static int devices_compare(const struct run_memory *before, const struct run_memory *now,
			   const struct definition *definition,
			   const struct apply_result *result, struct device_news *news)
{
	const struct run_device **both;
	struct sides sides = { 0 };
	size_t i = 0, j = 0;

	both = calloc(before->device_count + now->device_count + 1, sizeof(*both));
	if (!both)
		return -ENOMEM;
	sides.gone = both;
	sides.come = both + before->device_count;
	while (i < before->device_count || j < now->device_count) {
		const struct run_device *was = &before->devices[i], *is = &now->devices[j];
		bool only_was = j == now->device_count ||
				(i < before->device_count && was->index < is->index);
		bool only_is = !only_was &&
			       (i == before->device_count || is->index < was->index);

		if (only_was)
			sides.gone[sides.gone_count++] = was;
		else if (only_is)
			sides.come[sides.come_count++] = is;
		else if (strcmp(was->name, is->name) &&
			 (matters(definition, was->name) || matters(definition, is->name)))
			enumeration_add(&news->renamed, "%s was renamed to %s", was->name, is->name);
		i += !only_is;
		j += !only_was;
	}
	sides_compare(&sides, definition, result, news);
	free(both);
	return 0;
}

int run_words_cause(char *text, const struct run_memory *before,
		    const struct run_memory *now, const struct definition *definition,
		    const struct apply_result *result, const struct monitor_news *news,
		    enum run_reason reason)
{
	struct device_news devices = { 0 };
	int error = 0;

	*text = '\0';
	if (reason == RUN_START)
		say(text, "started");
	else
		error = devices_compare(before, now, definition, result, &devices);
	enumeration_say(text, "", &devices.appeared, " appeared");
	enumeration_say(text, "", &devices.gone, devices.gone.count == 1 ? " is gone" : " are gone");
	enumeration_say(text, "", &devices.anew,
		  devices.anew.count == 1 ? " is another one now" : " are others now");
	enumeration_say(text, "", &devices.renamed, "");
	if (reason == RUN_RELOAD)
		say(text, "%sthe file was read again", *text ? "; " : "");
	if (*news->who)
		say(text, "%s%s (process %u) changed the rules", *text ? "; " : "",
		    news->who, news->who_id);
	if (!*text && news->filters)
		say(text, "somebody changed the filters of tc");
	if (!*text)
		say(text, reason == RUN_RETRY ? "tried again" : "things changed");
	return error;
}

/* --- what was done --- */

/* @left and @right: on one side alone. */
static void hooked_compare(const struct run_hooked *before, const struct run_hooked *now,
			   struct enumeration *left, struct enumeration *right)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < now->count) {
		int order = i == before->count ? 1 : j == now->count ? -1 :
			    strcmp(before->names[i], now->names[j]);

		if (order < 0)
			enumeration_add(left, "%s", before->names[i]);
		else if (order > 0)
			enumeration_add(right, "%s", now->names[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

static void mirror_effect(char *text, const char *name, const struct run_hooked *before,
			  const struct run_hooked *now, enum wish_outcome outcome)
{
	struct enumeration left = { 0 }, right = { 0 };
	char start[2 * IFNAMSIZ + 32];

	hooked_compare(before, now, &left, &right);
	snprintf(start, sizeof(start), "%s mirrors ", name);
	enumeration_say(text, start, &right, "");
	snprintf(start, sizeof(start), "%s leaves out ", name);
	enumeration_say(text, start, &left, "");
	if (!left.count && !right.count && outcome != WISH_UNCHANGED)
		say(text, "%s%s was put %s", *text ? "; " : "", name,
		    outcome == WISH_CREATED ? "in place" : "right");
}

/* The mirror may be another one than before, of the same name. */
static const struct run_hooked *hooked_find(const struct run_memory *memory, const char *mirror)
{
	static const struct run_hooked nothing;
	size_t i;

	for (i = 0; i < memory->mirror_count; i++)
		if (!strcmp(memory->mirrors[i].mirror, mirror))
			return &memory->mirrors[i];
	return &nothing;
}

void run_words_effect(char *text, const struct run_memory *before,
		      const struct run_memory *now, const struct definition *definition,
		      const struct apply_result *result)
{
	struct enumeration made = { 0 }, gone = { 0 };
	size_t i;

	*text = '\0';
	for (i = 0; i < definition->count; i++)
		mirror_effect(text, definition->mirrors[i].name,
			      hooked_find(before, definition->mirrors[i].name),
			      &now->mirrors[i], result->outcomes[i]);
	for (i = 0; i < result->made_count; i++)
		enumeration_add(&made, "%s", result->made[i].device);
	for (i = 0; i < result->gone_count; i++)
		enumeration_add(&gone, "%s", result->gone[i]);
	enumeration_say(text, "made ", &made, "");
	enumeration_say(text, "removed ", &gone, "");
	if (!*text && result->changed)
		say(text, "what belongs to the targets was put right");
}

void run_words_status(char *text, const struct run_memory *now,
		      const struct definition *definition)
{
	size_t i, hooked = 0;

	for (i = 0; i < now->mirror_count; i++)
		hooked += now->mirrors[i].count;
	snprintf(text, RUN_WORDS_MAX, "%zu mirror%s on %zu device%s", definition->count,
		 definition->count == 1 ? "" : "s", hooked, hooked == 1 ? "" : "s");
}
