// SPDX-License-Identifier: GPL-2.0-only
#include "error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct error_record {
	enum error_kind kind;
	char *text;
	/* For error_sort(); the file is known by its address, which may be gone. */
	struct location where;
};

/* Longest line that an error prints; the parts that come from the user are cut
 * by the callers, so this is a backstop. */
#define ERROR_TEXT_MAX 1024

static void record_add(struct error_list *errors, enum error_kind kind,
		       const char *text, const struct location *where)
{
	struct error_record *records;
	char *copy, *c;

	records = reallocarray(errors->records, errors->count + 1, sizeof(*records));
	if (!records) {
		errors->out_of_memory = true;
		return;
	}
	errors->records = records;
	copy = strdup(text);
	if (!copy) {
		errors->out_of_memory = true;
		return;
	}
	/* One line each, whatever words of the user are quoted. */
	for (c = copy; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	records[errors->count].kind = kind;
	records[errors->count].text = copy;
	records[errors->count].where = where ? *where : (struct location){ NULL, 0, 0 };
	errors->count++;
}

int error_definition(struct error_list *errors, const struct location *where,
		     const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	size_t used = 0;
	va_list arguments;

	if (where)
		used = snprintf(text, sizeof(text), "%s:%u:%u: ", where->file,
				where->line, where->column);
	if (used >= sizeof(text))
		used = sizeof(text) - 1;
	va_start(arguments, format);
	vsnprintf(text + used, sizeof(text) - used, format, arguments);
	va_end(arguments);
	record_add(errors, ERROR_DEFINITION, text, where);
	return -EINVAL;
}

int error_system(struct error_list *errors, int error, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	record_add(errors, ERROR_SYSTEM, text, NULL);
	return error;
}

const char *error_text(const struct error_list *errors, size_t index)
{
	return index < errors->count ? errors->records[index].text : NULL;
}

int error_report(const struct error_list *errors, FILE *stream)
{
	int status = errors->out_of_memory ? 1 : 0;
	size_t i;

	for (i = 0; i < errors->count; i++) {
		const struct error_record *record = &errors->records[i];

		fprintf(stream, "mirror-nft: %s\n", record->text);
		if (record->kind == ERROR_DEFINITION)
			status = 2;
		else if (!status)
			status = 1;
	}
	if (errors->out_of_memory)
		fprintf(stream, "mirror-nft: out of memory\n");
	return status;
}

void error_move(struct error_list *to, struct error_list *from)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		record_add(to, from->records[i].kind, from->records[i].text,
			   &from->records[i].where);
	to->out_of_memory |= from->out_of_memory;
	error_clear(from);
}

/* What a sort compares with. */
struct order {
	char *const *files;
	size_t count;
};

static size_t file_rank(const struct order *order, const char *file)
{
	size_t i;

	for (i = 0; i < order->count; i++)
		if (order->files[i] == file)
			return i;
	return order->count;
}

static int record_compare(const struct error_record *first,
			  const struct error_record *second, const struct order *order)
{
	size_t rank = file_rank(order, first->where.file);
	size_t other = file_rank(order, second->where.file);

	if (rank != other)
		return rank < other ? -1 : 1;
	if (rank == order->count)
		return 0;
	if (first->where.line != second->where.line)
		return first->where.line < second->where.line ? -1 : 1;
	return (first->where.column > second->where.column) -
		(first->where.column < second->where.column);
}

void error_sort(struct error_list *errors, char *const *files, size_t count)
{
	struct order order = { .files = files, .count = count };
	size_t i, j;

	/* By insertion: they are few, nearly in order, and equals stay as they are. */
	for (i = 1; i < errors->count; i++) {
		struct error_record record = errors->records[i];

		for (j = i; j && record_compare(&errors->records[j - 1], &record, &order) > 0; j--)
			errors->records[j] = errors->records[j - 1];
		errors->records[j] = record;
	}
}

static bool is_repeated(const struct error_list *errors, size_t kept, const char *text)
{
	size_t i;

	for (i = 0; i < kept; i++)
		if (!strcmp(errors->records[i].text, text))
			return true;
	return false;
}

void error_drop_repeated(struct error_list *errors)
{
	size_t i, kept = 0;

	for (i = 0; i < errors->count; i++)
		if (is_repeated(errors, kept, errors->records[i].text))
			free(errors->records[i].text);
		else
			errors->records[kept++] = errors->records[i];
	errors->count = kept;
}

void error_clear(struct error_list *errors)
{
	size_t i;

	for (i = 0; i < errors->count; i++)
		free(errors->records[i].text);
	free(errors->records);
	memset(errors, 0, sizeof(*errors));
}
