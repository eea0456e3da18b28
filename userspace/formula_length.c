// SPDX-License-Identifier: GPL-2.0-only
#include "formula_length.h"

#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#define TAG_LENGTH 4

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

/* The kernel's length where it falls @missing bytes short of the wire's. */
static const struct formula *length_less(struct formula_space *space,
					 const struct formula *test, uint32_t missing)
{
	const struct formula *result = formula_constant(space, false);
	size_t i;

	for (i = 0; i < test->count; i++) {
		uint32_t low = 0, high = 0;
		int byte;

		for (byte = 0; byte < 4; byte++) {
			low = low << 8 | test->ranges[i].low[byte];
			high = high << 8 | test->ranges[i].high[byte];
		}
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
	if (!formula_uses(space, formula, FORMULA_LENGTH))
		return formula;
	return formula_map(space, formula, length_change, NULL);
}
