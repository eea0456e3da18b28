// SPDX-License-Identifier: GPL-2.0-only
#include "compare_html_cases.h"

#include <stdlib.h>
#include <string.h>

#include "compare_html_text.h"
#include "compare_picture.h"

static bool is(const json_t *object, const char *name, const char *text)
{
	return !strcmp(html_member(object, name), text);
}

static enum compare_shape shape_of(const json_t *item)
{
	if (is(item, "target", "lo") || is(item, "target", "loop"))
		return COMPARE_SHAPE_BACK;
	if (is(item, "target", "dummy") || is(item, "target", "ifb"))
		return COMPARE_SHAPE_END;
	if (json_is_integer(json_object_get(item, "outer")))
		return COMPARE_SHAPE_TUNNEL;
	return COMPARE_SHAPE_PAIR;
}

static enum compare_end end_of(const json_t *item)
{
	if (!html_number(item, "copies"))
		return COMPARE_END_NONE;
	if (shape_of(item) == COMPARE_SHAPE_TUNNEL)
		return COMPARE_END_OUTER;
	return html_number(item, "pre_routing") ? COMPARE_END_SEEN : COMPARE_END_DROPPED;
}

/* Where it ends, who says so, and of what it was found: lists by name. */
static void class_add(json_t *class, const json_t *item, const json_t *report)
{
	static const char *const names[] = {
		"target", "destination", "path", "family", "protocol", "pkt_type", "dropped_at",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (*html_member(item, names[i]))
			html_collect(class, names[i], html_member(item, names[i]));
	html_collect(class, "kernel", html_kernel(report));
	json_object_set_new(class, "cases", json_integer(html_number(class, "cases") + 1));
}

/* malloc'ed, or NULL. */
static char *list_text(const json_t *class, const char *name)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	html_list(json_object_get(class, name), ", ", out);
	fclose(out);
	return text;
}

static void caption_print(const json_t *class, FILE *out)
{
	static const char *const names[][2] = {
		{ "destination", "sent to" }, { "pkt_type", "type" }, { "path", "by" },
		{ "family", "in" }, { "protocol", "and" },
	};
	size_t i;

	fprintf(out, "<figcaption>%u cases", html_number(class, "cases"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!json_object_get(class, names[i][0]))
			continue;
		fprintf(out, "; %s ", names[i][1]);
		html_list(json_object_get(class, names[i][0]), ", ", out);
	}
	fputs("; on ", out);
	html_releases(json_object_get(class, "kernel"), out);
	fputs("</figcaption>", out);
}

static void figure_print(const json_t *class, bool ingress, enum compare_shape shape,
			 enum compare_end end, FILE *out)
{
	static const char *const ends[] = {
		"ends before PRE_ROUTING", "passes PRE_ROUTING", "leaves in another packet",
		"is not made",
	};
	char *targets = list_text(class, "target"), *where = list_text(class, "dropped_at");
	const struct compare_picture picture = {
		ingress, shape, end, targets ? targets : "", where ? where : "",
	};
	char title[160];

	snprintf(title, sizeof(title), "%s to %s: the copy %s", ingress ? "ingress" : "egress",
		 picture.target, ends[end]);
	fprintf(out, "<figure><h3>%s</h3>\n", title);
	compare_picture_print(&picture, title, out);
	caption_print(class, out);
	fputs("</figure>\n", out);
	free(targets);
	free(where);
}

void compare_html_pictures(const json_t *reports, FILE *out)
{
	json_t *classes[2][COMPARE_SHAPES][COMPARE_ENDS] = { 0 };
	json_t *report, *item;
	unsigned int ingress, shape, end;
	size_t i, j;

	json_array_foreach(reports, i, report)
		json_array_foreach(json_object_get(report, "cases"), j, item) {
			json_t **class = &classes[is(item, "direction", "ingress")]
						 [shape_of(item)][end_of(item)];

			*class = *class ? *class : json_object();
			class_add(*class, item, report);
		}
	for (ingress = 0; ingress < 2; ingress++)
	for (shape = 0; shape < COMPARE_SHAPES; shape++)
	for (end = 0; end < COMPARE_ENDS; end++) {
		if (!classes[ingress][shape][end])
			continue;
		figure_print(classes[ingress][shape][end], ingress, shape, end, out);
		json_decref(classes[ingress][shape][end]);
	}
}

/* --- tables --- */

/* What came out, without what tells families apart. */
static void outcome_text(const json_t *item, char *text, size_t size)
{
	unsigned int copies = html_number(item, "copies");
	const char *at = html_member(item, "dropped_at");

	if (json_object_get(item, "trait"))
		snprintf(text, size, is(item, "trait", "size") ? "%u bytes" : "%u of %u",
			 html_number(item, "value"), copies);
	else if (json_object_get(item, "life"))
		snprintf(text, size, html_number(item, "overlimits") || html_number(item, "drops") ?
			 "%u of %u, %u overlimits, %u drops" : "%u of %u", copies,
			 html_number(item, "sent"), html_number(item, "overlimits"),
			 html_number(item, "drops"));
	else if (!copies)
		snprintf(text, size, "no copy");
	else if (json_is_integer(json_object_get(item, "outer")))
		snprintf(text, size, "%u, %u outer packets", copies, html_number(item, "outer"));
	else
		snprintf(text, size, "%u %s, %s", copies, html_member(item, "pkt_type"),
			 html_number(item, "pre_routing") ? "seen" :
			 !strcmp(at, "ipv6_rcv") ? "ip_rcv" : at);
}

/* Cells are {OUTCOME: {path: [...], family: [...], protocol: [...]}}. */
static void cell_print(const json_t *cell, FILE *out)
{
	const char *outcome;
	json_t *who;
	bool alone = json_object_size(cell) < 2;

	fprintf(out, "<td%s>", alone ? "" : " class=\"differs\"");
	json_object_foreach((json_t *)cell, outcome, who) {
		if (!alone) {
			fputs("<b>", out);
			html_list(json_object_get(who, "path"), ", ", out);
			if (json_array_size(json_object_get(who, "family")) == 1) {
				fputs(" (", out);
				html_list(json_object_get(who, "family"), ", ", out);
				fputs(")", out);
			}
			fputs("</b>: ", out);
		}
		html_text(outcome, out);
		fputs(alone ? "" : "<br>", out);
	}
	fputs("</td>", out);
}

/* All rows by their first columns, each with a cell for each kernel. */
static json_t *rows_collect(const json_t *reports, const char *member,
			    const char *const columns[3])
{
	json_t *rows = json_object(), *report, *item;
	char key[128], outcome[128];
	size_t i, j;

	json_array_foreach(reports, i, report)
		json_array_foreach(json_object_get(report, member), j, item) {
			json_t *row, *cell, *who;

			snprintf(key, sizeof(key), "%s</td><td>%s</td><td>%s",
				 html_member(item, columns[0]), html_member(item, columns[1]),
				 html_member(item, columns[2]));
			row = json_object_get(rows, key);
			if (!row)
				json_object_set_new(rows, key, row = json_object());
			cell = json_object_get(row, html_kernel(report));
			if (!cell)
				json_object_set_new(row, html_kernel(report), cell = json_object());
			outcome_text(item, outcome, sizeof(outcome));
			who = json_object_get(cell, outcome);
			if (!who)
				json_object_set_new(cell, outcome, who = json_object());
			html_collect(who, "path", html_member(item, "path"));
			html_collect(who, "family", html_member(item, "family"));
		}
	return rows;
}

static void table_print(const json_t *reports, const char *member,
			const char *const columns[3], FILE *out)
{
	json_t *rows = rows_collect(reports, member, columns), *report, *row;
	const char *key;
	size_t i;

	fprintf(out, "<div class=\"wide\"><table><tr><th>%s</th><th>%s</th><th>%s</th>",
		columns[0], columns[1], columns[2]);
	json_array_foreach(reports, i, report) {
		fputs("<th>", out);
		html_release(html_kernel(report), out);
		fputs("</th>", out);
	}
	fputs("</tr>\n", out);
	json_object_foreach(rows, key, row) {
		fprintf(out, "<tr><td>%s</td>", key);
		json_array_foreach(reports, i, report)
			cell_print(json_object_get(row, html_kernel(report)), out);
		fputs("</tr>\n", out);
	}
	fputs("</table></div>\n", out);
	json_decref(rows);
}

void compare_html_cases(const json_t *reports, FILE *out)
{
	static const char *const columns[] = { "direction", "target", "destination" };

	table_print(reports, "cases", columns, out);
}

void compare_html_rows(const json_t *reports, const char *member, const char *name, FILE *out)
{
	const char *const columns[] = { "direction", "target", name };

	table_print(reports, member, columns, out);
}
