// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expression text to tree: recursive descent over words, one level of recursion
 * a parenthesis. The grammar is libpcap's, which reads a parenthesis in three
 * ways: "(tcp or udp)" is an expression, "port (80 or 443)" a list of values,
 * "(ip[0]) = 5" a number, and which one is seen only inside. So there are parts,
 * of one of these kinds, and what is @allowed in a place.
 */
#include "filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter_parser.h"

static int parse_element(struct parser *parser, unsigned int allowed,
			 const struct qualifiers *copied, struct part *part);

static int refused_error(struct parser *parser)
{
	static const char *const reasons[] = {
		[REFUSAL_PROTOCHAIN] = "follows a chain of headers, which neither nft nor tc can: name the protocol, as in 'ip6 proto N'",
		[REFUSAL_GATEWAY] = "is not supported by libpcap either: write 'ether host MAC and not host ADDRESS'",
		[REFUSAL_DIRECTION] = "is not a matter of the match: use --from DEV:ingress or --from DEV:egress",
		[REFUSAL_INTERFACE] = "is not a matter of the match: name the device by --from DEV, or use --path tc",
		[REFUSAL_TUNNEL] = "has headers of variable length, which nft cannot skip: use --path tc",
		[REFUSAL_PF] = "is for the log of the packet filter pf, this is Ethernet",
		[REFUSAL_WIRELESS] = "is for 802.11 headers, this is Ethernet: use 'ether src' or 'ether dst'",
		[REFUSAL_RADIO] = "is for 802.11 captures with radio headers, this is Ethernet",
		[REFUSAL_ATM] = "is for ATM, this is Ethernet",
		[REFUSAL_SS7] = "is for SS7, this is Ethernet",
	};
	const struct word *word = &parser->words.word;

	return error_definition(parser->errors, &word->where, "'%.*s' %s", QUOTED(word),
				reasons[word->number]);
}

/*
 * Terms.
 */

/* "src", "dst", "src or dst" and so on, in any order. */
static int parse_direction(struct parser *parser, enum filter_direction *direction)
{
	enum word_kind first = parser->words.word.kind, other;
	bool both;

	*direction = first == WORD_SOURCE ? FILTER_SOURCE : FILTER_DESTINATION;
	other = first == WORD_SOURCE ? WORD_DESTINATION : WORD_SOURCE;
	words_next(&parser->words);
	if (!parser_at_joint(parser))
		return 0;
	both = parser_at(parser, WORD_AND);
	words_next(&parser->words);
	if (!parser_at(parser, other))
		return parser_unexpected(parser, other == WORD_SOURCE ? "src" : "dst");
	*direction = both ? FILTER_BOTH : FILTER_EITHER;
	words_next(&parser->words);
	return 0;
}

/* The first word of a term is where its first primitive is. */
static void tree_begins(struct filter *tree, const struct location *where)
{
	for (; tree; tree = tree->left)
		tree->where = *where;
}

/* "[src|dst] [host|net|port|portrange|proto] VALUE" */
static int parse_qualified(struct parser *parser, struct qualifiers *qualifiers,
			   const struct location *where, struct part *part)
{
	bool directed = false;
	int error;

	qualifiers->given = true;
	if (parser_at(parser, WORD_SOURCE) || parser_at(parser, WORD_DESTINATION)) {
		directed = true;
		error = parse_direction(parser, &qualifiers->direction);
		if (error)
			return error;
	}
	if (parser_at(parser, WORD_REFUSED))
		return refused_error(parser);
	if (parser_at(parser, WORD_TYPE)) {
		if (directed && parser->words.word.number == TYPE_PROTO)
			return parser_unexpected(parser, "host, net, port, portrange or an address");
		qualifiers->type = parser->words.word.number;
		words_next(&parser->words);
	}
	if (qualifiers->type == TYPE_PORT || qualifiers->type == TYPE_PORTRANGE) {
		if (qualifiers->protocol == PROTOCOL_IP ||
		    qualifiers->protocol == PROTOCOL_IP6) {
			qualifiers->family = qualifiers->protocol;
			qualifiers->protocol = PROTOCOL_NONE;
		}
	}
	error = parse_element(parser, ALLOW_VALUES, qualifiers, part);
	if (error)
		return error;
	part->kind = PART_TERM;
	tree_begins(part->tree, where);
	return 0;
}

static bool at_qualified(const struct parser *parser)
{
	return parser_at(parser, WORD_SOURCE) || parser_at(parser, WORD_DESTINATION) ||
	       parser_at(parser, WORD_TYPE);
}

static int protocol_name_tree(struct parser *parser, enum filter_protocol protocol,
			      const struct location *where, struct filter **tree)
{
	int error;

	if (protocol == PROTOCOL_ETHER)
		return parser_unexpected(parser, "host, src, dst, proto, broadcast, multicast or '[' after 'ether'");
	error = filter_tree_new(tree, FILTER_PROTOCOL, where);
	if (error)
		return error;
	(*tree)->protocol = protocol;
	return parser_check_context(parser, *tree);
}

static int cast_tree(struct parser *parser, enum filter_protocol protocol,
		     const struct location *where, struct filter **tree)
{
	bool multicast = parser_at(parser, WORD_MULTICAST);
	int error;

	if (!multicast && protocol == PROTOCOL_IP)
		return error_definition(parser->errors, where,
					"'ip broadcast' depends on a netmask, which a mirror has not: write 'dst host' and the broadcast address");
	if (protocol != PROTOCOL_NONE && protocol != PROTOCOL_ETHER &&
	    (!multicast || (protocol != PROTOCOL_IP && protocol != PROTOCOL_IP6)))
		return error_definition(parser->errors, &parser->words.word.where,
					"'%.*s' cannot stand after '%s', but after %s",
					QUOTED(&parser->words.word),
					filter_protocol_name(protocol),
					multicast ? "ether, ip and ip6" : "ether");
	words_next(&parser->words);
	error = filter_tree_new(tree, multicast ? FILTER_MULTICAST : FILTER_BROADCAST, where);
	if (error)
		return error;
	(*tree)->protocol = protocol == PROTOCOL_NONE ? PROTOCOL_ETHER : protocol;
	return parser_check_context(parser, *tree);
}

/* What begins with a protocol's name. */
static int parse_protocol(struct parser *parser, struct part *part)
{
	struct qualifiers qualifiers = { .protocol = parser->words.word.number };
	const struct location where = parser->words.word.where;
	struct filter *family = NULL;
	int error;

	words_next(&parser->words);
	if (parser_at_mark(parser, '[')) {
		part->kind = PART_NUMBER;
		return parse_load(parser, qualifiers.protocol, &where, &part->number);
	}
	if (parser_at(parser, WORD_BROADCAST) || parser_at(parser, WORD_MULTICAST))
		return cast_tree(parser, qualifiers.protocol, &where, &part->tree);
	/* Not in libpcap's grammar: a transport behind a family. */
	if ((qualifiers.protocol == PROTOCOL_IP || qualifiers.protocol == PROTOCOL_IP6) &&
	    parser_at(parser, WORD_PROTOCOL) && parser->words.word.number >= PROTOCOL_TCP &&
	    parser->words.word.number <= PROTOCOL_SCTP) {
		qualifiers.family = qualifiers.protocol;
		qualifiers.protocol = parser->words.word.number;
		words_next(&parser->words);
	}
	if (at_qualified(parser))
		return parse_qualified(parser, &qualifiers, &where, part);
	if (parser_at(parser, WORD_REFUSED))
		return refused_error(parser);
	error = protocol_name_tree(parser, qualifiers.protocol, &where, &part->tree);
	if (error || qualifiers.family == PROTOCOL_NONE)
		return error;
	family = part->tree;
	part->tree = NULL;
	error = protocol_name_tree(parser, qualifiers.family, &where, &part->tree);
	if (error) {
		filter_free(family);
		return error;
	}
	return filter_tree_join(&part->tree, FILTER_AND, family);
}

/* "less N", "greater N": both include N. */
static int parse_length(struct parser *parser, struct filter **tree)
{
	bool less = parser_at(parser, WORD_LESS);
	int error;

	error = filter_tree_new(tree, FILTER_LENGTH, &parser->words.word.where);
	if (error)
		return error;
	words_next(&parser->words);
	if (!parser_at(parser, WORD_NUMBER))
		return parser_unexpected(parser, "a number of bytes");
	(*tree)->relation = less ? RELATION_LESS_EQUAL : RELATION_GREATER_EQUAL;
	(*tree)->number = parser->words.word.number;
	(*tree)->mask = UINT32_MAX;
	(*tree)->size = 4;
	words_next(&parser->words);
	return 0;
}

/* "byte N = VALUE", an old way to say "ether[N] = VALUE". */
static int parse_byte(struct parser *parser, struct filter **tree)
{
	enum filter_relation relation;
	int error;

	error = filter_tree_new(tree, FILTER_LOAD, &parser->words.word.where);
	if (error)
		return error;
	words_next(&parser->words);
	if (!parser_at(parser, WORD_NUMBER))
		return parser_unexpected(parser, "the offset of a byte");
	(*tree)->protocol = PROTOCOL_ETHER;
	(*tree)->offset = parser->words.word.number;
	(*tree)->size = 1;
	(*tree)->mask = 0xff;
	words_next(&parser->words);
	if (parser_at_mark(parser, '&') || parser_at_mark(parser, '|'))
		return error_definition(parser->errors, &parser->words.word.where,
					"libpcap reads no byte for this: write 'ether[%u] %.*s ... != 0'",
					(*tree)->offset, QUOTED(&parser->words.word));
	if (!parser_at_relation(parser, &relation) || relation == RELATION_NOT_EQUAL ||
	    relation == RELATION_LESS_EQUAL || relation == RELATION_GREATER_EQUAL)
		return parser_unexpected(parser, "'=', '<' or '>'");
	(*tree)->relation = relation;
	words_next(&parser->words);
	if (!parser_at(parser, WORD_NUMBER))
		return parser_unexpected(parser, "a number");
	(*tree)->number = parser->words.word.number;
	words_next(&parser->words);
	return 0;
}

/* Nothing but digits, perhaps in parentheses. */
static int parse_plain(struct parser *parser, uint32_t *number)
{
	struct location open;
	int error;

	if (parser_at_mark(parser, '(')) {
		error = parser_open(parser, &open);
		if (!error)
			error = parse_plain(parser, number);
		return error ? error : parser_close(parser, &open, ')', "nothing");
	}
	if (!parser_at(parser, WORD_NUMBER))
		return parser_unexpected(parser, "a number");
	*number = parser->words.word.number;
	words_next(&parser->words);
	return 0;
}

/* "vlan", "mpls", "pppoes", perhaps with an id up to @most. */
static int parse_tagged(struct parser *parser, enum filter_kind kind, uint32_t most,
			struct filter **tree)
{
	const struct word word = parser->words.word;
	struct location where;
	int error;

	error = filter_tree_new(tree, kind, &word.where);
	if (!error)
		error = parser_check_context(parser, *tree);
	if (error)
		return error;
	words_next(&parser->words);
	where = parser->words.word.where;
	if (most && (parser_at(parser, WORD_NUMBER) || parser_at_mark(parser, '('))) {
		(*tree)->has_number = true;
		error = parse_plain(parser, &(*tree)->number);
		if (error)
			return error;
	}
	if ((*tree)->number > most)
		return error_definition(parser->errors, &where,
					"%u is out of range, '%.*s' goes from 0 to %u",
					(*tree)->number, QUOTED(&word), most);
	if (kind == FILTER_MPLS)
		parser->in_mpls = true;
	if (kind == FILTER_PPPOE_SESSION)
		parser->in_ppp = true;
	return 0;
}

/* "llc", perhaps with a type. Two of its words are keywords of pf. */
static int parse_llc(struct parser *parser, struct filter **tree)
{
	const struct word *word = &parser->words.word;
	enum filter_llc type;
	size_t escape;
	int error;

	error = filter_tree_new(tree, FILTER_LLC, &word->where);
	if (!error)
		error = parser_check_context(parser, *tree);
	if (error)
		return error;
	words_next(&parser->words);
	if (parser_at(parser, WORD_REFUSED) && word->length == 7 && !memcmp(word->text, "rulenum", 7)) {
		type = LLC_RNR;
	} else if (parser_at(parser, WORD_NAME) || parser_at(parser, WORD_REFUSED)) {
		escape = *word->text == '\\';
		if (!filter_llc_find(word->text + escape, word->length - escape, &type))
			return parser_unexpected(parser, "i, s, u, rr, rnr, rej, ui, ua, disc, dm, sabme, test, xid or frmr");
	} else {
		return 0;
	}
	(*tree)->has_number = true;
	(*tree)->number = type;
	words_next(&parser->words);
	return 0;
}

/* Not a word to begin with; a value lacks what it is of. */
static int alone_error(struct parser *parser)
{
	const struct word *word = &parser->words.word;

	if (parser_at(parser, WORD_IPV4) || parser_at(parser, WORD_IPV6))
		return error_definition(parser->errors, &word->where,
					"'%.*s' is an address and needs host, net, src or dst before it",
					QUOTED(word));
	if (parser_at(parser, WORD_HARDWARE))
		return error_definition(parser->errors, &word->where,
					"'%.*s' is a hardware address and needs 'ether host', 'ether src' or 'ether dst' before it",
					QUOTED(word));
	if (parser_at(parser, WORD_NAME) && word->length == 5 &&
	    !memcmp(word->text, "vxlan", 5))
		return error_definition(parser->errors, &word->where,
					"'vxlan' is not in the match language of libpcap 1.10: write 'udp port 4789'");
	return parser_unexpected(parser, "a protocol, host, net, port or another primitive");
}

/* Anything that can stand alone, but for parentheses and numbers. */
static int parse_term(struct parser *parser, struct part *part)
{
	const struct location where = parser->words.word.where;
	struct qualifiers qualifiers = { .given = false };

	part->kind = PART_TERM;
	switch (parser->words.word.kind) {
	case WORD_PROTOCOL:
		return parse_protocol(parser, part);
	case WORD_SOURCE:
	case WORD_DESTINATION:
	case WORD_TYPE:
		return parse_qualified(parser, &qualifiers, &where, part);
	case WORD_BROADCAST:
	case WORD_MULTICAST:
		return cast_tree(parser, PROTOCOL_NONE, &where, &part->tree);
	case WORD_LESS:
	case WORD_GREATER:
		return parse_length(parser, &part->tree);
	case WORD_BYTE:
		return parse_byte(parser, &part->tree);
	case WORD_VLAN:
		return parse_tagged(parser, FILTER_VLAN, 0xfff, &part->tree);
	case WORD_MPLS:
		return parse_tagged(parser, FILTER_MPLS, 0xfffff, &part->tree);
	case WORD_PPPOE_SESSION:
		return parse_tagged(parser, FILTER_PPPOE_SESSION, 0xffff, &part->tree);
	case WORD_PPPOE_DISCOVERY:
		return parse_tagged(parser, FILTER_PPPOE_DISCOVERY, 0, &part->tree);
	case WORD_LLC:
		return parse_llc(parser, &part->tree);
	case WORD_REFUSED:
		return refused_error(parser);
	default:
		return alone_error(parser);
	}
}

/*
 * Expressions.
 */

static int parse_parens(struct parser *parser, unsigned int allowed,
			const struct qualifiers *copied, struct part *part);

/* Something without "not" before it. A number may be left as such, for what is
 * behind it tells what it is. */
static int parse_primary(struct parser *parser, unsigned int allowed,
			 const struct qualifiers *copied, struct part *part)
{
	bool value = parser_at_value(parser);

	if (parser_at_mark(parser, '('))
		return parse_parens(parser, allowed, copied, part);
	if (parser_at(parser, WORD_NUMBER) && !(allowed & ALLOW_TERM)) {
		part->kind = PART_NUMBER;
		value_number(&part->number, parser->words.word.number);
		part->number.plain = true;
		words_next(&parser->words);
		return 0;
	}
	if (parser_at(parser, WORD_NUMBER) || parser_at(parser, WORD_LENGTH) || parser_at_mark(parser, '-')) {
		if (!(allowed & ALLOW_TERM))
			return parser_value_unexpected(parser, copied);
		part->kind = PART_NUMBER;
		return parse_arithmetic(parser, &part->number);
	}
	if (value && allowed & ALLOW_VALUES && copied->given)
		return parse_value(parser, copied, part);
	if (allowed & ALLOW_TERM)
		return parse_term(parser, part);
	return parser_value_unexpected(parser, copied);
}

/* Digits, and "and" or "or" behind them, where they are no value. */
static int lone_number_error(struct parser *parser, const struct word *word,
			     const struct qualifiers *copied, uint32_t number)
{
	if (copied->given)
		return error_definition(parser->errors, &parser->words.word.where,
					"a list of values cannot begin with a list in parentheses: put that one last");
	return error_definition(parser->errors, &word->where,
				"a number alone means nothing here: write what it is, as in 'port %u'",
				number);
}

/* Digits at @word are a value, of the qualifiers of what is before them. */
static int number_is_value(struct parser *parser, const struct word *word,
			   const struct qualifiers *copied, struct part *part)
{
	if (!copied->given)
		return lone_number_error(parser, word, copied, part->number.number);
	part->kind = PART_VALUES;
	part->qualifiers = *copied;
	return parse_number_value(parser, word, copied, part->number.number, &part->tree);
}

/* Take the operators and the relation behind a number, which make a term of
 * it, as far as there are any. */
static int number_continue(struct parser *parser, struct part *part)
{
	enum filter_relation relation;
	int error;

	error = parse_operators(parser, &part->number, parser->pending_count);
	if (error || !parser_at_relation(parser, &relation))
		return error;
	part->kind = PART_TERM;
	part->qualifiers.given = false;
	return parse_relation(parser, &part->number, relation, &part->tree);
}

/* "not"s and what they are for. No number is left behind. */
static int parse_element(struct parser *parser, unsigned int allowed,
			 const struct qualifiers *copied, struct part *part)
{
	const struct location where = parser->words.word.where;
	bool negated = false;
	struct word word;
	int error;

	for (; parser_at(parser, WORD_NOT); words_next(&parser->words))
		negated = !negated;
	word = parser->words.word;
	error = parse_primary(parser, allowed, copied, part);
	if (!error && part->kind == PART_NUMBER && allowed & ALLOW_TERM)
		error = number_continue(parser, part);
	if (!error && part->kind == PART_NUMBER) {
		if (part->number.plain && allowed & ALLOW_VALUES)
			error = number_is_value(parser, &word, copied, part);
		else
			error = parser_unexpected_port(parser, "an operator or a relation, as in '= 5'",
						       &word);
	}
	if (!error && negated)
		error = filter_tree_negate(&part->tree, &where);
	return error;
}

/* "and" and "or" and what they join to @part, up to something else. */
static int parse_joints(struct parser *parser, struct part *part)
{
	unsigned int allowed = ALLOW_VALUES | (part->kind == PART_TERM ? ALLOW_TERM : 0);
	enum filter_kind kind;
	int error;

	while (parser_at_joint(parser)) {
		struct part next = { .kind = PART_TERM };

		kind = parser_at(parser, WORD_AND) ? FILTER_AND : FILTER_OR;
		words_next(&parser->words);
		error = parse_element(parser, allowed, &part->qualifiers, &next);
		if (error) {
			filter_free(next.tree);
			return error;
		}
		part->qualifiers = next.qualifiers;
		error = filter_tree_join(&part->tree, kind, next.tree);
		if (error)
			return error;
	}
	return 0;
}

/* What is inside of parentheses: an expression, values, or a number. */
static int parse_inside(struct parser *parser, unsigned int allowed,
			const struct qualifiers *copied, struct part *part)
{
	const struct word word = parser->words.word;
	int error;

	/* A list of values does not begin with one in parentheses: that is
	 * libpcap's grammar. */
	if (word.kind == WORD_NOT)
		error = parse_element(parser, allowed, copied, part);
	else
		error = parse_primary(parser, parser_at_mark(parser, '(') ? allowed & ALLOW_TERM :
				      allowed, copied, part);
	if (!error && part->kind == PART_NUMBER && allowed & ALLOW_TERM)
		error = number_continue(parser, part);
	if (!error && part->kind == PART_NUMBER && part->number.plain && parser_at_joint(parser) &&
	    allowed & ALLOW_VALUES)
		error = number_is_value(parser, &word, copied, part);
	if (!error && part->kind != PART_NUMBER)
		error = parse_joints(parser, part);
	return error;
}

static int parse_parens(struct parser *parser, unsigned int allowed,
			const struct qualifiers *copied, struct part *part)
{
	struct location open;
	struct word word;
	int error;

	error = parser_open(parser, &open);
	word = parser->words.word;
	if (!error)
		error = parse_inside(parser, allowed, copied, part);
	if (!error && part->kind == PART_NUMBER && part->number.plain && parser_at_joint(parser))
		error = lone_number_error(parser, &word, copied, part->number.number);
	if (!error)
		error = parser_close(parser, &open, ')', part->kind == PART_NUMBER ?
				     "an operator, a relation" : "'and', 'or'");
	/* Of an expression, the outer qualifiers are copied, not those inside. */
	part->qualifiers = *copied;
	return error;
}

static int end_error(struct parser *parser)
{
	if (parser_at_mark(parser, ')'))
		return error_definition(parser->errors, &parser->words.word.where,
					"')' closes a parenthesis that was not opened");
	return parser_unexpected_port(parser, "'and', 'or' or the end", &parser->words.word);
}

int filter_parse(const char *text, const struct location *where,
		 struct filter **filter, struct error_list *errors)
{
	static const struct qualifiers nothing = { .given = false };
	struct part part = { .kind = PART_TERM };
	struct parser parser = { .errors = errors };
	int error = 0;

	words_begin(&parser.words, text, where);
	if (!parser_at(&parser, WORD_END)) {
		error = parse_element(&parser, ALLOW_TERM, &nothing, &part);
		if (!error)
			error = parse_joints(&parser, &part);
		if (!error && !parser_at(&parser, WORD_END))
			error = end_error(&parser);
	}
	free(parser.pending);
	if (error) {
		filter_free(part.tree);
		return error;
	}
	*filter = part.tree;
	return 0;
}
