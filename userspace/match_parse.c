// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expression text to tree, by recursive descent over words.
 */
#include "match.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct word {
	const char *text;
	size_t length;
	struct location where;
};

struct parser {
	const char *next;	/* first character after @word */
	struct location place;	/* of @next */
	struct word word;	/* the current word; length 0 at the end */
	struct error_list *errors;
};

static bool is_word_character(char c)
{
	return isalnum((unsigned char)c) || strchr(".:_-\\/", c);
}

static void place_advance(struct location *place, char c)
{
	if (c == '\n') {
		place->line++;
		place->column = 1;
	} else {
		place->column++;
	}
}

/* Step to the next word: a run of letters, digits and the marks of addresses,
 * "&&" and "||", or one other character. */
static void word_next(struct parser *parser)
{
	const char *start;

	while (isspace((unsigned char)*parser->next))
		place_advance(&parser->place, *parser->next++);
	start = parser->next;
	parser->word.text = start;
	parser->word.where = parser->place;
	if (*start && is_word_character(*start))
		while (*parser->next && is_word_character(*parser->next))
			parser->next++;
	else if ((*start == '&' || *start == '|') && start[1] == *start)
		parser->next += 2;
	else if (*start)
		parser->next++;
	parser->word.length = parser->next - start;
	parser->place.column += parser->word.length;
}

static bool word_is(const struct parser *parser, const char *text)
{
	return parser->word.length == strlen(text) &&
	       !memcmp(parser->word.text, text, parser->word.length);
}

/* Step over the current word if it is @text. */
static bool word_take(struct parser *parser, const char *text)
{
	if (!word_is(parser, text))
		return false;
	word_next(parser);
	return true;
}

/* The current word for a message: never more than a line can bear. */
static int word_shown(const struct parser *parser)
{
	return parser->word.length > 64 ? 64 : (int)parser->word.length;
}

static int parse_error(struct parser *parser, const char *expected)
{
	if (!parser->word.length)
		return error_definition(parser->errors, &parser->word.where,
					"the match ends here, expected %s", expected);
	return error_definition(parser->errors, &parser->word.where,
				"'%.*s' is not understood here, expected %s",
				word_shown(parser), parser->word.text, expected);
}

static int parse_port(struct parser *parser, struct match *match)
{
	const struct word *word = &parser->word;
	unsigned long number = 0;
	size_t i;

	for (i = 0; i < word->length; i++) {
		if (!isdigit((unsigned char)word->text[i]))
			return parse_error(parser, "a port number from 0 to 65535");
		number = number * 10 + (word->text[i] - '0');
		if (number > UINT16_MAX)
			return error_definition(parser->errors, &word->where,
						"port %.*s is out of range, ports go from 0 to 65535",
						word_shown(parser), word->text);
	}
	if (!word->length)
		return parse_error(parser, "a port number from 0 to 65535");
	if (word->length > 1 && word->text[0] == '0')
		return error_definition(parser->errors, &word->where,
					"port %.*s begins with 0, which tcpdump reads as octal: write it without",
					word_shown(parser), word->text);
	match->port = number;
	word_next(parser);
	return 0;
}

static int parse_address(struct parser *parser, struct match *match)
{
	const struct word *word = &parser->word;
	char text[INET6_ADDRSTRLEN];

	if (!word->length)
		return parse_error(parser, "an IPv4 or IPv6 address");
	if (word->length < sizeof(text)) {
		memcpy(text, word->text, word->length);
		text[word->length] = '\0';
		if (inet_pton(AF_INET, text, match->address) == 1)
			match->address_length = 4;
		else if (inet_pton(AF_INET6, text, match->address) == 1)
			match->address_length = 16;
	}
	if (!match->address_length)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is no address, give a whole IPv4 or IPv6 address",
					word_shown(parser), word->text);
	word_next(parser);
	return 0;
}

static int parse_host(struct parser *parser, struct match *match, bool qualified)
{
	struct location where = parser->word.where;
	int error;

	match->kind = MATCH_HOST;
	error = parse_address(parser, match);
	if (error)
		return error;
	if (match->address_length == 4) {
		match->with_arp = !qualified;
		match->families &= MATCH_FAMILY_IP;
	} else {
		match->families &= MATCH_FAMILY_IP6;
	}
	if (!match->families)
		return error_definition(parser->errors, &where,
					"an %s address cannot stand after '%s'",
					match->address_length == 4 ? "IPv4" : "IPv6",
					match->address_length == 4 ? "ip6" : "ip");
	return 0;
}

/* One primitive, the qualifiers before it included, into @match. */
static int parse_primitive(struct parser *parser, struct match *match)
{
	bool family = true, transport = true, side = true;

	match->families = MATCH_FAMILY_IP | MATCH_FAMILY_IP6;
	if (word_take(parser, "ip"))
		match->families = MATCH_FAMILY_IP;
	else if (word_take(parser, "ip6"))
		match->families = MATCH_FAMILY_IP6;
	else
		family = false;
	if (word_take(parser, "tcp"))
		match->transports = MATCH_TRANSPORT_TCP;
	else if (word_take(parser, "udp"))
		match->transports = MATCH_TRANSPORT_UDP;
	else
		transport = false;
	match->sides = MATCH_SIDE_SOURCE | MATCH_SIDE_DESTINATION;
	if (word_take(parser, "src"))
		match->sides = MATCH_SIDE_SOURCE;
	else if (word_take(parser, "dst"))
		match->sides = MATCH_SIDE_DESTINATION;
	else
		side = false;

	if (word_take(parser, "port")) {
		match->kind = MATCH_PORT;
		if (!transport)
			match->transports = MATCH_TRANSPORT_TCP |
					    MATCH_TRANSPORT_UDP |
					    MATCH_TRANSPORT_SCTP;
		return parse_port(parser, match);
	}
	if (!transport && word_take(parser, "host"))
		return parse_host(parser, match, family);
	if (!side && (family || transport)) {
		match->kind = MATCH_PROTOCOL;
		return 0;
	}
	return parse_error(parser, transport ? "port" :
			   side ? "host or port" :
			   "ip, ip6, tcp, udp, src, dst, host or port");
}

/* Words of the full language that this version does not take yet get an
 * answer of their own. */
static int joint_error(struct parser *parser)
{
	if (word_is(parser, "or") || word_is(parser, "||"))
		return error_definition(parser->errors, &parser->word.where,
					"'or' is not in this version, use one mirror for each alternative");
	return parse_error(parser, "'and' or the end");
}

int match_parse(const char *text, const struct location *where,
		struct match **match, struct error_list *errors)
{
	struct parser parser = { .next = text, .place = *where, .errors = errors };
	struct match *tree = NULL;
	int error;

	word_next(&parser);
	do {
		struct match *primitive = calloc(1, sizeof(*primitive));
		struct match *joint = tree ? calloc(1, sizeof(*joint)) : NULL;

		error = !primitive || (tree && !joint) ? -ENOMEM :
			parse_primitive(&parser, primitive);
		if (error) {
			free(primitive);
			free(joint);
			goto out_free;
		}
		if (joint) {
			joint->kind = MATCH_AND;
			joint->left = tree;
			joint->right = primitive;
			tree = joint;
		} else {
			tree = primitive;
		}
	} while (word_take(&parser, "and") || word_take(&parser, "&&"));

	if (parser.word.length) {
		error = joint_error(&parser);
		goto out_free;
	}
	match_free(*match);
	*match = tree;
	return 0;

out_free:
	match_free(tree);
	return error;
}
