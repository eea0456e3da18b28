/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace: the way of single packets and of their copies, as the module's stages show it.
 */
#ifndef TRACE_H
#define TRACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "mirror.h"

#define TRACE_PACKETS 20	/* originals that are followed unless told otherwise */
#define TRACE_PACKETS_MAX 200	/* their events still fit into what the module keeps */

/* One packet at one function, a line of /proc/net/mirror_probe/events. */
struct trace_event {
	unsigned long long time;	/* ns since the module was armed */
	unsigned int packet;		/* its number */
	unsigned int copy_of;		/* 0: an original */
	unsigned int length;		/* bytes, from where the function has the data */
	char function[64];
	char device[IFNAMSIZ];
	char pkt_type[16];		/* "OTHERHOST" */
	char end[48];			/* "-" while it goes on; "drop:OTHERHOST", ... */
};

/* A stage that this kernel does not show. */
struct trace_missing {
	char function[64];
	char why[96];
};

struct trace_report {
	struct trace_event *events;	/* in the order in which they happened */
	size_t count;
	struct trace_missing *missing;
	size_t missing_count;
	bool all_packets;		/* the match could not be handed to the module */
	int command_status;		/* as wait(2) gives it */
};

struct trace_options {
	unsigned int packets;		/* 1 to TRACE_PACKETS_MAX */
	bool output_to_errors;		/* COMMAND's standard output joins its errors */
	char *const *command;		/* NULL-terminated, not empty */
};

/* Mirror by @definition, run the command, and put everything back. The mirrors
 * are taken away again unless they ran before. All of @definition has one path.
 * Returns 0 or a negative errno with records; free @report even then. */
int trace_run(struct definition *definition, const struct trace_options *options,
	      struct trace_report *report, struct error_list *errors);
void trace_report_free(struct trace_report *report);

#endif
