// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "compare.h"
#include "compare_html.h"
#include "compare_json.h"
#include "compare_print.h"
#include "options.h"

static const char usage[] =
"Usage: mirror-nft compare [OPTION]...\n\n"
"The experiment: mirrors a few packets by nft and by tc, in namespaces of its own,\n"
"and counts what becomes of the copies inside netfilter. It needs the capabilities\n"
"CAP_SYS_ADMIN and CAP_NET_ADMIN, ip and tc, and observes with the module\n"
"mirror_probe where that is loaded.\n\n"
"  --path PATHS        nft, tc (clsact), tc-htb (mirred on a classful root qdisc, which\n"
"                      has locked up kernels: only in a throw-away guest), tc-original\n"
"                      (so too, by the commands that the experiment began with). nft,tc\n"
"                      unless given, and all of them in a guest of tests/vm/run\n"
"  --target TARGETS    lo, dummy, veth, ifb, vlan, bridge-port, loop (a second device\n"
"                      that receives what it sends), vxlan, gretap; all unless given\n"
"  --protocol LIST     udp, tcp; both unless given\n"
"  --json              for programs\n"
"  --report FILE.html  a page with pictures of the ways and tables, which needs no\n"
"                      network; besides what is printed\n"
"  --from FILE         makes the page of what --json has printed elsewhere, and mirrors\n"
"                      nothing; repeatable, a column for each kernel\n"
"  --lab FILE          adds what tests/lab/run --json has printed\n\n"
"PATHS, TARGETS and LIST are words with commas between them.\n";

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

/* A list of words out of @count, separated by commas, into @chosen. */
static int choice_read(const char *option, const char *text, bool *chosen, unsigned int count,
		       const char *(*name)(unsigned int), struct error_list *errors)
{
	struct location where = { option, 1, 1 };
	char words[128] = "";
	unsigned int i;

	for (i = 0; i < count; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s",
			 !i ? "" : i + 1 < count ? ", " : " or ", name(i));
	memset(chosen, 0, count * sizeof(*chosen));
	for (;;) {
		size_t length = strcspn(text, ",");

		for (i = 0; i < count; i++)
			if (strlen(name(i)) == length && !memcmp(name(i), text, length))
				break;
		if (i == count)
			return error_definition(errors, &where, "'%.*s' is none, say %s",
						length > 64 ? 64 : (int)length, text, words);
		chosen[i] = true;
		if (!text[length])
			return 0;
		text += length + 1;
		where.column += length + 1;
	}
}

static const char *path_name(unsigned int i) { return compare_path_name(i); }
static const char *target_name(unsigned int i) { return compare_target_name(i); }
static const char *protocol_name(unsigned int i) { return compare_protocol_name(i); }

static int option_read(int option, const char *text, struct compare_options *options,
		       struct error_list *errors)
{
	switch (option) {
	case 'p':
		return choice_read("--path", text, options->paths, COMPARE_PATHS, path_name,
				   errors);
	case 't':
		return choice_read("--target", text, options->targets, COMPARE_TARGETS,
				   target_name, errors);
	default:
		return choice_read("--protocol", text, options->protocols, COMPARE_PROTOCOLS,
				   protocol_name, errors);
	}
}

/* Whoever interrupts finds no half line. All else ends with the process. */
static void progress_erase(int signal_)
{
	static const char erase[] = "\r\033[K";

	if (write(STDERR_FILENO, erase, sizeof(erase) - 1) < 0)
		_exit(1);
	signal(signal_, SIG_DFL);
	raise(signal_);
}

static void progress_print(size_t number, size_t count, const struct compare_case *what)
{
	fprintf(stderr, "\r\033[K%zu of %zu: %s, %s to %s, %zu left", number + 1, count,
		compare_path_name(what->path), direction_name(what->direction),
		compare_target_name(what->target), count - number - 1);
}

/* What to do with what came out, and with what came out elsewhere. */
struct wish {
	bool json;
	const char *page, *lab;		/* files, or NULL */
	json_t *reports;		/* read from files */
};

static int page_write(const struct wish *wish, struct error_list *errors)
{
	json_t *lab = NULL;
	int error;

	if (wish->lab) {
		lab = compare_html_read(wish->lab, "cells", errors);
		if (!lab)
			return -EINVAL;
	}
	error = compare_html_write(wish->reports, lab, wish->page, errors);
	json_decref(lab);
	return error;
}

/* On standard output, and into the page. */
static int report_print(const struct compare_report *report, const struct wish *wish,
			struct error_list *errors)
{
	json_t *root = wish->json || wish->page ? compare_json(report) : NULL;
	int error = 0;

	if ((wish->json || wish->page) && !root)
		return -ENOMEM;
	if (!wish->json)
		compare_print_table(report, stdout);
	else if (json_dumpf(root, stdout, JSON_COMPACT) || putchar('\n') == EOF)
		error = -ENOMEM;
	if (!error && wish->page && !json_array_insert(wish->reports, 0, root))
		error = page_write(wish, errors);
	json_decref(root);
	return error;
}

static int compare_command(const struct compare_options *options, const struct wish *wish,
			   struct error_list *errors)
{
	struct compare_report report;
	struct error_list notes = { 0 };
	size_t i;
	int error;

	if (options->progress) {
		signal(SIGINT, progress_erase);
		signal(SIGTERM, progress_erase);
	}
	error = compare_run(options, &report, &notes, errors);
	if (options->progress)
		fputs("\r\033[K", stderr);
	for (i = 0; i < notes.count; i++)
		fprintf(stderr, "mirror-nft: note: %s\n", error_text(&notes, i));
	error_clear(&notes);
	if (!error)
		error = report_print(&report, wish, errors);
	compare_report_free(&report);
	return error;
}

static int wish_read(int option, const char *text, struct wish *wish,
		     struct error_list *errors)
{
	json_t *report;

	switch (option) {
	case 'j':
		wish->json = true;
		return 0;
	case 'o':
		wish->page = text;
		return 0;
	case 'l':
		wish->lab = text;
		return 0;
	default:
		report = compare_html_read(text, "cases", errors);
		if (!report)
			return -EINVAL;
		return json_array_append_new(wish->reports, report) ? -ENOMEM : 0;
	}
}

/* Files are for the page, and it is the one thing that can be made of them alone. */
static int wish_check(const struct wish *wish, struct error_list *errors)
{
	static const struct location where = { "command line", 1, 1 };

	if (wish->page)
		return 0;
	if (json_array_size(wish->reports))
		return error_definition(errors, &where, "--from is for a page, add --report FILE.html");
	if (wish->lab)
		return error_definition(errors, &where, "--lab is for a page, add --report FILE.html");
	return 0;
}

int cmd_compare(int argc, char **argv)
{
	static const struct option table[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "report", required_argument, NULL, 'o' },
		{ "from", required_argument, NULL, 'f' },
		{ "lab", required_argument, NULL, 'l' },
		{ "path", required_argument, NULL, 'p' },
		{ "target", required_argument, NULL, 't' },
		{ "protocol", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct compare_options options = {
		.paths = { true, true, in_guest(), in_guest() },
		.targets = { true, true, true, true, true, true, true, true, true },
		.protocols = { true, true },
		.more = true,
		.progress = isatty(STDERR_FILENO) ? progress_print : NULL,
	};
	struct wish wish = { .reports = json_array() };
	struct error_list errors = { 0 };
	int option, error;

	error = wish.reports ? options_check(argc, argv, table, &errors) : -ENOMEM;
	optind = 0;
	while (!error && (option = getopt_long(argc, argv, "+h", table, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			goto out_free;
		}
		error = strchr("jofl", option) ? wish_read(option, optarg, &wish, &errors) :
			option_read(option, optarg, &options, &errors);
	}
	if (!error && optind < argc)
		error = error_definition(&errors, &(struct location){ "command line", 1, optind },
					 "'%.64s' is left over, see mirror-nft compare --help",
					 argv[optind]);
	if (!error)
		error = wish_check(&wish, &errors);
	if (!error)
		error = json_array_size(wish.reports) ? page_write(&wish, &errors) :
			compare_command(&options, &wish, &errors);
out_free:
	json_decref(wish.reports);
	return cmd_finish(error, &errors);
}
