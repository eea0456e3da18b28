// SPDX-License-Identifier: GPL-2.0-only
#include "sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "likeness.h"
#include "misfit.h"

/* A target that takes packets without a header, or might. */
static bool takes_bare(const struct mirror *mirror, const struct link_table *links)
{
	size_t i;

	for (i = 0; i < mirror->target_count; i++) {
		const struct link *link = link_find(links, mirror->targets[i].device);

		if (link && misfit_is_headerless(link->type))
			return true;
	}
	return false;
}

static bool is_made_by_us(const struct link *link)
{
	return !strncmp(link->alias, DEVICE_ALIAS_MARK, strlen(DEVICE_ALIAS_MARK)) ||
	       device_is_unfinished(link);
}

static bool has_pattern(const struct mirror *mirror)
{
	size_t i;

	for (i = 0; i < mirror->source_count; i++)
		if (mirror->sources[i].is_pattern)
			return true;
	return false;
}

static bool is_target(const char *device, const struct mirror *mirrors, size_t count,
		      const struct installed *installed)
{
	size_t i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < mirrors[i].target_count; j++)
			if (!strcmp(mirrors[i].targets[j].device, device))
				return true;
	for (i = 0; i < installed->count; i++)
		for (j = 0; j < installed->mirrors[i].target_count; j++)
			if (!strcmp(installed->mirrors[i].targets[j].device, device))
				return true;
	return false;
}

int sources_resolve(struct mirror *mirror, const struct link_table *links,
		    const struct mirror *mirrors, size_t count,
		    const struct installed *installed)
{
	char (*names)[IFNAMSIZ];
	bool bare = takes_bare(mirror, links);
	size_t i, used = 0;
	int error;

	if (!has_pattern(mirror))
		return mirror_resolve_sources(mirror, NULL, 0);
	names = calloc(links->count + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (i = 0; i < links->count; i++)
		if (!is_made_by_us(&links->links[i]) &&
		    (bare || !misfit_is_headerless(links->links[i].type)) &&
		    !is_target(links->links[i].name, mirrors, count, installed))
			memcpy(names[used++], links->links[i].name, IFNAMSIZ);
	error = mirror_resolve_sources(mirror, (const char (*)[IFNAMSIZ])names, used);
	free(names);
	return error;
}

void sources_drop_missing(struct mirror *mirror, const struct link_table *links)
{
	size_t i, kept = 0;

	for (i = 0; i < mirror->hook_count; i++)
		if (link_find(links, mirror->hooks[i].device))
			mirror->hooks[kept++] = mirror->hooks[i];
	mirror->hook_count = kept;
}

/* The device whose name was probably meant, or NULL. */
static const char *device_near(const struct link_table *links, const char *name)
{
	struct likeness likeness;
	size_t i;

	likeness_begin(&likeness, name, strlen(name));
	for (i = 0; i < links->read_count; i++)
		likeness_offer(&likeness, links->links[i].name);
	return likeness_only(&likeness);
}

static int source_missing(const struct source *source, const struct link_table *links,
			  struct error_list *errors)
{
	const char *near = device_near(links, source->device);
	char names[256];

	link_names(links, names, sizeof(names));
	if (near)
		return error_definition(errors, &source->where,
					"no device '%s' to mirror, this namespace has %s; is '%s' meant?",
					source->device, names, near);
	return error_definition(errors, &source->where,
				"no device '%s' to mirror, this namespace has %s",
				source->device, names);
}

int sources_check(const struct mirror *mirror, const struct link_table *links,
		  struct error_list *errors)
{
	size_t before = errors->count;
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		const struct source *source = &mirror->sources[i];

		/* One record for both directions of a device. */
		if (source->is_pattern || link_find(links, source->device) ||
		    (i && !strcmp(mirror->sources[i - 1].device, source->device)))
			continue;
		source_missing(source, links, errors);
	}
	return errors->count > before ? -EINVAL : 0;
}
