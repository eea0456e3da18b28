/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random expressions of the match language, from its grammar, that speak of
 * what the edge frames hold.
 */
#ifndef EXPRESSION_H
#define EXPRESSION_H

#include <stddef.h>
#include <stdint.h>

/* xorshift: the same seed gives the same run everywhere. Never 0. */
struct chance {
	uint64_t state;
};

void chance_begin(struct chance *chance, uint64_t seed);
uint32_t chance_below(struct chance *chance, uint32_t limit);

/* Write an expression of up to @terms primitives to @text. */
void expression_random(struct chance *chance, unsigned int terms, char *text, size_t size);

#endif
