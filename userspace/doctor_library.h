/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DOCTOR_LIBRARY_H
#define DOCTOR_LIBRARY_H

#include <stddef.h>

/* The name of the file that @function was loaded from, whose end is the library's
 * version: not all of them can be asked for one. "" where it has no file. */
void doctor_library_file(const char *function, char *text, size_t size);

#endif
