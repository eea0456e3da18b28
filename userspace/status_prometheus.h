/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STATUS_PROMETHEUS_H
#define STATUS_PROMETHEUS_H

#include <stdio.h>

#include "status.h"

/* The same for Prometheus, in its text exposition format 0.0.4: counts of packets and
 * bytes since each mirror was made, 0 and 1 for what is there. Texts of problems are
 * no labels, since the numbers in them would make a new series each time: their count
 * is told, and what they are about has gauges of its own. */
void status_print_prometheus(const struct mirror_status *statuses, size_t count,
			     const struct session *session, FILE *out);

#endif
