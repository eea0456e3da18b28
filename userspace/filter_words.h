/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The match language as words. The longest one that fits is taken, as by
 * libpcap: "10.0.0.1" is an address, "10.0.0.1.example" a name, "1-2" a name,
 * "1:2" a number, a mark and a number.
 */
#ifndef FILTER_WORDS_H
#define FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "filter_names.h"

/* Marks of two characters; one of one character is that character. */
enum word_mark {
	MARK_SHIFT_LEFT = 256, MARK_SHIFT_RIGHT,
	MARK_LESS_EQUAL, MARK_GREATER_EQUAL, MARK_NOT_EQUAL,
};

enum word_wrong {
	WRONG_CHARACTER, WRONG_OCTAL, WRONG_OVERFLOW, WRONG_HARDWARE, WRONG_IPV6,
	WRONG_ARCNET,
};

struct word {
	enum word_kind kind;
	const char *text;	/* not terminated */
	size_t length;
	struct location where;
	uint32_t number;
};

struct words {
	const char *next;	/* first character after @word */
	struct location place;	/* of @next */
	struct word word;	/* the current one */
};

/* @where is the place of the first character. The first word is current. */
void words_begin(struct words *words, const char *text, const struct location *where);

/* Step to the next word; the end stays the end. */
void words_next(struct words *words);

/* The precision for "%.*s": a line cannot bear more, and no character of UTF-8
 * is cut in two. */
int word_shown(const struct word *word);

#endif
