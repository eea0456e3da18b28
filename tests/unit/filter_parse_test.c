// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of filters: the trees, the errors and their places, what is much
 * or deep, and memory that fails. What is accepted at all is held against
 * libpcap by filter_accept_test.c.
 */
#include "harness.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "filter_stubs.h"

/* The parser's requests for memory are numbered; the one that is @failing
 * fails. Its sources are part of this program for this. */
static long requests, failing;

static bool request_fails(void)
{
	if (++requests != failing)
		return false;
	errno = ENOMEM;
	return true;
}

static void *test_calloc(size_t count, size_t size)
{
	return request_fails() ? NULL : calloc(count, size);
}

static void *test_reallocarray(void *old, size_t count, size_t size)
{
	return request_fails() ? NULL : reallocarray(old, count, size);
}

static char *test_strndup(const char *text, size_t size)
{
	return request_fails() ? NULL : strndup(text, size);
}

static FILE *test_open_memstream(char **text, size_t *size)
{
	return request_fails() ? NULL : open_memstream(text, size);
}

static int test_getaddrinfo(const char *node, const char *service,
			    const struct addrinfo *hints, struct addrinfo **found)
{
	return request_fails() ? EAI_MEMORY : getaddrinfo(node, service, hints, found);
}

#define calloc test_calloc
#define reallocarray test_reallocarray
#undef strndup
#define strndup test_strndup
#define open_memstream test_open_memstream
#define getaddrinfo test_getaddrinfo
#include "filter.c"
#include "filter_names.c"
#include "filter_parse.c"
#include "filter_parse_number.c"
#include "filter_parse_value.c"
#include "filter_parser.c"
#include "filter_print.c"
#include "filter_value.c"
#include "filter_words.c"
#undef calloc
#undef reallocarray
#undef strndup
#undef open_memstream
#undef getaddrinfo

#define LONG (1 << 20)

static const struct location start = { "--match", 1, 1 };

/*
 * Trees, written down: joints as and(..., ...), the rest as words with what is
 * set in them.
 */

static void address_dump(const struct filter_address *address, FILE *out)
{
	int i, whole = 1;

	for (i = 0; i < address->length; i++) {
		fprintf(out, "%02x", address->bytes[i]);
		whole &= address->mask[i] == 0xff;
	}
	for (i = 0; i < address->length && !whole; i++)
		fprintf(out, "%s%02x", i ? "" : "/", address->mask[i]);
}

static void primitive_dump(const struct filter *filter, FILE *out)
{
	static const char *const kinds[] = {
		[FILTER_PROTOCOL] = "protocol", [FILTER_HOST] = "host",
		[FILTER_PORT] = "port", [FILTER_BROADCAST] = "broadcast",
		[FILTER_MULTICAST] = "multicast", [FILTER_LENGTH] = "length",
		[FILTER_LOAD] = "load", [FILTER_CONSTANT] = "constant",
		[FILTER_VLAN] = "vlan", [FILTER_MPLS] = "mpls",
		[FILTER_PPPOE_DISCOVERY] = "pppoed", [FILTER_PPPOE_SESSION] = "pppoes",
		[FILTER_LLC] = "llc",
	};
	static const char *const directions[] = { "", " src", " dst", " both" };
	static const char *const relations[] = { "=", "!=", "<", "<=", ">", ">=" };

	fprintf(out, "%s%s%s%s", kinds[filter->kind],
		filter->protocol == PROTOCOL_NONE ? "" : " ",
		filter_protocol_name(filter->protocol), directions[filter->direction]);
	if (filter->kind == FILTER_HOST) {
		fputc(' ', out);
		address_dump(&filter->address, out);
	}
	if (filter->kind == FILTER_PORT)
		fprintf(out, " %u-%u", filter->low, filter->high);
	if (filter->has_number || filter->kind == FILTER_CONSTANT)
		fprintf(out, " %u", filter->number);
	if (filter->kind == FILTER_LOAD)
		fprintf(out, "%s [%u:%u]", filter->unchecked ? " unchecked" : "",
			filter->offset, filter->size);
	if (filter->kind == FILTER_LOAD || filter->kind == FILTER_LENGTH)
		fprintf(out, " & %x %s %u", filter->mask, relations[filter->relation],
			filter->number);
}

static void tree_dump(const struct filter *filter, FILE *out)
{
	if (filter->kind > FILTER_NOT) {
		primitive_dump(filter, out);
		return;
	}
	fputs(filter->kind == FILTER_NOT ? "not(" :
	      filter->kind == FILTER_AND ? "and(" : "or(", out);
	tree_dump(filter->left, out);
	if (filter->kind != FILTER_NOT) {
		fputs(", ", out);
		tree_dump(filter->right, out);
	}
	fputc(')', out);
}

static const char *const trees[][2] = {
	{ "tcp", "protocol tcp" }, { "es-is or esis", "or(protocol esis, protocol esis)" },
	{ "is-is", "protocol isis" }, { "psnp", "protocol psnp" },
	{ "tcp port 80", "port tcp 80-80" },
	/* precedence: none */
	{ "not port 22 and icmp or arp",
	  "or(and(not(port 22-22), protocol icmp), protocol arp)" },
	{ "arp or icmp and ip", "and(or(protocol arp, protocol icmp), protocol ip)" },
	{ "arp or (icmp and ip)", "or(protocol arp, and(protocol icmp, protocol ip))" },
	{ "arp||icmp&&ip", "and(or(protocol arp, protocol icmp), protocol ip)" },
	{ "!arp and ! (ip or ip6)", "and(not(protocol arp), not(or(protocol ip, protocol ip6)))" },
	{ "not not arp", "protocol arp" }, { "not (not arp)", "protocol arp" },
	{ "not not not arp", "not(protocol arp)" },
	/* what a value alone copies */
	{ "tcp port 80 or 443", "or(port tcp 80-80, port tcp 443-443)" },
	{ "udp port 546 or 547 or icmp6",
	  "or(or(port udp 546-546, port udp 547-547), protocol icmp6)" },
	{ "not host vs and ace", "and(not(host c0000207), host c0000208)" },
	{ "not host vs and not ace", "and(not(host c0000207), not(host c0000208))" },
	{ "src host 1.2.3.4 or 5.6.7.8", "or(host src 01020304, host src 05060708)" },
	{ "port (80 or 443)", "or(port 80-80, port 443-443)" },
	{ "port (80 or (443 and 8080)) or 1",
	  "or(or(port 80-80, and(port 443-443, port 8080-8080)), port 1-1)" },
	{ "port not 80", "not(port 80-80)" }, { "port (not 80)", "not(port 80-80)" },
	{ "port 80 and (tcp) or 90", "or(and(port 80-80, protocol tcp), port 90-90)" },
	{ "port 80 and (90 or 91)", "and(port 80-80, or(port 90-90, port 91-91))" },
	{ "port 80 or 90 = ip[0]", "or(port 80-80, load ip [0:1] & ff = 90)" },
	/* directions */
	{ "src port 80", "port src 80-80" }, { "dst port 80", "port dst 80-80" },
	{ "src or dst port 80", "port 80-80" }, { "dst or src port 80", "port 80-80" },
	{ "src and dst port 80", "port both 80-80" },
	{ "dst and src port 80", "port both 80-80" },
	/* addresses */
	{ "host 1.2.3.4", "host 01020304" }, { "src 1.2.3.4", "host src 01020304" },
	{ "host 10.0.0", "host 0a000000/ffffff00" }, { "host 10", "host 0000000a" },
	{ "net 10", "host 0a000000/ff000000" }, { "net 0", "host 00000000" },
	{ "net 10.1", "host 0a010000/ffff0000" }, { "net 256", "host 01000000/ffff0000" },
	{ "net 10.0/8", "host 0a000000/ff000000" }, { "net 0.0/0", "host 00000000/00000000" },
	{ "net 10.0.0.0 mask 255.0.255.0", "host 0a000000/ff00ff00" },
	{ "net 10.0 mask 255.0", "host 0a000000/ff000000" },
	{ "ip host 010.1.1.1", "host ip 0a010101" }, { "arp net 10", "host arp 0a000000/ff000000" },
	{ "host ::1", "host 00000000000000000000000000000001" },
	{ "ip6 net 2001:db8::/33",
	  "host ip6 20010db8000000000000000000000000/ffffffff800000000000000000000000" },
	{ "ether host 1:2:3:4:5:66", "host ether 010203040566" },
	{ "ether src 01-02-03-04-05-06", "host ether src 010203040506" },
	{ "ether dst 1.2.3.4.5.6", "host ether dst 010203040506" },
	{ "link host 0102.0304.0506", "host ether 010203040506" },
	{ "wlan host 010203040506", "host ether 010203040506" },
	{ "decnet host 10.5", "host decnet 2805" }, { "decnet src 5", "host decnet src 0005" },
	/* names */
	{ "host both", "or(host c0000201, host 20010db8000000000000000000000001)" },
	{ "ip host both", "host ip c0000201" },
	{ "ip6 src host both", "host ip6 src 20010db8000000000000000000000001" },
	{ "not host both", "not(or(host c0000201, host 20010db8000000000000000000000001))" },
	{ "host \\tcp", "host c0000209" }, { "host \\1.2.3.4", "host 01020304" },
	{ "ether host four", "host ether 020000000001" },
	{ "net loopback", "host 7f000000" }, { "net short", "host c0000000/ffff0000" },
	{ "port http", "port tcp 80-80" }, { "port tftp", "port udp 69-69" },
	{ "port domain", "port 53-53" }, { "udp port domain", "port udp 53-53" },
	{ "sctp port domain", "port sctp 53-53" }, { "port odd", "port tcp 1000-1000" },
	{ "portrange http-https", "port 80-443" }, { "portrange domain-https", "port 53-443" },
	{ "proto gre", "protocol 47" }, { "ip proto \\tcp", "protocol ip 6" },
	{ "ether proto \\arp", "protocol ether 2054" }, { "ether proto \\stp", "protocol ether 66" },
	{ "iso proto \\clnp", "protocol iso 129" },
	/* ports and protocols */
	{ "portrange 90-80", "port 80-90" }, { "portrange 80", "port 80-80" },
	{ "portrange 007-010", "port 7-10" }, { "port 010", "port 8-8" },
	{ "port 0xFF", "port 255-255" }, { "port ((80))", "port 80-80" },
	{ "proto 6", "protocol 6" }, { "ip6 proto 58", "protocol ip6 58" },
	{ "ether proto 0x88cc", "protocol ether 35020" },
	/* a family before the transport */
	{ "ip tcp port 80", "and(protocol ip, port tcp 80-80)" },
	{ "ip6 udp src port 53", "and(protocol ip6, port udp src 53-53)" },
	{ "ip tcp port 80 or 81",
	  "or(and(protocol ip, port tcp 80-80), and(protocol ip, port tcp 81-81))" },
	{ "ip port 80", "and(protocol ip, port 80-80)" },
	{ "ip6 sctp", "and(protocol ip6, protocol sctp)" },
	/* the rest */
	{ "broadcast", "broadcast ether" }, { "ether broadcast", "broadcast ether" },
	{ "multicast", "multicast ether" }, { "ip multicast", "multicast ip" },
	{ "ip6 multicast", "multicast ip6" },
	{ "less 100", "length & ffffffff <= 100" }, { "greater 100", "length & ffffffff >= 100" },
	{ "len > 100", "length & ffffffff > 100" }, { "5 > length", "length & ffffffff < 5" },
	{ "len & 3 = 0", "length & 3 = 0" }, { "len & 0 = 0", "constant 1" },
	{ "vlan", "vlan" }, { "vlan 10 and vlan (20)", "and(vlan 10, vlan 20)" },
	{ "mpls 1000", "mpls 1000" }, { "pppoed", "pppoed" }, { "pppoes 0x27", "pppoes 39" },
	{ "llc", "llc" }, { "llc i", "llc 0" }, { "llc SABME", "llc 10" },
	{ "llc rnr or llc rulenum", "or(llc 4, llc 4)" },
	{ "byte 5 > 3", "load ether [5:1] & ff > 3" },
	/* loads */
	{ "ip[0] = 5", "load ip [0:1] & ff = 5" }, { "ip[6:2] == 5", "load ip [6:2] & ffff = 5" },
	{ "ip[12:4] != 5", "load ip [12:4] & ffffffff != 5" },
	{ "ip[1+2*3] < 5", "load ip [7:1] & ff < 5" },
	{ "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "load tcp [13:1] & 3 != 0" },
	{ "icmp[icmptype] = icmp-echo", "load icmp [0:1] & ff = 8" },
	{ "icmp6[icmp6type] = icmp6-certpathadvert", "load icmp6 [0:1] & ff = 149" },
	{ "5 <= ip[0] & 0xf", "load ip [0:1] & f >= 5" },
	{ "0xf & ip[0] = 5", "load ip unchecked [0:1] & f = 5" },
	{ "1 & ether[0] = 1", "load ether [0:1] & 1 = 1" },
	{ "ip[0] & 0xf & 3 = 1", "load ip [0:1] & 3 = 1" },
	{ "ip[0] & 0xf0 >> 4 = 1", "load ip [0:1] & f = 1" },
	{ "(ip[0] & 0xf0) >> 4 = 1", "load ip [0:1] & f0 = 16" },
	{ "ip[0] >> 4 > 4", "load ip [0:1] & f0 >= 80" },
	{ "(tcp[12] & 0xf0) >> 2 = 20", "load tcp [12:1] & f0 = 80" },
	{ "(tcp[12] & 0xf0) >> 2 = 21", "load tcp [12:1] & 0 != 0" },
	{ "ip[8] + 1 = 2", "load ip [8:1] & ff = 1" }, { "ip[8] + 1 = 0", "load ip [8:1] & 0 != 0" },
	{ "ip[8] - 1 > 5", "or(load ip [8:1] & ff < 1, load ip [8:1] & ff > 6)" },
	{ "ip[8] | 1 = 3", "load ip [8:1] & fe = 2" }, { "ip[8] ^ 1 = 3", "load ip [8:1] & ff = 2" },
	{ "ip[8] ^ 0xff < 2", "load ip [8:1] & ff >= 254" },
	{ "ip[8] / 10 = 2", "and(load ip [8:1] & ff >= 20, load ip [8:1] & ff <= 29)" },
	{ "ip[8] / 10 != 2", "or(load ip [8:1] & ff < 20, load ip [8:1] & ff > 29)" },
	{ "ip[8] % 8 = 2", "load ip [8:1] & 7 = 2" }, { "ip[8] * 3 > 6", "load ip [8:1] & ff >= 3" },
	{ "ip[8] * 3 = 7", "load ip [8:1] & 0 != 0" }, { "ip[8] < 300", "load ip [8:1] & ff < 300" },
	{ "ip[12:4] * 5 = 10", "load ip [12:4] & ffffffff = 2" },
	{ "ip[12:4] << 28 = 0x10000000", "load ip [12:4] & f = 1" },
	{ "ip[12:4] + 1 > 5",
	  "and(load ip [12:4] & ffffffff >= 5, load ip [12:4] & ffffffff <= 4294967294)" },
	/* constants: "%" and "^" take all that follows */
	{ "1 = 1", "constant 1" }, { "1 - 2 = 4294967295", "constant 1" },
	{ "-1 > 1", "constant 1" }, { "2 + 3 * 4 = 14", "constant 1" },
	{ "1 | 2 & 3 = 3", "constant 1" }, { "16 >> 2 - 1 = 8", "constant 1" },
	{ "7 % 4 * 2 = 7", "constant 1" }, { "6 ^ 3 & 1 = 7", "constant 1" },
	{ "- 5 % 3 = 4294967294", "constant 1" }, { "10 - 2 - 3 = 5", "constant 1" },
	{ "(10) = ((10))", "constant 1" }, { "--5 = 5", "constant 1" }, { "7 / 2 != 3", "constant 0" },
};

static char *dump(const struct filter *filter)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		tree_dump(filter, out);
		fclose(out);
	}
	return text;
}

static void test_trees(void)
{
	struct error_list errors = { 0 };
	struct filter *filter;
	char *got;
	size_t i;

	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		filter = NULL;
		filter_parse(trees[i][0], &start, &filter, &errors);
		got = filter ? dump(filter) : NULL;
		check_text(trees[i][0], trees[i][1], got ? got : error_text(&errors, 0));
		free(got);
		filter_free(filter);
		error_clear(&errors);
	}
}

static void test_nothing(void)
{
	static const char *const texts[] = { "", " ", "\n\t\r " };
	struct filter *filter = (struct filter *)&start;
	struct error_list errors = { 0 };
	char *printed;
	size_t i;

	for (i = 0; i < 3; i++) {
		filter = (struct filter *)&start;
		check_number("nothing is accepted", 0,
			     filter_parse(texts[i], &start, &filter, &errors));
		check(!filter, "and is no tree", "a tree");
	}
	printed = filter_print(NULL);
	check_text("it is printed as nothing", "", printed);
	free(printed);
	filter_free(NULL);
}

/* Where primitives are: at their first word, or the value that stands alone. */
static void test_places(void)
{
	struct error_list errors = { 0 };
	struct filter *filter = NULL;

	filter_parse("not tcp  port 80 or\n 443 and (ip[0] = 5)", &start, &filter, &errors);
	if (!check(filter != NULL, "a text of two lines", "%s", error_text(&errors, 0)))
		return;
	check_number("not is in line 1", 1, filter->left->left->where.line);
	check_number("at column 1", 1, filter->left->left->where.column);
	check_number("tcp at column 5", 5, filter->left->left->left->where.column);
	check_number("443 in line 2", 2, filter->left->right->where.line);
	check_number("at column 2", 2, filter->left->right->where.column);
	check_number("ip at column 11", 11, filter->right->where.column);
	filter_free(filter);
}

/*
 * Errors: one record, with the place of the word.
 */

static const char *const wrong[][2] = {
	/* the end, and what is not closed */
	{ "tcp and", "1:8: the match ends here, expected a protocol, host, net, port or another primitive" },
	{ "tcp port", "1:9: the match ends here, expected a port number or a service name" },
	{ "src", "1:4: the match ends here, expected host, net, port, portrange or an address" },
	{ "src or", "1:7: the match ends here, expected dst" },
	{ "host", "1:5: the match ends here, expected an address or a host name" },
	{ "not", "1:4: the match ends here, expected a protocol" },
	{ "ip[0]", "1:6: the match ends here, expected an operator or a relation, as in '= 5'" },
	{ "ip[0] =", "1:8: the match ends here, expected a number, 'len', or bytes as in ip[0]" },
	{ "ip[0", "1:5: the match ends here, expected an operator or the ']' to the '[' at 1:3" },
	{ "(tcp or\n (udp and\n  ip", "3:5: the match ends here, expected 'and', 'or' or the ')' to the '(' at 2:2" },
	{ "(ip[0]", "1:7: the match ends here, expected an operator, a relation or the ')' to the '(' at 1:1" },
	{ "port (80 or 90", "1:15: the match ends here, expected 'and', 'or' or the ')' to the '(' at 1:6" },
	{ "tcp)", "1:4: ')' closes a parenthesis that was not opened" },
	{ "()", "1:2: ')' is not understood here, expected a protocol" },
	/* words */
	{ "foo", "1:1: 'foo' is not understood here, expected a protocol, host, net, port or another primitive" },
	{ "tpc port 80", "1:1: 'tpc' is not understood here, expected a protocol, host, net, port or another primitive; is 'tcp' meant?" },
	{ "TCP port 80", "1:1: 'TCP' is not understood here, expected a protocol, host, net, port or another primitive; is 'tcp' meant?" },
	{ "tcp prot 80", "1:5: 'prot' is not understood here, expected 'and', 'or' or the end; is 'port' meant?" },
	{ "tcp adn udp", "1:5: 'adn' is not understood here, expected 'and', 'or' or the end; is 'and' meant?" },
	{ "tcp udp", "1:5: 'udp' is not understood here, expected 'and', 'or' or the end" },
	{ "tcp and\n\tbrodcast", "2:2: 'brodcast' is not understood here, expected a protocol, host, net, port or another primitive; is 'broadcast' meant?" },
	{ "tcp & udp", "1:5: '&' is not understood here, expected 'and', 'or' or the end" },
	{ "tcp, udp", "1:4: ',' is no part of the match language" },
	{ "tcp \001", "1:5: '?' is no part of the match language" },
	{ "host \\ x", "1:6: '\\' is no part of the match language" },
	{ "1.2.3.4", "1:1: '1.2.3.4' is an address and needs host, net, src or dst before it" },
	{ "tcp or ::1", "1:8: '::1' is an address and needs host, net, src or dst before it" },
	{ "1:2:3:4:5:6", "1:1: '1:2:3:4:5:6' is a hardware address and needs 'ether host', 'ether src' or 'ether dst' before it" },
	{ "80", "1:3: the match ends here, expected an operator or a relation, as in '= 5'; is 'port 80' meant?" },
	{ "tcp 80", "1:5: '80' is not understood here, expected 'and', 'or' or the end; is 'port 80' meant?" },
	{ "udp 70000", "1:5: '70000' is not understood here, expected 'and', 'or' or the end" },
	{ "port 80 and ((90 or 91))", "1:18: a list of values cannot begin with a list" },
	{ "(5 or 6)", "1:2: a number alone means nothing here" },
	{ "vlan 10 or 20", "1:12: a number alone means nothing here: write what it is, as in 'port 20'" },
	{ "port 80 and (tcp or 90)", "1:21: a number alone means nothing here" },
	{ "ip proto icmp", "1:10: 'icmp' is a word of the language, expected a protocol number or name; if it is a name, write '\\icmp'" },
	{ "host vlan", "1:6: 'vlan' is a word of the language, expected an address or a host name; if it is a name, write '\\vlan'" },
	{ "src tcp port 80", "1:5: 'tcp' is a word of the language, expected host, net, port, portrange or an address; if it is a name, write '\\tcp'" },
	{ "src proto 6", "1:5: 'proto' is not understood here, expected host, net, port, portrange or an address" },
	{ "src or src port 80", "1:8: 'src' is not understood here, expected dst" },
	{ "ether", "1:6: the match ends here, expected host, src, dst, proto, broadcast, multicast or '[' after 'ether'" },
	{ "port ((80 or 90) or 91)", "1:11: a list of values cannot begin with a list in parentheses: put that one last" },
	/* values */
	{ "port 65536", "1:6: port 65536 is out of range, ports go from 0 to 65535" },
	{ "portrange 1-65536", "1:11: port 1-65536 is out of range" },
	{ "port \\70000", "1:6: port \\70000 is out of range" },
	{ "port 99999999999", "1:6: '99999999999' is out of range, numbers have 32 bits" },
	{ "port 08", "1:6: '08' begins with 0, so it is octal, and has a digit that octal numbers have not" },
	{ "port -1", "1:6: '-' is not understood here, expected a port number or a service name" },
	{ "port 80-90", "1:6: '80-90' is no known service; a range of ports needs 'portrange'" },
	{ "portrange 80-90x", "1:11: '80-90x' is more than a range of two ports, as in 6000-6010" },
	{ "portrange 80-", "1:13: '-' is not understood here, expected 'and', 'or' or the end" },
	{ "portrange http", "1:11: 'http' is no known range of ports, as in 6000-6010" },
	{ "port unknown", "1:6: 'unknown' is no known service, see services(5)" },
	{ "udp port http", "1:10: 'http' is a service of tcp, not of udp" },
	{ "sctp port tftp", "1:11: 'tftp' is a service of udp, not of sctp" },
	{ "icmp port 80", "1:11: '80': 'icmp' has no ports, tcp, udp and sctp have" },
	{ "port 1.2.3.4", "1:6: '1.2.3.4' is an address, expected a port number or a service name" },
	{ "host 1.2.3.256", "1:6: '1.2.3.256' is no IPv4 address, its numbers go from 0 to 255" },
	{ "host 0x1.2", "1:6: '0x1.2' is no IPv4 address" },
	{ "host 1.2.3.4/24", "1:6: '1.2.3.4' has a mask, which needs 'net' before it" },
	{ "net 1.2.3.4/24", "1:5: '1.2.3.4' has bits set that the mask 255.255.255.0 has not; the network is 1.2.3.0" },
	{ "net 1.2.3.4 mask 255.0", "1:5: '1.2.3.4' has bits set that the mask 255.0.0.0 has not; the network is 1.0.0.0" },
	{ "net 1.2.3.0 mask 255", "1:18: '255' is not understood here, expected a mask, as in 255.255.255.0" },
	{ "net 10/8", "1:7: '/' is not understood here" },
	{ "net 10.0/33", "1:10: 33 is out of range, an address has 32 bits" },
	{ "net ::/129", "1:8: 129 is out of range, an address has 128 bits" },
	{ "net 2001:db8::1/32", "1:5: '2001:db8::1' has bits set behind the 32 of the network" },
	{ "host ::1/64", "1:6: '::1' has a mask, which needs 'net' before it" },
	{ "net unknown", "1:5: 'unknown' is no known network, see networks(5)" },
	{ "host unknown", "1:6: 'unknown' is no known host" },
	{ "ip6 host four", "1:10: 'four' is no known host of this family" },
	{ "ip6 host 1.2.3.4", "1:10: '1.2.3.4' is an IPv4 address and cannot stand after 'ip6'" },
	{ "ip host ::1", "1:9: '::1': 'ip' cannot stand before an IPv6 address" },
	{ "tcp host 1.2.3.4", "1:10: '1.2.3.4': 'tcp' cannot stand before an IPv4 address" },
	{ "tcp host four", "1:10: 'four': 'tcp' cannot stand before a host" },
	{ "host 1::2::3", "1:6: '1::2::' is no hardware address, it has six parts" },
	{ "host ::1.2.3.999", "1:6: '::1.2.3.999' is no IPv6 address" },
	{ "ether host 1:2:3:4:5", "1:12: '1:2:3:4:' is no hardware address, it has six parts" },
	{ "ether host 1.2.3.4", "1:12: '1.2.3.4' is no hardware address" },
	{ "ether host six", "1:12: 'six' is no known name of a hardware address, see ethers(5)" },
	{ "host 1:2:3:4:5:6", "1:6: '1:2:3:4:5:6' is a hardware address, which needs 'ether host'" },
	{ "ether net 1:2:3:4:5:6", "1:11: '1:2:3:4:5:6' is a hardware address, expected a network" },
	{ "ether $1f", "1:7: '$1f' is an ARCnet address, this is Ethernet" },
	{ "tcp proto 5", "1:11: '5': 'proto' cannot stand after 'tcp', but after ip, ip6, ether, iso and isis" },
	{ "ether proto unknown", "1:13: 'unknown' is no known protocol of this kind" },
	{ "decnet host four", "1:13: 'four' is no known DECnet address, write AREA.NODE" },
	{ "vlan 4096", "1:6: 4096 is out of range, 'vlan' goes from 0 to 4095" },
	{ "mpls (1048576)", "1:6: 1048576 is out of range, 'mpls' goes from 0 to 1048575" },
	{ "pppoes 65536", "1:8: 65536 is out of range, 'pppoes' goes from 0 to 65535" },
	{ "pppoed 5", "1:8: '5' is not understood here, expected 'and', 'or' or the end" },
	{ "llc foo", "1:5: 'foo' is not understood here, expected i, s, u, rr" },
	{ "less foo", "1:6: 'foo' is not understood here, expected a number of bytes" },
	{ "mpls and arp", "1:10: this cannot be asked after 'mpls', where no header tells it: write it before 'mpls'" },
	{ "pppoes and vlan", "1:12: this cannot be asked after 'pppoes'" },
	{ "ip broadcast", "1:1: 'ip broadcast' depends on a netmask, which a mirror has not" },
	{ "tcp multicast", "1:5: 'multicast' cannot stand after 'tcp', but after ether, ip and ip6" },
	/* loads and arithmetic */
	{ "ip[0:3] = 1", "1:6: 3 is no size, a size is 1, 2 or 4 bytes" },
	{ "ip[0:x] = 1", "1:6: 'x' is not understood here, expected a size of 1, 2 or 4 bytes" },
	{ "esp[0] = 1", "1:1: bytes of 'esp' cannot be read, libpcap does not know where it begins" },
	{ "ip[0] = tcp", "1:12: the match ends here, expected '[' and an offset" },
	{ "ip[0] / 0 = 1", "1:7: division by zero" }, { "1 % (1 - 1) = 1", "1:3: division by zero" },
	{ "1 << 32 = 1", "1:3: a shift goes from 0 to 31 bits" },
	{ "1 = 1 = 1", "1:7: '=' is not understood here, expected 'and', 'or' or the end" },
	{ "(1) and tcp", "1:5: 'and' is not understood here, expected an operator or a relation" },
	/* what libpcap could, or nobody can */
	{ "ip[2:2] - ((ip[0]&0xf)<<2) != 0", "1:9: nft cannot compute with two values of the packet, only compare one with a number: use --path tc" },
	{ "ip[0] = ip[1]", "1:7: nft cannot compute with two values of the packet" },
	{ "tcp[tcp[12]] = 1", "1:5: nft cannot read at an offset that is in the packet itself: use --path tc" },
	{ "ip[0] % 3 = 1", "1:7: nft cannot compute this, and no comparison of the packet's own bits means the same: use --path tc" },
	{ "1 << ip[0] = 1", "1:3: nft cannot compute this" }, { "ip[9] ^ 0x80 < 5", "1:14: nft cannot compute this" },
	{ "byte 5 & 1", "1:8: libpcap reads no byte for this: write 'ether[5] & ... != 0'" },
	{ "ip protochain 6", "1:4: 'protochain' follows a chain of headers, which neither nft nor tc can" },
	{ "gateway four", "1:1: 'gateway' is not supported by libpcap either" },
	{ "tcp and inbound", "1:9: 'inbound' is not a matter of the match: use --from DEV:ingress or --from DEV:egress" },
	{ "ifindex 5", "1:1: 'ifindex' is not a matter of the match: name the device by --from DEV, or use --path tc" },
	{ "geneve", "1:1: 'geneve' has headers of variable length, which nft cannot skip: use --path tc" },
	{ "vxlan", "1:1: 'vxlan' is not in the match language of libpcap 1.10: write 'udp port 4789'" },
	{ "on eth0", "1:1: 'on' is for the log of the packet filter pf, this is Ethernet" },
	{ "wlan ra 1:2:3:4:5:6", "1:6: 'ra' is for 802.11 headers, this is Ethernet" },
	{ "type mgt", "1:1: 'type' is for 802.11 headers" }, { "radio[0] = 1", "1:1: 'radio' is for 802.11 captures" },
	{ "vpi 5", "1:1: 'vpi' is for ATM, this is Ethernet" }, { "hopc 5", "1:1: 'hopc' is for SS7, this is Ethernet" },
};

static void test_errors(void)
{
	struct error_list errors = { 0 };
	struct filter *filter = NULL;
	char beginning[256];
	size_t i;
	int error;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		error = filter_parse(wrong[i][0], &start, &filter, &errors);
		check_number("refused", -EINVAL, error);
		snprintf(beginning, sizeof(beginning), "--match:%s", wrong[i][1]);
		check_record(wrong[i][0], beginning, &errors);
	}
	check(!filter, "no error leaves a tree", "a tree");
}

/* The place of the text itself counts, in its first line. */
static void test_place(void)
{
	static const struct location inside = { "mirrors.json", 7, 20 };
	struct error_list errors = { 0 };
	struct filter *filter;

	filter_parse("tcp foo", &inside, &filter, &errors);
	check_record("a place in a file", "mirrors.json:7:24: 'foo'", &errors);
	filter_parse("tcp\nfoo", &inside, &filter, &errors);
	check_record("and in the line after it", "mirrors.json:8:1: 'foo'", &errors);
}

/* Whatever the word, the record is one line and not long. */
static void test_long_words(void)
{
	static const char *const before[] = {
		"", "host ", "port ", "portrange 1-", "net ", "ether host ", "proto ", "tcp ",
		"ip[", "ip[0] = ", "vlan ", "llc ", "(", "host 1.2.3.4/", "host \\",
	};
	static const char bytes[] = "a0.:-(\303\001~\\";
	struct error_list errors = { 0 };
	char text[3000], name[64];
	struct filter *filter;
	size_t i, j, used;
	bool right;

	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		for (j = 0; j < sizeof(bytes) - 1; j++) {
			filter = NULL;
			used = strlen(strcpy(text, before[i]));
			memset(text + used, bytes[j], sizeof(text) - 1 - used);
			text[sizeof(text) - 1] = '\0';
			/* Many zeros are a number. */
			if (!filter_parse(text, &start, &filter, &errors))
				right = bytes[j] == '0';
			else
				right = errors.count == 1 &&
					strlen(error_text(&errors, 0)) < 400;
			filter_free(filter);
			snprintf(name, sizeof(name), "'%s' and 3000 times %02x", before[i],
				 (unsigned char)bytes[j]);
			check(right, name, "%zu records, '%s'", errors.count,
			      errors.count ? error_text(&errors, 0) : "");
			error_clear(&errors);
		}
	}
}

/* UTF-8 is not cut inside of a character. */
static void test_cut(void)
{
	struct error_list errors = { 0 };
	struct filter *filter;
	char text[200] = "host \\x";
	int i;

	for (i = 0; i < 60; i++)
		strcat(text, "\303\244");
	filter_parse(text, &start, &filter, &errors);
	check(strstr(error_text(&errors, 0), "\303\244' is no known host") != NULL,
	      "a long name is cut between characters", "%s", error_text(&errors, 0));
	error_clear(&errors);
}

/*
 * Much and deep.
 */

/* @before, then @part until there is a megabyte, then @after. */
static char *long_text(const char *before, const char *part, const char *after)
{
	size_t size = strlen(before) + LONG + strlen(part) + strlen(after) + 1, used;
	char *text = malloc(size);

	if (!text)
		abort();
	used = strlen(strcpy(text, before));
	while (used < LONG)
		used += strlen(strcpy(text + used, part));
	strcpy(text + used, after);
	return text;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static const struct {
	const char *before, *part, *after;
	int error;
} longs[] = {
	{ "port 1", " or port 2", "", 0 }, { "port 1", " or 2", "", 0 },
	{ "ip[0] = 1", " and ip[1] & 5 = 4 or not tcp", "", 0 },
	{ "tcp", " ", "", 0 }, { "", "\n", "tcp", 0 }, { "", "not ", "tcp", 0 },
	{ "", "!", "tcp", 0 }, { "", "-", "1 = 1", 0 }, { "1", " + 1", " = 5", 0 },
	{ "1", "+1*2", "=1", 0 }, { "0 = 1", " | 1 & 2 << 1 + 3 * 4", "", 0 },
	{ "port ", "1 or ", "1", 0 }, { "host four", " or many", "", 0 },
	{ "port ", "0", "", 0 }, { "port 1", "0", "", -EINVAL }, { "", "(", "", -EINVAL },
	{ "tcp", ")", "", -EINVAL }, { "1", "%1", "=1", -EINVAL }, { "1", "^1", "=1", -EINVAL },
	{ "", "ip[", "", -EINVAL }, { "port ", "(", "", -EINVAL }, { "vlan ", "(", "", -EINVAL },
	{ "", "not (", "", -EINVAL }, { "", "-(", "", -EINVAL }, { "host ", "a", "", -EINVAL },
	{ "host ", "a-", "", -EINVAL }, { "host a", "-", "", -EINVAL }, { "host ", "a_", "", -EINVAL },
	{ "host ", "1:", "", -EINVAL }, { "host 1", ":", "", -EINVAL }, { "host ", "1.", "", -EINVAL },
	{ "host ", "1::", "", -EINVAL }, { "host 1:2:3:4:5:6:", "1", "", -EINVAL },
	{ "host ", "::1.1.1", "", -EINVAL }, { "host \\", "a", "", -EINVAL }, { "host ", "0x1.", "", -EINVAL },
	{ "", "\\", "", -EINVAL }, { "", "\303", "", -EINVAL }, { "", "'", "", -EINVAL },
};

static void test_long(void)
{
	struct error_list errors = { 0 };
	char name[64], *text, *printed;
	double before, most = 0;
	struct filter *filter;
	size_t i;
	int error;

	for (i = 0; i < sizeof(longs) / sizeof(longs[0]); i++) {
		text = long_text(longs[i].before, longs[i].part, longs[i].after);
		filter = NULL;
		before = seconds();
		error = filter_parse(text, &start, &filter, &errors);
		printed = error ? NULL : filter_print(filter);
		filter_free(filter);
		if (seconds() - before > most)
			most = seconds() - before;
		snprintf(name, sizeof(name), "a megabyte of '%s'", longs[i].part);
		check(error == longs[i].error && errors.count == (error ? 1 : 0) &&
		      (error || printed), name, "error %d, %zu records, '%.200s'", error,
		      errors.count, errors.count ? error_text(&errors, 0) : "");
		free(printed);
		free(text);
		error_clear(&errors);
	}
	/* Sanitizers included; what is quadratic takes minutes. */
	check(most < 10, "a megabyte is read in linear time", "%.1f s", most);
	printf("# the longest took %.2f s\n", most);
}

struct deep {
	const char *open, *inside, *close, *after;
};

/* @count times @open, @inside, @count times @close, and @after. */
static int parse_deep(const struct deep *deep, int count)
{
	struct error_list errors = { 0 };
	struct filter *filter = NULL;
	char text[8192] = "", *printed;
	int error, i;

	for (i = 0; i < count; i++)
		strcat(text, deep->open);
	strcat(text, deep->inside);
	for (i = 0; i < count; i++)
		strcat(text, deep->close);
	strcat(text, deep->after);
	error = filter_parse(text, &start, &filter, &errors);
	printed = error ? NULL : filter_print(filter);
	check(error || printed, "what is deep is printed", "no memory");
	if (error)
		check(strstr(error_text(&errors, 0), ": more than 256 ") != NULL,
		      "the error says how deep", "%s", error_text(&errors, 0));
	free(printed);
	filter_free(filter);
	error_clear(&errors);
	return error;
}

static void test_deep(void)
{
	static const struct deep forms[] = {
		{ "(", "tcp", ")", "" }, { "not (", "tcp", ")", "" },
		{ "(tcp or ", "tcp", ")", "" }, { "(", "tcp", " or tcp)", "" },
		{ "(", "len", ") ", "= 1" }, { "(", "1", ") ", "= 1" },
		{ "-(", "1", ") ", "= 1" }, { "(1 = 1 and ", "tcp", ")", "" },
		{ "1^", "1", "", " = 1" },
	};
	static const struct deep inner[] = {
		{ "(", "80", ")", "" }, { "(80 or ", "80", ")", "" }, { "(not ", "80", ")", "" },
	};
	char open[64];
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		check_number(forms[i].open, 0, parse_deep(&forms[i], FILTER_DEPTH_MAX));
		check_number(forms[i].open, -EINVAL,
			     parse_deep(&forms[i], FILTER_DEPTH_MAX + 1));
	}
	for (i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		struct error_list errors = { 0 };
		struct filter *filter = NULL;
		char text[8192] = "port ";
		int j;

		snprintf(open, sizeof(open), "port %s", inner[i].open);
		for (j = 0; j < FILTER_DEPTH_MAX; j++)
			strcat(text, inner[i].open);
		strcat(text, inner[i].inside);
		for (j = 0; j < FILTER_DEPTH_MAX; j++)
			strcat(text, inner[i].close);
		check_number(open, 0, filter_parse(text, &start, &filter, &errors));
		filter_free(filter);
		error_clear(&errors);
	}
}

/*
 * Memory that fails.
 */

static const char *const asking[] = {
	"tcp port 80 or 443 and not (ip6 udp src port 53 or host many)",
	"ip tcp port http or portrange http-https or net short or proto gre",
	"ip[0] & 0xf > 5 and ip[8] / 3 = 2 and 1 + 2 * -3 = 4 or len > 5",
	"ether host four or vlan 5 and mpls (3) and pppoed", "llc i or pppoes 5 and ip multicast",
	"decnet host 1.2 or ip6 tcp or not net ::/0 or broadcast or less 5 or byte 5 = 3",
};

static int parse_and_print(const char *text)
{
	struct error_list errors = { 0 };
	struct filter *filter = NULL;
	char *printed;
	int error;

	error = filter_parse(text, &start, &filter, &errors);
	if (!error) {
		printed = filter_print(filter);
		error = printed ? 0 : -ENOMEM;
		free(printed);
	}
	filter_free(filter);
	error_clear(&errors);
	return error;
}

static void test_memory(void)
{
	long total, wrong;
	size_t i;
	int error;

	for (i = 0; i < sizeof(asking) / sizeof(asking[0]); i++) {
		wrong = requests = 0;
		error = parse_and_print(asking[i]);
		total = requests;
		check(total > 5, "it asks for memory", "%ld requests", total);
		/* "mpls" before "pppoed" is refused, and asks until then. */
		for (failing = 1; failing <= total; failing++) {
			requests = 0;
			if (parse_and_print(asking[i]) != -ENOMEM)
				wrong++;
		}
		failing = 0;
		check(!wrong, asking[i], "%ld of %ld failed requests were not told, %d", wrong,
		      total, error);
	}
}

/*
 * Arithmetic that is taken back, against arithmetic.
 */

static uint64_t random_state = 88172645463325252;

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 16;
}

/* Small, large, or of few bits. */
static uint32_t random_constant(void)
{
	switch (random_number() % 5) {
	case 0:
		return random_number() % 8;
	case 1:
		return random_number() % 300;
	case 2:
		return 1U << random_number() % 32;
	case 3:
		return -(random_number() % 300);
	default:
		return random_number() >> random_number() % 32;
	}
}

#define STEPS 5

struct step {
	enum value_operator operator;
	uint32_t number;
	bool left;	/* the number is on the left side */
};

static uint32_t step_compute(const struct step *step, uint32_t value)
{
	uint32_t left = step->left ? step->number : value;

	number_combine(&left, step->operator, step->left ? value : step->number);
	return left;
}

static bool solved_holds(const struct value_relations *solved, uint32_t load)
{
	bool holds[2] = { false, false };
	size_t i;

	for (i = 0; i < solved->count; i++)
		holds[i] = value_compare(load & solved->relations[i].mask,
					 solved->relations[i].relation,
					 solved->relations[i].number);
	return solved->count == 1 ? holds[0] :
	       solved->joint == FILTER_AND ? holds[0] && holds[1] : holds[0] || holds[1];
}

/* Loads to try: all of one byte; of more, some, and those about a number. */
static uint32_t load_nth(uint32_t n, unsigned int size, uint32_t about)
{
	if (size == 1)
		return n;
	if (n < 64)
		return (size == 2 ? 0xffff : UINT32_MAX) & (about + n - 32);
	if (n < 96)
		return (size == 2 ? 0xffff : UINT32_MAX) & -(n - 64);
	if (n < 128)
		return n - 96;
	return random_number() >> (size == 2 ? 16 : 0);
}

static bool value_test(unsigned int size, long *solved_count)
{
	static const unsigned int sizes[] = { 1, 2, 4 };
	struct filter load = { .kind = FILTER_LOAD, .size = sizes[size] };
	int count = random_number() % (STEPS + 1), i;
	enum filter_relation relation = random_number() % 6;
	struct value_relations solved;
	struct step steps[STEPS];
	uint32_t number, about, n;
	struct value value, constant;

	value_load(&value, &load);
	for (i = 0; i < count; i++) {
		steps[i].operator = random_number() % (OPERATOR_XOR + 1);
		steps[i].number = steps[i].operator == OPERATOR_SHIFT_LEFT ||
				  steps[i].operator == OPERATOR_SHIFT_RIGHT ?
				  random_number() % 32 : random_constant();
		steps[i].left = random_number() % 4 == 0;
		value_number(&constant, steps[i].number);
		if (steps[i].operator == OPERATOR_NEGATE)
			steps[i].left = false;
		if (steps[i].left) {
			if (value_combine(&constant, steps[i].operator, &value))
				return true;
			value = constant;
		} else if (value_combine(&value, steps[i].operator, &constant)) {
			return true;
		}
	}
	/* A number that it can be, or one beside, or any. */
	about = random_number() >> (32 - 8 * sizes[size]);
	number = about;
	for (i = 0; i < count; i++)
		number = step_compute(&steps[i], number);
	number += random_number() % 3 - 1;
	if (random_number() % 4 == 0)
		number = random_constant();
	if (value_solve(&value, relation, number, &solved))
		return true;
	++*solved_count;
	for (n = 0; n < 256; n++) {
		uint32_t bits = load_nth(n, sizes[size], about), computed = bits;

		for (i = 0; i < count; i++)
			computed = step_compute(&steps[i], computed);
		if (solved_holds(&solved, bits) == value_compare(computed, relation, number))
			continue;
		fprintf(stderr, "load %x of %u bytes:", bits, sizes[size]);
		for (i = 0; i < count; i++)
			fprintf(stderr, " %s%u %u", steps[i].left ? "left " : "",
				steps[i].operator, steps[i].number);
		fprintf(stderr, " relation %u %u\n", relation, number);
		return false;
	}
	return true;
}

static void test_values(void)
{
	long wrong = 0, solved = 0;
	int i;

	for (i = 0; i < 200000 && wrong < 5; i++)
		wrong += !value_test(i % 3, &solved);
	check(!wrong, "what is taken back decides as what is computed", "%ld do not", wrong);
	check(solved > 50000, "much can be taken back", "%ld of 200000", solved);
	printf("# %ld of 200000 chains of operators were taken back\n", solved);
}

/*
 * Words.
 */

static void test_keywords(void)
{
	const struct filter_keyword *found;
	long wrong = 0;
	size_t i;

	for (i = 0; i < KEYWORDS; i++) {
		found = filter_keyword_find(keywords[i].text, strlen(keywords[i].text));
		if (found != &keywords[i] || strlen(keywords[i].text) > LIKENESS_MAX ||
		    (i && strcmp(keywords[i - 1].text, keywords[i].text) >= 0))
			wrong++;
	}
	check(!wrong, "every keyword is found, once", "%ld are not", wrong);
	check(!filter_keyword_find("tcpx", 4) && !filter_keyword_find("tc", 2) &&
	      !filter_keyword_find("", 0), "nothing else is", "something is");
	check(filter_keyword_find("tcpx", 3) != NULL, "not more is read than there is", "it is");
}

static const struct {
	const char *text;
	const char *words;	/* each in brackets, with its kind */
} word_texts[] = {
	{ "10.0.0.1", "4<10.0.0.1>" }, { "10.0.0.1.example", "n<10.0.0.1.example>" },
	{ "1-2", "n<1-2>" }, { "1:2", "1<1> m<:> 1<2>" }, { "1::2", "6<1::2>" },
	{ "ip[6:2]", "k<ip> m<[> 1<6> m<:> 1<2> m<]>" }, { "1.2.3.4.5.6", "h<1.2.3.4.5.6>" },
	{ "1.2.3.4.5", "n<1.2.3.4.5>" }, { "0x1f", "1<0x1f>" }, { "0x", "n<0x>" },
	{ "0x1g", "n<0x1g>" }, { "123456789012", "h<123456789012>" },
	{ "1234567890123", "w<1234567890123>" }, { "1234.5678.9012", "h<1234.5678.9012>" },
	{ "tcp-syn", "1<tcp-syn>" }, { "tcp-synx", "n<tcp-synx>" }, { "tcp-", "k<tcp> m<->" },
	{ "es-is", "k<es-is>" }, { "es-", "n<es> m<->" }, { "a_b.", "n<a_b.>" },
	{ "not", "k<not>" }, { "!", "k<!>" }, { "!=", "m<!=>" }, { "&&&", "k<&&> m<&>" },
	{ "|||", "k<||> m<|>" }, { "<<<=", "m<<<> m<<=>" }, { "===", "m<==> m<=>" },
	{ "::", "6<::>" }, { ":::", "6<::> m<:>" }, { "::1.2.3.4", "6<::1.2.3.4>" },
	{ "::12345", "6<::1234> 1<5>" }, { "1:2:3:4:5:6:7:8", "6<1:2:3:4:5:6:7:8>" },
	{ "1:2:3:4:5:6:7", "w<1:2:3:4:5:6:> 1<7>" }, { "1:2:3", "w<1:2:> 1<3>" },
	{ "1:2:3:4:5:6", "h<1:2:3:4:5:6>" }, { "1:2:3:4:5:678", "h<1:2:3:4:5:67> 1<8>" },
	{ "1:2:3:4:5:6:1.2.3.4", "6<1:2:3:4:5:6:1.2.3.4>" },
	{ "1-2-3-4-5-678", "n<1-2-3-4-5-678>" }, { "1::2:3:4:5:6:7:8", "w<1::2:3:4:5:6:7:> 1<8>" },
	{ "\\tcp\\x", "n<\\tcp\\x>" }, { "\\a(b", "n<\\a> m<(> n<b>" }, { "\\", "w<\\>" },
	{ "$1fx", "w<$1f> n<x>" }, { "$", "w<$>" }, { "a\vb", "n<a> w<\v> n<b>" },
	{ "a\r\n\tb", "n<a> n<b>" }, { "-1", "m<-> 1<1>" }, { "1.2.", "n<1.2.>" },
};

static void test_words(void)
{
	static const char kinds[] = "ew1n46hm";
	struct words words;
	char got[256];
	size_t i, used;

	for (i = 0; i < sizeof(word_texts) / sizeof(word_texts[0]); i++) {
		used = 0;
		got[0] = '\0';
		words_begin(&words, word_texts[i].text, &start);
		for (; words.word.kind != WORD_END; words_next(&words))
			used += snprintf(got + used, sizeof(got) - used, "%s%c<%.*s>",
					 used ? " " : "",
					 words.word.kind > WORD_MARK ? 'k' :
					 kinds[words.word.kind], (int)words.word.length,
					 words.word.text);
		check_text(word_texts[i].text, word_texts[i].words, got);
		words_next(&words);
		check_number("the end stays", WORD_END, words.word.kind);
	}
}

int main(void)
{
	test_words();
	test_keywords();
	test_trees();
	test_nothing();
	test_places();
	test_errors();
	test_place();
	test_long_words();
	test_cut();
	test_deep();
	test_long();
	test_memory();
	test_values();
	return harness_end();
}
