/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPARE_PRINT_H
#define COMPARE_PRINT_H

#include <stdio.h>

#include "compare.h"

/* The paths side by side, and below in plain words what the figures say. */
void compare_print_table(const struct compare_report *report, FILE *out);

#endif
