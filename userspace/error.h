/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors are records, collected on the way and printed once, by the command:
 * a definition with three mistakes gets three lines, and tests read them as
 * data.
 */
#ifndef ERROR_H
#define ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Where in the user's own words something stands. For the command line the
 * "file" is the option, as in "--match:1:10". Line and column count from 1. */
struct location {
	const char *file;	/* borrowed: lives as long as argv or the file */
	unsigned int line;
	unsigned int column;
};

enum error_kind {
	ERROR_DEFINITION,	/* the definition or the command line is wrong */
	ERROR_SYSTEM,		/* the kernel or the system refused */
};

struct error_list {
	struct error_record *records;
	size_t count;
	bool out_of_memory;	/* a record itself could not be kept */
};

/* Add "FILE:LINE:COLUMN: text". Always returns -EINVAL, so that a caller can
 * say "return error_definition(...)". */
int error_definition(struct error_list *errors, const struct location *where,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Add a refusal by the kernel or the system. Returns @error, a negative errno,
 * unchanged. */
int error_system(struct error_list *errors, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The text of record @index, for tests; NULL past the end. */
const char *error_text(const struct error_list *errors, size_t index);

/* Print every record on a line of its own, "mirror-nft: ...". Returns the exit
 * status that goes with them: 2 if the definition is wrong, 1 if the system
 * refused, 0 if there is no record. */
int error_report(const struct error_list *errors, FILE *stream);

/* Append the records of @from to @to; @from is empty afterwards. */
void error_move(struct error_list *to, struct error_list *from);

/* Bring the records into the order of @files, lines and columns. What stands in
 * none of @files, or nowhere, follows as it was. Files are known by their address:
 * they are those that the locations borrowed. */
void error_sort(struct error_list *errors, char *const *files, size_t count);

/* Of records with the same text, keep the first: mirrors that share a target have its
 * problems in common. */
void error_drop_repeated(struct error_list *errors);

/* Drop all records; the list can be used again. */
void error_clear(struct error_list *errors);

#endif
