// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "options.h"
#include "removal.h"

static const char usage[] =
"Usage: mirror-nft remove NAME... | --all\n\n"
"Takes mirrors away, and the devices that were made for them and that no other\n"
"mirror uses.\n";

static int removal_run(char **names, size_t count, struct error_list *errors)
{
	struct error_list warnings = { 0 };
	struct session session;
	size_t before, i;
	int error;

	error = session_open(&session, SESSION_CHANGE, errors);
	before = session.installed.count;
	if (!error)
		error = removal_apply(&session, names, count, &warnings, errors);
	session_close(&session);
	for (i = 0; i < warnings.count && !error; i++)
		fprintf(stderr, "mirror-nft: warning: %s\n", error_text(&warnings, i));
	error_clear(&warnings);
	if (error)
		return error;
	for (i = 0; i < count; i++)
		printf("%s: removed\n", names[i]);
	if (!count && before)
		printf("%zu mirror%s removed\n", before, before == 1 ? "" : "s");
	else if (!count)
		printf("nothing to remove\n");
	return 0;
}

int cmd_remove(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static const struct location where = { "command line", 1, 1 };
	struct error_list errors = { 0 };
	bool all = false;
	int option, error;

	error = options_check(argc, argv, options, &errors);
	if (error)
		return cmd_finish(error, &errors);
	optind = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return cmd_finish(0, &errors);
		}
		all = true;
	}
	if (all == (optind < argc))
		error = error_definition(&errors, &where,
					 "say which mirrors: mirror-nft remove NAME..., or --all for all of them");
	else
		error = removal_run(argv + optind, argc - optind, &errors);
	return cmd_finish(error, &errors);
}
