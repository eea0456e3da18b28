// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "device.h"
#include "nft_text.h"
#include "options.h"
#include "plan_mirror.h"
#include "tc_text.h"
#include "tc_wish.h"
#include "wish.h"

static const char usage[] =
"Usage: mirror-nft generate DEFINITION [--for VERSION]\n\n"
"Prints the ruleset for 'nft -f -', or with --path tc a script for 'tc -batch -'.\n"
"Needs no privilege and touches nothing. With --for, it is in words that nft VERSION (0.9.8\n"
"or later) can read, and refused where there are none.\n\n"
OPTIONS_DEFINITION_HELP;

static bool named_before(const struct definition *definition, size_t mirror, size_t target)
{
	const char *device = definition->mirrors[mirror].targets[target].device;
	size_t i, j;

	for (i = 0; i <= mirror; i++)
		for (j = 0; j < definition->mirrors[i].target_count; j++) {
			if (i == mirror && j == target)
				return false;
			if (!strcmp(definition->mirrors[i].targets[j].device, device))
				return true;
		}
	return false;
}

/* What a reader of the bare text has to know. */
static void heading_print(const struct definition *definition, FILE *out)
{
	size_t i, j;

	fprintf(out, "# mirror-nft: mirror%s", definition->count > 1 ? "s" : "");
	for (i = 0; i < definition->count; i++)
		fprintf(out, " %s", definition->mirrors[i].name);
	fprintf(out, ", replaces the table netdev %s\n", PLAN_TABLE);
	fputs("# devices that have to exist:", out);
	for (i = 0; i < definition->count; i++)
		for (j = 0; j < definition->mirrors[i].target_count; j++) {
			const struct target *target = &definition->mirrors[i].targets[j];

			if (named_before(definition, i, j))
				continue;
			fprintf(out, " %s", target->device);
			if (target->kind == TARGET_TUNNEL)
				fprintf(out, " %s" DEVICE_TAP_SUFFIX " %s" DEVICE_TUNNEL_SUFFIX,
					target->device, target->device);
		}
	fputs(" (mirror-nft apply makes the ones that are missing)\n", out);
}

/* Versions of nft(8), as one number each. */
#define NFT_VERSION(major, minor, patch) ((major) * 1000000u + (minor) * 1000u + (patch))
#define NFT_OLDEST NFT_VERSION(0, 9, 8)		/* of Debian 11, the oldest that is tested */
#define NFT_EGRESS NFT_VERSION(1, 0, 1)		/* reads chains of that hook */
/* Reads rows with numbers that have no type: this one is tested, 1.0.2 does not. */
#define NFT_UNTYPED_ROWS NFT_VERSION(1, 0, 6)

static int generate_nft(struct definition *definition, unsigned int version,
			struct error_list *errors)
{
	bool rows_apart = version && version < NFT_UNTYPED_ROWS;
	struct plan plan, notrack;
	int error;

	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	plan_init(&notrack, NFPROTO_INET, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = wish_plan_alone(&plan, &notrack, definition, errors);
	if (!error) {
		heading_print(definition, stdout);
		nft_text_print(&plan, rows_apart, stdout);
		if (notrack.chain_count)
			nft_text_print(&notrack, rows_apart, stdout);
	}
	plan_free(&notrack);
	plan_free(&plan);
	return error;
}

static int generate_tc(struct definition *definition, struct error_list *errors)
{
	struct tc_plan plan = { 0 };
	int error;

	error = tc_wish_plan_alone(&plan, definition, errors);
	if (!error)
		error = tc_text_print(&plan, stdout);
	tc_plan_free(&plan);
	return error;
}

/* One output is for one program. */
static int paths_check(const struct definition *definition, struct error_list *errors)
{
	size_t i;

	for (i = 1; i < definition->count; i++)
		if (definition->mirrors[i].path != definition->mirrors[0].path)
			return error_definition(errors, &definition->mirrors[i].path_where,
						"mirror '%s' takes the %s path and '%s' the %s path, which are scripts for two programs: generate them from two files",
						definition->mirrors[i].name,
						mirror_path_name(definition->mirrors[i].path),
						definition->mirrors[0].name,
						mirror_path_name(definition->mirrors[0].path));
	return 0;
}

/* @version 0: no option. */
static int version_read(const char *text, unsigned int *version, struct error_list *errors)
{
	static const struct location where = { "--for", 1, 1 };
	unsigned int major, minor, patch = 0;
	int length = 0;

	*version = 0;
	if (!text)
		return 0;
	if ((sscanf(text, "%2u.%2u%n.%2u%n", &major, &minor, &length, &patch, &length) < 2) ||
	    text[length])
		return error_definition(errors, &where,
					"'%.64s' is no version of nft, say 1.0.6 (nft --version)", text);
	*version = NFT_VERSION(major, minor, patch);
	if (*version < NFT_OLDEST)
		return error_definition(errors, &where,
					"nft %.64s is older than 0.9.8, and not known to read this: use mirror-nft apply, which needs no nft",
					text);
	return 0;
}

/* Of all that a plan prints, only the one hook is newer than the oldest version and
 * cannot be said in other words. */
static int version_check(const struct definition *definition, unsigned int version,
			 const char *text, struct error_list *errors)
{
	const struct source *hooks;
	size_t i, j, count;
	int error = 0;

	if (!version || version >= NFT_EGRESS ||
	    definition->mirrors[0].path != MIRROR_PATH_NFT)
		return 0;
	for (i = 0; i < definition->count; i++) {
		hooks = mirror_hooks(&definition->mirrors[i], &count);
		for (j = 0; j < count; j++)
			if (hooks[j].direction == DIRECTION_EGRESS)
				error = error_definition(errors, &hooks[j].where,
							 "nft %s cannot read chains of the egress hook, 1.0.1 can: mirror %s:ingress alone, or use mirror-nft apply, which needs no nft",
							 text, hooks[j].device);
	}
	return error;
}

int cmd_generate(int argc, char **argv)
{
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	unsigned int version;
	const char *text;
	int error;

	error = options_take_value(&argc, argv, "for", &text, &errors);
	if (!error)
		error = version_read(text, &version, &errors);
	if (!error)
		error = options_read_definition(argc, argv, usage, &definition, &errors);
	if (!error)
		error = paths_check(&definition, &errors);
	if (!error)
		error = version_check(&definition, version, text, &errors);
	if (!error)
		error = definition.mirrors[0].path == MIRROR_PATH_NFT ?
			generate_nft(&definition, version, &errors) :
			generate_tc(&definition, &errors);
	definition_free(&definition);
	return cmd_finish(error, &errors);
}
