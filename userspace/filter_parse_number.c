// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic. All operators lean to the left and bind as in C but for "%" and
 * "^", which libpcap gives no place in this order: they take everything that
 * follows as their right side.
 */
#include "filter_parser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PRECEDENCE_NONE 0	/* "%" and "^" */
#define PRECEDENCE_NEGATE 6

static unsigned int precedence(enum value_operator operator)
{
	static const unsigned int levels[] = {
		[OPERATOR_OR] = 1, [OPERATOR_AND] = 2,
		[OPERATOR_SHIFT_LEFT] = 3, [OPERATOR_SHIFT_RIGHT] = 3,
		[OPERATOR_ADD] = 4, [OPERATOR_SUBTRACT] = 4,
		[OPERATOR_MULTIPLY] = 5, [OPERATOR_DIVIDE] = 5,
		[OPERATOR_NEGATE] = PRECEDENCE_NEGATE,
		[OPERATOR_MODULO] = PRECEDENCE_NONE, [OPERATOR_XOR] = PRECEDENCE_NONE,
	};

	return levels[operator];
}

static bool at_operator(const struct parser *parser, enum value_operator *operator)
{
	static const struct {
		uint32_t mark;
		enum value_operator operator;
	} marks[] = {
		{ '|', OPERATOR_OR }, { '&', OPERATOR_AND }, { '^', OPERATOR_XOR },
		{ MARK_SHIFT_LEFT, OPERATOR_SHIFT_LEFT },
		{ MARK_SHIFT_RIGHT, OPERATOR_SHIFT_RIGHT },
		{ '+', OPERATOR_ADD }, { '-', OPERATOR_SUBTRACT },
		{ '*', OPERATOR_MULTIPLY }, { '/', OPERATOR_DIVIDE },
		{ '%', OPERATOR_MODULO },
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!parser_at_mark(parser, marks[i].mark))
			continue;
		*operator = marks[i].operator;
		return true;
	}
	return false;
}

bool parser_at_relation(const struct parser *parser, enum filter_relation *relation)
{
	static const struct {
		uint32_t mark;
		enum filter_relation relation;
	} marks[] = {
		{ '=', RELATION_EQUAL }, { MARK_NOT_EQUAL, RELATION_NOT_EQUAL },
		{ '<', RELATION_LESS }, { MARK_LESS_EQUAL, RELATION_LESS_EQUAL },
		{ '>', RELATION_GREATER }, { MARK_GREATER_EQUAL, RELATION_GREATER_EQUAL },
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!parser_at_mark(parser, marks[i].mark))
			continue;
		*relation = marks[i].relation;
		return true;
	}
	return false;
}

static int problem_error(struct parser *parser, const struct location *where,
			 enum value_problem problem)
{
	static const char *const texts[] = {
		[VALUE_FINE] = "",
		[VALUE_TWO_LOADS] = "nft cannot compute with two values of the packet, only compare one with a number: use --path tc",
		[VALUE_NO_WAY_BACK] = "nft cannot compute this, and no comparison of the packet's own bits means the same: use --path tc",
		[VALUE_DIVISION_BY_ZERO] = "division by zero",
		[VALUE_SHIFT_TOO_FAR] = "a shift goes from 0 to 31 bits",
	};

	return error_definition(parser->errors, where, "%s", texts[problem]);
}

static int pending_push(struct parser *parser, enum value_operator operator,
			const struct location *where, const struct value *left)
{
	struct pending *pending;
	size_t size;

	if (parser->pending_count == parser->pending_size) {
		size = parser->pending_size ? parser->pending_size * 2 : 16;
		pending = reallocarray(parser->pending, size, sizeof(*pending));
		if (!pending)
			return -ENOMEM;
		parser->pending = pending;
		parser->pending_size = size;
	}
	pending = &parser->pending[parser->pending_count++];
	pending->operator = operator;
	pending->where = *where;
	pending->left = *left;
	return 0;
}

/* The last operator that waits gets its right side. */
static int pending_pop(struct parser *parser, struct value *value)
{
	struct pending *pending = &parser->pending[--parser->pending_count];
	enum value_problem problem;

	if (pending->operator == OPERATOR_NEGATE) {
		problem = value_combine(value, OPERATOR_NEGATE, NULL);
	} else {
		problem = value_combine(&pending->left, pending->operator, value);
		*value = pending->left;
	}
	return problem ? problem_error(parser, &pending->where, problem) : 0;
}

static bool can_load(enum filter_protocol protocol)
{
	switch (protocol) {
	case PROTOCOL_NONE:
	case PROTOCOL_AH:
	case PROTOCOL_ESP:
	case PROTOCOL_AARP:
		return false;
	default:
		return protocol < PROTOCOL_ISO;
	}
}

/* ":SIZE" */
static int parse_size(struct parser *parser, struct filter *load)
{
	const struct word *word = &parser->words.word;

	words_next(&parser->words);
	if (!parser_at(parser, WORD_NUMBER))
		return parser_unexpected(parser, "a size of 1, 2 or 4 bytes");
	if (word->number != 1 && word->number != 2 && word->number != 4)
		return error_definition(parser->errors, &word->where,
					"%.*s is no size, a size is 1, 2 or 4 bytes",
					QUOTED(word));
	load->size = word->number;
	words_next(&parser->words);
	return 0;
}

/* "[OFFSET:SIZE]" behind the name of a protocol, which stood at @where. */
int parse_load(struct parser *parser, enum filter_protocol protocol,
	       const struct location *where, struct value *value)
{
	struct filter load = {
		.kind = FILTER_LOAD, .where = *where, .protocol = protocol, .size = 1,
	};
	struct location open, offset;
	int error;

	if (!can_load(protocol))
		return error_definition(parser->errors, where,
					"bytes of '%s' cannot be read, libpcap does not know where it begins",
					filter_protocol_name(protocol));
	error = parser_open(parser, &open);
	if (error)
		return error;
	offset = parser->words.word.where;
	error = parse_arithmetic(parser, value);
	if (!error && parser_at_mark(parser, ':'))
		error = parse_size(parser, &load);
	if (!error)
		error = parser_close(parser, &open, ']', "an operator");
	if (!error && value->loaded)
		error = error_definition(parser->errors, &offset,
					 "nft cannot read at an offset that is in the packet itself: use --path tc");
	if (error)
		return error;
	load.offset = value->number;
	value_load(value, &load);
	return parser_check_context(parser, &load);
}

/* One side of an operator, but for its sign. */
static int parse_operand(struct parser *parser, struct value *value)
{
	const struct word word = parser->words.word;
	struct filter length = {
		.kind = FILTER_LENGTH, .where = word.where, .size = 4,
	};
	struct location open;
	int error;

	if (parser_at_mark(parser, '(')) {
		error = parser_open(parser, &open);
		if (!error)
			error = parse_arithmetic(parser, value);
		return error ? error : parser_close(parser, &open, ')', "an operator");
	}
	if (!parser_at(parser, WORD_NUMBER) && !parser_at(parser, WORD_LENGTH) && !parser_at(parser, WORD_PROTOCOL))
		return parser_unexpected(parser, "a number, 'len', or bytes as in ip[0]");
	words_next(&parser->words);
	if (word.kind == WORD_PROTOCOL) {
		if (!parser_at_mark(parser, '['))
			return parser_unexpected(parser, "'[' and an offset");
		return parse_load(parser, word.number, &word.where, value);
	}
	if (word.kind == WORD_LENGTH) {
		value_load(value, &length);
		return 0;
	}
	value_number(value, word.number);
	value->plain = true;
	return 0;
}

/* An operand with its signs, of which two are none. */
static int parse_signed(struct parser *parser, struct value *value)
{
	struct location where = parser->words.word.where;
	bool negative = false, sign = parser_at_mark(parser, '-');
	int error;

	for (; parser_at_mark(parser, '-'); words_next(&parser->words))
		negative = !negative;
	if (negative) {
		error = pending_push(parser, OPERATOR_NEGATE, &where, value);
		if (error)
			return error;
	}
	error = parse_operand(parser, value);
	if (sign)
		value->plain = false;
	return error;
}

/* The operators behind @value, and their right sides. Those that wait are on
 * parser->pending, and not on the stack. */
int parse_operators(struct parser *parser, struct value *value, size_t base)
{
	enum value_operator operator;
	struct location where;
	unsigned int level;
	int error;

	while (at_operator(parser, &operator)) {
		level = precedence(operator);
		while (level && parser->pending_count > base &&
		       precedence(parser->pending[parser->pending_count - 1].operator) >= level) {
			error = pending_pop(parser, value);
			if (error)
				return error;
		}
		if (parser->pending_count - base >= FILTER_DEPTH_MAX)
			return parser_nesting_error(parser, "'%' and '^'");
		where = parser->words.word.where;
		error = pending_push(parser, operator, &where, value);
		if (error)
			return error;
		words_next(&parser->words);
		error = parse_signed(parser, value);
		if (error)
			return error;
	}
	while (parser->pending_count > base) {
		error = pending_pop(parser, value);
		if (error)
			return error;
	}
	return 0;
}

int parse_arithmetic(struct parser *parser, struct value *value)
{
	size_t base = parser->pending_count;
	int error;

	memset(value, 0, sizeof(*value));
	error = parse_signed(parser, value);
	return error ? error : parse_operators(parser, value, base);
}

/* Of no bits: what the length is does not matter. */
static void length_to_constant(struct filter *filter)
{
	filter->kind = FILTER_CONSTANT;
	filter->number = value_compare(0, filter->relation, filter->number);
}

static int add_relation(const struct filter *relation, enum filter_kind joint,
			struct filter **tree)
{
	struct filter *one;
	int error;

	error = filter_tree_new(&one, relation->kind, &relation->where);
	if (error)
		return error;
	*one = *relation;
	if (one->kind == FILTER_LENGTH && !one->mask)
		length_to_constant(one);
	return filter_tree_join(tree, joint, one);
}

/* @left is on the left of the relation @relation, at which the words are. */
int parse_relation(struct parser *parser, const struct value *left,
		   enum filter_relation relation, struct filter **tree)
{
	struct location where = parser->words.word.where;
	const struct value *loaded = left, *number;
	struct value_relations solved;
	enum value_problem problem;
	struct value right;
	size_t i;
	int error;

	words_next(&parser->words);
	error = parse_arithmetic(parser, &right);
	if (error)
		return error;
	if (!left->loaded && !right.loaded) {
		error = filter_tree_new(tree, FILTER_CONSTANT, &where);
		if (!error)
			(*tree)->number = value_compare(left->number, relation, right.number);
		return error;
	}
	number = &right;
	if (!left->loaded) {
		loaded = &right;
		number = left;
		relation = value_reverse(relation);
	}
	problem = number->loaded ? VALUE_TWO_LOADS :
		  value_solve(loaded, relation, number->number, &solved);
	if (problem)
		return problem_error(parser, &where, problem);
	for (i = 0; i < solved.count && !error; i++)
		error = add_relation(&solved.relations[i], solved.joint, tree);
	return error;
}
