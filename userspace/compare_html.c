// SPDX-License-Identifier: GPL-2.0-only
#include "compare_html.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare_html_cases.h"
#include "compare_html_lab.h"
#include "compare_html_text.h"

/* Colours by what they are for: solid originals, dashed copies, and where those end. */
static const char style[] =
":root{color-scheme:light dark;--ink:#1c2126;--paper:#fff;--quiet:#5b6672;--line:#d4dae0;"
"--fill:#f3f6f9;--original:#1f5fbf;--copy:#b25600;--end:#b3261e}\n"
"@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--paper:#15191d;--quiet:#9aa6b2;"
"--line:#38424c;--fill:#1f262d;--original:#7db1ff;--copy:#ffb066;--end:#ff8a80}}\n"
"*{box-sizing:border-box}\n"
"body{margin:0 auto;padding:1.5rem;max-width:76rem;background:var(--paper);color:var(--ink);"
"font:16px/1.5 system-ui,sans-serif}\n"
"h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}h2{font-size:1.25rem;margin:2.2rem 0 .6rem}\n"
"p,li{max-width:60rem}.quiet,figcaption{color:var(--quiet);font-size:.875rem}\n"
".pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(30rem,100%),1fr));gap:1rem}\n"
"figure{margin:0;padding:.75rem;border:1px solid var(--line);border-radius:.5rem}\n"
"figure h3{margin:0 0 .4rem;font-size:.95rem}\n"
"svg{display:block;width:100%;height:auto;font:14px system-ui,sans-serif}\n"
"svg text{fill:var(--ink);text-anchor:middle}svg .small{font-size:11px;fill:var(--quiet)}\n"
".box{fill:var(--fill);stroke:var(--line)}.hook{fill:none;stroke:var(--quiet)}\n"
".original{fill:none;stroke:var(--original);stroke-width:2}\n"
".copy{fill:none;stroke:var(--copy);stroke-width:2;stroke-dasharray:6 4}\n"
".end{fill:none;stroke:var(--end);stroke-width:2.5}\n"
".head-original{fill:var(--original)}.head-copy{fill:var(--copy)}\n"
".wide{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}\n"
"table{border-collapse:collapse;width:100%;font-size:.8125rem}\n"
"th,td{padding:.3rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}\n"
"th{background:var(--fill);white-space:nowrap}tr:last-child>*{border-bottom:0}\n"
"td.differs{border-left:3px solid var(--copy)}td b{font-weight:600}\n"
".legend{display:inline-block;width:2.2rem;border-top:2px solid var(--original);vertical-align:middle}\n"
".legend.dashed{border-top:2px dashed var(--copy)}\n"
"@media print{@page{size:A4 landscape;margin:12mm}"
":root{--ink:#000;--paper:#fff;--quiet:#444;--line:#bbb;--fill:#f4f4f4;--original:#1f5fbf;--copy:#b25600;--end:#b3261e}"
"html{font-size:11px}body{max-width:none;padding:0;font-size:11px}table{font-size:8.5px}th,td{padding:.15rem .3rem}"
".wide{overflow:visible}.pictures{grid-template-columns:1fr 1fr}"
"figure,tr{break-inside:avoid}h2{break-after:avoid}}\n";

static const char heads[] =
"<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>"
"<marker id=\"head-original\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head-original\" d=\"M0 0L8 4L0 8z\"/></marker>"
"<marker id=\"head-copy\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head-copy\" d=\"M0 0L8 4L0 8z\"/></marker>"
"</defs></svg>\n";

json_t *compare_html_read(const char *file, const char *member, struct error_list *errors)
{
	struct location where = { file, 1, 1 };
	json_error_t wrong;
	json_t *root = json_load_file(file, 0, &wrong);

	if (!root && wrong.line < 0) {
		error_system(errors, -EIO, "%s: cannot be read: %s", file, strerror(errno));
		return NULL;
	}
	if (!root) {
		where.line = wrong.line;
		where.column = wrong.column;
		error_definition(errors, &where, "no JSON: %s", wrong.text);
		return NULL;
	}
	if (json_integer_value(json_object_get(root, "version")) == 1 &&
	    json_is_array(json_object_get(root, member)))
		return root;
	error_definition(errors, &where, "not of version 1, or without \"%s\": it is what %s prints",
			 member, strcmp(member, "cells") ? "mirror-nft compare --json" :
			 "tests/lab/run --json");
	json_decref(root);
	return NULL;
}

static void kernels_print(const json_t *reports, FILE *out)
{
	const char *name;
	json_t *report, *version;
	size_t i;

	fputs("<div class=\"wide\"><table><tr><th>kernel</th><th>counted by</th><th>cases</th><th>agreement</th><th>made with</th></tr>\n", out);
	json_array_foreach(reports, i, report) {
		const char *observer = html_member(report, "observer");

		fputs("<tr><td><b>", out);
		html_text(html_member(report, "kernel"), out);
		fprintf(out, "</b></td><td>%s</td><td>%zu</td><td>",
			!strcmp(observer, "module") ? "mirror_probe and nft, which agree" : "nft",
			json_array_size(json_object_get(report, "cases")));
		html_list(json_object_get(report, "agreement"), "<br>", out);
		fputs("</td><td>", out);
		json_object_foreach(json_object_get(report, "versions"), name, version) {
			if (!strcmp(name, "mirror-nft"))
				fputs("mirror-nft ", out);
			html_text(json_string_value(version), out);
			fputs("<br>", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</table></div>\n", out);
}

/* Each point once, with the kernels on which it was found. */
static void differences_print(const json_t *reports, FILE *out)
{
	json_t *points = json_object(), *report, *text, *kernels;
	const char *point;
	size_t i, j;

	json_array_foreach(reports, i, report)
		json_array_foreach(json_object_get(report, "differences"), j, text) {
			kernels = json_object_get(points, json_string_value(text));
			if (!kernels) {
				kernels = json_array();
				json_object_set_new(points, json_string_value(text), kernels);
			}
			json_array_append_new(kernels, json_string(html_kernel(report)));
		}
	fputs("<ul>\n", out);
	json_object_foreach(points, point, kernels) {
		fputs("<li>", out);
		html_text(point, out);
		if (json_array_size(kernels) != json_array_size(reports)) {
			fputs(" <span class=\"quiet\">(", out);
			html_releases(kernels, out);
			fputs(")</span>", out);
		}
		fputs("</li>\n", out);
	}
	fputs("</ul>\n", out);
	if (!json_object_size(points))
		fputs("<p>Nothing that was looked at differs.</p>\n", out);
	json_decref(points);
}

static void page_print(const json_t *reports, const json_t *lab, FILE *out)
{
	fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		"<title>nft dup and tc mirred: what becomes of the copies</title>\n"
		"<link rel=\"icon\" href=\"data:,\">\n<style>\n%s</style></head><body>\n%s", style, heads);
	fputs("<h1>nft <code>dup to</code> and tc <code>mirred</code>: what becomes of the copies</h1>\n"
	      "<p>Packets that leave or reach the device <code>src0</code> are mirrored to a target, by nft and by tc in "
	      "several ways, case by case, and counted wherever they come by.</p>\n<h2>Kernels</h2>\n", out);
	kernels_print(reports, out);
	fputs("<h2>Where the paths differ</h2>\n", out);
	differences_print(reports, out);
	fputs("<h2>The ways</h2>\n<p><span class=\"legend\"></span> original &nbsp; "
	      "<span class=\"legend dashed\"></span> copy</p>\n<div class=\"pictures\">\n", out);
	compare_html_pictures(reports, out);
	fputs("</div>\n<h2>Case by case</h2>\n<p>Copies that left through the target, their packet type, and where they end. "
	      "One line in a cell where all paths, both families and both protocols are alike.</p>\n", out);
	compare_html_cases(reports, out);
	fputs("<h2>What copies have, and who sees them</h2>\n<p>Copies to which it applies, of all copies; of the size, bytes of a frame.</p>\n", out);
	compare_html_rows(reports, "traits", "trait", out);
	fputs("<h2>What happens to the target</h2>\n<p>While it is mirrored to: copies of packets sent, and what tc's action counts.</p>\n", out);
	compare_html_rows(reports, "lives", "life", out);
	if (lab)
		compare_html_lab(lab, out);
	fputs("</body></html>\n", out);
}

int compare_html_write(const json_t *reports, const json_t *lab, const char *file,
		       struct error_list *errors)
{
	char *beside = NULL;
	FILE *out;
	int error = 0;

	if (asprintf(&beside, "%s.new", file) < 0)
		return -ENOMEM;
	out = fopen(beside, "we");
	if (!out) {
		error = error_system(errors, -errno, "%s: cannot be written: %s", file,
				     strerror(errno));
		goto out_free;
	}
	page_print(reports, lab, out);
	if (ferror(out))
		error = -EIO;
	if (fclose(out) && !error)
		error = -errno;
	if (!error && rename(beside, file))
		error = -errno;
	if (error) {
		error_system(errors, error, "%s: cannot be written: %s", file, strerror(-error));
		unlink(beside);
	}
out_free:
	free(beside);
	return error;
}
