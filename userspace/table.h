/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Aligned columns for people.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 12

struct table {
	char *(*rows)[TABLE_COLUMNS_MAX];
	size_t count;
};

/* Add a row of texts, up to a NULL. A text that begins with ">" stands at the
 * right of its column. Without memory the row is left out. */
void table_row(struct table *table, ...) __attribute__((sentinel));
void table_print(const struct table *table, FILE *out);
void table_free(struct table *table);

#endif
