// SPDX-License-Identifier: GPL-2.0-only
#include "formula.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formula_ranges.h"

#define ARENA_BLOCK 65536

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(16) uint8_t data[];
};

/* What a walk has made of nodes, by their number. Kept for the next walk, which
 * has another number itself: it takes no time to forget. */
struct visits {
	struct visit {
		const struct formula *result;
		uint32_t walk;
	} *list;
	size_t size;
	uint32_t walk;
};

/* Long lists are tested at several places, so the last of them are remembered: equal
 * ones share one array. */
#define SHARED_MAX 8
#define SHARED_LENGTH 64

struct shared_ranges {
	const struct plan_range *ranges;
	size_t count;
	uint32_t hash;
};

struct formula_space {
	struct arena_block *arena;
	struct shared_ranges shared[SHARED_MAX];
	size_t shared_next;
	const struct formula **table;	/* open addressing, a power of two */
	size_t table_size;
	uint32_t count;			/* of formulas made */
	const struct formula **negations;	/* by number, grown on demand */
	size_t negations_size;
	struct visits visits;
	int error;
};

static const struct formula constant_false = { .kind = FORMULA_FALSE, .number = 0 };
static const struct formula constant_true = { .kind = FORMULA_TRUE, .number = 1 };
#define FIRST_NUMBER 2

/* Memory that lives as long as the space; NULL sets the space's error. */
static void *space_alloc(struct formula_space *space, size_t size)
{
	struct arena_block *block = space->arena;

	size = (size + 15) & ~(size_t)15;
	if (!block || block->used + size > block->size) {
		size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;

		block = malloc(sizeof(*block) + room);
		if (!block) {
			space->error = -ENOMEM;
			return NULL;
		}
		block->next = space->arena;
		block->used = 0;
		block->size = room;
		space->arena = block;
	}
	block->used += size;
	return block->data + block->used - size;
}

struct formula_space *formula_space_new(void)
{
	struct formula_space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	space->count = FIRST_NUMBER;
	return space;
}

void formula_space_free(struct formula_space *space)
{
	if (!space)
		return;
	while (space->arena) {
		struct arena_block *block = space->arena;

		space->arena = block->next;
		free(block);
	}
	free(space->table);
	free(space->negations);
	free(space->visits.list);
	free(space);
}

int formula_space_error(const struct formula_space *space)
{
	return space->error;
}

const struct formula *formula_failed(struct formula_space *space, int error)
{
	space->error = error;
	return &constant_false;
}

const struct formula *formula_constant(struct formula_space *space, bool value)
{
	(void)space;
	return value ? &constant_true : &constant_false;
}

bool formula_place_equal(const struct formula_place *a, const struct formula_place *b)
{
	return a->base == b->base && a->offset == b->offset && a->length == b->length &&
	       !memcmp(a->mask, b->mask, sizeof(a->mask));
}

/* FNV-1a, with the high bits folded in, by words of 8 bytes: ranges are many. */
static uint32_t ranges_hash(const struct plan_range *ranges, size_t count)
{
	uint64_t words[sizeof(*ranges) / sizeof(uint64_t)], hash = 14695981039346656037u;
	size_t i, j;

	for (i = 0; i < count; i++) {
		memcpy(words, &ranges[i], sizeof(words));
		for (j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			hash = (hash ^ words[j]) * 1099511628211u;
			hash ^= hash >> 32;
		}
	}
	return hash;
}

/* FNV-1a. */
static uint32_t hash_add(uint32_t hash, const void *data, size_t length)
{
	const uint8_t *bytes = data;

	while (length--)
		hash = (hash ^ *bytes++) * 16777619u;
	return hash;
}

/* The array that holds @count ranges like these already, or NULL. */
static const struct plan_range *shared_find(const struct formula_space *space,
					    const struct plan_range *ranges,
					    size_t count, uint32_t hash)
{
	const struct shared_ranges *shared;

	for (shared = space->shared; shared < space->shared + SHARED_MAX; shared++)
		if (shared->count == count && shared->hash == hash &&
		    !memcmp(shared->ranges, ranges, count * sizeof(*ranges)))
			return shared->ranges;
	return NULL;
}

/* Ranges that live as long as the space. */
static const struct plan_range *ranges_store(struct formula_space *space,
					     const struct plan_range *ranges, size_t count,
					     uint32_t hash)
{
	size_t size = count * sizeof(*ranges);
	const struct plan_range *stored = NULL;
	void *array;

	if (count >= SHARED_LENGTH)
		stored = shared_find(space, ranges, count, hash);
	if (stored)
		return stored;
	array = space_alloc(space, size);
	if (!array)
		return NULL;
	stored = memcpy(array, ranges, size);
	if (count >= SHARED_LENGTH)
		space->shared[space->shared_next++ % SHARED_MAX] =
			(struct shared_ranges){ stored, count, hash };
	return stored;
}

/* @ranges: the hash of a test's ranges. */
static uint32_t formula_hash(const struct formula *formula, uint32_t ranges)
{
	uint32_t hash = hash_add(2166136261u, &formula->kind, sizeof(formula->kind));
	size_t i;

	if (formula->kind == FORMULA_TEST) {
		hash = hash_add(hash, &formula->place.base, sizeof(formula->place.base));
		hash = hash_add(hash, &formula->place.offset, sizeof(formula->place.offset));
		hash = hash_add(hash, &formula->place.length, 1);
		hash = hash_add(hash, formula->place.mask, sizeof(formula->place.mask));
		return hash * 16777619u ^ ranges;
	}
	for (i = 0; i < formula->count; i++)
		hash = hash_add(hash, &formula->children[i]->number,
				sizeof(formula->children[i]->number));
	return hash;
}

static bool formula_equal(const struct formula *a, const struct formula *b)
{
	if (a->kind != b->kind || a->count != b->count)
		return false;
	if (a->kind == FORMULA_TEST)
		return formula_place_equal(&a->place, &b->place) &&
		       (a->ranges == b->ranges ||
			!memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)));
	return !memcmp(a->children, b->children, a->count * sizeof(*a->children));
}

static int table_grow(struct formula_space *space)
{
	size_t size = space->table_size ? 2 * space->table_size : 1024;
	const struct formula **table;
	size_t i, at;

	if (space->table_size > 2 * (size_t)space->count)
		return 0;
	table = calloc(size, sizeof(*table));
	if (!table)
		return space->error = -ENOMEM;
	for (i = 0; i < space->table_size; i++) {
		if (!space->table[i])
			continue;
		for (at = space->table[i]->hash & (size - 1); table[at]; )
			at = (at + 1) & (size - 1);
		table[at] = space->table[i];
	}
	free(space->table);
	space->table = table;
	space->table_size = size;
	return 0;
}

/* The one formula that equals @wish; its arrays are copied if it is new. */
static const struct formula *formula_intern(struct formula_space *space,
					    struct formula *wish)
{
	bool is_test = wish->kind == FORMULA_TEST;
	uint32_t hash = is_test ? ranges_hash(wish->ranges, wish->count) : 0;
	struct formula *made;
	void *children;
	size_t at, size;

	if (table_grow(space))
		return &constant_false;
	wish->hash = formula_hash(wish, hash);
	for (at = wish->hash & (space->table_size - 1); space->table[at];
	     at = (at + 1) & (space->table_size - 1))
		if (space->table[at]->hash == wish->hash &&
		    formula_equal(space->table[at], wish))
			return space->table[at];
	made = space_alloc(space, sizeof(*made));
	if (!made)
		return &constant_false;
	*made = *wish;
	if (is_test) {
		made->ranges = ranges_store(space, wish->ranges, wish->count, hash);
		if (!made->ranges)
			return &constant_false;
	} else {
		size = wish->count * sizeof(*wish->children);
		children = space_alloc(space, size);
		if (!children)
			return &constant_false;
		made->children = memcpy(children, wish->children, size);
	}
	made->number = space->count++;
	space->table[at] = made;
	return made;
}

/* How many low bits of the place the mask leaves out, if it leaves out just
 * those; -1 for any other mask. */
static int mask_tail(const struct formula_place *place)
{
	int bits = 0, i;

	for (i = 8 * place->length - 1; i >= 0; i--) {
		bool set = place->mask[i / 8] >> (7 - i % 8) & 1;

		if (!set && bits == 8 * place->length - 1 - i)
			bits++;
		else if (!set)
			return -1;
	}
	return bits;
}

/* A mask that takes the low bits off is the same as wider ranges without a
 * mask: then tests at one place can join whatever their masks were. */
static void mask_to_ranges(struct formula_place *place, struct plan_range *ranges,
			   size_t count)
{
	int tail = mask_tail(place);
	size_t i;
	int bit;

	if (tail <= 0)
		return;
	for (i = 0; i < count; i++) {
		bool low_exact = true;

		for (bit = 8 * place->length - tail; bit < 8 * place->length; bit++)
			if (ranges[i].low[bit / 8] & 0x80 >> bit % 8)
				low_exact = false;
		if (!low_exact)
			return;
	}
	for (i = 0; i < count; i++)
		for (bit = 8 * place->length - tail; bit < 8 * place->length; bit++)
			ranges[i].high[bit / 8] |= 0x80 >> bit % 8;
	memset(place->mask, 0xff, place->length);
}

/* Masked bytes are never more than the mask: cut off what lies above. */
static size_t ranges_clip(const struct formula_place *place, struct plan_range *ranges,
			  size_t count)
{
	while (count && memcmp(ranges[count - 1].low, place->mask, place->length) > 0)
		count--;
	if (count && memcmp(ranges[count - 1].high, place->mask, place->length) > 0)
		memcpy(ranges[count - 1].high, place->mask, place->length);
	return count;
}

/* @ranges are normalised, and may be changed. */
static const struct formula *test_intern(struct formula_space *space,
					 const struct formula_place *place,
					 struct plan_range *ranges, size_t count)
{
	static const uint8_t zero[PLAN_VALUE_MAX];
	struct formula wish = { .kind = FORMULA_TEST, .place = *place,
				.bases = 1u << place->base };

	count = ranges_clip(place, ranges, count);
	if (!count)
		return &constant_false;
	if (count == 1 && !memcmp(ranges[0].low, zero, place->length) &&
	    !memcmp(ranges[0].high, place->mask, place->length))
		return &constant_true;
	wish.ranges = ranges;
	wish.count = count;
	return formula_intern(space, &wish);
}

const struct formula *formula_test(struct formula_space *space,
				   const struct formula_place *place,
				   const struct plan_range *ranges, size_t count)
{
	struct formula_place own = *place;
	const struct formula *result;
	struct plan_range *sorted;

	sorted = malloc((count + 1) * sizeof(*sorted));
	if (!sorted) {
		space->error = -ENOMEM;
		return &constant_false;
	}
	if (count)
		memcpy(sorted, ranges, count * sizeof(*sorted));
	memset(own.mask + own.length, 0, sizeof(own.mask) - own.length);
	mask_to_ranges(&own, sorted, count);
	count = ranges_normalise(sorted, count, own.length);
	result = test_intern(space, &own, sorted, count);
	free(sorted);
	return result;
}

/* Tests first, by place: what frames differ in early comes early. */
static int place_compare(const struct formula_place *a, const struct formula_place *b)
{
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return memcmp(a->mask, b->mask, sizeof(a->mask));
}

static int child_compare(const void *left, const void *right)
{
	const struct formula *a = *(const struct formula *const *)left;
	const struct formula *b = *(const struct formula *const *)right;
	int order = 0;

	if ((a->kind == FORMULA_TEST) != (b->kind == FORMULA_TEST))
		return a->kind == FORMULA_TEST ? -1 : 1;
	if (a->kind == FORMULA_TEST)
		order = place_compare(&a->place, &b->place);
	if (order)
		return order;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Two tests at one place as one: both hold, or either. */
static const struct formula *tests_join(struct formula_space *space, bool both,
					const struct formula *a, const struct formula *b)
{
	const struct formula *result;
	struct plan_range *ranges;
	size_t count;

	ranges = malloc((a->count + b->count) * sizeof(*ranges));
	if (!ranges) {
		space->error = -ENOMEM;
		return &constant_false;
	}
	count = (both ? ranges_intersection : ranges_union)(a->ranges, a->count,
		b->ranges, b->count, a->place.length, ranges);
	result = test_intern(space, &a->place, ranges, count);
	free(ranges);
	return result;
}

/* Many tests at one place in an "or": one union instead of a chain of them. */
static const struct formula *tests_unite(struct formula_space *space,
					 const struct formula *const *tests, size_t count)
{
	const struct formula *result;
	struct plan_range *ranges;
	size_t i, total = 0;

	for (i = 0; i < count; i++)
		total += tests[i]->count;
	ranges = malloc(total * sizeof(*ranges));
	if (!ranges) {
		space->error = -ENOMEM;
		return &constant_false;
	}
	for (total = 0, i = 0; i < count; total += tests[i++]->count)
		memcpy(ranges + total, tests[i]->ranges,
		       tests[i]->count * sizeof(*ranges));
	total = ranges_normalise(ranges, total, tests[0]->place.length);
	result = test_intern(space, &tests[0]->place, ranges, total);
	free(ranges);
	return result;
}

/* Children, flattened: those of a child of the same kind stand for it. */
struct gathering {
	const struct formula **items;
	size_t count;
};

static int gather(struct formula_space *space, enum formula_kind kind,
		  const struct formula *const *children, size_t count,
		  struct gathering *gathering)
{
	size_t i, total = 0;

	for (i = 0; i < count; i++)
		total += children[i]->kind == kind ? children[i]->count : 1;
	gathering->count = 0;
	gathering->items = malloc((total + 1) * sizeof(*gathering->items));
	if (!gathering->items)
		return space->error = -ENOMEM;
	for (i = 0; i < count; i++) {
		if (children[i]->kind != kind) {
			gathering->items[gathering->count++] = children[i];
			continue;
		}
		memcpy(gathering->items + gathering->count, children[i]->children,
		       children[i]->count * sizeof(*gathering->items));
		gathering->count += children[i]->count;
	}
	return 0;
}

/* Sort, join tests at one place, drop doubles and constants. Returns the
 * constant that decides it all, or NULL. */
static const struct formula *gathering_simplify(struct formula_space *space,
						bool both, struct gathering *gathering)
{
	const struct formula *decisive = both ? &constant_false : &constant_true;
	const struct formula *neutral = both ? &constant_true : &constant_false;
	const struct formula **items = gathering->items;
	size_t i, kept = 0;

	qsort(items, gathering->count, sizeof(*items), child_compare);
	for (i = 0; i < gathering->count; ) {
		const struct formula *item = items[i];
		size_t same = i + 1;

		while (same < gathering->count && item->kind == FORMULA_TEST &&
		       items[same]->kind == FORMULA_TEST &&
		       formula_place_equal(&item->place, &items[same]->place))
			same++;
		if (same > i + 1 && !both)
			item = tests_unite(space, items + i, same - i);
		else
			for (same = i + 1; both && same < gathering->count &&
			     item->kind == FORMULA_TEST &&
			     items[same]->kind == FORMULA_TEST &&
			     formula_place_equal(&item->place, &items[same]->place); same++)
				item = tests_join(space, true, item, items[same]);
		i = same;
		if (item == decisive)
			return decisive;
		if (item != neutral && (!kept || items[kept - 1] != item))
			items[kept++] = item;
	}
	gathering->count = kept;
	return kept ? NULL : neutral;
}

static const struct formula *joint_intern(struct formula_space *space,
					  enum formula_kind kind,
					  const struct formula *const *children,
					  size_t count)
{
	struct formula wish = { .kind = kind, .children = children, .count = count };
	size_t i;

	if (count == 1)
		return children[0];
	for (i = 0; i < count; i++) {
		wish.bases |= children[i]->bases;
		if (children[i]->depth + 1 > wish.depth)
			wish.depth = children[i]->depth + 1;
	}
	if (wish.depth > FORMULA_DEPTH_MAX) {
		space->error = -E2BIG;
		return &constant_false;
	}
	return formula_intern(space, &wish);
}

const struct formula *formula_and_rest(struct formula_space *space,
				       const struct formula *formula)
{
	return joint_intern(space, FORMULA_AND, formula->children + 1, formula->count - 1);
}

static bool begins_with_test(const struct formula *formula)
{
	return formula->kind == FORMULA_AND && formula->children[0]->kind == FORMULA_TEST;
}

static int first_child_compare(const void *left, const void *right)
{
	const struct formula *a = *(const struct formula *const *)left;
	const struct formula *b = *(const struct formula *const *)right;
	bool a_begins = begins_with_test(a), b_begins = begins_with_test(b);

	if (a_begins != b_begins)
		return a_begins ? 1 : -1;
	if (!a_begins)
		return child_compare(left, right);
	if (a->children[0] != b->children[0])
		return child_compare(&a->children[0], &b->children[0]);
	return a->number < b->number ? -1 : a->number > b->number;
}

/* (a and b) or (a and c) is a and (b or c): what is shared is tested once. */
static void alternatives_factor(struct formula_space *space, struct gathering *gathering)
{
	const struct formula **items = gathering->items;
	size_t i, j, kept = 0;

	qsort(items, gathering->count, sizeof(*items), first_child_compare);
	for (i = 0; i < gathering->count; i = j) {
		const struct formula *first;

		j = i + 1;
		if (!begins_with_test(items[i])) {
			items[kept++] = items[i];
			continue;
		}
		first = items[i]->children[0];
		while (j < gathering->count && items[j]->children[0] == first)
			j++;
		if (j == i + 1) {
			items[kept++] = items[i];
			continue;
		}
		for (size_t k = i; k < j; k++)
			items[k] = formula_and_rest(space, items[k]);
		items[kept++] = formula_and2(space, first,
					     formula_or(space, items + i, j - i));
	}
	gathering->count = kept;
}

struct alternative {
	const struct formula *whole, *rest;
};

static int rest_compare(const void *left, const void *right)
{
	const struct alternative *a = left, *b = right;

	if (a->rest != b->rest)
		return a->rest->number < b->rest->number ? -1 : 1;
	return child_compare(&a->whole->children[0], &b->whole->children[0]);
}

/* (a and c) or (b and c), a and b at one place, is (a or b) and c. Returns
 * whether anything was joined. */
static bool alternatives_join(struct formula_space *space, struct gathering *gathering)
{
	struct alternative *list;
	size_t i, count = 0, kept = 0;
	bool joined = false;

	list = malloc((gathering->count + 1) * sizeof(*list));
	if (!list) {
		space->error = -ENOMEM;
		return false;
	}
	for (i = 0; i < gathering->count; i++) {
		const struct formula *item = gathering->items[i];

		if (begins_with_test(item))
			list[count++] = (struct alternative){ item, formula_and_rest(space, item) };
		else
			gathering->items[kept++] = item;
	}
	if (count)
		qsort(list, count, sizeof(*list), rest_compare);
	for (i = 0; i < count; i++) {
		const struct formula *test = list[i].whole->children[0];
		size_t start = i;

		while (i + 1 < count && list[i + 1].rest == list[start].rest &&
		       formula_place_equal(&list[i + 1].whole->children[0]->place,
					   &test->place))
			test = tests_join(space, false, test, list[++i].whole->children[0]);
		joined |= i > start;
		gathering->items[kept++] = i > start ?
			formula_and2(space, test, list[start].rest) : list[start].whole;
	}
	gathering->count = kept;
	free(list);
	return joined;
}

static const struct formula *joint_make(struct formula_space *space,
					enum formula_kind kind,
					const struct formula *const *children,
					size_t count)
{
	bool both = kind == FORMULA_AND;
	struct gathering gathering;
	const struct formula *result;
	bool again = false;

	if (gather(space, kind, children, count, &gathering))
		return &constant_false;
	do {
		result = gathering_simplify(space, both, &gathering);
		if (result || both || gathering.count < 2)
			break;
		alternatives_factor(space, &gathering);
		again = alternatives_join(space, &gathering);
	} while (again);
	if (!result && !both)
		result = gathering_simplify(space, both, &gathering);
	if (!result)
		result = joint_intern(space, kind, gathering.items, gathering.count);
	free(gathering.items);
	return result;
}

const struct formula *formula_and(struct formula_space *space,
				  const struct formula *const *children, size_t count)
{
	return joint_make(space, FORMULA_AND, children, count);
}

const struct formula *formula_or(struct formula_space *space,
				 const struct formula *const *children, size_t count)
{
	return joint_make(space, FORMULA_OR, children, count);
}

const struct formula *formula_and2(struct formula_space *space,
				   const struct formula *a, const struct formula *b)
{
	return formula_and(space, (const struct formula *const[]){ a, b }, 2);
}

const struct formula *formula_or2(struct formula_space *space,
				  const struct formula *a, const struct formula *b)
{
	return formula_or(space, (const struct formula *const[]){ a, b }, 2);
}

static const struct formula *test_negate(struct formula_space *space,
					 const struct formula *test)
{
	const struct formula *result;
	struct plan_range *ranges;
	size_t count;

	ranges = malloc((test->count + 1) * sizeof(*ranges));
	if (!ranges) {
		space->error = -ENOMEM;
		return &constant_false;
	}
	count = ranges_complement(test->ranges, test->count, test->place.length, ranges);
	result = test_intern(space, &test->place, ranges, count);
	free(ranges);
	return result;
}

static const struct formula **children_alloc(struct formula_space *space, size_t count)
{
	const struct formula **children = malloc(count * sizeof(*children));

	if (!children)
		space->error = -ENOMEM;
	return children;
}

/* Remember that two formulas are each other's negation. */
static void negation_note(struct formula_space *space, const struct formula *formula,
			  const struct formula *negation)
{
	size_t size = space->negations_size;

	if (formula->number >= size) {
		const struct formula **grown;

		size = 2 * (size_t)formula->number + 64;
		grown = reallocarray(space->negations, size, sizeof(*grown));
		if (!grown) {
			space->error = -ENOMEM;
			return;
		}
		memset(grown + space->negations_size, 0,
		       (size - space->negations_size) * sizeof(*grown));
		space->negations = grown;
		space->negations_size = size;
	}
	space->negations[formula->number] = negation;
}

/* The test that @formula begins with, or is. */
static const struct formula *leading_test(const struct formula *formula)
{
	if (formula->kind == FORMULA_TEST)
		return formula;
	return begins_with_test(formula) ? formula->children[0] : NULL;
}

/* A choice of more is not looked for: it takes the square of their number. */
#define CHOICES_MAX 64

/*
 * Does an "or" choose by the value at one place, every alternative with values
 * of its own? Then the test for any of them is the answer, else NULL.
 */
static const struct formula *choice_of(struct formula_space *space,
				       const struct formula *formula)
{
	const struct formula *any = leading_test(formula->children[0]);
	size_t i;

	if (formula->count > CHOICES_MAX)
		return NULL;
	for (i = 1; any && i < formula->count; i++) {
		const struct formula *test = leading_test(formula->children[i]);

		if (!test || !formula_place_equal(&test->place, &any->place) ||
		    tests_join(space, true, test, any) != &constant_false)
			return NULL;
		any = tests_join(space, false, test, any);
	}
	return any;
}

bool formula_is_choice(struct formula_space *space, const struct formula *formula)
{
	return formula->kind == FORMULA_OR && choice_of(space, formula);
}

/* Not (a1 and x) or (a2 and y) ..., of which only one can be: the same choice
 * with each outcome negated, and whatever was no choice at all. */
static const struct formula *choice_negate(struct formula_space *space,
					   const struct formula *formula,
					   const struct formula *any)
{
	const struct formula **children, *result;
	size_t i, count = 0;

	children = children_alloc(space, formula->count + 1);
	if (!children)
		return &constant_false;
	for (i = 0; i < formula->count; i++) {
		const struct formula *child = formula->children[i];

		if (child->kind == FORMULA_TEST)
			continue;
		children[count++] = formula_and2(space, child->children[0],
			formula_not(space, formula_and_rest(space, child)));
	}
	children[count++] = any->kind == FORMULA_TRUE ? &constant_false :
			    test_negate(space, any);
	result = formula_or(space, children, count);
	free(children);
	return result;
}

const struct formula *formula_not(struct formula_space *space,
				  const struct formula *formula)
{
	const struct formula *any;
	const struct formula **children, *result;
	size_t i;

	if (formula->number < FIRST_NUMBER)
		return formula_constant(space, formula->kind == FORMULA_FALSE);
	if (formula->number < space->negations_size &&
	    space->negations[formula->number])
		return space->negations[formula->number];
	any = formula->kind == FORMULA_OR ? choice_of(space, formula) : NULL;
	if (formula->kind == FORMULA_TEST) {
		result = test_negate(space, formula);
	} else if (any) {
		result = choice_negate(space, formula, any);
	} else {
		children = children_alloc(space, formula->count);
		if (!children)
			return &constant_false;
		for (i = 0; i < formula->count; i++)
			children[i] = formula_not(space, formula->children[i]);
		result = joint_make(space, formula->kind == FORMULA_AND ?
				    FORMULA_OR : FORMULA_AND, children, formula->count);
		free(children);
	}
	negation_note(space, formula, result);
	return result;
}

/* A walk that visits every node once. */
struct walk {
	struct formula_space *space;
	formula_change change;
	void *data;
	struct visits visits;
};

/* Room for the results of all nodes that there are by now: no others are met. */
static int visits_begin(struct formula_space *space, struct visits *visits)
{
	size_t size = 2 * (size_t)space->count;

	*visits = space->visits;
	memset(&space->visits, 0, sizeof(space->visits));
	visits->walk++;
	if (visits->size >= space->count)
		return 0;
	free(visits->list);
	visits->list = calloc(size, sizeof(*visits->list));
	visits->size = visits->list ? size : 0;
	visits->walk = 1;
	return visits->list ? 0 : -ENOMEM;
}

static void visits_end(struct formula_space *space, struct visits *visits)
{
	free(space->visits.list);	/* a walk within a walk */
	space->visits = *visits;
}

static const struct formula *walk_visit(struct walk *walk, const struct formula *formula)
{
	const struct formula **children, *result;
	size_t i;

	if (formula->number < FIRST_NUMBER)
		return formula;
	if (walk->visits.list[formula->number].walk == walk->visits.walk)
		return walk->visits.list[formula->number].result;
	if (formula->kind == FORMULA_TEST) {
		result = walk->change(walk->space, formula, walk->data);
	} else {
		children = children_alloc(walk->space, formula->count);
		if (!children)
			return &constant_false;
		for (i = 0; i < formula->count; i++)
			children[i] = walk_visit(walk, formula->children[i]);
		result = joint_make(walk->space, formula->kind, children, formula->count);
		free(children);
	}
	walk->visits.list[formula->number].walk = walk->visits.walk;
	walk->visits.list[formula->number].result = result;
	return result;
}

const struct formula *formula_map(struct formula_space *space,
				  const struct formula *formula,
				  formula_change change, void *data)
{
	struct walk walk = { .space = space, .change = change, .data = data };
	const struct formula *result;

	if (visits_begin(space, &walk.visits))
		return formula_failed(space, -ENOMEM);
	result = walk_visit(&walk, formula);
	visits_end(space, &walk.visits);
	return result;
}

static const struct formula *test_assume(struct formula_space *space,
					 const struct formula *test, void *data)
{
	const struct formula *known = data, *meeting;

	if (!formula_place_equal(&test->place, &known->place))
		return test;
	meeting = tests_join(space, true, test, known);
	if (meeting == known)
		return &constant_true;
	return meeting;
}

const struct formula *formula_assume(struct formula_space *space,
				     const struct formula *formula,
				     const struct formula *known)
{
	return formula_map(space, formula, test_assume, (void *)known);
}

bool formula_uses(const struct formula *formula, enum formula_base base)
{
	return formula->bases >> base & 1;
}
