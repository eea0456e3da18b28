// SPDX-License-Identifier: GPL-2.0-only
#include "formula_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An alternative with more rows than that is better off by itself. */
#define ALTERNATIVE_ROWS_MAX 256

static bool is_exact(const struct formula *test)
{
	size_t i;

	if (test->kind != FORMULA_TEST)
		return false;
	for (i = 0; i < test->place.length; i++)
		if (test->place.mask[i] != 0xff)
			return false;
	for (i = 0; i < test->count; i++)
		if (memcmp(test->ranges[i].low, test->ranges[i].high, test->place.length))
			return false;
	return true;
}

/* How many values a condition allows, if it is an exact test or a choice of
 * such; 0 for anything else. */
static size_t condition_values(const struct formula *condition)
{
	size_t i, values = 0;

	if (is_exact(condition))
		return condition->count;
	if (condition->kind != FORMULA_OR)
		return 0;
	for (i = 0; i < condition->count; i++) {
		if (!is_exact(condition->children[i]))
			return 0;
		values += condition->children[i]->count;
	}
	return values;
}

/* The test number @number of a condition, NULL past its last. */
static const struct formula *condition_test(const struct formula *condition, size_t number)
{
	if (condition->kind == FORMULA_TEST)
		return number ? NULL : condition;
	return number < condition->count ? condition->children[number] : NULL;
}

/* Could a combination of two conditions look at one place twice? */
static bool conditions_meet(const struct formula *a, const struct formula *b)
{
	const struct formula *test, *other;
	size_t i, j;

	for (i = 0; (test = condition_test(a, i)); i++)
		for (j = 0; (other = condition_test(b, j)); j++)
			if (formula_place_equal(&test->place, &other->place))
				return true;
	return false;
}

/* How many rows an alternative is, 0 if it is something else. */
static size_t alternative_rows(const struct formula *alternative)
{
	size_t i, j, rows = 1;

	if (alternative->kind != FORMULA_AND || alternative->count > PLAN_ROW_MAX)
		return 0;
	for (i = 0; i < alternative->count && rows && rows <= ALTERNATIVE_ROWS_MAX; i++)
		rows *= condition_values(alternative->children[i]);
	if (!rows || rows > ALTERNATIVE_ROWS_MAX)
		return 0;
	for (i = 0; i < alternative->count; i++)
		for (j = 0; j < i; j++)
			if (conditions_meet(alternative->children[i], alternative->children[j]))
				return 0;
	return rows;
}

static void row_add(struct exact_row *row, const struct formula *test, size_t value)
{
	row->places[row->count] = &test->place;
	memcpy(row->values[row->count++], test->ranges[value].low, PLAN_VALUE_MAX);
}

/* Value number @value of a condition, into @row. */
static void condition_value(const struct formula *condition, size_t value,
			    struct exact_row *row)
{
	size_t i;

	if (condition->kind == FORMULA_TEST) {
		row_add(row, condition, value);
		return;
	}
	for (i = 0; value >= condition->children[i]->count; i++)
		value -= condition->children[i]->count;
	row_add(row, condition->children[i], value);
}

static int place_order(const struct formula_place *a, const struct formula_place *b)
{
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->length < b->length ? -1 : a->length > b->length;
}

/* By place; there are five at the most. */
static void row_sort(struct exact_row *row)
{
	uint8_t value[PLAN_VALUE_MAX];
	size_t i, j;

	for (i = 1; i < row->count; i++)
		for (j = i; j && place_order(row->places[j - 1], row->places[j]) > 0; j--) {
			const struct formula_place *place = row->places[j];

			row->places[j] = row->places[j - 1];
			row->places[j - 1] = place;
			memcpy(value, row->values[j], sizeof(value));
			memcpy(row->values[j], row->values[j - 1], sizeof(value));
			memcpy(row->values[j - 1], value, sizeof(value));
		}
}

static int places_compare(const struct exact_row *a, const struct exact_row *b)
{
	size_t i;
	int order;

	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (i = 0; i < a->count; i++) {
		order = place_order(a->places[i], b->places[i]);
		if (order)
			return order;
	}
	return 0;
}

static int row_compare(const void *left, const void *right)
{
	const struct exact_row *a = left, *b = right;
	int order = places_compare(a, b);

	return order ? order : memcmp(a->values, b->values, a->count * sizeof(a->values[0]));
}

/* One alternative's rows: every combination of its conditions' values. */
static void alternative_take(const struct formula *alternative, size_t count,
			     struct exact_rows *rows)
{
	size_t number, i;

	for (number = 0; number < count; number++) {
		struct exact_row *row = &rows->rows[rows->count++];
		size_t rest = number;

		memset(row, 0, sizeof(*row));
		for (i = 0; i < alternative->count; i++) {
			size_t values = condition_values(alternative->children[i]);

			condition_value(alternative->children[i], rest % values, row);
			rest /= values;
		}
		row_sort(row);
	}
}

int exact_rows_collect(const struct formula *formula, struct exact_rows *rows, bool *taken)
{
	size_t i, kept = 0, total = 0;

	memset(rows, 0, sizeof(*rows));
	for (i = 0; i < formula->count; i++)
		total += alternative_rows(formula->children[i]);
	rows->rows = malloc((total + 1) * sizeof(*rows->rows));
	if (!rows->rows)
		return -ENOMEM;
	for (i = 0; i < formula->count; i++) {
		size_t count = alternative_rows(formula->children[i]);

		taken[i] = count;
		alternative_take(formula->children[i], count, rows);
	}
	if (!rows->count)
		return 0;
	qsort(rows->rows, rows->count, sizeof(*rows->rows), row_compare);
	for (i = 1; i < rows->count; i++)
		if (row_compare(&rows->rows[kept], &rows->rows[i]))
			rows->rows[++kept] = rows->rows[i];
	rows->count = kept + 1;
	return 0;
}

size_t exact_rows_group_end(const struct exact_rows *rows, size_t start)
{
	size_t end = start + 1;

	while (end < rows->count && !places_compare(&rows->rows[start], &rows->rows[end]))
		end++;
	return end;
}
