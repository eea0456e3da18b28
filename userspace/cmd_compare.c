// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "compare.h"
#include "compare_print.h"
#include "options.h"

static const char usage[] =
"Usage: mirror-nft compare [--json] [--path PATH[,PATH...]]\n\n"
"The experiment: mirrors a few packets by nft and by tc, in namespaces of its own,\n"
"and counts what becomes of the copies inside netfilter. It needs the capabilities\n"
"CAP_SYS_ADMIN and CAP_NET_ADMIN, ip and tc, and observes with the module\n"
"mirror_probe where that is loaded.\n\n"
"  --path PATHS   nft, tc (clsact), tc-htb (mirred on a classful root qdisc, which\n"
"                 has locked up kernels: only in a throw-away guest). nft,tc unless\n"
"                 given, and all three in a guest of tests/vm/run\n"
"  --json         for programs\n";

/* Guests of tests/vm/run say so on the kernel's command line. */
static bool in_guest(void)
{
	char line[4096];
	FILE *in = fopen("/proc/cmdline", "re");
	bool found = false;

	if (!in)
		return false;
	if (fgets(line, sizeof(line), in))
		found = strstr(line, "mirror_nft_guest");
	fclose(in);
	return found;
}

static int paths_read(const char *text, struct compare_options *options,
		      struct error_list *errors)
{
	struct location where = { "--path", 1, 1 };
	unsigned int path;

	memset(options->paths, 0, sizeof(options->paths));
	for (;;) {
		size_t length = strcspn(text, ",");

		for (path = 0; path < COMPARE_PATHS; path++)
			if (strlen(compare_path_name(path)) == length &&
			    !memcmp(compare_path_name(path), text, length))
				break;
		if (path == COMPARE_PATHS)
			return error_definition(errors, &where,
						"'%.*s' is no path, say nft, tc or tc-htb",
						length > 64 ? 64 : (int)length, text);
		options->paths[path] = true;
		if (!text[length])
			return 0;
		text += length + 1;
		where.column += length + 1;
	}
}

static void progress_print(size_t number, size_t count, const struct compare_case *what)
{
	fprintf(stderr, "\r\033[Kcase %zu of %zu: %s %s %s", number + 1, count,
		compare_path_name(what->path), direction_name(what->direction),
		compare_target_name(what->target));
}

static int compare_command(const struct compare_options *options, bool json,
			   struct error_list *errors)
{
	struct compare_report report;
	struct error_list notes = { 0 };
	size_t i;
	int error;

	error = compare_run(options, &report, &notes, errors);
	if (options->progress)
		fputs("\r\033[K", stderr);
	for (i = 0; i < notes.count; i++)
		fprintf(stderr, "mirror-nft: note: %s\n", error_text(&notes, i));
	error_clear(&notes);
	if (!error && json)
		error = compare_print_json(&report, stdout);
	else if (!error)
		compare_print_table(&report, stdout);
	compare_report_free(&report);
	return error;
}

int cmd_compare(int argc, char **argv)
{
	static const struct option table[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "path", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct compare_options options = {
		.paths = { true, true, in_guest() },
		.progress = isatty(STDERR_FILENO) ? progress_print : NULL,
	};
	struct error_list errors = { 0 };
	bool json = false;
	int option, error;

	error = options_check(argc, argv, table, &errors);
	optind = 0;
	while (!error && (option = getopt_long(argc, argv, "+h", table, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return cmd_finish(0, &errors);
		}
		if (option == 'j')
			json = true;
		else
			error = paths_read(optarg, &options, &errors);
	}
	if (!error && optind < argc)
		error = error_definition(&errors, &(struct location){ "command line", 1, optind },
					 "'%.64s' is left over, see mirror-nft compare --help",
					 argv[optind]);
	if (!error)
		error = compare_command(&options, json, &errors);
	return cmd_finish(error, &errors);
}
