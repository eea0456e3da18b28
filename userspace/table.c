// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void table_row(struct table *table, ...)
{
	char *(*rows)[TABLE_COLUMNS_MAX];
	const char *text;
	va_list arguments;
	size_t column = 0;

	rows = realloc(table->rows, (table->count + 1) * sizeof(*rows));
	if (!rows)
		return;
	table->rows = rows;
	memset(rows[table->count], 0, sizeof(rows[table->count]));
	va_start(arguments, table);
	while (column < TABLE_COLUMNS_MAX && (text = va_arg(arguments, const char *))) {
		rows[table->count][column] = strdup(text);
		if (!rows[table->count][column++])
			goto out_free;
	}
	va_end(arguments);
	table->count++;
	return;

out_free:
	va_end(arguments);
	while (column--)
		free(rows[table->count][column]);
}

static int text_width(const char *text)
{
	return text ? (int)strlen(text + (*text == '>')) : 0;
}

void table_print(const struct table *table, FILE *out)
{
	int widths[TABLE_COLUMNS_MAX] = { 0 };
	size_t row, column;

	for (row = 0; row < table->count; row++)
		for (column = 0; column < TABLE_COLUMNS_MAX; column++)
			if (text_width(table->rows[row][column]) > widths[column])
				widths[column] = text_width(table->rows[row][column]);
	for (row = 0; row < table->count; row++) {
		for (column = 0; column < TABLE_COLUMNS_MAX; column++) {
			const char *text = table->rows[row][column];
			int last = column + 1 == TABLE_COLUMNS_MAX ||
				   !table->rows[row][column + 1];

			if (!text)
				break;
			if (*text == '>')
				fprintf(out, "%*s", widths[column], text + 1);
			else
				fprintf(out, "%-*s", last ? 0 : widths[column], text);
			fputs(last ? "\n" : "  ", out);
		}
	}
}

void table_free(struct table *table)
{
	size_t row, column;

	for (row = 0; row < table->count; row++)
		for (column = 0; column < TABLE_COLUMNS_MAX; column++)
			free(table->rows[row][column]);
	free(table->rows);
	memset(table, 0, sizeof(*table));
}
