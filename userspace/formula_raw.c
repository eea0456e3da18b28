// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport headers as bytes of the frame.
 */
#include "formula_raw.h"

#include <linux/if_ether.h>
#include <stdlib.h>

#include "formula_rows.h"

/* Bytes of the transport header as bytes of the frame, IPv4 header included
 * whose length is @data's words. */
static const struct formula *transport_move(struct formula_space *space,
					    const struct formula *test, void *data)
{
	const unsigned int *words = data;
	struct formula_place place = test->place;

	if (place.base == FORMULA_TRANSPORT_IP)
		place.offset += ETH_HLEN + 4 * *words;
	else if (place.base == FORMULA_TRANSPORT_IP6)
		place.offset += ETH_HLEN + 40;
	else
		return test;
	place.base = FORMULA_FRAME;
	return formula_test(space, &place, test->ranges, test->count);
}

static bool uses_transport(const struct formula *formula)
{
	return formula_uses(formula, FORMULA_TRANSPORT_IP) ||
	       formula_uses(formula, FORMULA_TRANSPORT_IP6);
}

/* Nothing but tests below. */
static bool is_flat(const struct formula *formula)
{
	size_t i;

	for (i = 0; i < formula->count; i++)
		if (formula->children[i]->kind != FORMULA_TEST)
			return false;
	return true;
}

/* One alternative for each length that an IPv4 header can claim. */
static const struct formula *lengths_spread(struct formula_space *space,
					    const struct formula *formula)
{
	struct formula_place place = { .base = FORMULA_FRAME, .offset = ETH_HLEN,
				       .length = 1, .mask = { 0x0f } };
	const struct formula *alternatives[16];
	unsigned int words;

	for (words = 0; words < 16; words++) {
		struct plan_range range = { .low = { words }, .high = { words } };
		const struct formula *moved;

		moved = formula_map(space, formula, transport_move, &words);
		alternatives[words] = formula_and2(space,
			formula_test(space, &place, &range, 1), moved);
	}
	return formula_or(space, alternatives, 16);
}

/* Are the alternatives rows of exact values, so that for each length of the
 * header they are look-ups? Then they are spread as a whole. */
static bool are_exact_rows(const struct formula *formula)
{
	bool *taken = calloc(formula->count, sizeof(*taken)), all = true;
	struct exact_rows rows;
	size_t i;

	if (!taken || exact_rows_collect(formula, &rows, taken)) {
		free(taken);
		return false;	/* only less handsome */
	}
	for (i = 0; i < formula->count; i++)
		all &= taken[i];
	free(rows.rows);
	free(taken);
	return all && rows.count >= EXACT_ROWS_MIN;
}

static const struct formula *raw_or(struct formula_space *space,
				    const struct formula *formula)
{
	const struct formula **children, *result;
	size_t i;

	if (are_exact_rows(formula))
		return lengths_spread(space, formula);
	children = calloc(formula->count, sizeof(*children));
	if (!children)
		return NULL;
	for (i = 0; i < formula->count; i++) {
		children[i] = formula_raw_ip(space, formula->children[i]);
		if (!children[i])
			break;
	}
	result = i == formula->count ? formula_or(space, children, i) : NULL;
	free(children);
	return result;
}

/* Of an "and", only what reads the transport header is spread over the lengths
 * of the header before it. */
static const struct formula *raw_and(struct formula_space *space,
				     const struct formula *formula)
{
	const struct formula **plain, **reading, *rest = NULL;
	size_t i, plain_count = 0, reading_count = 0;

	plain = calloc(formula->count + 1, sizeof(*plain));
	reading = calloc(formula->count, sizeof(*reading));
	if (!plain || !reading)
		goto out_free;
	for (i = 0; i < formula->count; i++)
		if (uses_transport(formula->children[i]))
			reading[reading_count++] = formula->children[i];
		else
			plain[plain_count++] = formula->children[i];
	rest = formula_and(space, reading, reading_count);
	/* An "or" inside may again hold conditions to keep apart. */
	if (rest->kind == FORMULA_OR && !is_flat(rest))
		rest = formula_raw_ip(space, rest);
	else if (rest->kind != FORMULA_TRUE)
		rest = lengths_spread(space, rest);
	if (!rest)
		goto out_free;
	plain[plain_count++] = rest;
	rest = formula_and(space, plain, plain_count);
out_free:
	free(reading);
	free(plain);
	return rest;
}

const struct formula *formula_raw_ip(struct formula_space *space,
				     const struct formula *formula)
{
	if (formula->kind == FORMULA_OR)
		return raw_or(space, formula);
	if (formula->kind == FORMULA_AND)
		return raw_and(space, formula);
	return uses_transport(formula) ? lengths_spread(space, formula) : formula;
}

const struct formula *formula_raw_ip6(struct formula_space *space,
				      const struct formula *formula)
{
	return formula_map(space, formula, transport_move, &(unsigned int){ 0 });
}
