// SPDX-License-Identifier: GPL-2.0-only
#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trace_command.h"
#include "trace_mirror.h"
#include "trace_module.h"

/* How long packets that are still under way when COMMAND ends are waited for, in
 * steps of 10 ms. */
#define LAST_STEPS 50

struct collection {
	struct trace_module *module;
	struct trace_report *report;
	struct error_list *errors;
};

static int collect(void *data)
{
	struct collection *collection = data;

	return trace_module_collect(collection->module, collection->report,
				    collection->errors);
}

/* Does any packet go on after its last event? */
static bool under_way(const struct trace_report *report)
{
	size_t i, j;

	for (i = 0; i < report->count; i++) {
		if (strcmp(report->events[i].end, "-"))
			continue;
		for (j = i + 1; j < report->count; j++)
			if (report->events[j].packet == report->events[i].packet)
				break;
		if (j == report->count)
			return true;
	}
	return false;
}

static int collect_last(struct collection *collection)
{
	static const struct timespec step = { 0, 10 * 1000 * 1000 };
	unsigned int steps = 0;
	int error;

	do {
		error = collect(collection);
		if (error || !under_way(collection->report))
			break;
		nanosleep(&step, NULL);
	} while (steps++ < LAST_STEPS);
	return error;
}

static int observe(struct trace_module *module, struct definition *definition,
		   const struct trace_options *options, const sigset_t *signals,
		   struct trace_report *report, struct error_list *errors)
{
	struct collection collection = { module, report, errors };
	int error;

	error = trace_module_filter(module, definition, &report->all_packets, errors);
	if (!error)
		error = trace_module_arm(module, options->packets, errors);
	if (!error)
		error = trace_module_missing(module, report, errors);
	if (!error)
		error = trace_command_run(options->command, options->output_to_errors,
					  signals, collect, &collection,
					  &report->command_status, errors);
	if (!error)
		error = collect_last(&collection);
	return error;
}

int trace_run(struct definition *definition, const struct trace_options *options,
	      struct trace_report *report, struct error_list *errors)
{
	struct trace_mirrors mirrors;
	struct trace_module module;
	size_t before = errors->count;
	sigset_t signals;
	int error;

	trace_signals_hold(&signals);
	memset(report, 0, sizeof(*report));
	error = trace_module_open(&module, errors);
	if (!error) {
		error = trace_mirrors_up(&mirrors, definition, errors);
		if (!error)
			error = observe(&module, definition, options, &signals, report,
					errors);
		trace_mirrors_down(&mirrors, errors);
	}
	trace_module_close(&module, errors);
	trace_signals_release(&signals);
	return error ? error : errors->count > before ? -EIO : 0;
}

void trace_report_free(struct trace_report *report)
{
	free(report->events);
	free(report->missing);
}
