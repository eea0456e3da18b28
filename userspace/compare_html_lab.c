// SPDX-License-Identifier: GPL-2.0-only
#include "compare_html_lab.h"

#include <string.h>

#include "compare_html_text.h"

/* What became of a cell: of one that had to be stopped, or that nobody tried, the number
 * says nothing. */
static void verdict_text(const json_t *cell, char *text, size_t size)
{
	const char *verdict = html_member(cell, "verdict");
	const json_t *factor = json_object_get(cell, "factor");
	unsigned int lost = html_number(cell, "lost");
	size_t used;

	if (json_is_number(factor) &&
	    (!strcmp(verdict, "survives") || !strcmp(verdict, "amplifies")))
		snprintf(text, size, "%s %.3g", verdict, json_number_value(factor));
	else
		snprintf(text, size, "%s", verdict);
	used = strlen(text);
	if (lost)
		snprintf(text + used, size - used, ", %u of %u packets lost", lost,
			 html_number(cell, "packets"));
}

/* By topology and way, the verdicts by release; and all releases, in their order. */
static json_t *rows_make(const json_t *lab, json_t *releases)
{
	json_t *rows = json_object(), *row, *cell;
	char key[64], verdict[96];
	size_t i;

	json_array_foreach(json_object_get(lab, "cells"), i, cell) {
		json_object_set_new(releases, html_member(cell, "release"), json_true());
		snprintf(key, sizeof(key), "%s</td><td>%s", html_member(cell, "topology"),
			 html_member(cell, "way"));
		row = json_object_get(rows, key);
		if (!row) {
			row = json_object();
			json_object_set_new(rows, key, row);
		}
		verdict_text(cell, verdict, sizeof(verdict));
		json_object_set_new(row, html_member(cell, "release"), json_string(verdict));
	}
	return rows;
}

static void table_print(const json_t *lab, FILE *out)
{
	json_t *releases = json_object(), *rows = rows_make(lab, releases), *row, *ignored;
	const char *name, *release;

	fputs("<div class=\"wide\"><table><tr><th>topology</th><th>way</th>", out);
	json_object_foreach(releases, release, ignored) {
		fputs("<th>", out);
		html_text(release, out);
		fputs("</th>", out);
	}
	fputs("</tr>\n", out);
	json_object_foreach(rows, name, row) {
		fprintf(out, "<tr><td>%s</td>", name);
		json_object_foreach(releases, release, ignored) {
			fputs("<td>", out);
			html_text(html_member(row, release), out);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</table></div>\n", out);
	json_decref(rows);
	json_decref(releases);
}

/* One line for each place, with the cells that were found there. */
static void places_print(const json_t *lab, FILE *out)
{
	json_t *places = json_object(), *cell, *names;
	const char *place;
	char name[128];
	size_t i;

	json_array_foreach(json_object_get(lab, "cells"), i, cell) {
		if (strcmp(html_member(cell, "verdict"), "locks up") ||
		    !*html_member(cell, "text"))
			continue;
		snprintf(name, sizeof(name), "%s by %s on %s", html_member(cell, "topology"),
			 html_member(cell, "way"), html_member(cell, "release"));
		html_collect(places, html_member(cell, "text"), name);
	}
	json_object_foreach(places, place, names) {
		fputs("<p>Locked up in <code>", out);
		html_text(place, out);
		fputs("</code>: ", out);
		html_list(names, ", ", out);
		fputs(".</p>\n", out);
	}
	json_decref(places);
}

void compare_html_lab(const json_t *lab, FILE *out)
{
	fputs("<h2>Mirrors in a circle</h2>\n<p>Each cell was tried in a guest that may die of it; numbers are frames on the cables beside each packet.</p>\n",
	      out);
	table_print(lab, out);
	places_print(lab, out);
}
