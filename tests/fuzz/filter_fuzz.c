// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a filter: parsed, printed, and what is printed parsed again,
 * which has to be printed the same.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
 *		-D_GNU_SOURCE -I../../userspace -I../unit -o filter_fuzz filter_fuzz.c \
 *		../../userspace/filter.c ../../userspace/filter_names.c \
 *		../../userspace/filter_pars*.c ../../userspace/filter_print.c \
 *		../../userspace/filter_value.c ../../userspace/filter_words.c \
 *		../../userspace/error.c
 *	./filter_fuzz -dict=filter.dict -max_total_time=180
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "filter_stubs.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct location start = { "fuzz", 1, 1 };

static void require(bool right)
{
	if (!right)
		abort();
}

/* Every error is one record of one line that is not long. */
static void errors_check(int error, const struct error_list *errors)
{
	require(errors->count == (error ? 1 : 0));
	require(!error || error == -EINVAL);
	require(!error || strlen(error_text(errors, 0)) < 512);
	require(!error || !strchr(error_text(errors, 0), '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct filter *filter = NULL, *again = NULL;
	struct error_list errors = { 0 };
	char *text = malloc(size + 1), *printed, *printed_again;
	int error;

	require(text != NULL);
	memcpy(text, bytes, size);
	text[size] = '\0';
	error = filter_parse(text, &start, &filter, &errors);
	errors_check(error, &errors);
	require(!error || !filter);
	if (!error) {
		printed = filter_print(filter);
		require(printed != NULL);
		/* Parentheses may have been added to as many as there can be. */
		if (filter_parse(printed, &start, &again, &errors)) {
			require(strstr(error_text(&errors, 0), "in each other") != NULL);
		} else {
			printed_again = filter_print(again);
			require(printed_again && !strcmp(printed, printed_again));
			free(printed_again);
		}
		free(printed);
	}
	filter_free(filter);
	filter_free(again);
	error_clear(&errors);
	free(text);
	return 0;
}
