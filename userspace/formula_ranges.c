// SPDX-License-Identifier: GPL-2.0-only
#include "formula_ranges.h"

#include <stdlib.h>
#include <string.h>

/* The next byte string, as a big-endian number; false after the last one. */
static bool value_increment(uint8_t *value, size_t length)
{
	while (length--)
		if (++value[length])
			return true;
	return false;
}

static bool value_decrement(uint8_t *value, size_t length)
{
	while (length--)
		if (value[length]--)
			return true;
	return false;
}

/* By the first bytes, all PLAN_VALUE_MAX of them: the unused ones are zero in
 * every low end. */
static int range_compare(const void *left, const void *right)
{
	const struct plan_range *a = left, *b = right;

	return memcmp(a->low, b->low, sizeof(a->low));
}

/* Does @b begin at or before the value after @a's end? */
static bool range_reaches(const struct plan_range *a, const struct plan_range *b,
			  size_t length)
{
	uint8_t next[PLAN_VALUE_MAX];

	memcpy(next, a->high, sizeof(next));
	return !value_increment(next, length) || memcmp(b->low, next, length) <= 0;
}

/* Long lists come here more often sorted than not, and sorting is what would take time. */
static bool ranges_are_sorted(const struct plan_range *ranges, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (range_compare(&ranges[i - 1], &ranges[i]) > 0)
			return false;
	return true;
}

size_t ranges_normalise(struct plan_range *ranges, size_t count, size_t length)
{
	size_t kept = 0;
	size_t i;

	if (!count)
		return 0;
	if (!ranges_are_sorted(ranges, count))
		qsort(ranges, count, sizeof(*ranges), range_compare);
	for (i = 1; i < count; i++) {
		if (!range_reaches(&ranges[kept], &ranges[i], length))
			ranges[++kept] = ranges[i];
		else if (memcmp(ranges[i].high, ranges[kept].high, length) > 0)
			memcpy(ranges[kept].high, ranges[i].high, length);
	}
	return kept + 1;
}

size_t ranges_union(const struct plan_range *a, size_t a_count,
		    const struct plan_range *b, size_t b_count, size_t length,
		    struct plan_range *out)
{
	if (a_count)
		memcpy(out, a, a_count * sizeof(*out));
	if (b_count)
		memcpy(out + a_count, b, b_count * sizeof(*out));
	return ranges_normalise(out, a_count + b_count, length);
}

size_t ranges_intersection(const struct plan_range *a, size_t a_count,
			   const struct plan_range *b, size_t b_count, size_t length,
			   struct plan_range *out)
{
	size_t i = 0, j = 0, kept = 0;

	while (i < a_count && j < b_count) {
		bool a_later = memcmp(a[i].low, b[j].low, length) > 0;
		bool a_first = memcmp(a[i].high, b[j].high, length) < 0;
		const uint8_t *low = a_later ? a[i].low : b[j].low;
		const uint8_t *high = a_first ? a[i].high : b[j].high;

		if (memcmp(low, high, length) <= 0) {
			memset(&out[kept], 0, sizeof(*out));
			memcpy(out[kept].low, low, length);
			memcpy(out[kept++].high, high, length);
		}
		if (a_first)
			i++;
		else
			j++;
	}
	return kept;
}

size_t ranges_complement(const struct plan_range *ranges, size_t count,
			 size_t length, struct plan_range *out)
{
	uint8_t next[PLAN_VALUE_MAX] = { 0 };
	bool more = true;
	size_t i, kept = 0;

	for (i = 0; i < count; i++) {
		if (memcmp(next, ranges[i].low, length) < 0) {
			memset(&out[kept], 0, sizeof(*out));
			memcpy(out[kept].low, next, length);
			memcpy(out[kept].high, ranges[i].low, length);
			value_decrement(out[kept++].high, length);
		}
		memcpy(next, ranges[i].high, length);
		more = value_increment(next, length);
	}
	if (more) {
		memset(&out[kept], 0, sizeof(*out));
		memcpy(out[kept].low, next, length);
		memset(out[kept++].high, 0xff, length);
	}
	return kept;
}
