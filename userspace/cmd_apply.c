// SPDX-License-Identifier: GPL-2.0-only
/*
 * apply and check: the same road, up to the end of the transaction.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "apply.h"
#include "cmd.h"
#include "device.h"
#include "options.h"

static const char apply_usage[] =
"Usage: mirror-nft apply DEFINITION\n\n"
"Makes the kernel match the definition, in one transaction. Applying it again\n"
"changes nothing. Other mirrors are left alone.\n\n"
OPTIONS_DEFINITION_HELP;

static const char check_usage[] =
"Usage: mirror-nft check DEFINITION\n\n"
"Has the kernel validate what 'apply' would do, prints it, and changes nothing.\n\n"
OPTIONS_DEFINITION_HELP;

static void outcome_print(const struct mirror *mirror, const struct apply_result *result,
			  enum apply_mode mode)
{
	static const char *const done[] = {
		[APPLY_UNCHANGED] = "unchanged", [APPLY_CREATED] = "applied",
		[APPLY_REPLACED] = "replaced",
	};
	static const char *const wish[] = {
		[APPLY_UNCHANGED] = "would change nothing",
		[APPLY_CREATED] = "would be applied",
		[APPLY_REPLACED] = "would be replaced",
	};
	bool check = mode == APPLY_CHECK;
	size_t i;

	printf("%s: %s\n", mirror->name, (check ? wish : done)[result->outcome]);
	for (i = 0; i < result->made_count; i++)
		printf("%s: %s%s, read the copies on %s" DEVICE_TAP_SUFFIX "\n",
		       mirror->name, check ? "would make " : "made ",
		       result->made[i]->device, result->made[i]->device);
}

static void warnings_print(const struct session *session, const struct mirror *mirror)
{
	struct error_list warnings = { 0 };
	size_t i;

	apply_warn(session, mirror, &warnings);
	for (i = 0; i < warnings.count; i++)
		fprintf(stderr, "mirror-nft: warning: %s\n", error_text(&warnings, i));
	error_clear(&warnings);
}

static int definition_run(const struct mirror *mirror, enum apply_mode mode,
			  struct error_list *errors)
{
	struct apply_result result = { 0 };
	struct session session;
	int error;

	if (mirror->path == MIRROR_PATH_TC)
		return error_definition(errors, &(struct location){ "--path", 1, 1 },
					"this version generates the tc path but does not run it: mirror-nft generate --path tc ... | tc -batch -");
	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		error = apply_mirror(&session, mirror, mode, &result, errors);
	if (!error) {
		warnings_print(&session, mirror);
		outcome_print(mirror, &result, mode);
	}
	free(result.made);
	session_close(&session);
	return error;
}

static int run(int argc, char **argv, const char *usage, enum apply_mode mode)
{
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	int error;

	error = options_read_definition(argc, argv, usage, &definition, &errors);
	if (!error)
		error = definition_run(&definition.mirrors[0], mode, &errors);
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
