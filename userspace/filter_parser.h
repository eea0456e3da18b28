/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the filter parser share: filter_parse.c has the grammar,
 * filter_parse_value.c addresses, ports and names, filter_parse_number.c loads,
 * arithmetic and relations, and filter_parser.c what all of them need.
 *
 * Functions return 0, -EINVAL with one record in parser->errors, or -ENOMEM. A
 * tree that they were given a place for may be there after an error, too.
 */
#ifndef FILTER_PARSER_H
#define FILTER_PARSER_H

#include "filter.h"
#include "filter_names.h"
#include "filter_value.h"
#include "filter_words.h"

/* What is between "and" and a value: what a value alone copies from the term
 * before it. */
struct qualifiers {
	bool given;			/* else there is nothing to copy */
	enum filter_protocol family;	/* of "ip tcp port 80", else NONE */
	enum filter_protocol protocol;
	enum filter_direction direction;
	enum filter_type type;
};

enum part_kind {
	PART_TERM,
	PART_VALUES,	/* an address, a port, a list of them */
	PART_NUMBER,	/* @number; if plain, it may yet be of PART_VALUES */
};

struct part {
	enum part_kind kind;
	struct filter *tree;		/* TERM, VALUES */
	struct qualifiers qualifiers;
	struct value number;
};

/* Bits of @allowed. */
#define ALLOW_TERM 1
#define ALLOW_VALUES 2

/* An operator that waits for its right side, and its left side. */
struct pending {
	enum value_operator operator;
	struct location where;
	struct value left;
};

struct parser {
	struct words words;
	struct error_list *errors;
	unsigned int depth;		/* parentheses that are open */
	/* What comes after "mpls" and "pppoes" is inside of them. */
	bool in_mpls, in_ppp;
	struct pending *pending;
	size_t pending_count, pending_size;
};

/* For "%.*s". */
#define QUOTED(word) word_shown(word), (word)->text

/* What the current word is. */
bool parser_at(const struct parser *parser, enum word_kind kind);
bool parser_at_mark(const struct parser *parser, uint32_t mark);
bool parser_at_joint(const struct parser *parser);
bool parser_at_value(const struct parser *parser);
bool parser_at_relation(const struct parser *parser, enum filter_relation *relation);

/* The current word cannot stand where it does: always -EINVAL. */
int parser_unexpected(struct parser *parser, const char *expected);
/* The same, where @number, which may be the current word, is likely to be a port: it is
 * what people leave out. */
int parser_unexpected_port(struct parser *parser, const char *expected,
			   const struct word *number);

/* What a place for a value expects. */
const char *parser_value_expected(const struct qualifiers *qualifiers);
int parser_value_unexpected(struct parser *parser, const struct qualifiers *qualifiers);

int parser_nesting_error(struct parser *parser, const char *what);

/* Step over the "(" or "[" that is there, and keep its place. */
int parser_open(struct parser *parser, struct location *where);

/* Step over the ")" or "]", @mark, to the one at @where. @expected are the
 * other words that could stand here. */
int parser_close(struct parser *parser, const struct location *where, char mark,
		 const char *expected);

/* What "mpls" or "pppoes" before @filter leave no way to ask: -EINVAL. */
int parser_check_context(struct parser *parser, const struct filter *filter);

/* A new node in *@tree. */
int filter_tree_new(struct filter **tree, enum filter_kind kind,
		    const struct location *where);

/* *@left becomes "*@left @kind @right", or @right if it is NULL. Whatever
 * happens, @right is not the caller's any more. */
int filter_tree_join(struct filter **left, enum filter_kind kind, struct filter *right);

/* *@tree becomes "not *@tree". */
int filter_tree_negate(struct filter **tree, const struct location *where);

/* Anything parser_at_value(), with the qualifiers of what is before it. */
int parse_value(struct parser *parser, const struct qualifiers *qualifiers,
		struct part *part);

/* The same for @number, which was @word. */
int parse_number_value(struct parser *parser, const struct word *word,
		       const struct qualifiers *qualifiers, uint32_t number,
		       struct filter **tree);

/* Numbers, loads and what is between them. */
int parse_arithmetic(struct parser *parser, struct value *value);

/* The operators behind @value, and their right sides. Those that wait are on
 * parser->pending from @base on, and not on the stack. */
int parse_operators(struct parser *parser, struct value *value, size_t base);

/* "[OFFSET:SIZE]" behind the name of a protocol, which stood at @where. */
int parse_load(struct parser *parser, enum filter_protocol protocol,
	       const struct location *where, struct value *value);

/* @left is on the left of the relation @relation, at which the words are. */
int parse_relation(struct parser *parser, const struct value *left,
		   enum filter_relation relation, struct filter **tree);

#endif
