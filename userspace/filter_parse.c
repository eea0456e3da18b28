// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expression text to tree: recursive descent over words, one level of recursion
 * a parenthesis. The grammar is libpcap's, which reads a parenthesis in three
 * ways: "(tcp or udp)" is an expression, "port (80 or 443)" a list of values,
 * "(ip[0]) = 5" a number, and which one is seen only inside. So there are parts,
 * of one of these kinds, and what is @allowed in a place.
 */
#include "filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	/* "mpls" and "pppoes" change what the words after them can mean. */
	bool in_mpls, in_ppp;
	struct pending *pending;
	size_t pending_count, pending_size;
};

static int parse_element(struct parser *parser, unsigned int allowed,
			 const struct qualifiers *copied, struct part *part);
static int parse_arithmetic(struct parser *parser, struct value *value);
static int parse_operators(struct parser *parser, struct value *value, size_t base);

static bool at(const struct parser *parser, enum word_kind kind)
{
	return parser->words.word.kind == kind;
}

static bool at_mark(const struct parser *parser, uint32_t mark)
{
	return at(parser, WORD_MARK) && parser->words.word.number == mark;
}

static bool at_joint(const struct parser *parser)
{
	return at(parser, WORD_AND) || at(parser, WORD_OR);
}

/*
 * Errors. Each is one record, and -EINVAL.
 */

#define QUOTED(word) word_shown(word), (word)->text

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

	return error_definition(parser->errors, &word->where, "'%.*s' %s", QUOTED(word),
				reasons[word->number]);
}

static int refused_error(struct parser *parser)
{
	static const char *const reasons[] = {
		[REFUSAL_PROTOCHAIN] = "follows a chain of headers, which nft cannot: name the protocol, 'ip6 proto N'",
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

/* The current word cannot stand where it does. */
static int unexpected(struct parser *parser, const char *expected)
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
	return error_definition(parser->errors, &word->where,
				"'%.*s' is not understood here, expected %s",
				QUOTED(word), expected);
}

/* What a place for a value expects. */
static const char *value_expected(const struct qualifiers *qualifiers)
{
	static const char *const expected[] = {
		[TYPE_NONE] = "host, net, port, or an address",
		[TYPE_HOST] = "an address or a host name",
		[TYPE_NET] = "a network, as in 192.0.2.0/24",
		[TYPE_PORT] = "a port number or a service name",
		[TYPE_PORTRANGE] = "two ports, as in 6000-6010",
		[TYPE_PROTO] = "a protocol number, or a name with a backslash before it if it is a word of the language, as in \\tcp",
	};

	return expected[qualifiers->type];
}

static int value_unexpected(struct parser *parser, const struct qualifiers *qualifiers)
{
	const struct word *word = &parser->words.word;

	if (word->kind > WORD_MARK && word->kind != WORD_AND && word->kind != WORD_OR)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is a word of the language, expected %s; if it is a name, write '\\%.*s'",
					QUOTED(word), value_expected(qualifiers),
					QUOTED(word));
	return unexpected(parser, value_expected(qualifiers));
}

/*
 * Trees.
 */

static struct filter *filter_new(enum filter_kind kind, const struct location *where)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (filter) {
		filter->kind = kind;
		filter->where = *where;
	}
	return filter;
}

/* The new node becomes *@tree. */
static int tree_set(struct filter **tree, enum filter_kind kind,
		    const struct location *where)
{
	*tree = filter_new(kind, where);
	return *tree ? 0 : -ENOMEM;
}

/* *@left becomes "*@left @kind @right", whatever happens @right is gone. */
static int tree_join(struct filter **left, enum filter_kind kind, struct filter *right)
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

static int tree_negate(struct filter **tree, const struct location *where)
{
	struct filter *not = filter_new(FILTER_NOT, where);

	if (!not)
		return -ENOMEM;
	not->left = *tree;
	*tree = not;
	return 0;
}

/* "ip tcp port 80" is "ip and tcp port 80". */
static int tree_add_family(struct filter **tree, const struct qualifiers *qualifiers)
{
	struct filter *family;

	if (qualifiers->family == PROTOCOL_NONE)
		return 0;
	family = filter_new(FILTER_PROTOCOL, &(*tree)->where);
	if (!family)
		return -ENOMEM;
	family->protocol = qualifiers->family;
	if (tree_join(&family, FILTER_AND, *tree)) {
		*tree = NULL;
		filter_free(family);
		return -ENOMEM;
	}
	*tree = family;
	return 0;
}

/*
 * Values: addresses, ports, protocols.
 */

static int qualifier_error(struct parser *parser, const struct word *word,
			   const struct qualifiers *qualifiers, const char *what)
{
	return error_definition(parser->errors, &word->where,
				"'%.*s': '%s' cannot stand before %s", QUOTED(word),
				filter_protocol_name(qualifiers->protocol), what);
}

/* After "mpls" there is no type field, and after "pppoes" no Ethernet. */
static int context_check(struct parser *parser, const struct filter *filter)
{
	const char *outer = parser->in_mpls ? "mpls" : "pppoes";
	bool possible = true;

	switch (filter->kind) {
	case FILTER_PROTOCOL:
	case FILTER_HOST:
	case FILTER_LOAD:
		if (parser->in_mpls && filter->protocol >= PROTOCOL_ATALK)
			possible = false;
		if (parser->in_mpls && (filter->protocol == PROTOCOL_ARP ||
					filter->protocol == PROTOCOL_RARP))
			possible = false;
		if (filter->kind == FILTER_PROTOCOL && filter->protocol == PROTOCOL_ETHER &&
		    parser->in_mpls && filter->number != 0x0800 && filter->number != 0x86dd)
			possible = false;
		if (filter->kind == FILTER_HOST && filter->protocol == PROTOCOL_ETHER)
			possible = !parser->in_ppp;
		break;
	case FILTER_BROADCAST:
	case FILTER_LLC:
		possible = !parser->in_ppp;
		break;
	case FILTER_MULTICAST:
		possible = filter->protocol != PROTOCOL_ETHER || !parser->in_ppp;
		break;
	case FILTER_VLAN:
		possible = !parser->in_mpls && !parser->in_ppp;
		break;
	case FILTER_PPPOE_DISCOVERY:
	case FILTER_PPPOE_SESSION:
		possible = !parser->in_mpls;
		break;
	default:
		break;
	}
	if (possible)
		return 0;
	return error_definition(parser->errors, &filter->where,
				"this cannot be asked after '%s', because no header there tells it: write it before",
				outer);
}

static int value_tree(struct parser *parser, enum filter_kind kind,
		      const struct word *word, const struct qualifiers *qualifiers,
		      struct filter **tree)
{
	int error = tree_set(tree, kind, &word->where);

	if (error)
		return error;
	(*tree)->protocol = qualifiers->protocol;
	(*tree)->direction = qualifiers->direction;
	return context_check(parser, *tree);
}

static bool has_ipv4_hosts(enum filter_protocol protocol)
{
	return protocol == PROTOCOL_NONE || protocol == PROTOCOL_IP ||
	       protocol == PROTOCOL_ARP || protocol == PROTOCOL_RARP;
}

/* @address and @mask in host byte order. */
static int ipv4_tree(struct parser *parser, const struct word *word,
		     const struct qualifiers *qualifiers, uint32_t address,
		     uint32_t mask, struct filter **tree)
{
	struct filter_address *set;
	int error;

	if (qualifiers->protocol == PROTOCOL_IP6)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is an IPv4 address and cannot stand after 'ip6'",
					QUOTED(word));
	if (qualifiers->protocol == PROTOCOL_ETHER)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is no hardware address, as in 02:00:00:00:00:01, which 'ether' needs",
					QUOTED(word));
	if (!has_ipv4_hosts(qualifiers->protocol) &&
	    qualifiers->protocol != PROTOCOL_DECNET)
		return qualifier_error(parser, word, qualifiers, "an IPv4 address");
	error = value_tree(parser, FILTER_HOST, word, qualifiers, tree);
	if (error)
		return error;
	set = &(*tree)->address;
	if (qualifiers->protocol == PROTOCOL_DECNET) {
		set->length = 2;
		set->bytes[0] = address >> 8;
		set->bytes[1] = address;
		memset(set->mask, 0xff, 2);
		return 0;
	}
	set->length = 4;
	address = htonl(address);
	mask = htonl(mask);
	memcpy(set->bytes, &address, 4);
	memcpy(set->mask, &mask, 4);
	return 0;
}

static int ipv6_tree(struct parser *parser, const struct word *word,
		     const struct qualifiers *qualifiers, const uint8_t *bytes,
		     unsigned int bits, struct filter **tree)
{
	struct filter_address *set;
	unsigned int i;
	int error;

	if (qualifiers->protocol != PROTOCOL_NONE && qualifiers->protocol != PROTOCOL_IP6)
		return qualifier_error(parser, word, qualifiers, "an IPv6 address");
	error = value_tree(parser, FILTER_HOST, word, qualifiers, tree);
	if (error)
		return error;
	set = &(*tree)->address;
	set->length = 16;
	memcpy(set->bytes, bytes, 16);
	for (i = 0; i < bits; i++)
		set->mask[i / 8] |= 0x80 >> i % 8;
	for (i = 0; i < 16; i++)
		if (set->bytes[i] & ~set->mask[i])
			return error_definition(parser->errors, &word->where,
						"'%.*s' has bits set behind the %u of the network",
						QUOTED(word), bits);
	return 0;
}

static int hardware_tree(struct parser *parser, const struct word *word,
			 const struct qualifiers *qualifiers, const uint8_t bytes[6],
			 struct filter **tree)
{
	struct filter_address *set;
	int error;

	if (qualifiers->protocol != PROTOCOL_ETHER)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is a hardware address, which needs 'ether host', 'ether src' or 'ether dst' before it",
					QUOTED(word));
	if (qualifiers->type != TYPE_NONE && qualifiers->type != TYPE_HOST)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is a hardware address, expected %s",
					QUOTED(word), value_expected(qualifiers));
	error = value_tree(parser, FILTER_HOST, word, qualifiers, tree);
	if (error)
		return error;
	set = &(*tree)->address;
	set->length = 6;
	memcpy(set->bytes, bytes, 6);
	memset(set->mask, 0xff, 6);
	return 0;
}

static int port_tree(struct parser *parser, const struct word *word,
		     const struct qualifiers *qualifiers, uint32_t low, uint32_t high,
		     struct filter **tree)
{
	uint32_t swapped = low;
	int error;

	if (qualifiers->protocol != PROTOCOL_NONE && qualifiers->protocol != PROTOCOL_TCP &&
	    qualifiers->protocol != PROTOCOL_UDP && qualifiers->protocol != PROTOCOL_SCTP)
		return error_definition(parser->errors, &word->where,
					"'%.*s': '%s' has no ports, tcp, udp and sctp have",
					QUOTED(word),
					filter_protocol_name(qualifiers->protocol));
	if (low > UINT16_MAX || high > UINT16_MAX)
		return error_definition(parser->errors, &word->where,
					"port %.*s is out of range, ports go from 0 to 65535",
					QUOTED(word));
	if (low > high) {
		low = high;
		high = swapped;
	}
	error = value_tree(parser, FILTER_PORT, word, qualifiers, tree);
	if (error)
		return error;
	(*tree)->low = low;
	(*tree)->high = high;
	return tree_add_family(tree, qualifiers);
}

static int protocol_tree(struct parser *parser, const struct word *word,
			 const struct qualifiers *qualifiers, uint32_t number,
			 struct filter **tree)
{
	int error;

	switch (qualifiers->protocol) {
	case PROTOCOL_NONE:
	case PROTOCOL_IP:
	case PROTOCOL_IP6:
	case PROTOCOL_ETHER:
	case PROTOCOL_ISO:
	case PROTOCOL_ISIS:
		break;
	default:
		return error_definition(parser->errors, &word->where,
					"'%.*s': 'proto' cannot stand after '%s', but after ip, ip6, ether, iso and isis",
					QUOTED(word),
					filter_protocol_name(qualifiers->protocol));
	}
	error = tree_set(tree, FILTER_PROTOCOL, &word->where);
	if (error)
		return error;
	(*tree)->protocol = qualifiers->protocol;
	(*tree)->has_number = true;
	(*tree)->number = number;
	return context_check(parser, *tree);
}

/* A number alone. As a network its upper bytes may be left out: 10 is
 * 10.0.0.0/8, and 0 is 0.0.0.0/32. */
static int number_tree(struct parser *parser, const struct word *word,
		       const struct qualifiers *qualifiers, uint32_t number,
		       struct filter **tree)
{
	uint32_t mask = UINT32_MAX;

	switch (qualifiers->type) {
	case TYPE_PORT:
	case TYPE_PORTRANGE:
		return port_tree(parser, word, qualifiers, number, number, tree);
	case TYPE_PROTO:
		return protocol_tree(parser, word, qualifiers, number, tree);
	case TYPE_NET:
		while (number && !(number & 0xff000000) &&
		       qualifiers->protocol != PROTOCOL_DECNET) {
			number <<= 8;
			mask <<= 8;
		}
		break;
	default:
		break;
	}
	return ipv4_tree(parser, word, qualifiers, number, mask, tree);
}

/* One to four numbers up to 255, always decimal. Returns how many bits they
 * are, or 0 if they are no address; those not written are 0. */
static unsigned int ipv4_read(const struct word *word, uint32_t *address)
{
	unsigned int bits = 8, part = 0;
	size_t i;

	*address = 0;
	for (i = 0; i < word->length; i++) {
		if (word->text[i] == '.') {
			*address = *address << 8 | part;
			bits += 8;
			part = 0;
			continue;
		}
		if (word->text[i] < '0' || word->text[i] > '9')
			return 0;
		part = part * 10 + (word->text[i] - '0');
		if (part > 255)
			return 0;
	}
	*address = (*address << 8 | part) << (32 - bits);
	return bits;
}

static int ipv4_error(struct parser *parser, const struct word *word)
{
	return error_definition(parser->errors, &word->where,
				"'%.*s' is no IPv4 address, its numbers go from 0 to 255",
				QUOTED(word));
}

static int network_error(struct parser *parser, const struct word *word,
			 uint32_t address, uint32_t mask)
{
	char right[INET_ADDRSTRLEN], masked[INET_ADDRSTRLEN];

	address = htonl(address & mask);
	mask = htonl(mask);
	inet_ntop(AF_INET, &address, right, sizeof(right));
	inet_ntop(AF_INET, &mask, masked, sizeof(masked));
	return error_definition(parser->errors, &word->where,
				"'%.*s' has bits set that the mask %s has not; the network is %s",
				QUOTED(word), masked, right);
}

/* A number after "/", up to @most. */
static int parse_bits(struct parser *parser, unsigned int most, unsigned int *bits)
{
	const struct word *word = &parser->words.word;

	words_next(&parser->words);
	if (!at(parser, WORD_NUMBER))
		return unexpected(parser, "the number of bits of the network");
	if (word->number > most)
		return error_definition(parser->errors, &word->where,
					"%.*s is out of range, an address has %u bits",
					QUOTED(word), most);
	*bits = word->number;
	words_next(&parser->words);
	return 0;
}

/* "mask ADDRESS" */
static int parse_mask(struct parser *parser, uint32_t *mask)
{
	const struct word *word = &parser->words.word;

	words_next(&parser->words);
	if (!at(parser, WORD_IPV4))
		return unexpected(parser, "a mask, as in 255.255.255.0");
	if (!ipv4_read(word, mask))
		return ipv4_error(parser, word);
	words_next(&parser->words);
	return 0;
}

/* AREA.NODE, what follows is not read. */
static bool decnet_read(const struct word *word, uint32_t *address)
{
	char text[32], *end;
	unsigned long area, node;
	size_t length = word->length < sizeof(text) ? word->length : sizeof(text) - 1;

	memcpy(text, word->text, length);
	text[length] = '\0';
	area = strtoul(text, &end, 10);
	if (*end != '.')
		return false;
	node = strtoul(end + 1, NULL, 10);
	*address = (area << 10 & 0xfc00) | (node & 0x3ff);
	return true;
}

static int parse_ipv4(struct parser *parser, const struct qualifiers *qualifiers,
		      struct filter **tree)
{
	const struct word word = parser->words.word;
	uint32_t address, mask;
	unsigned int bits;
	bool masked;
	int error = 0;

	words_next(&parser->words);
	masked = at_mark(parser, '/') || at(parser, WORD_MASK);
	if (qualifiers->type >= TYPE_PORT)
		return error_definition(parser->errors, &word.where,
					"'%.*s' is an address, expected %s", QUOTED(&word),
					value_expected(qualifiers));
	if (masked && qualifiers->type != TYPE_NET)
		return error_definition(parser->errors, &word.where,
					"'%.*s' has a mask, which needs 'net' before it",
					QUOTED(&word));
	if (!masked && qualifiers->protocol == PROTOCOL_DECNET) {
		if (!decnet_read(&word, &address))
			return unexpected(parser, "a DECnet address, AREA.NODE");
		return ipv4_tree(parser, &word, qualifiers, address, 0, tree);
	}
	bits = ipv4_read(&word, &address);
	if (!bits)
		return ipv4_error(parser, &word);
	if (at(parser, WORD_MASK)) {
		error = parse_mask(parser, &mask);
	} else {
		if (masked)
			error = parse_bits(parser, 32, &bits);
		mask = bits ? UINT32_MAX << (32 - bits) : 0;
	}
	if (error)
		return error;
	if (address & ~mask)
		return network_error(parser, &word, address, mask);
	return ipv4_tree(parser, &word, qualifiers, address, mask, tree);
}

static int parse_ipv6(struct parser *parser, const struct qualifiers *qualifiers,
		      struct filter **tree)
{
	const struct word word = parser->words.word;
	char text[INET6_ADDRSTRLEN];
	unsigned int bits = 128;
	uint8_t bytes[16];
	int error;

	/* words_next() has seen that it is one. */
	memcpy(text, word.text, word.length);
	text[word.length] = '\0';
	inet_pton(AF_INET6, text, bytes);
	words_next(&parser->words);
	if (at_mark(parser, '/')) {
		error = parse_bits(parser, 128, &bits);
		if (error)
			return error;
	}
	if (qualifiers->type >= TYPE_PORT)
		return error_definition(parser->errors, &word.where,
					"'%.*s' is an address, expected %s", QUOTED(&word),
					value_expected(qualifiers));
	if (bits != 128 && qualifiers->type != TYPE_NET)
		return error_definition(parser->errors, &word.where,
					"'%.*s' has a mask, which needs 'net' before it",
					QUOTED(&word));
	return ipv6_tree(parser, &word, qualifiers, bytes, bits, tree);
}

static int parse_hardware(struct parser *parser, const struct qualifiers *qualifiers,
			  struct filter **tree)
{
	const struct word word = parser->words.word;
	const char *text = word.text, *end = word.text + word.length;
	unsigned int digits = 0, most = 2;
	uint8_t bytes[6] = { 0 };
	size_t filled = 0;

	/* Twelve digits, or four and a dot, are bytes of two; else a mark ends
	 * one that may have one digit. */
	for (; text < end && filled < 6; text++) {
		if (strchr(":-.", *text)) {
			filled += digits != 0;
			digits = 0;
			continue;
		}
		bytes[filled] = bytes[filled] << 4 |
				(*text <= '9' ? *text - '0' : (*text | 0x20) - 'a' + 10);
		if (++digits == most) {
			filled++;
			digits = 0;
		}
	}
	words_next(&parser->words);
	return hardware_tree(parser, &word, qualifiers, bytes, tree);
}

/* The text of a name, without the backslash; free() is the caller's. */
static char *name_copy(const struct word *word)
{
	size_t escape = *word->text == '\\';

	return strndup(word->text + escape, word->length - escape);
}

static int name_error(struct parser *parser, const struct word *word, const char *what)
{
	return error_definition(parser->errors, &word->where, "'%.*s' is no known %s",
				QUOTED(word), what);
}

/* Each address of a host, joined by "or". */
static int hosts_tree(struct parser *parser, const struct word *word,
		      const struct qualifiers *qualifiers, const struct addrinfo *hosts,
		      struct filter **tree)
{
	struct filter *one;
	int error;

	for (; hosts; hosts = hosts->ai_next) {
		one = NULL;
		if (hosts->ai_family == AF_INET && qualifiers->protocol != PROTOCOL_IP6) {
			const struct sockaddr_in *in = (const void *)hosts->ai_addr;

			error = ipv4_tree(parser, word, qualifiers,
					  ntohl(in->sin_addr.s_addr), UINT32_MAX, &one);
		} else if (hosts->ai_family == AF_INET6 &&
			   qualifiers->protocol != PROTOCOL_IP) {
			const struct sockaddr_in6 *in6 = (const void *)hosts->ai_addr;

			error = ipv6_tree(parser, word, qualifiers,
					  in6->sin6_addr.s6_addr, 128, &one);
		} else {
			continue;
		}
		if (error) {
			filter_free(one);
			return error;
		}
		error = tree_join(tree, FILTER_OR, one);
		if (error)
			return error;
	}
	return *tree ? 0 : name_error(parser, word, "host of this family");
}

static int host_name_tree(struct parser *parser, const struct word *word,
			  const struct qualifiers *qualifiers, const char *name,
			  struct filter **tree)
{
	struct addrinfo *hosts;
	uint8_t bytes[6];
	int error;

	if (qualifiers->protocol == PROTOCOL_ETHER) {
		if (filter_name_hardware(name, bytes))
			return name_error(parser, word, "name of a hardware address, see ethers(5)");
		return hardware_tree(parser, word, qualifiers, bytes, tree);
	}
	if (qualifiers->protocol == PROTOCOL_DECNET)
		return name_error(parser, word, "DECnet address, write AREA.NODE");
	if (!has_ipv4_hosts(qualifiers->protocol) && qualifiers->protocol != PROTOCOL_IP6)
		return qualifier_error(parser, word, qualifiers, "a host");
	error = filter_name_host(name, &hosts);
	if (error == -ENOENT)
		return name_error(parser, word, "host");
	if (error)
		return error;
	error = hosts_tree(parser, word, qualifiers, hosts, tree);
	freeaddrinfo(hosts);
	return error;
}

static int net_name_tree(struct parser *parser, const struct word *word,
			 const struct qualifiers *qualifiers, const char *name,
			 struct filter **tree)
{
	uint32_t number, mask = UINT32_MAX;

	if (filter_name_network(name, &number))
		return name_error(parser, word, "network, see networks(5)");
	while (!(number & 0xff000000)) {
		number <<= 8;
		mask <<= 8;
	}
	return ipv4_tree(parser, word, qualifiers, number, mask, tree);
}

/* A service that is known for one protocol only is asked for in this one. */
static int port_name_tree(struct parser *parser, const struct word *word,
			  const struct qualifiers *qualifiers, uint32_t low,
			  uint32_t high, enum filter_protocol found,
			  struct filter **tree)
{
	struct qualifiers narrowed = *qualifiers;

	if (qualifiers->protocol == PROTOCOL_NONE)
		narrowed.protocol = found;
	else if (found != PROTOCOL_NONE && found != qualifiers->protocol)
		return error_definition(parser->errors, &word->where,
					"'%.*s' is a service of %s, not of %s",
					QUOTED(word), filter_protocol_name(found),
					filter_protocol_name(qualifiers->protocol));
	return port_tree(parser, word, &narrowed, low, high, tree);
}

/* "LOW-HIGH" of numbers or names; a name with "-" inside cannot stand first. */
static int range_name_tree(struct parser *parser, const struct word *word,
			   const struct qualifiers *qualifiers, char *name,
			   struct filter **tree)
{
	enum filter_protocol first, second;
	char *minus = strchr(name, '-');
	uint32_t low, high;
	int error;

	if (!minus)
		return name_error(parser, word, "range of ports, as in 6000-6010");
	*minus = '\0';
	error = filter_name_port(name, &low, &first);
	if (!error)
		error = filter_name_port(minus + 1, &high, &second);
	if (error == -ENOENT)
		return name_error(parser, word, "range of ports, as in 6000-6010");
	if (error)
		return error;
	return port_name_tree(parser, word, qualifiers, low, high,
			      first == second ? first : PROTOCOL_NONE, tree);
}

static int name_tree(struct parser *parser, const struct word *word,
		     const struct qualifiers *qualifiers, char *name,
		     struct filter **tree)
{
	enum filter_protocol protocol;
	uint32_t number;
	int error;

	switch (qualifiers->type) {
	case TYPE_NONE:
	case TYPE_HOST:
		return host_name_tree(parser, word, qualifiers, name, tree);
	case TYPE_NET:
		return net_name_tree(parser, word, qualifiers, name, tree);
	case TYPE_PORTRANGE:
		return range_name_tree(parser, word, qualifiers, name, tree);
	case TYPE_PORT:
		error = filter_name_port(name, &number, &protocol);
		if (error == -ENOENT)
			return name_error(parser, word, strchr(name, '-') ?
					  "service; a range of ports needs 'portrange'" :
					  "service, see services(5)");
		if (error)
			return error;
		return port_name_tree(parser, word, qualifiers, number, number,
				      protocol, tree);
	case TYPE_PROTO:
		if (filter_name_protocol(name, qualifiers->protocol, &number))
			return name_error(parser, word, "protocol of this kind");
		return protocol_tree(parser, word, qualifiers, number, tree);
	}
	return -EINVAL;
}

static int parse_name(struct parser *parser, const struct qualifiers *qualifiers,
		      struct filter **tree)
{
	const struct word word = parser->words.word;
	char *name = name_copy(&word);
	int error;

	if (!name)
		return -ENOMEM;
	words_next(&parser->words);
	error = name_tree(parser, &word, qualifiers, name, tree);
	free(name);
	return error;
}

static bool at_value(const struct parser *parser)
{
	return at(parser, WORD_NAME) || at(parser, WORD_IPV4) || at(parser, WORD_IPV6) ||
	       at(parser, WORD_HARDWARE);
}

/* Anything at_value(), with the qualifiers of what is before it. */
static int parse_value(struct parser *parser, const struct qualifiers *qualifiers,
		       struct part *part)
{
	part->kind = PART_VALUES;
	part->qualifiers = *qualifiers;
	switch (parser->words.word.kind) {
	case WORD_IPV4:
		return parse_ipv4(parser, qualifiers, &part->tree);
	case WORD_IPV6:
		return parse_ipv6(parser, qualifiers, &part->tree);
	case WORD_HARDWARE:
		return parse_hardware(parser, qualifiers, &part->tree);
	default:
		return parse_name(parser, qualifiers, &part->tree);
	}
}

/*
 * Arithmetic. All operators lean to the left and bind as in C but for "%" and
 * "^", which libpcap gives no place in this order: they take everything that
 * follows as their right side.
 */

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
		if (!at_mark(parser, marks[i].mark))
			continue;
		*operator = marks[i].operator;
		return true;
	}
	return false;
}

static bool at_relation(const struct parser *parser, enum filter_relation *relation)
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
		if (!at_mark(parser, marks[i].mark))
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

static int nesting_error(struct parser *parser, const char *what)
{
	return error_definition(parser->errors, &parser->words.word.where,
				"more than %d %s in each other", FILTER_DEPTH_MAX, what);
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

/* A "(" has been read: go to what is inside of it. */
static int parens_open(struct parser *parser, struct location *where)
{
	if (parser->depth == FILTER_DEPTH_MAX)
		return nesting_error(parser, "parentheses");
	parser->depth++;
	*where = parser->words.word.where;
	words_next(&parser->words);
	return 0;
}

static int parens_close(struct parser *parser, const struct location *where,
			char mark, const char *expected)
{
	char text[160];

	if (!at_mark(parser, mark)) {
		snprintf(text, sizeof(text), "%s or the '%c' to the '%c' at %u:%u", expected,
			 mark, mark == ')' ? '(' : '[', where->line, where->column);
		return unexpected(parser, text);
	}
	parser->depth--;
	words_next(&parser->words);
	return 0;
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
	if (!at(parser, WORD_NUMBER))
		return unexpected(parser, "a size of 1, 2 or 4 bytes");
	if (word->number != 1 && word->number != 2 && word->number != 4)
		return error_definition(parser->errors, &word->where,
					"%.*s is no size, a size is 1, 2 or 4 bytes",
					QUOTED(word));
	load->size = word->number;
	words_next(&parser->words);
	return 0;
}

/* "[OFFSET:SIZE]" behind the name of a protocol, which stood at @where. */
static int parse_load(struct parser *parser, enum filter_protocol protocol,
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
	error = parens_open(parser, &open);
	if (error)
		return error;
	offset = parser->words.word.where;
	error = parse_arithmetic(parser, value);
	if (!error && at_mark(parser, ':'))
		error = parse_size(parser, &load);
	if (!error)
		error = parens_close(parser, &open, ']', "an operator");
	if (!error && value->loaded)
		error = error_definition(parser->errors, &offset,
					 "nft cannot read at an offset that is in the packet itself: use --path tc");
	if (error)
		return error;
	load.offset = value->number;
	value_load(value, &load);
	return context_check(parser, &load);
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

	if (at_mark(parser, '(')) {
		error = parens_open(parser, &open);
		if (!error)
			error = parse_arithmetic(parser, value);
		return error ? error : parens_close(parser, &open, ')', "an operator");
	}
	if (!at(parser, WORD_NUMBER) && !at(parser, WORD_LENGTH) && !at(parser, WORD_PROTOCOL))
		return unexpected(parser, "a number, 'len', or bytes as in ip[0]");
	words_next(&parser->words);
	if (word.kind == WORD_PROTOCOL) {
		if (!at_mark(parser, '['))
			return unexpected(parser, "'[' and an offset");
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
	bool negative = false, sign = at_mark(parser, '-');
	int error;

	for (; at_mark(parser, '-'); words_next(&parser->words))
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
static int parse_operators(struct parser *parser, struct value *value, size_t base)
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
			return nesting_error(parser, "'%' and '^'");
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

static int parse_arithmetic(struct parser *parser, struct value *value)
{
	size_t base = parser->pending_count;
	int error;

	memset(value, 0, sizeof(*value));
	error = parse_signed(parser, value);
	return error ? error : parse_operators(parser, value, base);
}

/* @left is on the left of the relation @relation, at which the words are. */
static int parse_relation(struct parser *parser, const struct value *left,
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
		error = tree_set(tree, FILTER_CONSTANT, &where);
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
	for (i = 0; i < solved.count && !error; i++) {
		struct filter *one = filter_new(FILTER_LOAD, &where);

		if (!one)
			return -ENOMEM;
		*one = solved.relations[i];
		error = tree_join(tree, solved.joint, one);
	}
	return error;
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
	if (!at_joint(parser))
		return 0;
	both = at(parser, WORD_AND);
	words_next(&parser->words);
	if (!at(parser, other))
		return unexpected(parser, other == WORD_SOURCE ? "src" : "dst");
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
	if (at(parser, WORD_SOURCE) || at(parser, WORD_DESTINATION)) {
		directed = true;
		error = parse_direction(parser, &qualifiers->direction);
		if (error)
			return error;
	}
	if (at(parser, WORD_REFUSED))
		return refused_error(parser);
	if (at(parser, WORD_TYPE)) {
		if (directed && parser->words.word.number == TYPE_PROTO)
			return unexpected(parser, "host, net, port, portrange or an address");
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
	return at(parser, WORD_SOURCE) || at(parser, WORD_DESTINATION) ||
	       at(parser, WORD_TYPE);
}

static int protocol_name_tree(struct parser *parser, enum filter_protocol protocol,
			      const struct location *where, struct filter **tree)
{
	int error;

	if (protocol == PROTOCOL_ETHER)
		return unexpected(parser, "host, src, dst, proto, broadcast, multicast or '[' after 'ether'");
	error = tree_set(tree, FILTER_PROTOCOL, where);
	if (error)
		return error;
	(*tree)->protocol = protocol;
	return context_check(parser, *tree);
}

static int cast_tree(struct parser *parser, enum filter_protocol protocol,
		     const struct location *where, struct filter **tree)
{
	bool multicast = at(parser, WORD_MULTICAST);
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
	error = tree_set(tree, multicast ? FILTER_MULTICAST : FILTER_BROADCAST, where);
	if (error)
		return error;
	(*tree)->protocol = protocol == PROTOCOL_NONE ? PROTOCOL_ETHER : protocol;
	return context_check(parser, *tree);
}

/* What begins with a protocol's name. */
static int parse_protocol(struct parser *parser, struct part *part)
{
	struct qualifiers qualifiers = { .protocol = parser->words.word.number };
	const struct location where = parser->words.word.where;
	struct filter *family = NULL;
	int error;

	words_next(&parser->words);
	if (at_mark(parser, '[')) {
		part->kind = PART_NUMBER;
		return parse_load(parser, qualifiers.protocol, &where, &part->number);
	}
	if (at(parser, WORD_BROADCAST) || at(parser, WORD_MULTICAST))
		return cast_tree(parser, qualifiers.protocol, &where, &part->tree);
	/* Not in libpcap's grammar: a transport behind a family. */
	if ((qualifiers.protocol == PROTOCOL_IP || qualifiers.protocol == PROTOCOL_IP6) &&
	    at(parser, WORD_PROTOCOL) && parser->words.word.number >= PROTOCOL_TCP &&
	    parser->words.word.number <= PROTOCOL_SCTP) {
		qualifiers.family = qualifiers.protocol;
		qualifiers.protocol = parser->words.word.number;
		words_next(&parser->words);
	}
	if (at_qualified(parser))
		return parse_qualified(parser, &qualifiers, &where, part);
	if (at(parser, WORD_REFUSED))
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
	return tree_join(&part->tree, FILTER_AND, family);
}

/* "less N", "greater N": both include N. */
static int parse_length(struct parser *parser, struct filter **tree)
{
	bool less = at(parser, WORD_LESS);
	int error;

	error = tree_set(tree, FILTER_LENGTH, &parser->words.word.where);
	if (error)
		return error;
	words_next(&parser->words);
	if (!at(parser, WORD_NUMBER))
		return unexpected(parser, "a number of bytes");
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

	error = tree_set(tree, FILTER_LOAD, &parser->words.word.where);
	if (error)
		return error;
	words_next(&parser->words);
	if (!at(parser, WORD_NUMBER))
		return unexpected(parser, "the offset of a byte");
	(*tree)->protocol = PROTOCOL_ETHER;
	(*tree)->offset = parser->words.word.number;
	(*tree)->size = 1;
	(*tree)->mask = 0xff;
	words_next(&parser->words);
	if (at_mark(parser, '&') || at_mark(parser, '|'))
		return error_definition(parser->errors, &parser->words.word.where,
					"libpcap reads no byte for this: write 'ether[%u] %.*s ... != 0'",
					(*tree)->offset, QUOTED(&parser->words.word));
	if (!at_relation(parser, &relation) || relation == RELATION_NOT_EQUAL ||
	    relation == RELATION_LESS_EQUAL || relation == RELATION_GREATER_EQUAL)
		return unexpected(parser, "'=', '<' or '>'");
	(*tree)->relation = relation;
	words_next(&parser->words);
	if (!at(parser, WORD_NUMBER))
		return unexpected(parser, "a number");
	(*tree)->number = parser->words.word.number;
	words_next(&parser->words);
	return 0;
}

/* Nothing but digits, perhaps in parentheses. */
static int parse_plain(struct parser *parser, uint32_t *number)
{
	struct location open;
	int error;

	if (at_mark(parser, '(')) {
		error = parens_open(parser, &open);
		if (!error)
			error = parse_plain(parser, number);
		return error ? error : parens_close(parser, &open, ')', "nothing");
	}
	if (!at(parser, WORD_NUMBER))
		return unexpected(parser, "a number");
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

	error = tree_set(tree, kind, &word.where);
	if (!error)
		error = context_check(parser, *tree);
	if (error)
		return error;
	words_next(&parser->words);
	where = parser->words.word.where;
	if (most && (at(parser, WORD_NUMBER) || at_mark(parser, '('))) {
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

	error = tree_set(tree, FILTER_LLC, &word->where);
	if (!error)
		error = context_check(parser, *tree);
	if (error)
		return error;
	words_next(&parser->words);
	if (at(parser, WORD_REFUSED) && word->length == 7 && !memcmp(word->text, "rulenum", 7)) {
		type = LLC_RNR;
	} else if (at(parser, WORD_NAME) || at(parser, WORD_REFUSED)) {
		escape = *word->text == '\\';
		if (!filter_llc_find(word->text + escape, word->length - escape, &type))
			return unexpected(parser, "i, s, u, rr, rnr, rej, ui, ua, disc, dm, sabme, test, xid or frmr");
	} else {
		return 0;
	}
	(*tree)->has_number = true;
	(*tree)->number = type;
	words_next(&parser->words);
	return 0;
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
		return unexpected(parser, "a protocol, host, net, port or another primitive");
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
	bool value = at_value(parser);

	if (at_mark(parser, '('))
		return parse_parens(parser, allowed, copied, part);
	if (at(parser, WORD_NUMBER) && !(allowed & ALLOW_TERM)) {
		part->kind = PART_NUMBER;
		value_number(&part->number, parser->words.word.number);
		part->number.plain = true;
		words_next(&parser->words);
		return 0;
	}
	if (at(parser, WORD_NUMBER) || at(parser, WORD_LENGTH) || at_mark(parser, '-')) {
		if (!(allowed & ALLOW_TERM))
			return value_unexpected(parser, copied);
		part->kind = PART_NUMBER;
		return parse_arithmetic(parser, &part->number);
	}
	if (value && allowed & ALLOW_VALUES && copied->given)
		return parse_value(parser, copied, part);
	if (allowed & ALLOW_TERM)
		return parse_term(parser, part);
	return value_unexpected(parser, copied);
}

/* Digits at @word are a value, of the qualifiers of what is before them. */
static int number_is_value(struct parser *parser, const struct word *word,
			   const struct qualifiers *copied, struct part *part)
{
	if (!copied->given)
		return error_definition(parser->errors, &word->where,
					"a number alone means nothing here: write what it is, as in 'port %u'",
					part->number.number);
	part->kind = PART_VALUES;
	part->qualifiers = *copied;
	return number_tree(parser, word, copied, part->number.number, &part->tree);
}

/* Take the operators and the relation behind a number, which make a term of
 * it, as far as there are any. */
static int number_continue(struct parser *parser, struct part *part)
{
	enum filter_relation relation;
	int error;

	error = parse_operators(parser, &part->number, parser->pending_count);
	if (error || !at_relation(parser, &relation))
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

	for (; at(parser, WORD_NOT); words_next(&parser->words))
		negated = !negated;
	word = parser->words.word;
	error = parse_primary(parser, allowed, copied, part);
	if (!error && part->kind == PART_NUMBER && allowed & ALLOW_TERM)
		error = number_continue(parser, part);
	if (!error && part->kind == PART_NUMBER) {
		if (part->number.plain && allowed & ALLOW_VALUES)
			error = number_is_value(parser, &word, copied, part);
		else
			error = unexpected(parser, "an operator or a relation, as in '= 5'");
	}
	if (!error && negated)
		error = tree_negate(&part->tree, &where);
	return error;
}

/* "and" and "or" and what they join to @part, up to something else. */
static int parse_joints(struct parser *parser, struct part *part)
{
	unsigned int allowed = ALLOW_VALUES | (part->kind == PART_TERM ? ALLOW_TERM : 0);
	enum filter_kind kind;
	int error;

	while (at_joint(parser)) {
		struct part next = { .kind = PART_TERM };

		kind = at(parser, WORD_AND) ? FILTER_AND : FILTER_OR;
		words_next(&parser->words);
		error = parse_element(parser, allowed, &part->qualifiers, &next);
		if (error) {
			filter_free(next.tree);
			return error;
		}
		part->qualifiers = next.qualifiers;
		error = tree_join(&part->tree, kind, next.tree);
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

	/* A list of values does not begin with a list of values, nor with
	 * "not": that is libpcap's grammar. */
	if (word.kind == WORD_NOT) {
		if (!(allowed & ALLOW_TERM))
			return value_unexpected(parser, copied);
		error = parse_element(parser, ALLOW_TERM, copied, part);
	} else if (at_mark(parser, '(')) {
		error = parse_primary(parser, allowed & ALLOW_TERM, copied, part);
	} else {
		error = parse_primary(parser, allowed, copied, part);
	}
	if (!error && part->kind == PART_NUMBER && allowed & ALLOW_TERM)
		error = number_continue(parser, part);
	if (!error && part->kind == PART_NUMBER && part->number.plain && at_joint(parser) &&
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
	int error;

	error = parens_open(parser, &open);
	if (!error)
		error = parse_inside(parser, allowed, copied, part);
	if (!error)
		error = parens_close(parser, &open, ')', part->kind == PART_NUMBER ?
				     "an operator, a relation" : "'and', 'or'");
	/* Of an expression, the outer qualifiers are copied, not those inside. */
	part->qualifiers = *copied;
	return error;
}

static int end_error(struct parser *parser)
{
	if (at_mark(parser, ')'))
		return error_definition(parser->errors, &parser->words.word.where,
					"')' closes a parenthesis that was not opened");
	return unexpected(parser, "'and', 'or' or the end");
}

int filter_parse(const char *text, const struct location *where,
		 struct filter **filter, struct error_list *errors)
{
	static const struct qualifiers nothing = { .given = false };
	struct part part = { .kind = PART_TERM };
	struct parser parser = { .errors = errors };
	int error = 0;

	words_begin(&parser.words, text, where);
	if (!at(&parser, WORD_END)) {
		error = parse_element(&parser, ALLOW_TERM, &nothing, &part);
		if (!error)
			error = parse_joints(&parser, &part);
		if (!error && !at(&parser, WORD_END))
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
