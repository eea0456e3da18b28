// SPDX-License-Identifier: GPL-2.0-only
#include "trace_mirror.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "removal.h"
#include "tc_text.h"
#include "tool.h"

/* Beside the one of the tc path itself, so that filters which run stay. */
#define TRACE_PREFERENCE (TC_PREFERENCE_LARGE - 1)

static int outcomes_check(const struct definition *definition,
			  const struct apply_result *result, struct error_list *errors)
{
	int error = 0;
	size_t i;

	for (i = 0; i < definition->count; i++)
		if (result->outcomes[i] == WISH_REPLACED)
			error = error_system(errors, -EEXIST, "mirror '%s' runs with another definition: apply this one first, or trace it under another name",
					     definition->mirrors[i].name);
	return error;
}

static int made_keep(struct trace_mirrors *mirrors, const struct definition *definition,
		     const struct apply_result *result)
{
	size_t i;

	mirrors->made = calloc(definition->count, sizeof(*mirrors->made));
	if (!mirrors->made)
		return -ENOMEM;
	for (i = 0; i < definition->count; i++)
		if (result->outcomes[i] == WISH_CREATED)
			mirrors->made[mirrors->made_count++] = definition->mirrors[i].name;
	return 0;
}

static int nft_up(struct trace_mirrors *mirrors, struct definition *definition,
		  struct error_list *errors)
{
	struct apply_options options = { .mode = APPLY_CHECK };
	struct apply_result result = { 0 };
	struct session session;
	int error;

	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		error = apply_definition(&session, definition, &options, &result, errors);
	if (!error)
		error = outcomes_check(definition, &result, errors);
	if (!error)
		error = made_keep(mirrors, definition, &result);
	apply_result_free(&result);
	if (!error)
		error = session_read(&session, errors);
	options.mode = APPLY_CHANGE;
	if (!error)
		error = apply_definition(&session, definition, &options, &result, errors);
	if (error)
		mirrors->made_count = 0;
	apply_result_free(&result);
	session_close(&session);
	return error;
}

static void nft_down(struct trace_mirrors *mirrors, struct error_list *errors)
{
	struct session session;
	int error;

	if (!mirrors->made_count)
		return;
	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		removal_apply(&session, mirrors->made, mirrors->made_count, NULL, errors);
	session_close(&session);
}

/* What fails here, fails with more to say where the filters are added. */
static bool tc_try(const char *const argv[])
{
	struct error_list refused = { 0 };
	bool done = !tool_run(argv, NULL, &refused);

	error_clear(&refused);
	return done;
}

static void filter_delete(const struct source *source)
{
	char preference[16];
	const char *const argv[] = { "tc", "filter", "del", "dev", source->device,
				     direction_name(source->direction), "pref", preference,
				     NULL };

	snprintf(preference, sizeof(preference), "%d", TRACE_PREFERENCE);
	tc_try(argv);
}

/* A clsact that is there already is somebody's. Filters of a trace that was killed
 * go. */
static int source_prepare(struct trace_mirrors *mirrors, const struct source *source)
{
	const char *const argv[] = { "tc", "qdisc", "add", "dev", source->device, "clsact",
				     NULL };
	void *grown;

	if (!tc_try(argv)) {
		filter_delete(source);
		return 0;
	}
	grown = reallocarray(mirrors->clsact, mirrors->clsact_count + 1,
			     sizeof(*mirrors->clsact));
	if (!grown)
		return -ENOMEM;
	mirrors->clsact = grown;
	snprintf(mirrors->clsact[mirrors->clsact_count++], IFNAMSIZ, "%s", source->device);
	return 0;
}

static int targets_check(const struct mirror *mirror, struct error_list *errors)
{
	int error = 0;
	size_t i;

	for (i = 0; i < mirror->target_count; i++)
		if (!if_nametoindex(mirror->targets[i].device))
			error = error_system(errors, -ENODEV, "there is no device '%s', and the tc path makes none: ip link add %s type veth peer name %s-tap, or leave --path tc out",
					     mirror->targets[i].device,
					     mirror->targets[i].device,
					     mirror->targets[i].device);
	return error;
}

static int tc_up(struct trace_mirrors *mirrors, const struct definition *definition,
		 struct error_list *errors)
{
	static const char *const argv[] = { "tc", "-batch", "-", NULL };
	struct tc_plan plan = { 0 };
	char *text = NULL;
	size_t size, i, j;
	int error = 0;
	FILE *out;

	for (i = 0; i < definition->count && !error; i++)
		error = targets_check(&definition->mirrors[i], errors);
	out = error ? NULL : open_memstream(&text, &size);
	if (!out)
		return error ? error : -ENOMEM;
	for (i = 0; i < definition->count && !error; i++)
		error = tc_plan_bare(&plan, &definition->mirrors[i], TRACE_PREFERENCE, errors);
	/* They share one preference. */
	for (i = 0; i < plan.count; i++)
		plan.filters[i].handle = (uint32_t)i + 1;
	if (!error)
		error = tc_text_print_filters(&plan, out);
	tc_plan_free(&plan);
	if (fclose(out) && !error)
		error = -ENOMEM;
	for (i = 0; i < definition->count && !error; i++)
		for (j = 0; j < definition->mirrors[i].source_count && !error; j++)
			error = source_prepare(mirrors, &definition->mirrors[i].sources[j]);
	if (!error) {
		mirrors->tc = definition;
		error = tool_run(argv, text, errors);
	}
	free(text);
	return error;
}

static void tc_down(struct trace_mirrors *mirrors)
{
	size_t i, j;

	for (i = 0; mirrors->tc && i < mirrors->tc->count; i++)
		for (j = 0; j < mirrors->tc->mirrors[i].source_count; j++)
			filter_delete(&mirrors->tc->mirrors[i].sources[j]);
	for (i = 0; i < mirrors->clsact_count; i++) {
		const char *const argv[] = { "tc", "qdisc", "del", "dev", mirrors->clsact[i],
					     "clsact", NULL };

		tc_try(argv);
	}
}

int trace_mirrors_up(struct trace_mirrors *mirrors, struct definition *definition,
		     struct error_list *errors)
{
	memset(mirrors, 0, sizeof(*mirrors));
	if (definition->mirrors[0].path == MIRROR_PATH_TC)
		return tc_up(mirrors, definition, errors);
	return nft_up(mirrors, definition, errors);
}

void trace_mirrors_down(struct trace_mirrors *mirrors, struct error_list *errors)
{
	nft_down(mirrors, errors);
	tc_down(mirrors);
	free(mirrors->made);
	free(mirrors->clsact);
}
