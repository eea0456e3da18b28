/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a match means: a boolean formula over the bytes of a frame. Its atoms
 * are tests "the bytes at a place are in these ranges", which know their own
 * negation, so there is no "not" node.
 *
 * Nodes are made once: equal formulas are the same pointer, in one space that
 * is freed as a whole. Making a node simplifies it: tests at one place join
 * into one ("port 80 or port 443" is one test with two ranges), constants
 * vanish, and alternatives that share a condition share it in one node.
 */
#ifndef FORMULA_H
#define FORMULA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

enum formula_kind {
	FORMULA_FALSE,
	FORMULA_TRUE,
	FORMULA_TEST,
	FORMULA_AND,
	FORMULA_OR,
};

enum formula_base {
	/* Bytes of the frame as it stands on the wire, tags included. */
	FORMULA_FRAME,
	/* Bytes behind the IPv4 header of an untagged frame, whatever its
	 * options; behind the fixed IPv6 header of an untagged frame. */
	FORMULA_TRANSPORT_IP,
	FORMULA_TRANSPORT_IP6,
	/* The length of the frame on the wire, 4 bytes. */
	FORMULA_LENGTH,
	/* What only the kernel knows, for the lowering: its own length of the
	 * frame, the index of the input device (0 on egress), its idea of the
	 * protocol, and bytes from its idea of the network header. */
	FORMULA_META_LENGTH,
	FORMULA_META_INPUT,
	FORMULA_META_PROTOCOL,
	FORMULA_NETWORK,
};

/* No frame has a length with higher bits: what IP can say, and headers. */
#define LENGTH_BITS 0x1ffffu

struct formula_place {
	enum formula_base base;
	uint32_t offset;		/* bytes */
	uint8_t length;			/* bytes, up to PLAN_VALUE_MAX */
	uint8_t mask[PLAN_VALUE_MAX];	/* all ones where nothing is masked */
};

struct formula {
	enum formula_kind kind;
	uint32_t hash;
	uint32_t depth;			/* of joints, 0 for a test */
	uint32_t number;		/* in the order of making */
	uint32_t bases;			/* bits of enum formula_base, of all tests */
	/* FORMULA_TEST: sorted, disjoint, not touching, never empty and never
	 * everything */
	struct formula_place place;
	const struct plan_range *ranges;
	/* FORMULA_AND, FORMULA_OR: two or more; in the order of the places */
	const struct formula *const *children;
	size_t count;			/* of ranges or children */
};

struct formula_space;

/* Deeper formulas are not made: formula_space_error() says -E2BIG. */
#define FORMULA_DEPTH_MAX 200

struct formula_space *formula_space_new(void);
void formula_space_free(struct formula_space *space);
/* 0, or what went wrong in any call since: -ENOMEM or -E2BIG. After that all
 * results are some formula, but not the right one. */
int formula_space_error(const struct formula_space *space);
/* Note such an error; the result is some formula. */
const struct formula *formula_failed(struct formula_space *space, int error);

const struct formula *formula_constant(struct formula_space *space, bool value);
/* @ranges in any order; they are copied and put in order. */
const struct formula *formula_test(struct formula_space *space,
				   const struct formula_place *place,
				   const struct plan_range *ranges, size_t count);
const struct formula *formula_and(struct formula_space *space,
				  const struct formula *const *children, size_t count);
const struct formula *formula_or(struct formula_space *space,
				 const struct formula *const *children, size_t count);
const struct formula *formula_not(struct formula_space *space,
				  const struct formula *formula);

/* Two at a time, for the common case. */
const struct formula *formula_and2(struct formula_space *space,
				   const struct formula *a, const struct formula *b);
const struct formula *formula_or2(struct formula_space *space,
				  const struct formula *a, const struct formula *b);

/* @formula where the bytes at test @known's place are known to be in its
 * ranges: its tests there become constants or smaller. */
const struct formula *formula_assume(struct formula_space *space,
				     const struct formula *formula,
				     const struct formula *known);

/* @formula with every test replaced by what @change makes of it. */
typedef const struct formula *(*formula_change)(struct formula_space *space,
						const struct formula *test, void *data);
const struct formula *formula_map(struct formula_space *space,
				  const struct formula *formula,
				  formula_change change, void *data);

/* Does any test look at @base? */
bool formula_uses(const struct formula *formula, enum formula_base base);

/* Does @formula, an "or", choose by the value at one place, every alternative
 * with values of its own in the test that it is or begins with? */
bool formula_is_choice(struct formula_space *space, const struct formula *formula);
/* What is left of an "and" without its first child. */
const struct formula *formula_and_rest(struct formula_space *space,
				       const struct formula *formula);

bool formula_place_equal(const struct formula_place *a, const struct formula_place *b);

#endif
