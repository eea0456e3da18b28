// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "likeness.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "generate", cmd_generate, "print the ruleset of a definition" },
	{ "check", cmd_check, "let the kernel validate a definition, change nothing" },
	{ "apply", cmd_apply, "make the kernel match a definition" },
	{ "remove", cmd_remove, "take mirrors away" },
	{ "status", cmd_status, "what runs, and whether the copies arrive" },
	{ "run", cmd_run, "keep the kernel equal to a file while devices come and go" },
	{ "compare", cmd_compare, "the nft path against the tc path" },
	{ "trace", cmd_trace, "the way of a packet and of its copy through the kernel" },
	{ "doctor", cmd_doctor, "what this kernel and machine can do, and what is missing" },
};

static void usage_print(FILE *out)
{
	size_t i;

	fputs("Usage: mirror-nft COMMAND [OPTIONS]\n\n"
	      "Shows a server's traffic to a sensor, with nftables.\n\n"
	      "Commands:\n", out);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
	fputs("\nmirror-nft COMMAND --help explains a command.\n", out);
}

static int unknown(const char *word)
{
	static const struct location where = { "command line", 1, 1 };
	struct error_list errors = { 0 };
	struct likeness likeness;
	const char *near;
	size_t i;

	likeness_begin(&likeness, word, strlen(word));
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		likeness_offer(&likeness, commands[i].name);
	near = likeness_only(&likeness);
	if (near)
		error_definition(&errors, &where,
				 "'%.64s' is no command, see mirror-nft --help; is '%s' meant?",
				 word, near);
	else
		error_definition(&errors, &where, "'%.64s' is no command, see mirror-nft --help",
				 word);
	return cmd_finish(-EINVAL, &errors);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage_print(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		usage_print(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("mirror-nft " MIRROR_NFT_VERSION);
		return 0;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
