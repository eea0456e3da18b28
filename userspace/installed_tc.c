// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mirrors of the tc path, from the notes of their filters.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "installed.h"

static const struct location where = { INSTALLED_FILE, 1, 1 };

/* In the order of names. */
static struct installed_mirror *mirror_entry(struct installed *installed, const char *name)
{
	struct installed_mirror *mirrors;
	size_t at;

	for (at = 0; at < installed->count; at++) {
		int order = strcmp(installed->mirrors[at].name, name);

		if (!order && installed->mirrors[at].path == MIRROR_PATH_TC)
			return &installed->mirrors[at];
		if (order > 0)
			break;
	}
	mirrors = reallocarray(installed->mirrors, installed->count + 1, sizeof(*mirrors));
	if (!mirrors)
		return NULL;
	installed->mirrors = mirrors;
	memmove(&mirrors[at + 1], &mirrors[at], (installed->count - at) * sizeof(*mirrors));
	installed->count++;
	memset(&mirrors[at], 0, sizeof(*mirrors));
	snprintf(mirrors[at].name, IFNAMSIZ, "%s", name);
	mirrors[at].path = MIRROR_PATH_TC;
	return &mirrors[at];
}

static struct installed_source *source_entry(struct installed_mirror *mirror,
					     const char *device, enum direction direction)
{
	struct installed_source *sources;
	size_t number;

	number = names_find(&mirror->source_names, device, direction);
	if (number != NAMES_NONE)
		return &mirror->sources[number];
	sources = reallocarray(mirror->sources, mirror->source_count + 1, sizeof(*sources));
	if (!sources)
		return NULL;
	mirror->sources = sources;
	if (names_add(&mirror->source_names, device, direction, mirror->source_count))
		return NULL;
	sources += mirror->source_count++;
	memset(sources, 0, sizeof(*sources));
	snprintf(sources->device, IFNAMSIZ, "%s", device);
	sources->direction = direction;
	return sources;
}

/* "eth1:egress"; without a colon there is no device. */
static enum direction source_split(const char *text, char *device)
{
	snprintf(device, IFNAMSIZ, "%.*s", (int)strcspn(text, ":\n"), text);
	return strncmp(text + strcspn(text, ":\n"), ":egress", 7) ? DIRECTION_INGRESS :
	       DIRECTION_EGRESS;
}

static int sources_take(struct installed_mirror *mirror, const char *note)
{
	struct installed_source *source;
	const char *line = NULL, *rest;
	char device[IFNAMSIZ];
	enum direction direction;

	while ((rest = tc_note_next(note, "from", &line))) {
		direction = source_split(rest, device);
		if (!source_entry(mirror, device, direction))
			return -ENOMEM;
	}
	line = NULL;
	while ((rest = tc_note_next(note, "left", &line))) {
		direction = source_split(rest, device);
		source = source_entry(mirror, device, direction);
		if (!source)
			return -ENOMEM;
		source->left = true;
	}
	return 0;
}

/* The count first, and then ranges. */
static int list_take(struct address_list *list, size_t *entries, const char *note,
		     const char *word)
{
	const char *line = NULL, *rest;
	char text[128], *dash;
	int error = 0;

	while (!error && (rest = tc_note_next(note, word, &line))) {
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(rest, "\n"), rest);
		dash = strchr(text, '-');
		if (!dash) {
			*entries = strtoul(text, NULL, 10);
			list->given = true;
			list->entries = *entries;
			continue;
		}
		*dash = '\0';
		error = address_list_add_range(list, text, dash + 1);
	}
	return error == -ENOMEM ? error : 0;
}

static void choice_take(struct installed_mirror *installed, const char *note)
{
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };
	char text[MIRROR_LIMIT_TEXT_MAX];

	if (tc_note_text(note, "sample", text, sizeof(text)) &&
	    !mirror_set_sample(&mirror, text, &where, &errors))
		installed->sample = mirror.sample;
	if (tc_note_text(note, "limit", text, sizeof(text)) &&
	    !mirror_set_limit(&mirror, text, &where, &errors))
		installed->limit = mirror.limit;
	error_clear(&errors);
}

static void start_take(struct installed_target *target, const char *to)
{
	const char *next = to + strcspn(to, "\n");
	unsigned long long packets, bytes;

	if (*next && sscanf(next + 1, "start %llu %llu", &packets, &bytes) == 2)
		target->start = (struct traffic){ packets, bytes };
}

/* "mir0", or "mir0 vxlan,remote=192.0.2.10,id=7". */
static int target_take(struct installed_mirror *mirror, const char *to)
{
	struct installed_target *targets, *target;
	struct error_list errors = { 0 };
	char text[IFNAMSIZ + TUNNEL_TEXT_MAX], name[IFNAMSIZ];
	char *space;

	targets = reallocarray(mirror->targets, mirror->target_count + 1, sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	mirror->targets = targets;
	target = &targets[mirror->target_count++];
	memset(target, 0, sizeof(*target));
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(to, "\n"), to);
	space = strchr(text, ' ');
	snprintf(target->device, IFNAMSIZ, "%.*s", (int)strcspn(text, " "), text);
	memcpy(name, target->device, sizeof(name));
	if (space && tunnel_parse(&target->tunnel, name, space + 1, &where, &errors))
		memset(&target->tunnel, 0, sizeof(target->tunnel));
	error_clear(&errors);
	start_take(target, to);
	return 0;
}

/* What all filters of a mirror say alike. */
static int note_take(struct installed_mirror *mirror, const char *note)
{
	const char *line = NULL, *rest;
	int error;

	rest = tc_note_next(note, "match", &line);
	if (rest) {
		mirror->match_text = strndup(rest, strcspn(rest, "\n"));
		if (!mirror->match_text)
			return -ENOMEM;
	}
	error = list_take(&mirror->host_list, &mirror->hosts, note, "hosts");
	if (!error)
		error = list_take(&mirror->except_list, &mirror->except, note, "except");
	choice_take(mirror, note);
	line = NULL;
	while (!error && (rest = tc_note_next(note, "to", &line)))
		error = target_take(mirror, rest);
	return error;
}

/* A hook that was made anew later has a later start: what all of them have matched is
 * since the first. */
static void starts_lower(struct installed_mirror *mirror, const char *note)
{
	const char *line = NULL, *rest;
	size_t i;

	for (i = 0; i < mirror->target_count; i++) {
		struct installed_target later = { 0 };

		rest = tc_note_next(note, "to", &line);
		if (!rest)
			return;
		start_take(&later, rest);
		if (later.start.packets < mirror->targets[i].start.packets)
			mirror->targets[i].start = later.start;
	}
}

/* The first action that counts what matched, and the one behind it. On ingress the
 * kernel counts without the link header. */
static struct traffic action_count(const struct tc_filter *filter,
				   const struct tc_action *action)
{
	bool ingress = filter->direction == DIRECTION_INGRESS;

	return (struct traffic){ action->passed_packets, action->passed_bytes +
				 (ingress ? action->passed_packets * ETH_HLEN : 0) };
}

static void counters_take(struct installed_mirror *mirror, const struct tc_filter *filter)
{
	size_t first = filter->action_count && filter->actions[0].kind == TC_ACTION_CHANCE;
	struct traffic matched, passed;
	char nothing[2];

	if (tc_note_text(filter->note, "rest", nothing, sizeof(nothing)))
		return;
	if (first >= filter->action_count)
		return;
	matched = action_count(filter, &filter->actions[first]);
	mirror->matched.packets += matched.packets;
	mirror->matched.bytes += matched.bytes;
	if (filter->actions[first].kind != TC_ACTION_LIMIT ||
	    first + 1 == filter->action_count)
		return;
	passed = action_count(filter, &filter->actions[first + 1]);
	if (passed.packets > matched.packets || passed.bytes > matched.bytes)
		return;
	mirror->limited.packets += matched.packets - passed.packets;
	mirror->limited.bytes += matched.bytes - passed.bytes;
}

/* Where the copies go now: in the order of the note, of which a part leaves some out. One
 * that has gone has no index. */
static void targets_take(struct installed_mirror *mirror, const struct tc_filter *filter)
{
	size_t mirrors = 0, number = 0;
	size_t i;

	for (i = 0; i < filter->action_count; i++)
		mirrors += filter->actions[i].kind == TC_ACTION_MIRROR;
	for (i = 0; i < filter->action_count; i++) {
		const struct tc_action *action = &filter->actions[i];

		if (action->kind != TC_ACTION_MIRROR)
			continue;
		while (mirrors < mirror->target_count && number < mirror->target_count &&
		       strcmp(mirror->targets[number].device, action->device))
			number++;
		if (number < mirror->target_count)
			mirror->targets[number++].index = action->index;
	}
}

static int filter_take(struct installed *installed, const struct tc_filter *filter,
		       const char *name)
{
	struct installed_mirror *mirror = mirror_entry(installed, name);
	struct installed_source *source;
	int error = 0;

	if (!mirror)
		return -ENOMEM;
	if (!mirror->target_count)
		error = note_take(mirror, filter->note);
	else
		starts_lower(mirror, filter->note);
	if (!error)
		error = sources_take(mirror, filter->note);
	if (error)
		return error;
	source = source_entry(mirror, filter->device, filter->direction);
	if (!source)
		return -ENOMEM;
	source->hooked = true;
	targets_take(mirror, filter);
	counters_take(mirror, filter);
	return 0;
}

static int tap_take(struct installed *installed, const struct tc_filter *filter,
		    const char *name)
{
	struct installed_tap *taps, *tap;
	size_t i;

	for (i = 0; i < installed->tap_count && strcmp(installed->taps[i].device, name); i++)
		;
	if (i == installed->tap_count) {
		taps = reallocarray(installed->taps, i + 1, sizeof(*taps));
		if (!taps)
			return -ENOMEM;
		installed->taps = taps;
		memset(&taps[i], 0, sizeof(*taps));
		snprintf(taps[i].device, IFNAMSIZ, "%s", name);
		installed->tap_count++;
	}
	tap = &installed->taps[i];
	if (filter->preference == TC_PREFERENCE_LARGE && filter->action_count)
		tap->large += filter->actions[0].passed_packets;
	for (i = 0; i < filter->action_count; i++)
		if (filter->actions[i].kind == TC_ACTION_REDIRECT)
			tap->index = filter->actions[i].index;
	return 0;
}

int installed_read_tc(struct installed *installed, const struct tc_state *state)
{
	char name[IFNAMSIZ];
	size_t i;
	int error = 0;

	for (i = 0; i < state->filter_count && !error; i++) {
		const struct tc_filter *filter = &state->filters[i];

		if (tc_state_owner(filter, false, name))
			error = filter_take(installed, filter, name);
		else if (tc_state_owner(filter, true, name))
			error = tap_take(installed, filter, name);
	}
	return error;
}
