// SPDX-License-Identifier: GPL-2.0-only
#include "compare_html_text.h"

#include <string.h>

void html_text(const char *text, FILE *out)
{
	for (; text && *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
}

void html_list(const json_t *array, const char *joint, FILE *out)
{
	json_t *text;
	size_t i;

	json_array_foreach(array, i, text) {
		fputs(i ? joint : "", out);
		html_text(json_string_value(text), out);
	}
}

const char *html_member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

unsigned int html_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

const char *html_kernel(const json_t *report)
{
	return html_member(report, "kernel");
}

void html_release(const char *kernel, FILE *out)
{
	static const char *const tails[] = { "+", "-cloud", "-amd64" };
	size_t length = strlen(kernel), i;
	char text[66];

	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		const char *tail = strstr(kernel, tails[i]);

		if (tail && (size_t)(tail - kernel) < length)
			length = tail - kernel;
	}
	snprintf(text, sizeof(text), "%.*s", (int)length, kernel);
	html_text(text, out);
}

void html_releases(const json_t *kernels, FILE *out)
{
	json_t *kernel;
	size_t i;

	json_array_foreach(kernels, i, kernel) {
		fputs(i ? ", " : "", out);
		html_release(json_string_value(kernel), out);
	}
}

void html_collect(json_t *object, const char *name, const char *text)
{
	json_t *array = json_object_get(object, name), *known;
	size_t i;

	if (!array) {
		array = json_array();
		json_object_set_new(object, name, array);
	}
	json_array_foreach(array, i, known)
		if (!strcmp(json_string_value(known), text))
			return;
	json_array_append_new(array, json_string(text));
}
