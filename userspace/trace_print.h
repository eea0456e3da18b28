/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACE_PRINT_H
#define TRACE_PRINT_H

#include <stdio.h>

#include "trace.h"

/* Original and copies side by side, and in plain words where they end. Returns 0 or
 * -ENOMEM. */
int trace_print_text(const struct definition *definition, const struct trace_report *report,
		     FILE *out);
int trace_print_json(const struct definition *definition, const struct trace_report *report,
		     FILE *out);

#endif
