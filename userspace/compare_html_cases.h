/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cases of several reports side by side: pictures of each class, and tables.
 */
#ifndef COMPARE_HTML_CASES_H
#define COMPARE_HTML_CASES_H

#include <jansson.h>
#include <stdio.h>

/* A figure for each class: a direction, what stands behind the mirror, and the end. */
void compare_html_pictures(const json_t *reports, FILE *out);

/* A row for each direction, target and destination, a column for each kernel. */
void compare_html_cases(const json_t *reports, FILE *out);

/* The same of what a report has as @member, whose rows are named by @name. */
void compare_html_rows(const json_t *reports, const char *member, const char *name, FILE *out);

#endif
