/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are read as a whole.
 */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>

/* Read the file at @path, "-" is standard input. *text is to be freed in any case;
 * it ends with a NUL that *length does not count. Returns 0 or a negative errno,
 * -EFBIG for more than @most bytes. */
int file_read(const char *path, size_t most, char **text, size_t *length);

/* What messages call it: the path, or "standard input". */
const char *file_shown(const char *path);

#endif
