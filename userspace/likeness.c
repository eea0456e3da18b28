// SPDX-License-Identifier: GPL-2.0-only
#include "likeness.h"

#include <string.h>

/* Not tolower(): what resembles what does not depend on the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* The optimal string alignment distance, three rows of its table at a time. */
static unsigned int distance(const char *text, size_t length, const char *word,
			     size_t columns)
{
	unsigned int rows[3][LIKENESS_MAX + 1], *row = rows[0], *last = rows[1], *before;
	unsigned int best;
	size_t i, j;

	for (j = 0; j <= columns; j++)
		row[j] = j;
	for (i = 1; i <= length; i++) {
		before = last;
		last = row;
		row = rows[i % 3];
		row[0] = i;
		for (j = 1; j <= columns; j++) {
			bool same = lower(text[i - 1]) == lower(word[j - 1]);

			best = last[j - 1] + !same;
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && lower(text[i - 1]) == lower(word[j - 2]) &&
			    lower(text[i - 2]) == lower(word[j - 1]) && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
	}
	return row[columns];
}

void likeness_begin(struct likeness *likeness, const char *text, size_t length)
{
	*likeness = (struct likeness){
		.text = text, .length = length,
		.distance = length < 3 ? 1 : length < 6 ? 2 : 3,
	};
}

void likeness_offer(struct likeness *likeness, const char *word)
{
	size_t length = strlen(word);
	unsigned int d;

	if (!likeness->length || likeness->length > LIKENESS_MAX || length > LIKENESS_MAX)
		return;
	d = distance(likeness->text, likeness->length, word, length);
	if (d < likeness->distance) {
		likeness->distance = d;
		likeness->word = word;
		likeness->several = false;
	} else if (d == likeness->distance && likeness->word) {
		likeness->several = true;
	}
}

const char *likeness_only(const struct likeness *likeness)
{
	return likeness->several ? NULL : likeness->word;
}
