// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <stdlib.h>

#include "table.h"

static char *printed(const struct table *table)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	table_print(table, out);
	fclose(out);
	return text;
}

int main(void)
{
	struct table table = { 0 };
	char *text = printed(&table);

	check_text("a table without rows prints nothing", "", text);
	free(text);
	table_row(&table, "NAME", ">COUNT", "END", NULL);
	table_row(&table, "a", ">12345678", "", NULL);
	table_row(&table, "a long name", ">1", "last columns are not padded", NULL);
	text = printed(&table);
	check_text("columns are aligned, numbers at the right",
		   "NAME            COUNT  END\n"
		   "a            12345678  \n"
		   "a long name         1  last columns are not padded\n", text);
	free(text);
	table_row(&table, "short", NULL);
	text = printed(&table);
	check(strstr(text, "\nshort\n"), "a row may end early", "%s", text);
	free(text);
	table_row(&table, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12",
		  "13", NULL);
	text = printed(&table);
	check(strstr(text, "12\n") && !strstr(text, "13"), "columns have an end", "%s", text);
	free(text);
	table_free(&table);
	check_number("a freed table is empty", 0, table.count);
	return harness_end();
}
