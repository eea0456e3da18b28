/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A unit test is a program that checks, prints a line a check, and ends with
 * harness_end(). "ok" lines carry the name, "not ok" lines the reason as well.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

static int harness_passed, harness_failed;

/* A name is one line, whatever was tested with. */
static inline void harness_line(const char *verdict, const char *name)
{
	printf("%s ", verdict);
	for (; *name; name++)
		putchar(*name >= ' ' && *name < 127 ? *name : '?');
}

__attribute__((format(printf, 3, 4)))
static inline bool check(bool right, const char *name, const char *why, ...)
{
	va_list arguments;

	harness_line(right ? "ok" : "not ok", name);
	if (right) {
		harness_passed++;
	} else {
		harness_failed++;
		fputs(": ", stdout);
		va_start(arguments, why);
		vprintf(why, arguments);
		va_end(arguments);
	}
	putchar('\n');
	return right;
}

static inline bool check_number(const char *name, long expected, long got)
{
	return check(expected == got, name, "expected %ld, got %ld", expected, got);
}

static inline bool check_text(const char *name, const char *expected, const char *got)
{
	return check(expected && got ? !strcmp(expected, got) : expected == got, name,
		     "expected '%s', got '%s'", expected ? expected : "(none)",
		     got ? got : "(none)");
}

/* Exactly one record, and it begins with @beginning; the list is emptied. */
static inline bool check_record(const char *name, const char *beginning,
				struct error_list *errors)
{
	const char *text = error_text(errors, 0);
	bool right = errors->count == 1 && !strncmp(text, beginning, strlen(beginning));

	check(right, name, "expected one record '%s...', got %zu, the first '%s'",
	      beginning, errors->count, text ? text : "(none)");
	error_clear(errors);
	return right;
}

static inline int harness_end(void)
{
	/* A test that checked nothing has not passed. */
	return harness_failed || !harness_passed;
}

#endif
