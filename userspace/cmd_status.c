// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "options.h"
#include "status.h"
#include "status_print.h"
#include "status_prometheus.h"

static const char usage[] =
"Usage: mirror-nft status [NAME...] [--json | --prometheus] [--watch SECONDS]\n\n"
"What runs, and whether the copies arrive. MATCHED counts the frames that were to\n"
"be copied, DELIVERED what the targets took since the mirror was made.\n"
"  --json           for programs, a line each time\n"
"  --prometheus     for node_exporter's textfile collector, once\n"
"  --watch SECONDS  again and again\n";

enum status_format {
	FORMAT_TABLE,
	FORMAT_JSON = 'j',
	FORMAT_PROMETHEUS = 'p',
};

struct status_options {
	char **names;
	size_t name_count;
	enum status_format format;
	double watch;		/* seconds, 0 for once */
};

static int statuses_print(const struct session *session,
			  const struct mirror_status *statuses, size_t count,
			  const struct status_options *options)
{
	if (options->format == FORMAT_JSON)
		return status_print_json(statuses, count, session, stdout);
	if (options->format == FORMAT_PROMETHEUS)
		status_print_prometheus(statuses, count, session, stdout);
	else
		status_print_table(statuses, count, session, stdout);
	return 0;
}

static int status_run(const struct session *session,
		      const struct status_options *options, struct error_list *errors)
{
	const struct installed *installed = &session->installed;
	size_t count = options->name_count ? options->name_count : installed->count;
	struct mirror_status *statuses = calloc(count + 1, sizeof(*statuses));
	size_t i, done = 0;
	int error = 0;

	if (!statuses)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		const struct installed_mirror *mirror;

		mirror = options->name_count ?
			 installed_find(installed, options->names[i]) :
			 &installed->mirrors[i];
		if (mirror)
			status_work_out(&statuses[done++], session, mirror);
		else
			error = error_definition(errors, NULL, "no mirror '%.64s' runs, see mirror-nft status",
						 options->names[i]);
	}
	if (!error)
		error = statuses_print(session, statuses, count, options);
	while (done--)
		status_free(&statuses[done]);
	free(statuses);
	return error;
}

static void pause_for(double seconds)
{
	struct timespec time = { .tv_sec = (time_t)seconds };

	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

static int status_loop(const struct status_options *options, struct error_list *errors)
{
	struct session session;
	int error;

	error = session_open(&session, SESSION_LOOK, errors);
	while (!error) {
		error = status_run(&session, options, errors);
		if (error || !options->watch)
			break;
		/* A reader that has gone ends the watch. */
		if (fflush(stdout))
			break;
		pause_for(options->watch);
		if (options->format == FORMAT_TABLE)
			putchar('\n');
		error = session_read(&session, errors);
	}
	session_close(&session);
	return error;
}

static int watch_read(const char *text, double *watch, struct error_list *errors)
{
	char *end;

	*watch = strtod(text, &end);
	if (*end || end == text || !(*watch >= 0.1 && *watch <= 86400))
		return error_definition(errors, &(struct location){ "--watch", 1, 1 },
					"'%.64s' is no time, give seconds from 0.1 to 86400",
					text);
	return 0;
}

static int format_choose(struct status_options *options, enum status_format format,
			 struct error_list *errors)
{
	if (options->format != FORMAT_TABLE && options->format != format)
		return error_definition(errors, &(struct location){ "--prometheus", 1, 1 },
					"--json is given as well, choose one of the two");
	options->format = format;
	return 0;
}

/* A file of metrics is one look, a second one in it would be refused. */
static int format_check(const struct status_options *options, struct error_list *errors)
{
	if (options->format != FORMAT_PROMETHEUS || !options->watch)
		return 0;
	return error_definition(errors, &(struct location){ "--watch", 1, 1 },
				"--prometheus tells once, have a timer call it as often as the metrics are read");
}

int cmd_status(int argc, char **argv)
{
	static const struct option table[] = {
		{ "json", no_argument, NULL, FORMAT_JSON },
		{ "prometheus", no_argument, NULL, FORMAT_PROMETHEUS },
		{ "watch", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct status_options options = { 0 };
	struct error_list errors = { 0 };
	int option, error;

	error = options_check(argc, argv, table, &errors);
	optind = 0;
	while (!error && (option = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return cmd_finish(0, &errors);
		}
		if (option == 'w')
			error = watch_read(optarg, &options.watch, &errors);
		else
			error = format_choose(&options, option, &errors);
	}
	if (!error)
		error = format_check(&options, &errors);
	options.names = argv + optind;
	options.name_count = argc - optind;
	if (!error)
		error = status_loop(&options, &errors);
	return cmd_finish(error, &errors);
}
