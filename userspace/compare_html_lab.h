/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mirrors in a circle: what tests/lab/run has found, on the page.
 */
#ifndef COMPARE_HTML_LAB_H
#define COMPARE_HTML_LAB_H

#include <jansson.h>
#include <stdio.h>

/* A row for each topology and way, a column for each kernel, and where those stood that
 * locked up. @lab is what tests/lab/run --json has printed, of version 1. */
void compare_html_lab(const json_t *lab, FILE *out);

#endif
