/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One case: send, wait for the marker, count.
 */
#ifndef COMPARE_CASE_H
#define COMPARE_CASE_H

#include "compare_lab.h"
#include "compare_observe.h"

struct compare_bench {
	struct compare_lab lab;
	struct compare_observer observer;
	uint32_t number;		/* of the next probe */
};

/* What was heard while the probes of a case went by. */
struct compare_heard {
	struct compare_tap source, target, receiver, underlay;
};

/* Send the probes of @what and hear what becomes of them. @wish may be NULL. Nothing is
 * awaited from a target that is @silent: down, or not there. Returns 0 or a negative
 * errno with a record. */
int compare_case_hear(struct compare_bench *bench, const struct compare_case *what,
		      const struct compare_wish *wish, bool silent,
		      struct compare_heard *heard, struct error_list *errors);

/* Mirror, send, count, and take the mirror away. Returns 0 or a negative errno with a
 * record. */
int compare_case_run(struct compare_bench *bench, struct compare_result *result,
		     struct error_list *errors);

#endif
