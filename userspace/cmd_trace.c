// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "options.h"
#include "trace.h"
#include "trace_print.h"

static const char usage[] =
"Usage: mirror-nft trace DEFINITION [--packets N] [--json] -- COMMAND...\n\n"
"Mirrors by the definition while COMMAND runs, and shows the way of the packets that\n"
"match, and of their copies, through the kernel: function, device, packet type. Then\n"
"all is as it was before; mirrors that ran already stay. It needs the module\n"
"mirror_probe and CAP_NET_ADMIN.\n\n"
"  --packets N                     follow the first N packets, 20 unless given, up to 200\n"
"  --json                          for programs; COMMAND's output goes to standard error\n\n"
OPTIONS_DEFINITION_HELP;

struct words {
	bool json;
	unsigned int packets;
	char **command;		/* NULL: there is no "--" */
};

static int packets_read(const char *text, unsigned int *packets, struct error_list *errors)
{
	static const struct location where = { "--packets", 1, 1 };
	unsigned long number;
	char *end;

	number = text ? strtoul(text, &end, 10) : 0;
	if (!text || *text < '0' || *text > '9' || *end || !number || number > TRACE_PACKETS_MAX)
		return error_definition(errors, &where,
					"'%.64s' is no number of packets, say 1 to %d",
					text ? text : "", TRACE_PACKETS_MAX);
	*packets = number;
	return 0;
}

/* What is not part of the definition is taken out before that is read. */
static int words_take(int *argc, char **argv, struct words *words, struct error_list *errors)
{
	int i, kept = 1, error = 0;

	for (i = 1; i < *argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--json"))
			words->json = true;
		else if (!strncmp(argv[i], "--packets=", 10))
			error = packets_read(argv[i] + 10, &words->packets, errors);
		else if (!strcmp(argv[i], "--packets") && (i + 1 == *argc || !strcmp(argv[i + 1], "--")))
			error = packets_read(NULL, &words->packets, errors);
		else if (!strcmp(argv[i], "--packets"))
			error = packets_read(argv[++i], &words->packets, errors);
		else
			argv[kept++] = argv[i];
	}
	if (i < *argc)
		words->command = argv + i + 1;
	argv[kept] = NULL;
	*argc = kept;
	return error;
}

static int words_check(const struct words *words, const struct definition *definition,
		       struct error_list *errors)
{
	static const struct location where = { "command line", 1, 1 };
	size_t i;

	if (!words->command || !*words->command)
		return error_definition(errors, &where,
					"which command causes the traffic? It stands behind --, as in: mirror-nft trace --name web --from eth1 --to mir0 -- ping -c 1 192.0.2.2");
	for (i = 1; i < definition->count; i++)
		if (definition->mirrors[i].path != definition->mirrors[0].path)
			return error_definition(errors, &definition->mirrors[i].path_where,
						"mirror '%s' takes the %s path and '%s' the %s path: trace them one after the other",
						definition->mirrors[i].name,
						mirror_path_name(definition->mirrors[i].path),
						definition->mirrors[0].name,
						mirror_path_name(definition->mirrors[0].path));
	return 0;
}

static int trace_command(struct definition *definition, const struct words *words,
			 struct error_list *errors)
{
	const struct trace_options options = {
		.packets = words->packets,
		.output_to_errors = words->json,
		.command = words->command,
	};
	struct trace_report report;
	int error;

	error = trace_run(definition, &options, &report, errors);
	if (!error && words->json)
		error = trace_print_json(definition, &report, stdout);
	else if (!error)
		error = trace_print_text(definition, &report, stdout);
	trace_report_free(&report);
	return error;
}

int cmd_trace(int argc, char **argv)
{
	struct words words = { .packets = TRACE_PACKETS };
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	int error;

	error = words_take(&argc, argv, &words, &errors);
	if (!error)
		error = options_read_definition(argc, argv, usage, &definition, &errors);
	if (!error)
		error = words_check(&words, &definition, &errors);
	if (!error)
		error = trace_command(&definition, &words, &errors);
	definition_free(&definition);
	return cmd_finish(error, &errors);
}
