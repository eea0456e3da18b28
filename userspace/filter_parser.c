// SPDX-License-Identifier: GPL-2.0-only
#include "filter_parser.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool parser_at(const struct parser *parser, enum word_kind kind)
{
	return parser->words.word.kind == kind;
}

bool parser_at_mark(const struct parser *parser, uint32_t mark)
{
	return parser_at(parser, WORD_MARK) && parser->words.word.number == mark;
}

bool parser_at_joint(const struct parser *parser)
{
	return parser_at(parser, WORD_AND) || parser_at(parser, WORD_OR);
}

/* What to do instead of a character that has no meaning, for those that are tried. */
static const char *character_right(const struct word *word)
{
	static const char *const quotes[] = {
		"'", "\"", "`", "\u2018", "\u2019", "\u201c", "\u201d", "\u201e",
	};
	size_t i;

	if (*word->text == ',')
		return ", several values are joined by 'or': port 80 or 443";
	for (i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
		if (!strncmp(word->text, quotes[i], strlen(quotes[i])))
			return ", no quotes are inside: one pair, ' or \", around the whole expression is enough";
	return "";
}

static int wrong_word_error(struct parser *parser)
{
	static const char *const reasons[] = {
		[WRONG_CHARACTER] = "is no part of the match language",
		[WRONG_OCTAL] = "begins with 0, so it is octal, and has a digit that octal numbers have not",
		[WRONG_OVERFLOW] = "is out of range, numbers have 32 bits",
		[WRONG_HARDWARE] = "is no hardware address, it has six parts, as in 02:00:00:00:00:01",
		[WRONG_IPV6] = "is no IPv6 address",
		[WRONG_ARCNET] = "is an ARCnet address, this is Ethernet",
	};
	const struct word *word = &parser->words.word;

	return error_definition(parser->errors, &word->where, "'%.*s' %s%s", QUOTED(word),
				reasons[word->number],
				word->number == WRONG_CHARACTER ? character_right(word) : "");
}

/* A port without its word, as in "http"? */
static bool is_service(const struct word *word)
{
	enum filter_protocol protocol;
	uint32_t port;
	char name[33];

	if (word->kind != WORD_NAME || word->length >= sizeof(name))
		return false;
	memcpy(name, word->text, word->length);
	name[word->length] = '\0';
	return !filter_name_port(name, &port, &protocol);
}

int parser_unexpected(struct parser *parser, const char *expected)
{
	const struct word *word = &parser->words.word;
	const char *near = NULL;

	if (word->kind == WORD_END)
		return error_definition(parser->errors, &word->where,
					"the match ends here, expected %s", expected);
	if (word->kind == WORD_WRONG)
		return wrong_word_error(parser);
	if (word->kind == WORD_NAME)
		near = filter_keyword_near(word->text, word->length);
	if (near)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is not understood here, expected %s; is '%s' meant?",
					QUOTED(word), expected, near);
	if (is_service(word))
		return error_definition(parser->errors, &word->where,
					"'%.*s' is not understood here, expected %s; is 'port %.*s' meant?",
					QUOTED(word), expected, QUOTED(word));
	return error_definition(parser->errors, &word->where,
				"'%.*s' is not understood here, expected %s",
				QUOTED(word), expected);
}

int parser_unexpected_port(struct parser *parser, const char *expected,
			   const struct word *number)
{
	const struct word *word = &parser->words.word;

	if (number->kind != WORD_NUMBER || number->number > UINT16_MAX ||
	    word->kind == WORD_WRONG)
		return parser_unexpected(parser, expected);
	if (word->kind == WORD_END)
		return error_definition(parser->errors, &word->where,
					"the match ends here, expected %s; is 'port %.*s' meant?",
					expected, QUOTED(number));
	return error_definition(parser->errors, &word->where,
				"'%.*s' is not understood here, expected %s; is 'port %.*s' meant?",
				QUOTED(word), expected, QUOTED(number));
}

const char *parser_value_expected(const struct qualifiers *qualifiers)
{
	static const char *const expected[] = {
		[TYPE_NONE] = "host, net, port, portrange or an address",
		[TYPE_HOST] = "an address or a host name",
		[TYPE_NET] = "a network, as in 192.0.2.0/24",
		[TYPE_PORT] = "a port number or a service name",
		[TYPE_PORTRANGE] = "two ports, as in 6000-6010",
		[TYPE_PROTO] = "a protocol number or name",
	};

	return expected[qualifiers->type];
}

int parser_value_unexpected(struct parser *parser, const struct qualifiers *qualifiers)
{
	const struct word *word = &parser->words.word;

	if (word->kind > WORD_MARK && word->kind != WORD_AND && word->kind != WORD_OR)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is a word of the language, expected %s; if it is a name, write '\\%.*s'",
					QUOTED(word), parser_value_expected(qualifiers),
					QUOTED(word));
	return parser_unexpected(parser, parser_value_expected(qualifiers));
}

int parser_nesting_error(struct parser *parser, const char *what)
{
	return error_definition(parser->errors, &parser->words.word.where,
				"more than %d %s in each other", FILTER_DEPTH_MAX, what);
}

int parser_open(struct parser *parser, struct location *where)
{
	if (parser->depth == FILTER_DEPTH_MAX)
		return parser_nesting_error(parser, "parentheses");
	parser->depth++;
	*where = parser->words.word.where;
	words_next(&parser->words);
	return 0;
}

int parser_close(struct parser *parser, const struct location *where,
		 char mark, const char *expected)
{
	char text[160];

	if (!parser_at_mark(parser, mark)) {
		snprintf(text, sizeof(text), "%s or the '%c' to the '%c' at %u:%u", expected,
			 mark, mark == ')' ? '(' : '[', where->line, where->column);
		return parser_unexpected(parser, text);
	}
	parser->depth--;
	words_next(&parser->words);
	return 0;
}

/* libpcap takes the version of what is in MPLS for its type, so there are IPv4
 * and IPv6 only. */
static bool possible_in_mpls(const struct filter *filter)
{
	enum filter_protocol protocol = filter->protocol;

	switch (filter->kind) {
	case FILTER_PROTOCOL:
	case FILTER_HOST:
	case FILTER_LOAD:
		if (filter->kind == FILTER_PROTOCOL && protocol == PROTOCOL_ETHER)
			return filter->number == 0x0800 || filter->number == 0x86dd;
		return protocol < PROTOCOL_ATALK && protocol != PROTOCOL_ARP &&
		       protocol != PROTOCOL_RARP;
	case FILTER_VLAN:
	case FILTER_PPPOE_DISCOVERY:
	case FILTER_PPPOE_SESSION:
		return false;
	default:
		return true;
	}
}

/* There are no Ethernet headers in PPP. */
static bool possible_in_ppp(const struct filter *filter)
{
	switch (filter->kind) {
	case FILTER_HOST:
	case FILTER_MULTICAST:
		return filter->protocol != PROTOCOL_ETHER;
	case FILTER_BROADCAST:
	case FILTER_LLC:
	case FILTER_VLAN:
		return false;
	default:
		return true;
	}
}

int parser_check_context(struct parser *parser, const struct filter *filter)
{
	const char *outer;

	if (parser->in_mpls && !possible_in_mpls(filter))
		outer = "mpls";
	else if (parser->in_ppp && !possible_in_ppp(filter))
		outer = "pppoes";
	else
		return 0;
	return error_definition(parser->errors, &filter->where,
				"this cannot be asked after '%s', where no header tells it: write it before '%s'",
				outer, outer);
}

static struct filter *filter_new(enum filter_kind kind, const struct location *where)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (filter) {
		filter->kind = kind;
		filter->where = *where;
	}
	return filter;
}

int filter_tree_new(struct filter **tree, enum filter_kind kind,
		    const struct location *where)
{
	*tree = filter_new(kind, where);
	return *tree ? 0 : -ENOMEM;
}

int filter_tree_join(struct filter **left, enum filter_kind kind, struct filter *right)
{
	struct filter *joint;

	if (!*left) {
		*left = right;
		return 0;
	}
	joint = filter_new(kind, &(*left)->where);
	if (!joint) {
		filter_free(right);
		return -ENOMEM;
	}
	joint->left = *left;
	joint->right = right;
	*left = joint;
	return 0;
}

int filter_tree_negate(struct filter **tree, const struct location *where)
{
	struct filter *not = *tree;

	if (not->kind == FILTER_NOT) {
		*tree = not->left;
		free(not);
		return 0;
	}
	not = filter_new(FILTER_NOT, where);
	if (!not)
		return -ENOMEM;
	not->left = *tree;
	*tree = not;
	return 0;
}
