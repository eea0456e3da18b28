/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report as one page that needs nothing else.
 */
#ifndef COMPARE_HTML_H
#define COMPARE_HTML_H

#include <jansson.h>
#include <stdio.h>

#include "error.h"

/* Write the page to @file, which then is the whole page or what it was before: what
 * compare --json printed on some kernels, @reports, side by side, and what
 * tests/lab/run --json did, @lab, or NULL. Returns 0 or a negative errno with a record. */
int compare_html_write(const json_t *reports, const json_t *lab, const char *file,
		       struct error_list *errors);

/* Read @file, which one of the two has printed: "cases" with paths or "cells". Returns
 * NULL with records of what is wrong with it. */
json_t *compare_html_read(const char *file, const char *member, struct error_list *errors);

#endif
