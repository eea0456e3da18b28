// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "doctor.h"
#include "options.h"
#include "table.h"

static const char usage[] =
"Usage: mirror-nft doctor [--json]\n\n"
"What this kernel and this machine can do, and what is missing where they can not. All of\n"
"it is tried, in a network namespace that ends with this command: nothing changes, but\n"
"that the kernel may load modules of its own. The status is 1 where neither nft nor tc can\n"
"mirror here.\n\n"
"  --json   for programs\n";

static const char *answer_name(enum doctor_answer answer)
{
	return answer == DOCTOR_PRESENT ? "yes" : answer == DOCTOR_ABSENT ? "NO" : "?";
}

static void summary_print(const struct doctor *doctor, FILE *out)
{
	fprintf(out, "kernel %s: %s\n", doctor->kernel,
		!doctor->could_try ? "nothing of it could be tried" :
		doctor->can_mirror_egress && doctor->can_mirror_ingress ?
		"nft can mirror what arrives and what leaves" :
		doctor->can_mirror_ingress && doctor->can_mirror_by_tc ?
		"nft can mirror what arrives, tc what leaves too (--path tc)" :
		doctor->can_mirror_ingress ? "nft can mirror what arrives, and not what leaves" :
		doctor->can_mirror_by_tc ? "tc can mirror (--path tc), nft can not" :
		"neither nft nor tc can mirror here");
	if (doctor->is_faulty)
		fputs("this kernel can crash where nft copies what leaves (mended in 5.18.8): use another one\n", out);
}

static void table_fill(const struct doctor *doctor, FILE *out)
{
	struct table table = { 0 };
	size_t i;

	table_row(&table, "FEATURE", "PRESENT", "NEEDS", NULL);
	for (i = 0; i < doctor->count; i++) {
		const struct doctor_feature *feature = &doctor->features[i];

		table_row(&table, feature->name, answer_name(feature->answer),
			  *feature->needs ? feature->needs : feature->detail, NULL);
	}
	table_print(&table, out);
	table_free(&table);
}

static int json_print(const struct doctor *doctor, FILE *out)
{
	json_t *features = json_array(), *root;
	size_t i;
	int error;

	for (i = 0; i < doctor->count; i++) {
		const struct doctor_feature *feature = &doctor->features[i];

		json_array_append_new(features, json_pack("{s:s,s:b,s:s,s:b,s:s,s:s}",
			"name", feature->name, "present", feature->answer == DOCTOR_PRESENT,
			"needs", feature->needs, "known", feature->answer != DOCTOR_UNKNOWN,
			"group", feature->group, "detail", feature->detail));
	}
	root = json_pack("{s:i,s:s,s:b,s:b,s:b,s:b,s:o}", "version", 1, "kernel", doctor->kernel,
			 "nft_ingress", doctor->can_mirror_ingress,
			 "nft_egress", doctor->can_mirror_egress, "tc", doctor->can_mirror_by_tc,
			 "faulty", doctor->is_faulty, "features", features);
	error = !root || json_array_size(features) != doctor->count ||
		json_dumpf(root, out, JSON_COMPACT) ? -ENOMEM : 0;
	json_decref(root);
	fputc('\n', out);
	return error;
}

static int doctor_command(bool json, struct error_list *errors)
{
	struct doctor doctor;
	int error = 0;

	doctor_look(&doctor);
	if (json) {
		error = json_print(&doctor, stdout);
	} else {
		summary_print(&doctor, stdout);
		putchar('\n');
		table_fill(&doctor, stdout);
	}
	if (!error && !doctor.can_mirror_ingress && !doctor.can_mirror_by_tc)
		error = error_system(errors, -EOPNOTSUPP, doctor.could_try ?
				     "nothing can be mirrored here: see what is missing" :
				     "nothing could be tried, which takes a new network namespace: run as root");
	return error;
}

int cmd_doctor(int argc, char **argv)
{
	static const struct option table[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
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
		json = true;
	}
	if (!error && optind < argc)
		error = error_definition(&errors, &(struct location){ "command line", 1, optind },
					 "'%.64s' is left over, see mirror-nft doctor --help",
					 argv[optind]);
	if (!error)
		error = doctor_command(json, &errors);
	return cmd_finish(error, &errors);
}
