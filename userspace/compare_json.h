/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report for programs.
 */
#ifndef COMPARE_JSON_H
#define COMPARE_JSON_H

#include <jansson.h>

#include "compare.h"

/* All of @report, or NULL without memory. */
json_t *compare_json(const struct compare_report *report);

#endif
