// SPDX-License-Identifier: GPL-2.0-only
#include "filter_value.h"

#include <string.h>

/* Below 0 to the right; bits go out on both sides. */
static uint32_t shifted(uint32_t bits, int shift)
{
	if (shift <= -32 || shift >= 32)
		return 0;
	return shift < 0 ? bits >> -shift : bits << shift;
}

static bool power_of_2(uint64_t number)
{
	return number && !(number & (number - 1));
}

static int exponent(uint64_t number)
{
	return __builtin_ctzll(number);
}

/* Bits that are the packet's, and the bounds of what they are part of. */
static uint32_t free_bits(const struct value *value)
{
	return shifted(value->mask, value->shift);
}

static uint32_t bits_min(const struct value *value)
{
	return value->flip & ~free_bits(value);
}

static uint32_t bits_max(const struct value *value)
{
	return bits_min(value) | free_bits(value);
}

void value_number(struct value *value, uint32_t number)
{
	memset(value, 0, sizeof(*value));
	value->number = number;
}

void value_load(struct value *value, const struct filter *load)
{
	memset(value, 0, sizeof(*value));
	value->loaded = true;
	value->load = *load;
	value->mask = load->size == 4 ? UINT32_MAX : (1U << 8 * load->size) - 1;
	value->factor = 1;
	value->divisor = 1;
}

/* The value before division as base + slope * (bits - bits_min), or falling,
 * base - slope * (...), if it does not wrap around on the way. */
struct line {
	uint32_t base, slope;
	bool falling;
};

static bool value_line(const struct value *value, struct line *line)
{
	uint32_t range = bits_max(value) - bits_min(value);

	line->base = value->factor * bits_min(value) + value->addend;
	line->slope = value->factor;
	line->falling = false;
	if (line->base + (uint64_t)line->slope * range <= UINT32_MAX)
		return true;
	line->slope = -value->factor;
	line->falling = true;
	return (uint64_t)line->slope * range <= line->base;
}

static uint32_t line_max(const struct value *value, const struct line *line)
{
	uint32_t range = bits_max(value) - bits_min(value);

	return line->falling ? line->base : line->base + line->slope * range;
}

/* Move the bits; those that go out are gone. */
static void bits_shift(struct value *value, int by)
{
	value->shift += by;
	value->flip = shifted(value->flip, by);
	if (value->shift <= -32 || value->shift >= 32)
		value->mask = 0;
	else
		value->mask &= shifted(UINT32_MAX, -value->shift);
}

/* Have arithmetic that only moves or sets bits as such, so that they can be
 * masked. */
static bool value_as_bits(struct value *value)
{
	if (value->divisor == 1 && power_of_2(value->factor)) {
		bits_shift(value, exponent(value->factor));
		value->factor = 1;
	}
	if (value->factor == 1 && !(value->addend & (free_bits(value) | value->flip))) {
		value->flip |= value->addend;
		value->addend = 0;
	}
	if (value->factor == 1 && !value->addend && power_of_2(value->divisor)) {
		bits_shift(value, -exponent(value->divisor));
		value->divisor = 1;
	}
	return value->factor == 1 && !value->addend && value->divisor == 1;
}

static enum value_problem value_and(struct value *value, uint32_t number)
{
	if (!value_as_bits(value))
		return VALUE_NO_WAY_BACK;
	value->mask &= shifted(number, -value->shift);
	value->flip &= number;
	return VALUE_FINE;
}

static enum value_problem value_or(struct value *value, uint32_t number)
{
	enum value_problem problem = value_and(value, ~number);

	value->flip |= number;
	return problem;
}

static enum value_problem value_xor(struct value *value, uint32_t number)
{
	if (!value_as_bits(value))
		return VALUE_NO_WAY_BACK;
	value->flip ^= number;
	return VALUE_FINE;
}

static enum value_problem value_multiply(struct value *value, uint32_t number)
{
	if (value->divisor != 1)
		return VALUE_NO_WAY_BACK;
	value->factor *= number;
	value->addend *= number;
	value_as_bits(value);
	return VALUE_FINE;
}

/* What is divided already takes more only as long as it does not wrap. */
static enum value_problem value_add(struct value *value, uint32_t number)
{
	struct line line;
	uint64_t added;

	if (value->divisor != 1) {
		added = value->divisor * number;
		if (!value_line(value, &line) ||
		    added / value->divisor != number ||
		    added > UINT32_MAX - line_max(value, &line))
			return VALUE_NO_WAY_BACK;
		number = added;
	}
	value->addend += number;
	return VALUE_FINE;
}

static enum value_problem value_divide(struct value *value, uint32_t number)
{
	struct line line;

	if (!number)
		return VALUE_DIVISION_BY_ZERO;
	if (value_as_bits(value) && power_of_2(number)) {
		bits_shift(value, -exponent(number));
		return VALUE_FINE;
	}
	if (!value_line(value, &line))
		return VALUE_NO_WAY_BACK;
	value->divisor *= number;
	if (value->divisor > UINT32_MAX) {
		value->factor = 0;
		value->addend = 0;
		value->divisor = 1;
	}
	return VALUE_FINE;
}

static enum value_problem value_modulo(struct value *value, uint32_t number)
{
	struct line line;

	if (!number)
		return VALUE_DIVISION_BY_ZERO;
	if (power_of_2(number))
		return value_and(value, number - 1);
	if (!value_line(value, &line) || line_max(value, &line) / value->divisor >= number)
		return VALUE_NO_WAY_BACK;
	return VALUE_FINE;
}

static enum value_problem value_with_number(struct value *value,
					    enum value_operator operator,
					    uint32_t number)
{
	switch (operator) {
	case OPERATOR_OR:
		return value_or(value, number);
	case OPERATOR_AND:
		return value_and(value, number);
	case OPERATOR_XOR:
		return value_xor(value, number);
	case OPERATOR_ADD:
		return value_add(value, number);
	case OPERATOR_SUBTRACT:
		return value_add(value, -number);
	case OPERATOR_MULTIPLY:
		return value_multiply(value, number);
	case OPERATOR_DIVIDE:
		return value_divide(value, number);
	case OPERATOR_MODULO:
		return value_modulo(value, number);
	case OPERATOR_SHIFT_LEFT:
		return number > 31 ? VALUE_SHIFT_TOO_FAR : value_multiply(value, 1U << number);
	case OPERATOR_SHIFT_RIGHT:
		return number > 31 ? VALUE_SHIFT_TOO_FAR : value_divide(value, 1U << number);
	case OPERATOR_NEGATE:
		return value_multiply(value, -1);
	}
	return VALUE_NO_WAY_BACK;
}

static enum value_problem number_combine(uint32_t *left, enum value_operator operator,
					 uint32_t right)
{
	if ((operator == OPERATOR_DIVIDE || operator == OPERATOR_MODULO) && !right)
		return VALUE_DIVISION_BY_ZERO;
	if ((operator == OPERATOR_SHIFT_LEFT || operator == OPERATOR_SHIFT_RIGHT) &&
	    right > 31)
		return VALUE_SHIFT_TOO_FAR;
	switch (operator) {
	case OPERATOR_OR:
		*left |= right;
		break;
	case OPERATOR_AND:
		*left &= right;
		break;
	case OPERATOR_XOR:
		*left ^= right;
		break;
	case OPERATOR_ADD:
		*left += right;
		break;
	case OPERATOR_SUBTRACT:
		*left -= right;
		break;
	case OPERATOR_MULTIPLY:
		*left *= right;
		break;
	case OPERATOR_DIVIDE:
		*left /= right;
		break;
	case OPERATOR_MODULO:
		*left %= right;
		break;
	case OPERATOR_SHIFT_LEFT:
		*left <<= right;
		break;
	case OPERATOR_SHIFT_RIGHT:
		*left >>= right;
		break;
	case OPERATOR_NEGATE:
		*left = -*left;
		break;
	}
	return VALUE_FINE;
}

/* "number operator load": exchange the sides. */
static enum value_problem number_with_value(struct value *value,
					    enum value_operator operator,
					    const struct value *right)
{
	uint32_t number = value->number;
	enum value_problem problem;

	*value = *right;
	/* What libpcap knows of the right side of an operator is its bytes. */
	if (value->load.kind == FILTER_LOAD && value->load.protocol != PROTOCOL_ETHER)
		value->load.unchecked = true;
	switch (operator) {
	case OPERATOR_OR:
	case OPERATOR_AND:
	case OPERATOR_XOR:
	case OPERATOR_ADD:
	case OPERATOR_MULTIPLY:
		return value_with_number(value, operator, number);
	case OPERATOR_SUBTRACT:
		problem = value_multiply(value, -1);
		return problem ? problem : value_add(value, number);
	default:
		return VALUE_NO_WAY_BACK;
	}
}

enum value_problem value_combine(struct value *value, enum value_operator operator,
				 const struct value *right)
{
	enum value_problem problem;

	if (operator == OPERATOR_NEGATE)
		problem = value->loaded ? value_with_number(value, operator, 0) :
			  number_combine(&value->number, operator, 0);
	else if (value->loaded && right->loaded)
		problem = VALUE_TWO_LOADS;
	else if (value->loaded)
		problem = value_with_number(value, operator, right->number);
	else if (right->loaded)
		problem = number_with_value(value, operator, right);
	else
		problem = number_combine(&value->number, operator, right->number);
	value->plain = false;
	return problem;
}

bool value_compare(uint32_t left, enum filter_relation relation, uint32_t right)
{
	switch (relation) {
	case RELATION_EQUAL:
		return left == right;
	case RELATION_NOT_EQUAL:
		return left != right;
	case RELATION_LESS:
		return left < right;
	case RELATION_LESS_EQUAL:
		return left <= right;
	case RELATION_GREATER:
		return left > right;
	case RELATION_GREATER_EQUAL:
		return left >= right;
	}
	return false;
}

enum filter_relation value_reverse(enum filter_relation relation)
{
	static const enum filter_relation reversed[] = {
		[RELATION_EQUAL] = RELATION_EQUAL,
		[RELATION_NOT_EQUAL] = RELATION_NOT_EQUAL,
		[RELATION_LESS] = RELATION_GREATER,
		[RELATION_LESS_EQUAL] = RELATION_GREATER_EQUAL,
		[RELATION_GREATER] = RELATION_LESS,
		[RELATION_GREATER_EQUAL] = RELATION_LESS_EQUAL,
	};

	return reversed[relation];
}

/* A set of numbers: from @low to @high, or all others if @outside. @empty has
 * no numbers, or all. */
struct range {
	uint64_t low, high;
	bool empty, outside;
};

static struct range range_of(enum filter_relation relation, uint32_t number)
{
	struct range range = { .low = number, .high = number };

	switch (relation) {
	case RELATION_EQUAL:
		break;
	case RELATION_NOT_EQUAL:
		range.outside = true;
		break;
	case RELATION_LESS:
		range.low = 0;
		range.empty = !number;
		range.high = number - 1;
		break;
	case RELATION_LESS_EQUAL:
		range.low = 0;
		break;
	case RELATION_GREATER:
		range.low = (uint64_t)number + 1;
		range.empty = number == UINT32_MAX;
		range.high = UINT32_MAX;
		break;
	case RELATION_GREATER_EQUAL:
		range.high = UINT32_MAX;
		break;
	}
	return range;
}

static void range_divided(struct range *range, uint64_t divisor)
{
	range->low *= divisor;
	range->high = range->high * divisor + divisor - 1;
	if (range->high > UINT32_MAX)
		range->high = UINT32_MAX;
	if (range->low > range->high)
		range->empty = true;
}

/* From @low up to @high around the end of 32 bits. */
static void range_cycle(struct range *range, uint32_t low, uint32_t high)
{
	if (high + 1 == low) {
		range->low = 0;
		range->high = UINT32_MAX;
	} else if (low <= high) {
		range->low = low;
		range->high = high;
	} else {
		range->low = high + 1;
		range->high = low - 1;
		range->outside = !range->outside;
	}
}

static void range_line(struct range *range, const struct value *value,
		       const struct line *line)
{
	uint64_t least = bits_min(value), low = range->low, high = range->high;
	uint32_t base = line->base, slope = line->slope;

	if (!slope) {
		if (low > base || high < base)
			range->empty = true;
		range->low = 0;
		range->high = UINT32_MAX;
	} else if (line->falling ? low > base : high < base) {
		range->empty = true;
	} else if (line->falling) {
		range->low = least + (high >= base ? 0 : (base - high + slope - 1) / slope);
		range->high = least + (base - low) / slope;
	} else {
		range->low = least + (low <= base ? 0 : (low - base + slope - 1) / slope);
		range->high = least + (high - base) / slope;
	}
	if (range->low > range->high)
		range->empty = true;
}

/* One number that factor * bits + addend is, in 32 bits: the lower bits are
 * one number, for those that the factor shifts out do not matter. */
static bool range_wrapped(struct range *range, struct value *value)
{
	uint32_t number = range->low - value->addend, odd, inverse;
	int zeros = exponent(value->factor), i;

	if (range->low != range->high)
		return false;
	if (number & ((1U << zeros) - 1)) {
		range->empty = true;
		return true;
	}
	odd = value->factor >> zeros;
	/* Each step doubles the number of right bits, of which 3 are there. */
	for (i = 0, inverse = odd; i < 4; i++)
		inverse *= 2 - odd * inverse;
	range->low = (number >> zeros) * inverse & (UINT32_MAX >> zeros);
	range->high = range->low;
	value->factor = 1;
	value->addend = 0;
	return !value_and(value, UINT32_MAX >> zeros);
}

/* Take the arithmetic back: what is in @range are now the bits. */
static bool range_of_bits(struct range *range, struct value *value)
{
	uint32_t low, high;
	struct line line;

	if (value->divisor != 1)
		range_divided(range, value->divisor);
	if (range->empty)
		return true;
	low = range->low - value->addend;
	high = range->high - value->addend;
	if (value->divisor == 1 && value->factor == 1)
		range_cycle(range, low, high);
	else if (value->divisor == 1 && value->factor == UINT32_MAX)
		range_cycle(range, -high, -low);
	else if (value_line(value, &line))
		range_line(range, value, &line);
	else
		return value->divisor == 1 && range_wrapped(range, value);
	return true;
}

/* The next number that can be: @free bits are either, the others as in @fixed.
 * Returns false if there is none. */
static bool next_possible(uint32_t *number, uint32_t free, uint32_t fixed)
{
	uint32_t wrong = (*number ^ fixed) & ~free, above, candidates;
	int bit;

	if (!wrong)
		return true;
	/* Everything above the highest wrong bit can stay. */
	bit = 31 - __builtin_clz(wrong);
	if (*number & 1U << bit) {
		above = bit == 31 ? 0 : UINT32_MAX << (bit + 1);
		candidates = ~*number & free & above;
		if (!candidates)
			return false;
		bit = __builtin_ctz(candidates);
	}
	above = bit == 31 ? 0 : UINT32_MAX << (bit + 1);
	*number = (*number & above) | 1U << bit | (fixed & ~free & ~above & ~(1U << bit));
	return true;
}

static bool last_possible(uint32_t *number, uint32_t free, uint32_t fixed)
{
	uint32_t reversed = ~*number;

	if (!next_possible(&reversed, free, ~fixed))
		return false;
	*number = ~reversed;
	return true;
}

static void solved_add(struct value_relations *solved, const struct value *value,
		       enum filter_relation relation, uint32_t number)
{
	struct filter *filter = &solved->relations[solved->count++];

	*filter = value->load;
	filter->mask = value->mask;
	filter->relation = relation;
	filter->number = number;
}

static void solved_always(struct value_relations *solved, const struct value *value,
			  bool always)
{
	solved_add(solved, value, always ? RELATION_EQUAL : RELATION_NOT_EQUAL, 0);
	solved->relations[0].mask = 0;
}

/* load & mask is from @low to @high, or not if @outside. */
static void solved_range(struct value_relations *solved, const struct value *value,
			 uint32_t low, uint32_t high, bool outside)
{
	if (low == high) {
		solved_add(solved, value, outside ? RELATION_NOT_EQUAL : RELATION_EQUAL, low);
		return;
	}
	if (low)
		solved_add(solved, value, outside ? RELATION_LESS : RELATION_GREATER_EQUAL,
			   low);
	if (high != value->mask)
		solved_add(solved, value, outside ? RELATION_GREATER : RELATION_LESS_EQUAL,
			   high);
	solved->joint = outside ? FILTER_OR : FILTER_AND;
}

/* Bits that are the packet's, but all inverted, have the opposite order; if
 * only some are, there is none. */
static bool solve_bits(struct value_relations *solved, const struct value *value,
		       const struct range *range)
{
	uint32_t low = range->low, high = range->high, free = free_bits(value), first, last;
	uint32_t inverted = value->flip & free;

	if (range->empty || range->low > UINT32_MAX ||
	    !next_possible(&low, free, value->flip) ||
	    range->high < bits_min(value) || low > range->high ||
	    (range->high < UINT32_MAX && !last_possible(&high, free, value->flip))) {
		solved_always(solved, value, range->outside);
		return true;
	}
	if (range->high >= bits_max(value))
		high = bits_max(value);
	if (low == bits_min(value) && high == bits_max(value)) {
		solved_always(solved, value, !range->outside);
		return true;
	}
	if (low != high && inverted && inverted != free)
		return false;
	first = shifted((low ^ value->flip) & free, -value->shift);
	last = shifted((high ^ value->flip) & free, -value->shift);
	solved_range(solved, value, inverted ? last : first, inverted ? first : last,
		     range->outside);
	return true;
}

enum value_problem value_solve(const struct value *value, enum filter_relation relation,
			       uint32_t number, struct value_relations *solved)
{
	struct range range = range_of(relation, number);
	struct value bits = *value;

	memset(solved, 0, sizeof(*solved));
	/* As it is written, if it can be. */
	if (value_as_bits(&bits) && !bits.shift && !bits.flip) {
		solved_add(solved, &bits, relation, number);
		return VALUE_FINE;
	}
	if (!range_of_bits(&range, &bits) || !solve_bits(solved, &bits, &range))
		return VALUE_NO_WAY_BACK;
	return VALUE_FINE;
}
