// SPDX-License-Identifier: GPL-2.0-only
/*
 * apply and check: the same road, up to the end of the transaction.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "cmd.h"
#include "device.h"
#include "options.h"
#include "verify.h"

static const char apply_usage[] =
"Usage: mirror-nft apply DEFINITION [--only] [--verify SECONDS]\n\n"
"Makes the kernel match the definition: a frame meets the old rules or the new ones.\n"
"Applying it again changes nothing. Other mirrors are left alone, or with --only\n"
"taken away.\n\n"
"With --verify it then watches for so long what becomes of the traffic. If frames\n"
"match and no copy gets through a target, or a mirrored device that had traffic all\n"
"the time in the second before has none any more, it puts back what was there before.\n\n"
OPTIONS_DEFINITION_HELP;

static const char check_usage[] =
"Usage: mirror-nft check DEFINITION\n\n"
"Has the kernel validate what 'apply' would do, prints it, and changes nothing.\n\n"
OPTIONS_DEFINITION_HELP;

static void outcome_print(const struct mirror *mirror, enum wish_outcome outcome,
			  enum apply_mode mode)
{
	static const char *const done[] = {
		[WISH_UNCHANGED] = "unchanged", [WISH_CREATED] = "applied",
		[WISH_REPLACED] = "replaced",
	};
	static const char *const wish[] = {
		[WISH_UNCHANGED] = "would change nothing",
		[WISH_CREATED] = "would be applied",
		[WISH_REPLACED] = "would be replaced",
	};

	printf("%s: %s\n", mirror->name, (mode == APPLY_CHECK ? wish : done)[outcome]);
}

/* Whose copies a target that was made takes, and where they can be read. */
static void made_print(const struct definition *definition, const struct target *target,
		       enum apply_mode mode)
{
	char text[TUNNEL_TEXT_MAX];
	const char *made = mode == APPLY_CHECK ? "would make " : "made ";
	size_t i, j;

	for (i = 0; i < definition->count; i++)
		for (j = 0; j < definition->mirrors[i].target_count; j++)
			if (!strcmp(definition->mirrors[i].targets[j].device, target->device))
				goto found;
	return;
found:
	printf("%s: %s%s", definition->mirrors[i].name, made, target->device);
	if (target->kind == TARGET_TUNNEL) {
		tunnel_text(&target->tunnel, text, sizeof(text));
		printf(", the copies leave by %s\n", text);
	} else if (target->kind == TARGET_DUMMY || target->kind == TARGET_IFB) {
		printf(", read the copies there\n");
	} else {
		printf(", read the copies on %s" DEVICE_TAP_SUFFIX "\n", target->device);
	}
}

static void result_print(const struct definition *definition,
			 const struct apply_result *result, enum apply_mode mode)
{
	size_t i;

	for (i = 0; i < result->warnings.count; i++)
		fprintf(stderr, "mirror-nft: warning: %s\n",
			error_text(&result->warnings, i));
	for (i = 0; i < definition->count; i++)
		outcome_print(&definition->mirrors[i], result->outcomes[i], mode);
	for (i = 0; i < result->made_count; i++)
		made_print(definition, &result->made[i], mode);
	for (i = 0; i < result->gone_count; i++)
		printf("%s: %s\n", result->gone[i],
		       mode == APPLY_CHECK ? "would be removed" : "removed");
}

static int definition_run(struct definition *definition, const struct apply_options *options,
			  struct error_list *errors)
{
	struct apply_result result = { 0 };
	struct session session;
	int error;

	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		error = apply_definition(&session, definition, options, &result, errors);
	if (!error)
		result_print(definition, &result, options->mode);
	apply_result_free(&result);
	session_close(&session);
	return error;
}

static int verify_read(int *argc, char **argv, double *seconds, struct error_list *errors)
{
	const char *text;
	char *end;
	int error;

	error = options_take_value(argc, argv, "verify", &text, errors);
	if (error || !text)
		return error;
	*seconds = strtod(text, &end);
	if (*end || end == text ||
	    !(*seconds >= VERIFY_SECONDS_MIN && *seconds <= VERIFY_SECONDS_MAX))
		return error_definition(errors, &(struct location){ "--verify", 1, 1 },
					"'%.64s' is no time to watch, give seconds from %g to %d",
					text, VERIFY_SECONDS_MIN, VERIFY_SECONDS_MAX);
	return 0;
}

static int run(int argc, char **argv, const char *usage, enum apply_mode mode)
{
	struct apply_options options = { .mode = mode };
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	int error = 0;

	options.only = options_take_flag(&argc, argv, "only");
	if (mode == APPLY_CHANGE)
		error = verify_read(&argc, argv, &options.verify, &errors);
	if (!error)
		error = options_read_definition(argc, argv, usage, &definition, &errors);
	if (!error)
		error = definition_run(&definition, &options, &errors);
	definition_free(&definition);
	return cmd_finish(error, &errors);
}

int cmd_apply(int argc, char **argv)
{
	return run(argc, argv, apply_usage, APPLY_CHANGE);
}

int cmd_check(int argc, char **argv)
{
	return run(argc, argv, check_usage, APPLY_CHECK);
}
