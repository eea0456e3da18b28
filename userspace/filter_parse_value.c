// SPDX-License-Identifier: GPL-2.0-only
/*
 * What qualifiers are about: addresses, networks, ports, protocols, and names
 * of them.
 */
#include "filter_parser.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* "ip tcp port 80" is "ip and tcp port 80". */
static int tree_add_family(struct filter **tree, const struct qualifiers *qualifiers)
{
	struct filter *family, *transport = *tree;
	int error;

	if (qualifiers->family == PROTOCOL_NONE)
		return 0;
	error = filter_tree_new(&family, FILTER_PROTOCOL, &transport->where);
	if (error)
		return error;
	family->protocol = qualifiers->family;
	*tree = family;
	return filter_tree_join(tree, FILTER_AND, transport);
}

static int qualifier_error(struct parser *parser, const struct word *word,
			   const struct qualifiers *qualifiers, const char *what)
{
	return error_definition(parser->errors, &word->where,
				"'%.*s': '%s' cannot stand before %s", QUOTED(word),
				filter_protocol_name(qualifiers->protocol), what);
}

static int value_tree(struct parser *parser, enum filter_kind kind,
		      const struct word *word, const struct qualifiers *qualifiers,
		      struct filter **tree)
{
	int error = filter_tree_new(tree, kind, &word->where);

	if (error)
		return error;
	(*tree)->protocol = qualifiers->protocol;
	(*tree)->direction = qualifiers->direction;
	return parser_check_context(parser, *tree);
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
					QUOTED(word), parser_value_expected(qualifiers));
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
	error = filter_tree_new(tree, FILTER_PROTOCOL, &word->where);
	if (error)
		return error;
	(*tree)->protocol = qualifiers->protocol;
	(*tree)->has_number = true;
	(*tree)->number = number;
	return parser_check_context(parser, *tree);
}

/* A number alone. As a network its upper bytes may be left out: 10 is
 * 10.0.0.0/8, and 0 is 0.0.0.0/32. */
int parse_number_value(struct parser *parser, const struct word *word,
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
	if (!parser_at(parser, WORD_NUMBER))
		return parser_unexpected(parser, "the number of bits of the network");
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
	if (!parser_at(parser, WORD_IPV4))
		return parser_unexpected(parser, "a mask, as in 255.255.255.0");
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
	masked = parser_at_mark(parser, '/') || parser_at(parser, WORD_MASK);
	if (qualifiers->type >= TYPE_PORT)
		return error_definition(parser->errors, &word.where,
					"'%.*s' is an address, expected %s", QUOTED(&word),
					parser_value_expected(qualifiers));
	if (masked && qualifiers->type != TYPE_NET)
		return error_definition(parser->errors, &word.where,
					"'%.*s' has a mask, which needs 'net' before it",
					QUOTED(&word));
	if (!masked && qualifiers->protocol == PROTOCOL_DECNET) {
		if (!decnet_read(&word, &address))
			return parser_unexpected(parser, "a DECnet address, AREA.NODE");
		return ipv4_tree(parser, &word, qualifiers, address, 0, tree);
	}
	bits = ipv4_read(&word, &address);
	if (!bits)
		return ipv4_error(parser, &word);
	if (parser_at(parser, WORD_MASK)) {
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
	if (parser_at_mark(parser, '/')) {
		error = parse_bits(parser, 128, &bits);
		if (error)
			return error;
	}
	if (qualifiers->type >= TYPE_PORT)
		return error_definition(parser->errors, &word.where,
					"'%.*s' is an address, expected %s", QUOTED(&word),
					parser_value_expected(qualifiers));
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
		error = filter_tree_join(tree, FILTER_OR, one);
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

/* "6000-6010x" and "6000--6010", which libpcap reads as "6000-6010" and below
 * zero. */
static bool range_has_more(const char *name)
{
	size_t first = strspn(name, "0123456789"), second;

	if (!first || name[first] != '-')
		return false;
	name += first + 1;
	second = strspn(name, "0123456789");
	return second ? name[second] : *name == '-';
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

	if (range_has_more(name))
		return error_definition(parser->errors, &word->where,
					"'%.*s' is more than a range of two ports, as in 6000-6010",
					QUOTED(word));
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

bool parser_at_value(const struct parser *parser)
{
	return parser_at(parser, WORD_NAME) || parser_at(parser, WORD_IPV4) || parser_at(parser, WORD_IPV6) ||
	       parser_at(parser, WORD_HARDWARE);
}

/* Anything parser_at_value(), with the qualifiers of what is before it. */
int parse_value(struct parser *parser, const struct qualifiers *qualifiers,
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
