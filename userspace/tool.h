/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOOL_H
#define TOOL_H

#include "error.h"

/* Run the program @argv (looked up in PATH), with @input on its standard input.
 * What it says on standard error goes into the record if it fails; its output
 * is dropped. Returns 0, or a negative errno with a record. */
int tool_run(const char *const argv[], const char *input, struct error_list *errors);

/* The same without input, and what it says on standard output is in @output, malloc'ed. */
int tool_read(const char *const argv[], char **output, struct error_list *errors);

#endif
