/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon: it keeps the kernel equal to a definition while devices come, go and are
 * renamed, and while others change the rules. It sleeps until the kernel tells of
 * something that matters, and then looks and puts right what differs, as apply does.
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"
#include "mirror.h"

struct run_options {
	/* Read the definition, at the start and again for SIGHUP. Returns 0; 1 where there
	 * is nothing to run; or a negative errno with records. */
	int (*load)(struct definition *definition, void *data, struct error_list *errors);
	void *data;
	bool remove_on_exit;	/* else the mirrors stay */
	FILE *log;		/* a line for each change */
};

/* Run until SIGTERM or SIGINT. Returns 0 then, or a negative errno with records where
 * there was nothing to begin with: whatever goes wrong later is logged, and tried
 * again. */
int run(const struct run_options *options, struct error_list *errors);

#endif
