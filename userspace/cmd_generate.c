// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netfilter.h>
#include <stdio.h>

#include "cmd.h"
#include "nft_text.h"
#include "options.h"
#include "tc_text.h"

static const char usage[] =
"Usage: mirror-nft generate DEFINITION\n\n"
"Prints the ruleset for 'nft -f -', or with --path tc a script for 'tc -batch -'.\n"
"Needs no privilege and touches nothing.\n\n"
OPTIONS_DEFINITION_HELP;

/* What a reader of the bare text has to know. */
static void heading_print(const struct mirror *mirror, FILE *out)
{
	size_t i;

	fprintf(out, "# mirror-nft: mirror %s, replaces the table netdev %s\n",
		mirror->name, PLAN_TABLE);
	fputs("# devices that have to exist:", out);
	for (i = 0; i < mirror->target_count; i++)
		fprintf(out, " %s", mirror->targets[i].device);
	fputs(" (mirror-nft apply makes the ones that are missing)\n", out);
}

static int generate_nft(const struct mirror *mirror, struct error_list *errors)
{
	struct plan plan;
	int error;

	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = plan_mirror(&plan, mirror, NULL, errors);
	if (!error) {
		heading_print(mirror, stdout);
		nft_text_print(&plan, stdout);
	}
	plan_free(&plan);
	return error;
}

int cmd_generate(int argc, char **argv)
{
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	int error;

	error = options_read_definition(argc, argv, usage, &definition, &errors);
	if (!error) {
		if (definition.mirrors[0].path == MIRROR_PATH_NFT)
			error = generate_nft(&definition.mirrors[0], &errors);
		else
			error = tc_text_print(&definition.mirrors[0], stdout, &errors);
	}
	definition_free(&definition);
	return cmd_finish(error, &errors);
}
