/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pieces of text for the page.
 */
#ifndef COMPARE_HTML_TEXT_H
#define COMPARE_HTML_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* Print @text, or nothing for NULL, with what HTML has other uses for escaped. */
void html_text(const char *text, FILE *out);

/* Print the texts of @array, escaped, with @joint between them. */
void html_list(const json_t *array, const char *joint, FILE *out);

/* The text that @object has as @name, "" where there is none. */
const char *html_member(const json_t *object, const char *name);
unsigned int html_number(const json_t *object, const char *name);

/* The name of @report's kernel. */
const char *html_kernel(const json_t *report);

/* Print a kernel's name, escaped, without what distributions hang on it: "6.1.0-50". */
void html_release(const char *kernel, FILE *out);

/* The same of an array of them. */
void html_releases(const json_t *kernels, FILE *out);

/* Append @text to the array of @object that is named @name, unless it is there. */
void html_collect(json_t *object, const char *name, const char *text);

#endif
