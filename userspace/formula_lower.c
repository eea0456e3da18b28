// SPDX-License-Identifier: GPL-2.0-only
/*
 * Formula to rules.
 *
 * Frames are first told apart by their Ethernet type; in the chain for one type
 * the tests of the type itself have become constants. There the formula turns
 * into rules by its shape:
 *
 *  - few rows: each row a rule, its tests in a line;
 *  - "or": one alternative after the other, each goes where it is true;
 *  - "and", where false means "leave the mirror": every test that fails
 *    accepts; every alternative in it but the last becomes a chain of its own
 *    that is jumped to, and returns where it is true;
 *  - "and" as one of several alternatives: a chain that is jumped to, and
 *    returns where it is false.
 *
 * So the size grows with the formula's, and the depth only where "and" and "or"
 * alternate.
 */
#include "formula_lower.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "formula_length.h"
#include "formula_rows.h"
#include "formula_text.h"
#include "plan_walk.h"

/* An "and" of so many rows is written row by row. */
#define ROWS_MAX 3
/* Fewer rows of exact values are rules of their own. */
#define EXACT_ROWS_MIN 4
#define ROW_TESTS_MAX 64

#define TYPE_OFFSET 12

/* What is known of the frames in a chain. */
enum frame_class {
	CLASS_ANY,	/* nothing: raw bytes of the frame */
	CLASS_IP,	/* untagged IPv4, its headers where nft has them */
	CLASS_IP6,
};

struct lowering {
	struct plan *plan;
	struct formula_space *space;
	const char *name;
	const struct plan_chain *copy;
	enum frame_class class;
	unsigned int pieces;		/* chains numbered so far */
	int error;
};

/* Where rules are appended. */
struct cursor {
	struct plan_chain *chain;
	bool ends_mirror;		/* falling off its end leaves the mirror */
};

enum exit_kind {
	EXIT_FALL,	/* the next rule */
	EXIT_RETURN,
	EXIT_ACCEPT,	/* leaves the mirror */
	EXIT_GOTO,	/* a chain that goes on from there */
	EXIT_COPY,	/* never comes back */
};

struct exit {
	enum exit_kind kind;
	const struct plan_chain *chain;
};

static const struct exit fall = { EXIT_FALL, NULL };
static const struct exit give_back = { EXIT_RETURN, NULL };
static const struct exit leave = { EXIT_ACCEPT, NULL };

static void lower(struct lowering *lowering, struct cursor *cursor,
		  const struct formula *formula, struct exit yes, struct exit no);

static void formula_comment(struct plan *plan, struct plan_chain *chain,
			    const struct formula *formula)
{
	char text[PLAN_COMMENT_MAX + 1];

	formula_text(formula, text, sizeof(text));
	plan_chain_comment(plan, chain, text, strlen(text));
}

/* --- one rule --- */

struct row {
	const struct formula *tests[ROW_TESTS_MAX];
	size_t count;
};

static bool is_masked(const struct formula_place *place)
{
	size_t i;

	for (i = 0; i < place->length; i++)
		if (place->mask[i] != 0xff)
			return true;
	return false;
}

static bool is_one_value(const struct formula *test)
{
	return test->count == 1 && !memcmp(test->ranges[0].low, test->ranges[0].high,
					   test->place.length);
}

/* Fields of the network header that nft has names for. */
static enum plan_field network_field(enum frame_class class, unsigned int offset,
				     unsigned int length)
{
	static const struct {
		enum frame_class class;
		unsigned int offset, length;
		enum plan_field field;
	} fields[] = {
		{ CLASS_IP, 6, 2, FIELD_IP_FRAGMENT },
		{ CLASS_IP, 9, 1, FIELD_IP_PROTOCOL },
		{ CLASS_IP, 12, 4, FIELD_IP_SOURCE },
		{ CLASS_IP, 16, 4, FIELD_IP_DESTINATION },
		{ CLASS_IP6, 6, 1, FIELD_IP6_NEXT_HEADER },
		{ CLASS_IP6, 8, 16, FIELD_IP6_SOURCE },
		{ CLASS_IP6, 24, 16, FIELD_IP6_DESTINATION },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].class == class && fields[i].offset == offset &&
		    fields[i].length == length)
			return fields[i].field;
	return FIELD_RAW;
}

/* Ports by the name of the one protocol that the row is about. */
static enum plan_field port_field(uint8_t protocol, unsigned int offset)
{
	bool source = offset == 0;

	switch (protocol) {
	case IPPROTO_TCP: return source ? FIELD_TCP_SOURCE : FIELD_TCP_DESTINATION;
	case IPPROTO_UDP: return source ? FIELD_UDP_SOURCE : FIELD_UDP_DESTINATION;
	case IPPROTO_SCTP: return source ? FIELD_SCTP_SOURCE : FIELD_SCTP_DESTINATION;
	}
	return source ? FIELD_TH_SOURCE : FIELD_TH_DESTINATION;
}

static bool is_port(const struct formula_place *place)
{
	return place->length == 2 && place->offset <= 2 && !(place->offset & 1) &&
	       !is_masked(place);
}

static void raw_place(struct plan_place *out, enum plan_base base, unsigned int offset,
		      unsigned int length)
{
	*out = (struct plan_place){ FIELD_RAW, base, offset, length };
}

/* @protocol: the transport protocol that the row has tested for, or 0. */
static void place_translate(const struct lowering *lowering,
			    const struct formula_place *place, uint8_t protocol,
			    struct plan_place *out)
{
	memset(out, 0, sizeof(*out));
	switch (place->base) {
	case FORMULA_FRAME:
		if (lowering->class == CLASS_ANY || place->offset < ETH_HLEN) {
			raw_place(out, BASE_LINK, place->offset, place->length);
			return;
		}
		raw_place(out, BASE_NETWORK, place->offset - ETH_HLEN, place->length);
		out->field = network_field(lowering->class, out->offset, out->length);
		return;
	case FORMULA_TRANSPORT_IP:
	case FORMULA_TRANSPORT_IP6:
		raw_place(out, BASE_TRANSPORT, place->offset, place->length);
		if (is_port(place))
			out->field = port_field(protocol, place->offset);
		return;
	case FORMULA_NETWORK:
		raw_place(out, BASE_NETWORK, place->offset, place->length);
		return;
	case FORMULA_META_LENGTH:
	case FORMULA_LENGTH:
		out->field = FIELD_META_LENGTH;
		return;
	case FORMULA_META_INPUT:
		out->field = FIELD_META_IIF;
		return;
	case FORMULA_META_PROTOCOL:
		out->field = FIELD_META_PROTOCOL;
		return;
	}
}

/* nft's own words for the network header imply the kernel's protocol. */
static bool needs_protocol(enum plan_field field)
{
	switch (field) {
	case FIELD_IP_FRAGMENT:
	case FIELD_IP_PROTOCOL:
	case FIELD_IP_SOURCE:
	case FIELD_IP_DESTINATION:
	case FIELD_IP6_NEXT_HEADER:
	case FIELD_IP6_SOURCE:
	case FIELD_IP6_DESTINATION:
		return true;
	default:
		return false;
	}
}

/* The one value that a row allows the transport protocol, or 0. */
static uint8_t row_protocol(const struct lowering *lowering, const struct row *row)
{
	unsigned int offset = ETH_HLEN + (lowering->class == CLASS_IP ? 9 : 6);
	size_t i;

	for (i = 0; i < row->count && lowering->class != CLASS_ANY; i++) {
		const struct formula *test = row->tests[i];

		if (test->place.base == FORMULA_FRAME && test->place.offset == offset &&
		    test->place.length == 1 && !is_masked(&test->place) && is_one_value(test))
			return test->ranges[0].low[0];
	}
	return 0;
}

/* Of two tests of the same length the one that does not begin with zero: a test and
 * its negation then look up one set. */
static bool is_long_and_later(const struct formula *test)
{
	static const uint8_t zero[PLAN_VALUE_MAX];

	return test->count > PLAN_ANONYMOUS_MAX &&
	       memcmp(test->ranges[0].low, zero, test->place.length);
}

/* Is "none of @test's values" the plainer way to say a test? "Not this one" is
 * plainer than "from the next one on", and all that nft has for an interface. */
static bool is_plainer(const struct formula *test, const struct formula *negation)
{
	if (test->kind != FORMULA_TEST)
		return false;
	if (test->count != negation->count)
		return test->count < negation->count;
	return is_long_and_later(test) ||
	       (test->count == 1 && is_one_value(test) && !is_one_value(negation));
}

/* Whichever is plainer: these values, or not those others. */
static void test_emit(struct lowering *lowering, struct plan_rule *rule,
		      const struct formula *test, const struct plan_place *place)
{
	const uint8_t *mask = is_masked(&test->place) ? test->place.mask : NULL;
	const struct formula *negation = formula_not(lowering->space, test);
	bool negated = is_plainer(negation, test);
	const struct formula *shown = negated ? negation : test;

	plan_rule_test_ranges(lowering->plan, rule, place, mask, negated,
			      shown->ranges, shown->count);
}

/* The order in which tests stand in a rule: what is cheap and what nft needs to
 * know first; then from high offsets down, since nft joins neighbours that
 * ascend into one load. */
static int test_rank(const struct plan_place *place)
{
	switch (place->field) {
	case FIELD_META_IIF: return 0;
	case FIELD_META_PROTOCOL: return 1;
	case FIELD_META_LENGTH: return 2;
	case FIELD_IP_PROTOCOL:
	case FIELD_IP6_NEXT_HEADER: return 3;
	case FIELD_IP_FRAGMENT: return 4;
	default: break;
	}
	if (place->field != FIELD_RAW)
		return needs_protocol(place->field) ? 6 : 8;
	return place->base == BASE_LINK ? 5 : place->base == BASE_NETWORK ? 7 : 9;
}

struct placed_test {
	const struct formula *test;
	struct plan_place place;
};

static int placed_compare(const void *left, const void *right)
{
	const struct placed_test *a = left, *b = right;
	int ranks = test_rank(&a->place) - test_rank(&b->place);

	if (ranks)
		return ranks;
	if (a->test->place.offset != b->test->place.offset)
		return a->test->place.offset > b->test->place.offset ? -1 : 1;
	return a->test->number < b->test->number ? -1 : a->test->number > b->test->number;
}

static void verdict_emit(struct lowering *lowering, struct plan_rule *rule,
			 struct exit exit)
{
	switch (exit.kind) {
	case EXIT_FALL:
		break;
	case EXIT_RETURN:
		plan_rule_verdict(lowering->plan, rule, VERDICT_RETURN, NULL);
		break;
	case EXIT_ACCEPT:
		plan_rule_verdict(lowering->plan, rule, VERDICT_ACCEPT, NULL);
		break;
	case EXIT_GOTO:
	case EXIT_COPY:
		plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, exit.chain);
		break;
	}
}

static void row_emit(struct lowering *lowering, struct cursor *cursor,
		     const struct row *row, struct exit exit)
{
	struct placed_test placed[ROW_TESTS_MAX];
	uint8_t protocol = row_protocol(lowering, row);
	struct plan_rule *rule;
	size_t i;

	for (i = 0; i < row->count; i++) {
		placed[i].test = row->tests[i];
		place_translate(lowering, &row->tests[i]->place, protocol, &placed[i].place);
	}
	qsort(placed, row->count, sizeof(placed[0]), placed_compare);
	rule = plan_add_rule(lowering->plan, cursor->chain);
	for (i = 0; i < row->count; i++)
		if (needs_protocol(placed[i].place.field))
			break;
	if (i < row->count)
		plan_rule_test_number(lowering->plan, rule, FIELD_META_PROTOCOL,
				      lowering->class == CLASS_IP ? ETH_P_IP : ETH_P_IPV6);
	for (i = 0; i < row->count; i++)
		test_emit(lowering, rule, placed[i].test, &placed[i].place);
	verdict_emit(lowering, rule, exit);
}

/* --- rows of a formula --- */

/* nft cannot look up masked bytes in a set: a row for each range. */
static size_t test_rows(struct lowering *lowering, const struct formula *test)
{
	const struct formula *negation;

	if (!is_masked(&test->place) || test->count == 1)
		return 1;
	negation = formula_not(lowering->space, test);
	return negation->count < test->count && negation->count == 1 ? 1 : test->count;
}

/* How many rows @formula has, or ROWS_MAX + 1 for "too many". */
static size_t rows_count(struct lowering *lowering, const struct formula *formula)
{
	size_t i, own, count = formula->kind == FORMULA_AND ? 1 : 0;

	switch (formula->kind) {
	case FORMULA_FALSE:
		return 0;
	case FORMULA_TRUE:
		return 1;
	case FORMULA_TEST:
		count = test_rows(lowering, formula);
		break;
	case FORMULA_AND:
		if (formula->count > ROW_TESTS_MAX)
			return ROWS_MAX + 1;
		for (i = 0; i < formula->count && count <= ROWS_MAX; i++) {
			own = rows_count(lowering, formula->children[i]);
			count *= own;
		}
		break;
	case FORMULA_OR:
		for (i = 0; i < formula->count && count <= ROWS_MAX; i++)
			count += rows_count(lowering, formula->children[i]);
		break;
	}
	return count > ROWS_MAX ? ROWS_MAX + 1 : count;
}

/* What still has to be true for a row, as a list. */
struct pending {
	const struct formula *formula;
	const struct pending *next;
};

static void rows_emit(struct lowering *lowering, struct cursor *cursor,
		      const struct pending *pending, struct row *row, struct exit exit);

static void test_rows_emit(struct lowering *lowering, struct cursor *cursor,
			   const struct formula *test, const struct pending *next,
			   struct row *row, struct exit exit)
{
	size_t before = row->count;
	size_t i;

	if (row->count == ROW_TESTS_MAX) {
		lowering->error = -E2BIG;
		return;
	}
	if (test_rows(lowering, test) == 1) {
		row->tests[row->count++] = test;
		rows_emit(lowering, cursor, next, row, exit);
		row->count = before;
		return;
	}
	for (i = 0; i < test->count; i++) {
		row->tests[row->count++] = formula_test(lowering->space, &test->place,
							&test->ranges[i], 1);
		rows_emit(lowering, cursor, next, row, exit);
		row->count = before;
	}
}

static void rows_emit(struct lowering *lowering, struct cursor *cursor,
		      const struct pending *pending, struct row *row, struct exit exit)
{
	const struct formula *formula;
	size_t i;

	if (!pending) {
		row_emit(lowering, cursor, row, exit);
		return;
	}
	formula = pending->formula;
	switch (formula->kind) {
	case FORMULA_FALSE:
		return;
	case FORMULA_TRUE:
		rows_emit(lowering, cursor, pending->next, row, exit);
		return;
	case FORMULA_TEST:
		test_rows_emit(lowering, cursor, formula, pending->next, row, exit);
		return;
	case FORMULA_OR:
		for (i = 0; i < formula->count; i++) {
			struct pending one = { formula->children[i], pending->next };

			rows_emit(lowering, cursor, &one, row, exit);
		}
		return;
	case FORMULA_AND: {
		struct pending list[ROW_TESTS_MAX];

		for (i = formula->count; i--; )
			list[i] = (struct pending){
				formula->children[i],
				i + 1 < formula->count ? &list[i + 1] : pending->next,
			};
		rows_emit(lowering, cursor, &list[0], row, exit);
		return;
	}
	}
}

/* All rows of @formula, each a rule that ends in @exit. */
static void formula_rows_emit(struct lowering *lowering, struct cursor *cursor,
			      const struct formula *formula, struct exit exit)
{
	struct pending all = { formula, NULL };
	struct row row = { .count = 0 };

	rows_emit(lowering, cursor, &all, &row, exit);
}

/* --- shapes --- */

static void exit_emit(struct lowering *lowering, struct cursor *cursor, struct exit exit)
{
	if (exit.kind == EXIT_FALL || (exit.kind == EXIT_ACCEPT && cursor->ends_mirror))
		return;
	verdict_emit(lowering, plan_add_rule(lowering->plan, cursor->chain), exit);
}

/* A new chain, that says what it decides. */
static struct cursor piece_begin(struct lowering *lowering, const struct formula *formula)
{
	struct cursor piece = { .ends_mirror = false };

	piece.chain = plan_add_chain(lowering->plan, PLAN_CHAIN_PREFIX "%s/%u",
				     lowering->name, ++lowering->pieces);
	formula_comment(lowering->plan, piece.chain, formula);
	return piece;
}

static void jump_emit(struct lowering *lowering, struct cursor *cursor,
		      const struct cursor *piece)
{
	plan_rule_verdict(lowering->plan, plan_add_rule(lowering->plan, cursor->chain),
			  VERDICT_JUMP, piece->chain);
}

/* The child that nests deepest, the last one of several: it comes last, where it
 * needs no chain of its own to come back from. */
static const struct formula *deepest_child(const struct formula *formula)
{
	const struct formula *deepest = formula->children[0];
	size_t i;

	for (i = 1; i < formula->count; i++)
		if (formula->children[i]->depth >= deepest->depth)
			deepest = formula->children[i];
	return deepest;
}

/* An alternative that is not the last piece of an "and". */
static void condition_lower(struct lowering *lowering, struct cursor *cursor,
			    const struct formula *condition, struct exit no)
{
	struct cursor piece, entry;

	if (no.kind == EXIT_ACCEPT) {
		entry = piece = piece_begin(lowering, condition);
		lower(lowering, &piece, condition, give_back, leave);
		jump_emit(lowering, cursor, &entry);
		return;
	}
	/* In the same frame of the jump stack: go on in another chain. */
	piece = piece_begin(lowering, condition);
	piece.ends_mirror = cursor->ends_mirror;
	lower(lowering, cursor, condition, (struct exit){ EXIT_GOTO, piece.chain }, no);
	*cursor = piece;
}

static void and_lower(struct lowering *lowering, struct cursor *cursor,
		      const struct formula *formula, struct exit yes, struct exit no)
{
	const struct formula *last = deepest_child(formula);
	size_t i;

	for (i = 0; i < formula->count && !lowering->error; i++) {
		const struct formula *child = formula->children[i];

		if (child->kind == FORMULA_TEST)
			formula_rows_emit(lowering, cursor,
					  formula_not(lowering->space, child), no);
		else if (child != last)
			condition_lower(lowering, cursor, child, no);
	}
	if (last->kind == FORMULA_TEST)
		exit_emit(lowering, cursor, yes);
	else
		lower(lowering, cursor, last, yes, no);
}

/* An "and" as one of several alternatives: where it is false the next rule of
 * @cursor goes on. */
static void alternative_lower(struct lowering *lowering, struct cursor *cursor,
			      const struct formula *formula, struct exit yes)
{
	struct cursor piece = piece_begin(lowering, formula);
	const struct cursor entry = piece;

	/* Lowering moves a cursor on, into other chains: jump to the first. */
	if (yes.kind == EXIT_COPY) {
		lower(lowering, &piece, formula, yes, give_back);
		jump_emit(lowering, cursor, &entry);
		return;
	}
	/* Going on somewhere else must not leave a frame behind on the jump
	 * stack: the rest of @cursor moves into the piece instead. */
	piece.ends_mirror = cursor->ends_mirror;
	and_lower(lowering, cursor, formula, yes, (struct exit){ EXIT_GOTO, piece.chain });
	*cursor = piece;
}

/* One look-up for the rows from @start to @end, which have the same places. */
static void exact_rows_emit(struct lowering *lowering, struct cursor *cursor,
			    const struct exact_rows *rows, size_t start, size_t end,
			    struct exit yes)
{
	const struct exact_row *first = &rows->rows[start];
	struct plan_place places[PLAN_ROW_MAX];
	uint8_t (*values)[PLAN_VALUE_MAX];
	bool needs = false;
	struct plan_rule *rule;
	size_t i, j;

	values = calloc((end - start) * first->count, sizeof(*values));
	if (!values) {
		lowering->error = -ENOMEM;
		return;
	}
	for (i = 0; i < first->count; i++) {
		place_translate(lowering, first->places[i], 0, &places[i]);
		needs |= needs_protocol(places[i].field);
	}
	for (i = start; i < end; i++)
		for (j = 0; j < first->count; j++)
			memcpy(values[(i - start) * first->count + j],
			       rows->rows[i].values[j], sizeof(*values));
	rule = plan_add_rule(lowering->plan, cursor->chain);
	if (needs)
		plan_rule_test_number(lowering->plan, rule, FIELD_META_PROTOCOL,
				      lowering->class == CLASS_IP ? ETH_P_IP : ETH_P_IPV6);
	plan_rule_test_rows(lowering->plan, rule, places, first->count, false,
			    (const uint8_t (*)[PLAN_VALUE_MAX])values, end - start);
	verdict_emit(lowering, rule, yes);
	free(values);
}

/* Alternatives that are rows of exact values become look-ups; @taken says which. */
static void exact_rows_lower(struct lowering *lowering, struct cursor *cursor,
			     const struct formula *formula, struct exit yes, bool *taken)
{
	struct exact_rows rows;
	size_t start, end;

	if (exact_rows_collect(formula, &rows, taken)) {
		lowering->error = -ENOMEM;
		return;
	}
	if (rows.count < EXACT_ROWS_MIN) {
		memset(taken, 0, formula->count * sizeof(*taken));
		rows.count = 0;
	}
	for (start = 0; start < rows.count; start = end) {
		end = exact_rows_group_end(&rows, start);
		exact_rows_emit(lowering, cursor, &rows, start, end, yes);
	}
	free(rows.rows);
}

/* One outcome of a choice: no other can be, so nobody has to come back. */
static void outcome_lower(struct lowering *lowering, struct cursor *cursor,
			  const struct formula *outcome, struct exit yes, struct exit no)
{
	const struct formula *rest = formula_and_rest(lowering->space, outcome);
	struct cursor piece = piece_begin(lowering, rest);

	piece.ends_mirror = cursor->ends_mirror;
	formula_rows_emit(lowering, cursor, outcome->children[0],
			  (struct exit){ EXIT_GOTO, piece.chain });
	lower(lowering, &piece, rest, yes, no);
}

/* The alternatives of @formula but for those that are @taken. */
static void alternatives_lower(struct lowering *lowering, struct cursor *cursor,
			       const struct formula *formula, const bool *taken,
			       struct exit yes, struct exit no)
{
	bool is_choice = no.kind != EXIT_FALL &&
			 formula_is_choice(lowering->space, formula);
	const struct formula *last = NULL;
	size_t i;

	for (i = 0; i < formula->count; i++)
		if (!taken[i] && (!last || formula->children[i]->depth >= last->depth))
			last = formula->children[i];
	for (i = 0; i < formula->count && !lowering->error; i++) {
		const struct formula *child = formula->children[i];

		if (taken[i] || child == last)
			continue;
		if (is_choice && rows_count(lowering, child) > ROWS_MAX)
			outcome_lower(lowering, cursor, child, yes, no);
		else
			lower(lowering, cursor, child, yes, fall);
	}
	if (last)
		lower(lowering, cursor, last, yes, no);
	else
		exit_emit(lowering, cursor, no);
}

/* One alternative after the other, each goes where it is true. The deepest comes
 * last, where it needs no chain to come back from. */
static void or_lower(struct lowering *lowering, struct cursor *cursor,
		     const struct formula *formula, struct exit yes, struct exit no)
{
	bool *taken = calloc(formula->count, sizeof(*taken));

	if (!taken) {
		lowering->error = -ENOMEM;
		return;
	}
	exact_rows_lower(lowering, cursor, formula, yes, taken);
	alternatives_lower(lowering, cursor, formula, taken, yes, no);
	free(taken);
}

static void lower(struct lowering *lowering, struct cursor *cursor,
		  const struct formula *formula, struct exit yes, struct exit no)
{
	if (lowering->error)
		return;
	if (formula->kind == FORMULA_TRUE) {
		exit_emit(lowering, cursor, yes);
		return;
	}
	if (rows_count(lowering, formula) <= ROWS_MAX || formula->kind == FORMULA_TEST) {
		formula_rows_emit(lowering, cursor, formula, yes);
		exit_emit(lowering, cursor, no);
	} else if (formula->kind == FORMULA_OR) {
		or_lower(lowering, cursor, formula, yes, no);
	} else if (no.kind == EXIT_FALL) {
		alternative_lower(lowering, cursor, formula, yes);
	} else {
		and_lower(lowering, cursor, formula, yes, no);
	}
}

/* --- kinds of frames --- */

static const struct formula *type_in(struct formula_space *space,
				     const uint16_t *types, size_t count)
{
	struct formula_place place = { .base = FORMULA_FRAME, .offset = TYPE_OFFSET,
				       .length = 2, .mask = { 0xff, 0xff } };
	struct plan_range ranges[4] = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		ranges[i].low[0] = ranges[i].high[0] = types[i] >> 8;
		ranges[i].low[1] = ranges[i].high[1] = types[i] & 0xff;
	}
	return formula_test(space, &place, ranges, count);
}

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

static const struct formula *transport_raw(struct formula_space *space,
					   const struct formula *formula);

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
		children[i] = transport_raw(space, formula->children[i]);
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
		rest = transport_raw(space, rest);
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

/* The same formula without nft's transport header behind an IPv4 header; NULL
 * without memory. */
static const struct formula *transport_raw(struct formula_space *space,
					   const struct formula *formula)
{
	if (formula->kind == FORMULA_OR)
		return raw_or(space, formula);
	if (formula->kind == FORMULA_AND)
		return raw_and(space, formula);
	return uses_transport(formula) ? lengths_spread(space, formula) : formula;
}

/* A chain of its own for @formula, for frames of @class. */
static const struct plan_chain *class_lower(struct lowering *lowering,
					    enum frame_class class, const char *suffix,
					    const struct formula *formula)
{
	struct cursor cursor = { .ends_mirror = true };

	cursor.chain = plan_add_chain(lowering->plan, PLAN_CHAIN_PREFIX "%s/%s",
				      lowering->name, suffix);
	formula_comment(lowering->plan, cursor.chain, formula);
	lowering->class = class;
	lower(lowering, &cursor, formula, (struct exit){ EXIT_COPY, lowering->copy }, leave);
	lowering->class = CLASS_ANY;
	return cursor.chain;
}

struct frame_kind {
	enum frame_class class;
	uint16_t type;
	const char *suffix, *cut_suffix;
	enum formula_base transport;
};

static const struct frame_kind kinds[] = {
	{ CLASS_IP, ETH_P_IP, "ip", "ip/cut", FORMULA_TRANSPORT_IP },
	{ CLASS_IP6, ETH_P_IPV6, "ip6", "ip6/cut", FORMULA_TRANSPORT_IP6 },
};

/* A rule of @chain for untagged frames of a kind. "meta protocol" is the cheap
 * test; but the kernel takes a VLAN tag off on ingress and then speaks of the
 * inner protocol, so the type field itself is asked too. */
static struct plan_rule *kind_rule(struct lowering *lowering, struct plan_chain *chain,
				   const struct frame_kind *kind, bool as_kernel)
{
	struct plan_rule *rule = plan_add_rule(lowering->plan, chain);

	if (as_kernel)
		plan_rule_test_number(lowering->plan, rule, FIELD_META_PROTOCOL, kind->type);
	plan_rule_test_number(lowering->plan, rule, FIELD_ETHER_TYPE, kind->type);
	return rule;
}

/* Reserved by IANA: no frame that nft has found a transport header in is lost
 * on the exact way if it claims this one. */
#define PROTOCOL_RESERVED 255

static void kind_lower(struct lowering *lowering, struct plan_chain *chain,
		       const struct frame_kind *kind, const struct formula *formula)
{
	struct exit copy = { EXIT_COPY, lowering->copy };
	const struct plan_chain *target;
	const struct formula *raw;
	struct plan_rule *rule;

	if (formula->kind == FORMULA_FALSE) {
		verdict_emit(lowering, kind_rule(lowering, chain, kind, false), leave);
		return;
	}
	if (formula->kind == FORMULA_TRUE) {
		verdict_emit(lowering, kind_rule(lowering, chain, kind, false), copy);
		return;
	}
	target = class_lower(lowering, kind->class, kind->suffix, formula);
	rule = kind_rule(lowering, chain, kind, true);
	if (!formula_uses(formula, kind->transport)) {
		if (target)
			plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, target);
		return;
	}
	plan_rule_test_ranges(lowering->plan, rule,
			      &(struct plan_place){ .field = FIELD_META_L4PROTO }, NULL, true,
			      &(struct plan_range){ { PROTOCOL_RESERVED }, { PROTOCOL_RESERVED } }, 1);
	if (target)
		plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, target);
	/* Headers that do not add up, which nft leaves alone and libpcap reads. */
	raw = kind->class == CLASS_IP ? transport_raw(lowering->space, formula) :
	      formula_map(lowering->space, formula, transport_move, &(unsigned int){ 0 });
	if (!raw) {
		lowering->error = -ENOMEM;
		return;
	}
	target = class_lower(lowering, CLASS_ANY, kind->cut_suffix, raw);
	rule = kind_rule(lowering, chain, kind, false);
	if (target)
		plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, target);
}

int formula_lower(struct plan *plan, struct formula_space *space, const char *name,
		  struct plan_chain *chain, const struct formula *formula,
		  const struct plan_chain *copy)
{
	static const uint16_t types[] = { ETH_P_IP, ETH_P_IPV6 };
	struct lowering lowering = { .plan = plan, .space = space, .name = name,
				     .copy = copy };
	struct cursor cursor = { .chain = chain, .ends_mirror = true };
	const struct formula *rest;
	size_t i;

	formula = formula_length_lower(space, formula);
	rest = formula_assume(space, formula,
			      formula_not(space, type_in(space, types, 2)));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct formula *known, *own;

		known = type_in(space, &kinds[i].type, 1);
		own = formula_assume(space, formula, known);
		if (own != rest)
			kind_lower(&lowering, chain, &kinds[i], own);
	}
	lower(&lowering, &cursor, rest, (struct exit){ EXIT_COPY, copy }, leave);
	if (lowering.error)
		return lowering.error;
	if (formula_space_error(space))
		return formula_space_error(space);
	return plan->out_of_memory ? -ENOMEM : plan_walk_check(plan, chain);
}
