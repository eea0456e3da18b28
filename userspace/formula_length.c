// SPDX-License-Identifier: GPL-2.0-only
#include "formula_length.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#define TAG_LENGTH 4

static void number_put(uint8_t *bytes, uint32_t number)
{
	bytes[0] = number >> 24;
	bytes[1] = number >> 16;
	bytes[2] = number >> 8;
	bytes[3] = number;
}

/* One value, or range of values, of 2 or 4 bytes. */
static const struct formula *number_in(struct formula_space *space,
				       enum formula_base base, unsigned int offset,
				       unsigned int length, uint32_t low, uint32_t high)
{
	struct formula_place place = { .base = base, .offset = offset, .length = length };
	struct plan_range range = { 0 };
	unsigned int i;

	for (i = 0; i < length; i++) {
		place.mask[i] = 0xff;
		range.low[i] = low >> 8 * (length - 1 - i);
		range.high[i] = high >> 8 * (length - 1 - i);
	}
	return formula_test(space, &place, &range, 1);
}

/* The types of tags that the kernel moves beside the frame. */
static const struct formula *is_tag(struct formula_space *space,
				    enum formula_base base, unsigned int offset)
{
	return formula_or2(space, number_in(space, base, offset, 2, ETH_P_8021Q, ETH_P_8021Q),
			   number_in(space, base, offset, 2, ETH_P_8021AD, ETH_P_8021AD));
}

/*
 * On egress a tag may stand in the frame or beside it. In the frame, the kernel
 * calls the protocol that of the tag; beside it, that of what follows. What
 * follows may be another tag: then the network header tells, which is the IP
 * header if the stack has put the tags, and the first tag's own two bytes, with
 * the second tag's type behind them, if somebody has sent the frame as it is.
 */
static const struct formula *tag_beside(struct formula_space *space)
{
	const struct formula *in_frame, *twice;

	twice = formula_and2(space, is_tag(space, FORMULA_FRAME, 16),
			     formula_not(space, is_tag(space, FORMULA_NETWORK, 2)));
	in_frame = formula_and2(space, is_tag(space, FORMULA_META_PROTOCOL, 0),
				formula_not(space, twice));
	return formula_and2(space, is_tag(space, FORMULA_FRAME, 12),
			    formula_not(space, in_frame));
}

static uint32_t number_of(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static bool holds(const struct formula *test, uint32_t number)
{
	size_t i;

	for (i = 0; i < test->count; i++)
		if (number >= number_of(test->ranges[i].low) &&
		    number <= number_of(test->ranges[i].high))
			return true;
	return false;
}

/*
 * nft can mask its length, but not add to it before that. What the sum says
 * under a mask repeats itself: up to the mask's highest bit, the values of the
 * length alone for which it is true are written down as ranges.
 */
static const struct formula *masked_less(struct formula_space *space,
					 const struct formula *test, uint32_t missing)
{
	uint32_t mask = number_of(test->place.mask) & LENGTH_BITS, period = 1, value;
	struct formula_place place = { .base = FORMULA_META_LENGTH, .length = 4 };
	const struct formula *result;
	struct plan_range *ranges;
	size_t count = 0;
	bool before = false;

	while (period <= mask)
		period <<= 1;
	ranges = calloc(period / 2 + 1, sizeof(*ranges));
	if (!ranges)
		return formula_failed(space, -ENOMEM);
	for (value = 0; value < period; value++) {
		bool now = holds(test, (value + missing) & mask);

		if (now && !before)
			number_put(ranges[count++].low, value);
		if (now)
			number_put(ranges[count - 1].high, value);
		before = now;
	}
	number_put(place.mask, period - 1);
	result = formula_test(space, &place, ranges, count);
	free(ranges);
	return result;
}

/* The kernel's length where it falls @missing bytes short of the wire's. */
static const struct formula *length_less(struct formula_space *space,
					 const struct formula *test, uint32_t missing)
{
	const struct formula *result = formula_constant(space, false);
	size_t i;

	if (number_of(test->place.mask) != UINT32_MAX)
		return masked_less(space, test, missing);
	for (i = 0; i < test->count; i++) {
		uint32_t low = number_of(test->ranges[i].low);
		uint32_t high = number_of(test->ranges[i].high);

		if (high < missing)
			continue;
		low = low < missing ? 0 : low - missing;
		if (high != UINT32_MAX)
			high -= missing;
		result = formula_or2(space, result,
				     number_in(space, FORMULA_META_LENGTH, 0, 4, low, high));
	}
	return result;
}

static const struct formula *where(struct formula_space *space,
				   const struct formula *condition,
				   const struct formula *test, uint32_t missing)
{
	return formula_and2(space, condition, length_less(space, test, missing));
}

static const struct formula *length_change(struct formula_space *space,
					   const struct formula *test, void *data)
{
	const struct formula *egress, *ingress, *tagged, *beside, *untagged;

	(void)data;
	if (test->place.base != FORMULA_LENGTH)
		return test;
	egress = number_in(space, FORMULA_META_INPUT, 0, 4, 0, 0);
	ingress = formula_not(space, egress);
	/* On ingress every such tag has been taken off. */
	tagged = is_tag(space, FORMULA_FRAME, 12);
	untagged = formula_not(space, tagged);
	beside = tag_beside(space);
	ingress = formula_and2(space, ingress, formula_or2(space,
		where(space, untagged, test, ETH_HLEN),
		where(space, tagged, test, ETH_HLEN + TAG_LENGTH)));
	egress = formula_and2(space, egress, formula_or2(space,
		where(space, formula_not(space, beside), test, 0),
		where(space, beside, test, TAG_LENGTH)));
	return formula_or2(space, ingress, egress);
}

const struct formula *formula_length_lower(struct formula_space *space,
					   const struct formula *formula)
{
	if (!formula_uses(formula, FORMULA_LENGTH))
		return formula;
	return formula_map(space, formula, length_change, NULL);
}
