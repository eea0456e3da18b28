// SPDX-License-Identifier: GPL-2.0-only
#include "mirror.h"

#include <ctype.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "plan.h"
#include "tc_text.h"

const char *direction_name(enum direction direction)
{
	return direction == DIRECTION_INGRESS ? "ingress" : "egress";
}

const char *mirror_path_name(enum mirror_path path)
{
	return path == MIRROR_PATH_NFT ? "nft" : "tc";
}

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

void definition_free(struct definition *definition)
{
	size_t i;

	for (i = 0; i < definition->count; i++)
		mirror_free(&definition->mirrors[i]);
	free(definition->mirrors);
	memset(definition, 0, sizeof(*definition));
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

/* The kernel's dev_valid_name(), and what a ruleset cannot quote. */
static int device_name_check(const char *name, size_t length,
			     const struct location *where,
			     struct error_list *errors)
{
	size_t i;

	if (!length)
		return error_definition(errors, where,
					"the device name is empty, name a device as 'ip link' shows it");
	if (length >= IFNAMSIZ)
		return error_definition(errors, where,
					"device name '%.*s' has %zu characters, %d are the most",
					length > 64 ? 64 : (int)length, name,
					length, IFNAMSIZ - 1);
	if (!strncmp(name, "..", length))	/* "." and ".." */
		return error_definition(errors, where,
					"'%.*s' is no device name", (int)length, name);
	for (i = 0; i < length; i++) {
		unsigned char c = name[i];

		if (c > ' ' && c < 127 && !strchr("/:\"*\\,", c))
			continue;
		return error_definition(errors, where,
					"device name '%.*s' has the character '%c' (0x%02x), which a device to mirror cannot have",
					(int)length, name, isprint(c) ? c : '?', c);
	}
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

static bool is_tunnel(const char *text)
{
	static const char *const kinds[] = { "vxlan", "gretap", "erspan", "geneve" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i]);

		if (!strncmp(text, kinds[i], length) && text[length] == ',')
			return true;
	}
	return false;
}

int mirror_add_target(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors)
{
	size_t length = strlen(text);
	struct target *targets;
	size_t i;
	int error;

	if (is_tunnel(text))
		return error_definition(errors, where,
					"tunnel targets are not in this version, name a device and send what it receives into the tunnel");
	error = device_name_check(text, length, where, errors);
	if (error)
		return error;
	for (i = 0; i < mirror->target_count; i++)
		if (!strcmp(mirror->targets[i].device, text))
			return error_definition(errors, where,
						"target '%s' is given twice, once is enough",
						text);
	targets = reallocarray(mirror->targets, mirror->target_count + 1,
			       sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	mirror->targets = targets;
	memset(&targets[mirror->target_count], 0, sizeof(*targets));
	memcpy(targets[mirror->target_count].device, text, length);
	targets[mirror->target_count].where = *where;
	mirror->target_count++;
	return 0;
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
		error = tc_text_match(mirror, &code, errors);
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
	error = plan_mirror(&plan, mirror, NULL, errors);
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
				 "the mirror has no name, give --name NAME");
	if (!mirror->source_count)
		error_definition(errors, where,
				 "nothing to mirror, give --from DEV[:ingress|:egress]");
	if (!mirror->target_count)
		error_definition(errors, where,
				 "nowhere to put the copies, give --to DEV");
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
