/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's files, for trace.
 */
#ifndef TRACE_MODULE_H
#define TRACE_MODULE_H

#include "trace.h"

struct trace_module {
	int stages;		/* open for writing; armed until it is closed */
	int events;
	char *filter;		/* as it was before, NULL: not changed */
	char *line;		/* the beginning of a line of events */
	size_t line_length;
};

/* Open the files, and arm for us alone, since the filter is one for all. Returns 0 or a negative errno with a record that
 * says what to do. Close it even then. */
int trace_module_open(struct trace_module *module, struct error_list *errors);

/* Let only packets of @definition's matches through, or all packets and
 * @all_packets set where libpcap cannot say the match of an IP packet alone. */
int trace_module_filter(struct trace_module *module, const struct definition *definition,
			bool *all_packets, struct error_list *errors);

/* Follow @packets originals from now on. What was seen before is gone. */
int trace_module_arm(struct trace_module *module, unsigned int packets,
		     struct error_list *errors);

/* Append the events since the last time to @report. */
int trace_module_collect(struct trace_module *module, struct trace_report *report,
			 struct error_list *errors);

/* Append the stages that are missing. */
int trace_module_missing(struct trace_module *module, struct trace_report *report,
			 struct error_list *errors);

/* Disarm, put the filter back, close. A record is added where that fails. */
void trace_module_close(struct trace_module *module, struct error_list *errors);

#endif
