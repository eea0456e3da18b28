// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which cases there are, and one after the other.
 */
#include "compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "compare_case.h"
#include "compare_life.h"
#include "compare_path.h"
#include "compare_trait.h"
#include "tool.h"

const char *compare_path_name(enum compare_path path)
{
	static const char *const names[] = { "nft", "tc", "tc-htb", "tc-original" };

	return names[path];
}

const char *compare_target_name(enum compare_target target)
{
	static const char *const names[] = {
		"lo", "dummy", "veth", "ifb", "vlan", "bridge-port", "loop", "vxlan", "gretap",
	};

	return names[target];
}

const char *compare_destination_name(enum compare_destination destination)
{
	static const char *const names[] = { "other", "target", "broadcast", "multicast" };

	return names[destination];
}

const char *compare_protocol_name(enum compare_protocol protocol)
{
	return protocol == COMPARE_TCP ? "tcp" : "udp";
}

const char *compare_protocol_match(enum compare_protocol protocol)
{
	return protocol == COMPARE_TCP ? "tcp dst port 9091" : "udp dst port 9091";
}

static bool is_wanted(const struct compare_options *options, const struct compare_lab *lab,
		      const struct compare_case *what)
{
	return options->paths[what->path] && options->protocols[what->protocol] &&
	       options->targets[what->target] && lab->targets[what->target].present &&
	       compare_path_has(what->path, what->direction);
}

/* All cases in the order of the table; returns how many. */
static size_t cases_list(const struct compare_options *options,
			 const struct compare_lab *lab, struct compare_result *results)
{
	static const enum direction directions[] = { DIRECTION_EGRESS, DIRECTION_INGRESS };
	unsigned int protocol, d, target, destination, ip6, path;
	size_t count = 0;

	for (protocol = 0; protocol < COMPARE_PROTOCOLS; protocol++)
	for (d = 0; d < 2; d++)
	for (target = 0; target < COMPARE_TARGETS; target++)
	for (destination = 0; destination < COMPARE_DESTINATIONS; destination++)
	for (ip6 = 0; ip6 < 2; ip6++)
	for (path = 0; path < COMPARE_PATHS; path++) {
		const struct compare_case what = {
			.path = path, .direction = directions[d], .target = target,
			.destination = destination, .protocol = protocol, .ip6 = ip6,
		};

		if (!is_wanted(options, lab, &what))
			continue;
		if (results)
			results[count].what = what;
		count++;
	}
	return count;
}

struct run {
	const struct compare_options *options;
	struct compare_bench *bench;
	struct compare_report *report;
	struct error_list *notes, *errors;
	size_t number, count;		/* for the progress line */
	bool no_egress;			/* of nft */
};

static bool is_nft_egress(const struct compare_case *what)
{
	return what->path == COMPARE_NFT && what->direction == DIRECTION_EGRESS;
}

/* Tell of the next one. Returns false where it is known that this can't be done. */
static bool run_step(struct run *run, const struct compare_case *what)
{
	if (run->options->progress)
		run->options->progress(run->number, run->count, what);
	run->number++;
	return !run->no_egress || !is_nft_egress(what);
}

/* Is @error just that this kernel can't? Then it is noted, once. */
static bool is_lacking(struct run *run, int error, const struct compare_case *what)
{
	const char *said = error_text(run->errors, 0);
	size_t i;

	if (error != -EOPNOTSUPP)
		return false;
	if (is_nft_egress(what) && (!said || strncmp(said, "not found out", 13))) {
		error_system(run->notes, 0, "no nft egress: this kernel has no egress hook for nft, it needs Linux 5.16 or later with CONFIG_NETFILTER_EGRESS");
		run->no_egress = true;
	} else {
		for (i = 0; i < run->notes->count && said; i++)
			if (!strcmp(error_text(run->notes, i), said))
				said = NULL;
		if (said)
			error_system(run->notes, 0, "%s", said);
	}
	error_clear(run->errors);
	return true;
}

static int cases_run(struct run *run, size_t count)
{
	struct compare_report *report = run->report;
	size_t i;

	for (i = 0; i < count; i++) {
		struct compare_result *result = &report->results[report->count];
		int error;

		*result = report->results[i];
		if (!run_step(run, &result->what))
			continue;
		error = compare_case_run(run->bench, result, run->errors);
		if (is_lacking(run, error, &result->what))
			continue;
		if (error)
			return error;
		report->count++;
	}
	return 0;
}

/* Of each path and direction; returns how many, and does them with a @run. */
static int traits_run(struct run *run, const struct compare_options *options, size_t *count)
{
	unsigned int trait, path, direction;

	for (trait = 0; trait < COMPARE_TRAITS; trait++)
	for (path = 0; path < COMPARE_PATHS; path++)
	for (direction = 0; direction < 2; direction++) {
		struct compare_trait_result result = { .trait = trait };
		int error;

		if (!options->paths[path] ||
		    !compare_trait_case(trait, path, direction, &result.what))
			continue;
		++*count;
		if (!run || !run_step(run, &result.what))
			continue;
		error = compare_trait_run(run->bench, &result, run->errors);
		if (is_lacking(run, error, &result.what))
			continue;
		if (error)
			return error;
		run->report->traits[run->report->trait_count++] = result;
	}
	return 0;
}

static int lives_run(struct run *run, const struct compare_options *options, size_t *count)
{
	unsigned int path, direction;

	for (path = 0; path < COMPARE_PATHS; path++)
	for (direction = 0; direction < 2; direction++) {
		const struct compare_case what = {
			.path = path, .direction = direction, .target = COMPARE_VETH,
		};
		int error;

		if (!options->paths[path] || !compare_path_has(path, direction))
			continue;
		++*count;
		if (!run || !run_step(run, &what))
			continue;
		error = compare_life_run(run->bench, &what,
					 &run->report->lives[run->report->life_count],
					 run->errors);
		if (is_lacking(run, error, &what))
			continue;
		if (error)
			return error;
		run->report->life_count += COMPARE_LIVES;
	}
	return 0;
}

static int all_run(struct run *run)
{
	const struct compare_options *options = run->options;
	size_t count = cases_list(options, &run->bench->lab, NULL), more = 0;
	int error;

	run->report->results = calloc(count + 1, sizeof(*run->report->results));
	if (!run->report->results)
		return -ENOMEM;
	cases_list(options, &run->bench->lab, run->report->results);
	if (options->more) {
		traits_run(NULL, options, &more);
		lives_run(NULL, options, &more);
	}
	run->count = count + more;
	error = cases_run(run, count);
	if (!error && options->more)
		error = traits_run(run, options, &more);
	if (!error && options->more)
		error = lives_run(run, options, &more);
	return error;
}

/* The first line that a program prints of its version, or nothing. */
static void version_read(const char *program, const char *option, char *text, size_t size)
{
	const char *const argv[] = { program, option, NULL };
	struct error_list ignored = { 0 };
	char *said = NULL;

	if (!tool_read(argv, &said, &ignored))
		snprintf(text, size, "%.*s", (int)strcspn(said, "\n"), said);
	error_clear(&ignored);
	free(said);
}

int compare_run(const struct compare_options *options, struct compare_report *report,
		struct error_list *notes, struct error_list *errors)
{
	struct compare_bench bench = { .number = COMPARE_SENT };
	struct run run = { options, &bench, report, notes, errors, 0, 0, false };
	bool targets[COMPARE_TARGETS];
	struct utsname system;
	int error;

	memset(report, 0, sizeof(*report));
	uname(&system);
	snprintf(report->kernel, sizeof(report->kernel), "%s", system.release);
	version_read("nft", "--version", report->nft, sizeof(report->nft));
	version_read("tc", "-V", report->tc, sizeof(report->tc));
	memcpy(targets, options->targets, sizeof(targets));
	targets[COMPARE_VETH] |= options->more;
	targets[COMPARE_LO] |= options->more;
	error = compare_lab_open(&bench.lab, targets, notes, errors);
	if (!error)
		error = compare_observe_open(&bench.observer, &bench.lab, notes, errors);
	report->by_module = bench.observer.by_module;
	if (!error)
		error = all_run(&run);
	compare_observe_close(&bench.observer);
	compare_lab_close(&bench.lab);
	return error;
}

void compare_report_free(struct compare_report *report)
{
	free(report->results);
	memset(report, 0, sizeof(*report));
}
