// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "options.h"
#include "run.h"

static const char usage[] =
"Usage: mirror-nft run -f FILE [-f FILE]... [--remove-on-exit]\n\n"
"Keeps the kernel equal to the files, in the foreground, while devices come, go and\n"
"are renamed, and while others change the rules. Mirrors that the files do not have\n"
"are taken away. Says on standard error what it changes, and why.\n\n"
"  SIGHUP            reads the files again; the old ones stay if something is wrong\n"
"  SIGTERM, SIGINT   ends it; the mirrors stay\n"
"  --remove-on-exit  takes the mirrors away then\n\n"
"Under systemd it is a service of Type=notify, or notify-reload, with or without a\n"
"watchdog.\n";

struct command_line {
	int argc;
	char **argv;
};

/* It is read again later, and says then what it said before. */
static int standard_input_refuse(const struct command_line *line, struct error_list *errors)
{
	static const struct location where = { "-f", 1, 1 };
	int i;

	for (i = 1; i < line->argc; i++)
		if (!strcmp(line->argv[i], "-f-") ||
		    (!strcmp(line->argv[i], "-f") && i + 1 < line->argc &&
		     !strcmp(line->argv[++i], "-")))
			return error_definition(errors, &where,
						"standard input cannot be read again for SIGHUP, give a file");
	return 0;
}

static int load(struct definition *definition, void *data, struct error_list *errors)
{
	static const struct location where = { "command line", 1, 1 };
	const struct command_line *line = data;
	int error;

	error = standard_input_refuse(line, errors);
	if (!error)
		error = options_read_definition(line->argc, line->argv, usage, definition,
						errors);
	if (error < 0 && line->argc == 1) {
		error_clear(errors);
		return error_definition(errors, &where,
					"there is no file, as in: mirror-nft run -f mirrors.yaml");
	}
	if (!error && !definition->is_file)
		return error_definition(errors, &where,
					"run takes its mirrors from files: mirror-nft run -f FILE");
	return error;
}

/* --remove-on-exit is no part of the definition. */
static bool remove_take(struct command_line *line)
{
	bool given = false;
	int i, kept = 1;

	for (i = 1; i < line->argc; i++) {
		if (!strcmp(line->argv[i], "--remove-on-exit"))
			given = true;
		else
			line->argv[kept++] = line->argv[i];
	}
	line->argv[kept] = NULL;
	line->argc = kept;
	return given;
}

int cmd_run(int argc, char **argv)
{
	struct command_line line = { argc, argv };
	struct run_options options = { .load = load, .data = &line, .log = stderr };
	struct error_list errors = { 0 };

	options.remove_on_exit = remove_take(&line);
	return cmd_finish(run(&options, &errors), &errors);
}
