// SPDX-License-Identifier: GPL-2.0-only
#include "mirror.h"

#include <ctype.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_name.h"
#include "filter.h"
#include "names.h"
#include "plan_mirror.h"
#include "tc_match.h"

const char *direction_name(enum direction direction)
{
	return direction == DIRECTION_INGRESS ? "ingress" : "egress";
}

const char *mirror_path_name(enum mirror_path path)
{
	return path == MIRROR_PATH_NFT ? "nft" : "tc";
}

void mirror_free(struct mirror *mirror)
{
	filter_free(mirror->match);
	address_list_free(&mirror->hosts);
	address_list_free(&mirror->except);
	free(mirror->match_text);
	free(mirror->match_source);
	free(mirror->sources);
	free(mirror->targets);
	free(mirror->hooks);
	memset(mirror, 0, sizeof(*mirror));
}

int mirror_set_name(struct mirror *mirror, const char *text,
		    const struct location *where, struct error_list *errors)
{
	size_t length = strlen(text);
	size_t i;

	if (!length)
		return error_definition(errors, where,
					"the name is empty, give 1 to %d characters",
					IFNAMSIZ - 1);
	if (length >= IFNAMSIZ)
		return error_definition(errors, where,
					"name '%.64s' has %zu characters, %d are the most",
					text, length, IFNAMSIZ - 1);
	for (i = 0; i < length; i++) {
		if (isascii(text[i]) && isalnum(text[i]))
			continue;
		if (strchr("._", text[i]) || (text[i] == '-' && i))
			continue;
		return error_definition(errors, where,
					"name '%s' has the character '%c', use letters, digits, '.', '_' and '-' (not first)",
					text, text[i]);
	}
	memcpy(mirror->name, text, length + 1);
	mirror->where = *where;
	return 0;
}

int mirror_set_path(struct mirror *mirror, const char *text,
		    const struct location *where, struct error_list *errors)
{
	mirror->path_where = *where;
	if (!strcmp(text, "nft"))
		mirror->path = MIRROR_PATH_NFT;
	else if (!strcmp(text, "tc"))
		mirror->path = MIRROR_PATH_TC;
	else
		return error_definition(errors, where,
					"'%.64s' is no path, say nft or tc", text);
	return 0;
}

/* Fold runs of white space into one space: the text is stored in rule
 * comments and compared with what the kernel holds. */
static char *text_fold(const char *text)
{
	char *folded = malloc(strlen(text) + 1);
	char *out = folded;

	if (!folded)
		return NULL;
	for (; *text; text++) {
		if (!isspace((unsigned char)*text))
			*out++ = *text;
		else if (out != folded && out[-1] != ' ')
			*out++ = ' ';
	}
	if (out != folded && out[-1] == ' ')
		out--;
	*out = '\0';
	return folded;
}

int mirror_set_match(struct mirror *mirror, const char *text,
		     const struct location *where)
{
	char *folded = text_fold(text), *source = strdup(text);

	if (!folded || !source || !*folded) {
		int error = folded && source ? 0 : -ENOMEM;

		free(folded);
		free(source);
		return error;
	}
	free(mirror->match_text);
	free(mirror->match_source);
	mirror->match_text = folded;
	mirror->match_source = source;
	mirror->match_where = *where;
	return 0;
}

static int source_add(struct mirror *mirror, const char *device, size_t length,
		      enum direction direction, const struct location *where)
{
	struct source *sources, *source;
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		source = &mirror->sources[i];
		if (source->direction == direction &&
		    strlen(source->device) == length &&
		    !memcmp(source->device, device, length))
			return 0;
	}
	sources = reallocarray(mirror->sources, mirror->source_count + 1,
			       sizeof(*sources));
	if (!sources)
		return -ENOMEM;
	mirror->sources = sources;
	source = &sources[mirror->source_count++];
	memset(source, 0, sizeof(*source));
	memcpy(source->device, device, length);
	source->is_pattern = device[length - 1] == '*';
	source->direction = direction;
	source->where = *where;
	return 0;
}

int mirror_add_source(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors)
{
	const char *colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : strlen(text);
	int error;

	if (memchr(text, '*', length))
		error = device_name_check_pattern(text, length, where, errors);
	else
		error = device_name_check(text, length, where, errors);
	if (error)
		return error;
	if (!colon) {
		error = source_add(mirror, text, length, DIRECTION_INGRESS, where);
		if (!error)
			error = source_add(mirror, text, length,
					   DIRECTION_EGRESS, where);
		return error;
	}
	if (!strcmp(colon + 1, "ingress"))
		return source_add(mirror, text, length, DIRECTION_INGRESS, where);
	if (!strcmp(colon + 1, "egress"))
		return source_add(mirror, text, length, DIRECTION_EGRESS, where);
	return error_definition(errors,
				&(struct location){ where->file, where->line,
						    where->column + length + 1 },
				"'%.64s' is no direction, say ingress or egress, or nothing for both",
				colon + 1);
}

/* The name that follows from what the tunnel is: FNV-1a of its text, so that the
 * same one is one device, whoever asks for it. */
static void tunnel_name(const struct tunnel *tunnel, char *name)
{
	char text[TUNNEL_TEXT_MAX];
	uint32_t hash = 2166136261u;
	const char *c;

	tunnel_text(tunnel, text, sizeof(text));
	for (c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	snprintf(name, IFNAMSIZ, "mir%08x", hash);
}

int mirror_put_target(struct mirror *mirror, const struct target *target,
		      struct error_list *errors)
{
	struct target *targets, *added;
	size_t i;

	targets = reallocarray(mirror->targets, mirror->target_count + 1,
			       sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	mirror->targets = targets;
	added = &targets[mirror->target_count];
	*added = *target;
	if (added->kind == TARGET_TUNNEL && !added->device[0])
		tunnel_name(&added->tunnel, added->device);
	for (i = 0; i < mirror->target_count; i++) {
		if (strcmp(targets[i].device, added->device))
			continue;
		if (added->kind == TARGET_TUNNEL && targets[i].kind == TARGET_TUNNEL &&
		    !tunnel_is_same(&added->tunnel, &targets[i].tunnel))
			return error_definition(errors, &target->where,
						"'%s' is the name of two tunnels, give each a name of its own with name=",
						added->device);
		return error_definition(errors, &target->where,
					"target '%s' is given twice, once is enough",
					added->device);
	}
	mirror->target_count++;
	return 0;
}

int mirror_add_target(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors)
{
	struct target target = { .where = *where };
	int error;

	if (strchr(text, ',')) {
		target.kind = TARGET_TUNNEL;
		error = tunnel_parse(&target.tunnel, target.device, text, where, errors);
	} else {
		error = device_name_check(text, strlen(text), where, errors);
		if (!error)
			strcpy(target.device, text);
	}
	return error ? error : mirror_put_target(mirror, &target, errors);
}

bool mirror_pattern_fits(const char *pattern, const char *name)
{
	size_t length = strlen(pattern);

	return length && pattern[length - 1] == '*' && !strncmp(pattern, name, length - 1);
}

static bool is_target(const struct mirror *mirror, const char *device)
{
	size_t i;

	for (i = 0; i < mirror->target_count; i++)
		if (!strcmp(mirror->targets[i].device, device))
			return true;
	return false;
}

/* Keep each hook once: "eth0" and "eth*" may both mean it. */
static int hook_add(struct mirror *mirror, struct names *known, const struct source *source,
		    const char *device)
{
	size_t size = mirror->hook_count;
	struct source *hooks;

	if (names_find(known, device, source->direction) != NAMES_NONE)
		return 0;
	/* Room for one more, twice as much each time it is full. */
	if (!(size & (size - 1))) {
		hooks = reallocarray(mirror->hooks, size ? 2 * size : 1, sizeof(*hooks));
		if (!hooks)
			return -ENOMEM;
		mirror->hooks = hooks;
	}
	mirror->hooks[size] = *source;
	mirror->hooks[size].is_pattern = false;
	strcpy(mirror->hooks[size].device, device);
	mirror->hook_count++;
	return names_add(known, device, source->direction, size);
}

int mirror_resolve_sources(struct mirror *mirror, const char (*names)[IFNAMSIZ],
			   size_t count)
{
	struct names known = { 0 };
	size_t i, j;
	int error = 0;

	free(mirror->hooks);
	mirror->hook_count = 0;
	/* Not NULL even where nothing fits: that would mean "not resolved". */
	mirror->hooks = calloc(1, sizeof(*mirror->hooks));
	if (!mirror->hooks)
		return -ENOMEM;
	for (i = 0; i < mirror->source_count && !error; i++) {
		const struct source *source = &mirror->sources[i];

		if (!source->is_pattern)
			error = hook_add(mirror, &known, source, source->device);
		for (j = 0; j < count && source->is_pattern && !error; j++)
			if (mirror_pattern_fits(source->device, names[j]) &&
			    !is_target(mirror, names[j]))
				error = hook_add(mirror, &known, source, names[j]);
	}
	names_free(&known);
	return error;
}

const struct source *mirror_hooks(const struct mirror *mirror, size_t *count)
{
	*count = mirror->hooks ? mirror->hook_count : mirror->source_count;
	return mirror->hooks ? mirror->hooks : mirror->sources;
}

bool mirror_is_selective(const struct mirror *mirror)
{
	return mirror->match_text || mirror->hosts.given || mirror->except.given;
}

const struct location *mirror_selection_where(const struct mirror *mirror)
{
	if (mirror->match_text)
		return &mirror->match_where;
	return mirror->hosts.given ? &mirror->hosts.where : &mirror->except.where;
}

/* For nft it is parsed and, to see that it fits, made into rules once. */
int mirror_parse_match(struct mirror *mirror, struct error_list *errors)
{
	char *code = NULL;
	struct plan plan;
	int error;

	if (!mirror_is_selective(mirror))
		return 0;
	address_list_normalise(&mirror->hosts);
	address_list_normalise(&mirror->except);
	if (mirror->path == MIRROR_PATH_TC) {
		error = tc_match_code(mirror, NULL, &code, errors);
		free(code);
		return error;
	}
	filter_free(mirror->match);
	mirror->match = NULL;
	error = mirror->match_text ? filter_parse(mirror->match_source, &mirror->match_where,
						  &mirror->match, errors) : 0;
	if (error)
		return error;
	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = plan_mirror(&plan, &plan, mirror, NULL, errors);
	plan_free(&plan);
	return error;
}

int mirror_validate(struct mirror *mirror, const struct location *where,
		    struct error_list *errors)
{
	size_t before = errors->count;
	size_t i, j;

	if (!mirror->name[0])
		error_definition(errors, where,
				 "the mirror has no name, give one with 'name'");
	if (!mirror->source_count)
		error_definition(errors, where,
				 "nothing to mirror, give a device with 'from'");
	if (!mirror->target_count)
		error_definition(errors, where,
				 "nowhere to put the copies, give a device or a tunnel with 'to'");
	if (mirror->path == MIRROR_PATH_TC)
		tc_match_check(mirror, errors);
	for (i = 0; i < mirror->target_count; i++) {
		const struct target *target = &mirror->targets[i];

		for (j = 0; j < mirror->source_count; j++) {
			if (strcmp(target->device, mirror->sources[j].device))
				continue;
			error_definition(errors, &target->where,
					 "target '%s' is also a source, its copies would be copied again: choose another target",
					 target->device);
			break;
		}
	}
	if (errors->count > before)
		return -EINVAL;
	return mirror_parse_match(mirror, errors);
}
