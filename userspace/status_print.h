/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STATUS_PRINT_H
#define STATUS_PRINT_H

#include <stdio.h>

#include "status.h"

/* A table for people; problems stand below it. */
void status_print_table(const struct mirror_status *statuses, size_t count,
			const struct session *session, FILE *out);

/* The JSON of status --json, one line. Returns 0 or -ENOMEM. */
int status_print_json(const struct mirror_status *statuses, size_t count,
		      const struct session *session, FILE *out);

#endif
