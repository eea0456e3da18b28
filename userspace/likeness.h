/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the words that there are was meant by one that is none of them.
 */
#ifndef LIKENESS_H
#define LIKENESS_H

#include <stdbool.h>
#include <stddef.h>

#define LIKENESS_MAX 32	/* bytes of a text or a word */

struct likeness {
	const char *text;	/* what was written, need not end with 0 */
	size_t length;
	const char *word;	/* the nearest so far, NULL for none that is near */
	unsigned int distance;	/* of that; before that, the least that is too far */
	bool several;		/* another word is as near */
};

/* Begin with what was written. Longer texts and words than LIKENESS_MAX resemble nothing. */
void likeness_begin(struct likeness *likeness, const char *text, size_t length);

/* A word that could be meant. It is near if few letters have to be inserted, removed,
 * replaced or exchanged with the next one: none for texts of 1 or 2 bytes, one up to 5,
 * else two; capitals are no difference. @word is kept, not copied. */
void likeness_offer(struct likeness *likeness, const char *word);

/* The word that is nearer than all others, or NULL. */
const char *likeness_only(const struct likeness *likeness);

#endif
