/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic of the match language. nft compares bits of the packet with a
 * number, and computes nothing: so constants are folded, and what is done to a
 * load is taken back on the other side of the relation, where that is exact.
 */
#ifndef FILTER_VALUE_H
#define FILTER_VALUE_H

#include "filter.h"

enum value_operator {
	OPERATOR_OR, OPERATOR_AND, OPERATOR_SHIFT_LEFT, OPERATOR_SHIFT_RIGHT,
	OPERATOR_ADD, OPERATOR_SUBTRACT, OPERATOR_MULTIPLY, OPERATOR_DIVIDE,
	OPERATOR_NEGATE,		/* has no left side */
	OPERATOR_MODULO, OPERATOR_XOR,
};

enum value_problem {
	VALUE_FINE,
	VALUE_TWO_LOADS,		/* nft has no arithmetic */
	VALUE_NO_WAY_BACK,		/* nor can it be taken back */
	VALUE_DIVISION_BY_ZERO,
	VALUE_SHIFT_TOO_FAR,
};

/* A number, or of a @load
 *
 *	((shifted(load & mask) ^ flip) * factor + addend) / divisor
 *
 * in 32 bits, like all arithmetic of the language. A @shift below 0 goes to
 * the right. @mask has only bits that are still there after the shift. What is
 * divided by more than 1 has not wrapped around before. */
struct value {
	bool loaded;
	bool plain;		/* nothing but digits: may be a port, an id */
	uint32_t number;	/* if not loaded */
	struct filter load;	/* FILTER_LOAD or FILTER_LENGTH */
	uint32_t mask, flip, factor, addend;
	uint64_t divisor;
	int shift;
};

void value_number(struct value *value, uint32_t number);

/* All of @load, whose size is set. */
void value_load(struct value *value, const struct filter *load);

/* @value becomes "@value @operator @right"; of OPERATOR_NEGATE "- @value". */
enum value_problem value_combine(struct value *value, enum value_operator operator,
				 const struct value *right);

/* Up to two relations of the load that are "@value @relation @number" together:
 * @relations[0] alone, or joined with @relations[1] by @joint, which is
 * FILTER_AND or FILTER_OR. What is always or never true is a relation of no
 * bits, because it still depends on the packet being long enough. */
struct value_relations {
	struct filter relations[2];
	size_t count;
	enum filter_kind joint;
};

enum value_problem value_solve(const struct value *value, enum filter_relation relation,
			       uint32_t number, struct value_relations *solved);

/* "number @relation number" */
bool value_compare(uint32_t left, enum filter_relation relation, uint32_t right);

/* The relation with its sides exchanged. */
enum filter_relation value_reverse(enum filter_relation relation);

#endif
