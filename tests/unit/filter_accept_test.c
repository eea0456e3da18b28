// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of filters against libpcap: what one accepts the other does, but
 * for the differences that are listed here, and what filter_print() makes of it
 * is the same program, or at least decides the same about many frames.
 *
 * filter_accept [COUNT [SEED]]: random expressions beside those written down.
 */
#include "harness.h"

#include <errno.h>
#include <pcap/pcap.h>

#include "filter.h"
#include "filter_stubs.h"
#include "../tools/frame.h"

#define COUNT 20000
#define FRAMES_RANDOM 3000
#define TOKENS_MAX 400

/* Of libpcap's, where it gives up an address that it has looked up. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcap\n";
}

static const struct location start = { "--match", 1, 1 };

/* Refused here and accepted by libpcap: what the error says. */
static const char *const refusals[] = {
	"--path tc", "division by zero", "more than a range of two ports", "--from DEV", "follows a chain of headers", "libpcap reads no byte",
	"a shift goes from 0 to 31", "parentheses in each other", "'%' and '^' in each other",
};

/* The other way round: what libpcap says. It looks at the first number only of
 * what is divided or shifted by, and counts what it has to remember. */
static const char *const overlooked[] = {
	"too many registers", "division by zero", "modulus by zero",
	"shift by more than 31 bits", "memory exhausted",
};

static struct {
	uint8_t *bytes;
	size_t length;
} *frames;
static size_t frame_count;

static struct {
	long total, accepted, refused, identical, decided, never;
	long refusals, overlooked, extended, differences;
} tally;

static pcap_t *pcap;

static uint64_t random_state;

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 16;
}

static uint32_t below(uint32_t number)
{
	return random_number() % number;
}

static bool chance(uint32_t percent)
{
	return below(100) < percent;
}

/*
 * Frames.
 */

static void frame_keep(const uint8_t *bytes, size_t length)
{
	frames = realloc(frames, (frame_count + 1) * sizeof(*frames));
	if (frames)
		frames[frame_count].bytes = malloc(length ? length : 1);
	if (!frames || !frames[frame_count].bytes)
		abort();
	memcpy(frames[frame_count].bytes, bytes, length);
	frames[frame_count].length = length;
	frame_count++;
}

/* One of the frames written down with another type, other bytes, or less of
 * them. */
static void frame_random(void)
{
	static const uint16_t types[] = {
		0x0800, 0x0800, 0x86dd, 0x0806, 0x8035, 0x8100, 0x88a8, 0x8847, 0x8863,
		0x8864, 0x809b, 0x80f3, 0x6003, 0x8137, 40, 100, 1500,
	};
	static const uint8_t usual[] = { 0, 1, 2, 3, 6, 17, 0x45, 0x60, 0xaa, 0xe0, 0xff };
	static uint8_t bytes[FRAME_MAX];
	size_t length = frame_build(&edge_frames[below(edge_frame_count)], bytes);
	size_t window = length < 100 ? length : 100;
	uint16_t type;
	int changes;

	if (length < 15)
		return;
	if (chance(40)) {
		type = types[below(sizeof(types) / sizeof(types[0]))];
		bytes[12] = type >> 8;
		bytes[13] = type;
	}
	for (changes = below(12); changes; changes--)
		bytes[below(window)] = chance(50) ? random_number() :
				       usual[below(sizeof(usual))];
	if (chance(10))
		length = below(length);
	frame_keep(bytes, length < 300 ? length : 300);
}

static void frames_build(void)
{
	static uint8_t bytes[FRAME_MAX];
	size_t i, length;

	for (i = 0; i < edge_frame_count; i++) {
		length = frame_build(&edge_frames[i], bytes);
		frame_keep(bytes, length);
	}
	for (i = 0; i < FRAMES_RANDOM; i++)
		frame_random();
}

/*
 * The comparison.
 */

enum answer { ACCEPTED, NEVER, REFUSED };

static enum answer compile(struct bpf_program *program, const char *text, int optimize)
{
	memset(program, 0, sizeof(*program));
	if (!pcap_compile(pcap, program, text, optimize, PCAP_NETMASK_UNKNOWN))
		return ACCEPTED;
	return strstr(pcap_geterr(pcap), "rejects all packets") ? NEVER : REFUSED;
}

static bool mentioned(const char *text, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strstr(text, list[i]))
			return true;
	return false;
}

static void differ(const char *text, const char *what, const char *more)
{
	if (tally.differences++ < 20)
		fprintf(stderr, "differs: <<%s>>: %s: %s\n", text, what, more);
}

static bool decide_alike(const char *text, const char *printed)
{
	struct bpf_program one, other;
	struct pcap_pkthdr header;
	bool alike = true;
	size_t i;

	if (compile(&one, text, 0) != ACCEPTED)
		return false;
	if (compile(&other, printed, 0) != ACCEPTED) {
		pcap_freecode(&one);
		return false;
	}
	memset(&header, 0, sizeof(header));
	for (i = 0; i < frame_count && alike; i++) {
		header.len = header.caplen = frames[i].length;
		alike = !pcap_offline_filter(&one, &header, frames[i].bytes) ==
			!pcap_offline_filter(&other, &header, frames[i].bytes);
	}
	pcap_freecode(&one);
	pcap_freecode(&other);
	return alike;
}

/* Parsed again, the printed text is printed as it is. */
static void print_stays(const char *text, const char *printed)
{
	struct error_list errors = { 0 };
	struct filter *filter = NULL;
	char *again = NULL;

	if (!filter_parse(printed, &start, &filter, &errors))
		again = filter_print(filter);
	if (!again || strcmp(again, printed))
		differ(text, "does not stay as printed", printed);
	free(again);
	filter_free(filter);
	error_clear(&errors);
}

static void compare_programs(const char *text, const char *printed, enum answer answer,
			     const struct bpf_program *program)
{
	enum answer second;
	struct bpf_program other;

	second = compile(&other, printed, 1);
	if (second == REFUSED) {
		differ(text, "libpcap refuses what is printed", printed);
	} else if (second == NEVER && answer == NEVER) {
		tally.never++;
	} else if (second == ACCEPTED && answer == ACCEPTED &&
		   other.bf_len == program->bf_len &&
		   !memcmp(other.bf_insns, program->bf_insns,
			   other.bf_len * sizeof(*other.bf_insns))) {
		tally.identical++;
	} else if (decide_alike(text, printed)) {
		tally.decided++;
	} else {
		differ(text, "is printed with another meaning", printed);
	}
	pcap_freecode(&other);
	print_stays(text, printed);
}

/* "ip tcp port 80" and "ip port 80" are not libpcap's. */
static bool is_extended(const char *text)
{
	static const char *const transports[] = {
		"tcp", "udp", "sctp", "src", "dst", "port", "portrange",
	};
	const char *error = pcap_geterr(pcap), *found;
	size_t i;

	if (!strstr(error, "syntax error") && !strstr(error, "illegal qualifier of 'port"))
		return false;
	for (found = text; (found = strstr(found, "ip")); found += 2) {
		const char *next = found + 2 + (found[2] == '6');

		next += strspn(next, " \n\t");
		for (i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
			if (!strncmp(next, transports[i], strlen(transports[i])))
				return true;
	}
	return false;
}

/* @same is what libpcap is told in its place. */
static void compare(const char *text, const char *same)
{
	struct error_list errors = { 0 };
	struct filter *filter = NULL;
	struct bpf_program program;
	enum answer answer;
	char *printed;
	int error;

	tally.total++;
	answer = compile(&program, same, 1);
	error = filter_parse(text, &start, &filter, &errors);
	if (error && (error != -EINVAL || errors.count != 1 ||
		      strlen(error_text(&errors, 0)) > 600))
		differ(text, "no single record", errors.count ? error_text(&errors, 0) : "");
	if (error && answer == REFUSED) {
		tally.refused++;
	} else if (error) {
		if (mentioned(error_text(&errors, 0), refusals,
			      sizeof(refusals) / sizeof(refusals[0])))
			tally.refusals++;
		else
			differ(text, "refused here", error_text(&errors, 0));
	} else if (answer == REFUSED) {
		if (mentioned(pcap_geterr(pcap), overlooked,
			      sizeof(overlooked) / sizeof(overlooked[0])))
			tally.overlooked++;
		else if (is_extended(text))
			tally.extended++;
		else
			differ(text, "refused by libpcap", pcap_geterr(pcap));
	} else {
		tally.accepted++;
		printed = filter_print(filter);
		if (printed)
			compare_programs(same, printed, answer, &program);
		else
			differ(text, "not printed", "");
		free(printed);
	}
	if (answer == ACCEPTED)
		pcap_freecode(&program);
	filter_free(filter);
	error_clear(&errors);
}

/*
 * Random expressions, as tokens: by the grammar first, then perhaps broken.
 */

static struct {
	char tokens[TOKENS_MAX][40];
	size_t count;
} made;

__attribute__((format(printf, 1, 2)))
static void put(const char *format, ...)
{
	va_list arguments;

	if (made.count == TOKENS_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(made.tokens[made.count++], sizeof(made.tokens[0]), format, arguments);
	va_end(arguments);
}

#define ONE_OF(list) ((list)[below(sizeof(list) / sizeof((list)[0]))])

static const char *const protocols[] = {
	"ip", "ip", "ip6", "tcp", "udp", "ether", "arp", "sctp", "icmp", "rarp", "icmp6",
	"igmp", "igrp", "pim", "vrrp", "carp", "ah", "esp", "atalk", "aarp", "decnet",
	"lat", "sca", "moprc", "mopdl", "iso", "esis", "es-is", "isis", "is-is", "clnp",
	"l1", "l2", "iih", "lsp", "snp", "csnp", "psnp", "stp", "ipx", "netbeui", "link",
	"ppp", "slip", "fddi", "tr", "wlan", "radio",
};

static const char *const good_numbers[] = {
	"0", "1", "2", "4", "6", "17", "20", "53", "80", "255", "256", "1500", "1501",
	"2048", "4095", "0x10", "010", "0XfF", "tcp-syn", "tcpflags", "2054",
};

static const char *const numbers[] = {
	"0", "1", "2", "4", "6", "17", "20", "53", "80", "255", "256", "1500", "1501",
	"2048", "4095", "4096", "65535", "65536", "0x10", "010", "0XfF", "1048575",
	"1048576", "4294967295", "4294967296", "08", "0x1ffffffff", "tcp-syn", "tcpflags",
	"icmp6type", "icmp-echo", "2054", "34525",
};

static const char *const small_numbers[] = {
	"0", "1", "2", "3", "4", "5", "7", "8", "15", "16", "1", "2", "4", "6", "7", "3",
	"10", "12", "24", "31", "32", "64", "0xf0",
	"255", "256", "1000", "65535", "0xffff0000", "4294967295", "tcp-ack",
};

static const char *const good_ipv4[] = {
	"1.2.3.4", "192.0.2.1", "192.0.2.2", "10.0", "10.0.0", "0.0.0.0", "255.255.255.255",
};

static const char *const good_ipv6[] = {
	"::1", "::", "2001:db8::1", "2001:db8::2", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4",
};

static const char *const good_hardware[] = {
	"02:00:00:00:00:01", "1:2:3:4:5:6", "1-2-3-4-5-6", "1.2.3.4.5.6", "0102.0304.0506",
	"010203040506", "ff:ff:ff:ff:ff:ff", "four",
};

static const char *const ipv4[] = {
	"1.2.3.4", "192.0.2.1", "192.0.2.2", "10.0", "10.0.0", "0.0.0.0", "0.0",
	"255.255.255.255", "256.1.1.1", "1.2.3.300", "1.2.3.4.5", "0x1.2.3.4", "010.1.1.1",
	"224.0.0.1", "192.0.2.0", "99999.1",
};

static const char *const ipv6[] = {
	"::1", "::", "2001:db8::1", "2001:db8::2", "1:2:3:4:5:6:7:8", "1::8", "1:2::",
	"::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.999", "1:2:3:4:5:6:7",
	"1::2::3", "12345::", "fe80::", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::0x1.2.3.4",
};

static const char *const hardware[] = {
	"02:00:00:00:00:01", "1:2:3:4:5:6", "1-2-3-4-5-6", "1.2.3.4.5.6", "0102.0304.0506",
	"010203040506", "ff:ff:ff:ff:ff:ff", "a:b:c:d:e", "1:2:3:4:5:6:7", "1:2:3:4:5:66",
	"a-b-c-d-e-f", "aabbccddeeff", "1:2:3:4:5:666", "$1f", "01:80:c2:00:00:00",
};

static const char *const names[] = {
	"four", "six", "both", "many", "http", "https", "domain", "tftp", "odd",
	"http-alt", "loopback", "short", "gre", "ICMP", "\\tcp", "\\icmp", "\\arp", "\\ip",
	"\\ip6", "\\isis", "\\port", "\\clnp", "unknown", "a-b.example", "\\80", "\\1.2.3.4",
	"80-90", "90-80", "http-https", "1-http", "domain-http", "100-", "-100", "x-y-z",
	"65535-65536", "0-0", "0x10-20", "iso", "\\iso", "\\netbeui", "loopback.", "a_b",
	"TCP", "IP", "7.", "00080-81", "vxlan", "\\stp",
};

/* Words that stand somewhere or other, for the breaking. */
static const char *const others[] = {
	"(", ")", "[", "]", "and", "or", "not", "!", "&&", "||", "=", "==", "!=", "<", ">",
	"<=", ">=", "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ":", "src", "dst",
	"host", "net", "port", "portrange", "proto", "protochain", "gateway", "mask",
	"broadcast", "multicast", "less", "greater", "len", "length", "byte", "vlan",
	"mpls", "pppoed", "pppoes", "llc", "inbound", "outbound", "ifindex", "geneve", "on",
	"rnr", "rulenum", "type", "subtype", "dir", "addr1", "ra", "ta", "reason", "action",
	"lane", "oam", "sc", "vpi", "vci", "fisu", "sio", "hopc", "lsu", "1", "80", "tcp",
	"ip", "1.2.3.4", "::1", "four", "\"", "'", "$", "~", "?", "@", "{", ",", ";", ".",
	"\\", "\001", "\v", "\f", "\r", "\303\244",
};

static void make_expression(int depth);

static void make_plain(const char *const *list, size_t count)
{
	int parens = chance(5) ? below(3) : 0, i;

	for (i = 0; i < parens; i++)
		put("(");
	put("%s", list[below(count)]);
	for (i = 0; i < parens; i++)
		put(")");
}

#define PLAIN(list) make_plain(list, sizeof(list) / sizeof((list)[0]))

static void make_load(int depth);

static void make_arithmetic(int depth, int load_chance)
{
	static const char *const operators[] = {
		"+", "-", "*", "/", "%", "&", "&", "|", "^", "<<", ">>",
	};
	int kind = below(10);

	if (depth <= 0 || kind < 3) {
		if (chance(load_chance))
			make_load(depth - 1);
		else
			PLAIN(small_numbers);
	} else if (kind < 4) {
		put("-");
		make_arithmetic(depth - 1, load_chance);
	} else if (kind < 5) {
		put("(");
		make_arithmetic(depth - 1, load_chance);
		put(")");
	} else {
		/* One load is what is interesting. */
		bool left = chance(60);

		make_arithmetic(depth - 1, left ? load_chance : load_chance / 8);
		put("%s", ONE_OF(operators));
		make_arithmetic(depth - 1, left ? load_chance / 8 : load_chance);
	}
}

static void make_load(int depth)
{
	if (chance(10)) {
		put(chance(50) ? "len" : "length");
		return;
	}
	put("%s", protocols[below(chance(90) ? 16 : sizeof(protocols) / sizeof(protocols[0]))]);
	put("[");
	if (chance(90))
		put("%u", below(24));
	else
		make_arithmetic(depth, 5);
	if (chance(50)) {
		static const char *const sizes[] = { "1", "2", "4", "4", "2", "1", "2", "2", "3", "01" };

		put(":");
		put("%s", ONE_OF(sizes));
	}
	put("]");
}

static void make_relation(void)
{
	static const char *const relations[] = { "=", "==", "!=", "<", "<=", ">", ">=" };
	bool left = chance(85);

	make_arithmetic(2, left ? 80 : 5);
	put("%s", ONE_OF(relations));
	make_arithmetic(1, left ? 3 : 80);
}

/* Any address, right or wrong here. */
static void make_address(const char *type)
{
	bool net = !strcmp(type, "net");

	if (chance(50)) {
		put("%s", ONE_OF(ipv4));
		if (chance(net ? 50 : 4)) {
			put(chance(60) ? "/" : "mask");
			put("%s", chance(70) ? (chance(50) ? "24" : "255.255.255.0") :
			    chance(50) ? "8" : "0");
		}
	} else if (chance(40)) {
		put("%s", ONE_OF(ipv6));
		if (chance(net ? 50 : 4)) {
			put("/");
			put("%u", chance(50) ? 32 : below(131));
		}
	} else if (chance(40)) {
		PLAIN(numbers);
	} else if (chance(50)) {
		put("%s", ONE_OF(hardware));
	} else {
		put("%s", ONE_OF(names));
	}
}

/* One that goes with the qualifiers. */
static void make_good_address(const char *protocol, const char *type)
{
	static const char *const hosts[] = { "four", "both", "many", "\\tcp", "a-b.example" };
	static const char *const ipv4_nets[] = {
		"10.0.0.0/8", "192.0.2.0/24", "192.0/16", "0.0/0", "192.0.2.2/31", "10", "loopback",
		"short", "224.0.0.0/4", "1.2.3.4/32",
	};
	static const char *const ipv6_nets[] = { "2001:db8::/32", "::/0", "fe80::/10", "::1/128" };
	static const char *const decnet[] = { "10.5", "1.2", "63.1023", "5", "0.0.0.0" };
	bool net = !strcmp(type, "net");

	if (!strcmp(protocol, "ether"))
		put("%s", ONE_OF(good_hardware));
	else if (!strcmp(protocol, "decnet"))
		put("%s", ONE_OF(decnet));
	else if (!strcmp(protocol, "ip6") || (!*protocol && chance(30)))
		put("%s", net && chance(70) ? ONE_OF(ipv6_nets) : ONE_OF(good_ipv6));
	else if (net && chance(70))
		put("%s", ONE_OF(ipv4_nets));
	else if (!net && !*protocol && chance(30))
		put("%s", ONE_OF(hosts));
	else
		put("%s", ONE_OF(good_ipv4));
}

static void make_good_value(const char *protocol, const char *type)
{
	static const char *const services[] = { "domain", "https", "http-alt", "\\port" };
	static const char *const protocol_names[] = { "gre", "ICMP", "\\tcp", "\\icmp" };
	static const char *const ether_names[] = { "\\arp", "\\ip", "\\ip6", "loopback", "\\iso" };
	static const char *const iso_names[] = { "\\isis", "\\clnp", "\\esis", "131" };

	if (!strcmp(type, "portrange") && chance(80))
		put("%u-%u", below(300), below(300));
	else if (!strcmp(type, "port") && chance(25))
		put("%s", ONE_OF(services));
	else if (!strcmp(type, "proto") && !strcmp(protocol, "ether") && chance(50))
		put("%s", ONE_OF(ether_names));
	else if (!strcmp(type, "proto") && !strcmp(protocol, "iso") && chance(50))
		put("%s", ONE_OF(iso_names));
	else if (!strcmp(type, "proto") && strcmp(protocol, "isis") &&
		 strcmp(protocol, "iso") && strcmp(protocol, "ether") && chance(30))
		put("%s", ONE_OF(protocol_names));
	else if (!strncmp(type, "p", 1))
		PLAIN(good_numbers);
	else
		make_good_address(protocol, type);
}

static void make_value(const char *protocol, const char *type, int depth)
{
	if (chance(3) && depth > 0) {
		put("not");
		make_value(protocol, type, depth - 1);
	} else if (chance(8) && depth > 0) {
		put("(");
		make_value(protocol, type, chance(80) ? 0 : depth - 1);
		do {
			put(chance(80) ? "or" : "and");
			make_value(protocol, type, depth - 1);
		} while (chance(40));
		put(")");
	} else if (chance(88)) {
		make_good_value(protocol, type);
	} else if (!strcmp(type, "port") || !strcmp(type, "proto")) {
		if (chance(50))
			PLAIN(numbers);
		else
			put("%s", ONE_OF(names));
	} else if (!strcmp(type, "portrange")) {
		put("%s", ONE_OF(names));
	} else {
		make_address(type);
	}
}

/* Mostly qualifiers that go together. */
static void make_qualified(void)
{
	static const char *const types[] = { "host", "net", "port", "portrange", "proto" };
	const char *type = chance(15) ? "" : ONE_OF(types);
	bool ports = !strcmp(type, "port") || !strcmp(type, "portrange");
	static const char *const transports[] = { "tcp", "udp", "sctp" };
	static const char *const carriers[] = { "ip", "ip6", "ether", "iso", "isis" };
	static const char *const networks[] = { "ip", "ip6", "arp", "rarp", "ether", "decnet" };

	const char *protocol = "";

	if (chance(50)) {
		protocol = ports ? ONE_OF(transports) : !strcmp(type, "proto") ?
			   ONE_OF(carriers) : ONE_OF(networks);
		if (!strcmp(protocol, "ether") && !strcmp(type, "net"))
			type = "host";
		put("%s", chance(3) ? ONE_OF(protocols) : protocol);
	}
	if (!*type || (chance(40) && strcmp(type, "proto"))) {
		bool source = chance(50);

		put(source ? "src" : "dst");
		if (chance(25)) {
			put(chance(50) ? "and" : "or");
			put(source ? "dst" : "src");
		}
	}
	if (*type)
		put("%s", type);
	make_value(protocol, type, 2);
	while (chance(35)) {
		put(chance(70) ? "or" : "and");
		if (chance(8))
			put("not");
		make_value(protocol, type, 2);
	}
}

static void make_other(void)
{
	static const char *const tags[] = { "vlan", "mpls", "pppoes" };
	static const char *const types[] = {
		"i", "s", "u", "rr", "rnr", "rej", "ui", "ua", "disc", "dm", "sabme",
		"test", "xid", "frmr", "RR", "Ui", "\\i", "x", "rulenum", "RNR",
	};
	static const char *const relations[] = { "=", "<", ">", "&", "|", "==", "<=" };

	switch (below(8)) {
	case 0:
		if (chance(60))
			put("%s", chance(80) ? "ether" : chance(60) ? "ip" : ONE_OF(protocols));
		put(chance(30) ? "broadcast" : "multicast");
		break;
	case 1:
		put(chance(50) ? "less" : "greater");
		if (chance(90))
			PLAIN(good_numbers);
		else
			PLAIN(numbers);
		break;
	case 2:
	case 3:
	case 4:
		put("%s", ONE_OF(tags));
		if (chance(50) && chance(85))
			PLAIN(good_numbers);
		else if (chance(20))
			PLAIN(numbers);
		break;
	case 5:
		put("pppoed");
		break;
	case 6:
		put("llc");
		if (chance(70))
			put("%s", ONE_OF(types));
		break;
	case 7:
		put("byte");
		put("%u", below(40));
		put("%s", ONE_OF(relations));
		PLAIN(numbers);
		break;
	}
}

static void make_term(int depth)
{
	static const char *const not_alone[] = {
		"ether", "link", "ppp", "slip", "fddi", "tr", "wlan", "radio",
	};
	int kind = below(100);
	const char *name;

	while (chance(12))
		put(chance(50) ? "not" : "!");
	if (kind < 15 && depth > 0) {
		put("(");
		make_expression(depth - 1);
		put(")");
	} else if (kind < 30) {
		do
			name = ONE_OF(protocols);
		while (chance(95) && mentioned(name, not_alone, 8));
		put("%s", name);
	} else if (kind < 70) {
		make_qualified();
	} else if (kind < 88) {
		make_relation();
	} else {
		make_other();
	}
}

static void make_expression(int depth)
{
	static const char *const joints[] = { "and", "or", "&&", "||" };

	make_term(depth);
	while (chance(45)) {
		put("%s", ONE_OF(joints));
		make_term(depth);
	}
}

static void token_insert(size_t at, const char *text)
{
	size_t i;

	if (made.count == TOKENS_MAX)
		return;
	for (i = made.count++; i > at; i--)
		memcpy(made.tokens[i], made.tokens[i - 1], sizeof(made.tokens[0]));
	snprintf(made.tokens[at], sizeof(made.tokens[0]), "%s", text);
}

static void token_remove(size_t at)
{
	for (made.count--; at < made.count; at++)
		memcpy(made.tokens[at], made.tokens[at + 1], sizeof(made.tokens[0]));
}

static void break_tokens(void)
{
	char token[sizeof(made.tokens[0])];
	size_t at, other;

	do {
		if (!made.count)
			return;
		at = below(made.count);
		other = below(made.count);
		switch (below(5)) {
		case 0:
			token_remove(at);
			break;
		case 1:
			memcpy(token, made.tokens[other], sizeof(token));
			token_insert(at, token);
			break;
		case 2:
			token_insert(at, ONE_OF(others));
			break;
		case 3:
			snprintf(made.tokens[at], sizeof(made.tokens[0]), "%s",
				 ONE_OF(others));
			break;
		case 4:
			memcpy(token, made.tokens[at], sizeof(token));
			memcpy(made.tokens[at], made.tokens[other], sizeof(token));
			memcpy(made.tokens[other], token, sizeof(token));
			break;
		}
	} while (chance(30));
}

/* A missing space makes other words. */
static void tokens_join(char *text, size_t size)
{
	int tight = chance(20) ? 60 : 0;
	size_t used = 0, i;

	for (i = 0; i < made.count && used < size - 64; i++)
		used += snprintf(text + used, size - used, "%s%s",
				 !i || chance(tight) ? "" : chance(4) ? "\n\t" : " ",
				 made.tokens[i]);
	text[used] = '\0';
}


static void compare_random(long count)
{
	static char text[TOKENS_MAX * 42];
	long i;

	for (i = 0; i < count; i++) {
		made.count = 0;
		make_expression(2);
		if (chance(20))
			break_tokens();
		tokens_join(text, sizeof(text));
		compare(text, text);
	}
}

/* Characters that addresses are made of, for what is a word and what is not. */
static void compare_soup(long count)
{
	static const char *const before[] = {
		"host ", "net ", "ether host ", "port ", "portrange ", "", "ip[0] = ", "ip[",
		"decnet host ", "ip6 net ", "src ", "ether src ", "vlan ", "proto ", "host \\",
	};
	static const char *const alphabets[] = {
		"0123456789.", "0123456789abcdef:", "01:::.", "01ax.", "0123456789abcdef-:.",
		"0123456789-", "abAB_-.019", "12345678:.::/", "10/ .", "()80 ornt!", "[]01:=&",
		"<>=!&|+-*/%^1 ()", "$1a:",
	};
	static const char *const after[] = { "", "", "", " or 80", ":2] = 1", "] = 1", "/8" };
	char text[128];
	size_t used;
	long i, left;

	for (i = 0; i < count; i++) {
		const char *alphabet = ONE_OF(alphabets);

		used = snprintf(text, sizeof(text), "%s", ONE_OF(before));
		for (left = 1 + below(chance(80) ? 12 : 40); left; left--)
			text[used++] = alphabet[below(strlen(alphabet))];
		snprintf(text + used, sizeof(text) - used, "%s", ONE_OF(after));
		compare(text, text);
	}
}

/* Accepted or refused as libpcap does. */
static const char *const written[] = {
	"", " ", "\n\t ", "tcp", "tcp port 80 or 443", "not host vs and ace",
	"not host vs and not ace", "udp port 546 or 547 or icmp6", "vlan 10 or 20",
	"vlan 10 and vlan 20", "vlan or arp", "(vlan and ip) or ip", "port (80 or 443)",
	"port (80 or (443 and 53))", "port ((80 or 443) or 53)", "port ((80) or 443)",
	"port (not 80)", "port not 80", "port (80 or not 443)", "host (four or six)",
	"port ((80))", "port (80 + 1)", "port -80", "(port 80) or 443",
	"port 80 and (tcp) or 90", "port 80 and (tcp or udp) or 90", "port 80 and (90 or 91)",
	"port 80 and ((90 or 91))", "port 80 and ((90))", "port 80 and (90 or tcp)",
	"port 80 and (tcp or 90)", "port 80 or 90 = ip[0]", "port 80 or (90) = ip[0]",
	"port 80 or ip[0] = 5 or 90", "port 80 and (ip[0]) = 5 or 90",
	"port 80 or 90 + 1 = ip[0]", "port 80 or (90 = ip[0])", "port 80 or (-90)",
	"not port 22 and icmp or arp", "tcp or udp and icmp", "! tcp", "!tcp", "not not tcp",
	"not(tcp)", "not !tcp", "host not four", "host ! four and ! six",
	"src or dst port 80", "dst or src port 80", "src and dst port 80",
	"dst and src port 80", "src or src port 80", "src or port 80", "src || dst port 80",
	"src proto 6", "src 1.2.3.4", "dst 1.2.3.4 or 5.6.7.8", "src 80", "host 80",
	"src four", "ip src four", "ip src six", "ip6 src six", "ip6 src four", "arp host four",
	"arp host six", "arp host both", "rarp net 10.0.0.0/8", "tcp host four", "1.2.3.4",
	"80", "four", "net 10", "net 0", "net 10.1", "net 10/8", "net 10.0/8", "net 10.1/8",
	"net 0.0.0.0/0", "net 1.2.3.4", "net 1.2.3", "net 256", "net 16777216", "host 10.0.0",
	"host 10.0.0.0/24", "net 10.0.0.0 mask 255.0.0.0", "net 10.0.0.0 mask 255.0",
	"net 10.0.0.0 mask 0.0.0.0", "net 10.0.0.1 mask 255.0.255.1",
	"net 10.0.0.0 mask 255", "net 10 mask 255.0.0.0", "net ::/0", "net ::1/128",
	"net 2001:db8::/32", "net 2001:db8::1/32", "host ::1/128", "host ::1/64", "net ::1/129",
	"ip6 net ::1", "ip net ::1", "port ::1", "proto ::1", "port 1.2", "net loopback",
	"net short", "net four", "src net short or loopback", "decnet net short",
	"ether host 1:2:3:4:5:6", "ether src 1-2-3-4-5-6", "ether dst 1.2.3.4.5.6",
	"ether host 0102.0304.0506", "ether 010203040506", "ether host 010203040506",
	"ether host four", "ether host six", "ether src and dst four", "ether net 1:2:3:4:5:6",
	"host 1:2:3:4:5:6", "ether host 1.2.3.4", "ether host 5", "ether host ::1",
	"wlan host 1:2:3:4:5:6", "ether src host 1:2:3:4:5:6 or 6:5:4:3:2:1",
	"ether broadcast", "broadcast", "ip broadcast", "ether multicast", "multicast",
	"ip multicast", "ip6 multicast", "arp multicast", "tcp broadcast", "ip6 broadcast",
	"port http", "port domain", "port tftp", "port odd", "tcp port http", "udp port http",
	"sctp port domain", "sctp port http", "port unknown", "port 65535", "port 65536",
	"port 0", "port 010", "port 08", "port 0x50", "port \\80", "port http-alt",
	"port 80-90", "portrange 80-90", "portrange 90-80", "portrange 80", "portrange 80-80",
	"portrange http-https", "portrange http-domain", "portrange tftp-odd",
	"tcp portrange http-https", "udp portrange http-http", "portrange 1-http",
	"portrange 0-65535", "portrange 0-65536", "portrange http-alt-https", "portrange http",
	"portrange 010-020", "portrange 0x1-2", "port port", "port \\port",
	"ip proto icmp", "ip proto \\icmp", "proto tcp", "proto \\tcp", "proto 6", "ip proto 6",
	"ip6 proto 58", "ip proto 256", "ip proto 4294967295", "ether proto \\arp",
	"ether proto arp", "ether proto 0x88cc", "ether proto 4", "ether proto 1500",
	"ether proto 65536", "ether proto \\stp", "ether proto \\iso", "ether proto loopback",
	"ether proto unknown", "iso proto \\clnp", "iso proto 131", "iso proto \\esis",
	"iso proto tcp", "isis proto 15", "isis proto \\isis", "tcp proto 5", "arp proto 5",
	"proto gre", "proto GRE", "proto ICMP", "ip proto gre or \\tcp", "proto 1.2",
	"less 100", "greater 100", "less (100)", "len > 100", "len = 100 and length < 50",
	"100 < len", "len & 3 = 0", "len - 14 > 100", "len", "less", "less -1",
	"vlan", "vlan 0", "vlan 4095", "vlan 4096", "vlan (5)", "vlan ((5))", "vlan (5 + 1)",
	"vlan -5", "mpls", "mpls 1048575", "mpls 1048576", "mpls 5 and mpls 6 and ip",
	"mpls and arp", "mpls and vlan", "mpls and host four", "mpls and net 10", "mpls and ip6",
	"mpls and ether proto 0x800", "mpls and ether proto 0x806", "mpls and stp",
	"mpls and iso proto 5", "mpls and arp[0] = 1", "mpls and ip[0] = 1", "mpls and llc",
	"mpls and pppoes", "mpls and pppoed", "mpls and ether host 1:2:3:4:5:6",
	"mpls and decnet host 1.2", "mpls and tcp port 80", "mpls and arp host four",
	"mpls and icmp6[0] = 1", "mpls and ether[0] = 1", "arp and mpls", "arp or mpls or ip",
	"pppoed", "pppoes", "pppoes 5", "pppoes 65535", "pppoes 65536", "pppoes and ip",
	"pppoes and ether host 1:2:3:4:5:6", "pppoes and broadcast", "pppoes and ip multicast",
	"pppoes and multicast", "pppoes and vlan", "pppoes and mpls", "pppoes and llc",
	"pppoes and arp", "pppoes and pppoes", "pppoes and mpls and ip", "pppoes and stp",
	"pppoed 5", "pppoes and ether[0] = 1", "pppoes and ether proto 5", "pppoes and iso",
	"llc", "llc i", "llc s", "llc u", "llc rr", "llc rnr", "llc rulenum", "llc RNR",
	"llc rej", "llc ui", "llc UA", "llc disc", "llc dm", "llc sabme", "llc test", "llc xid",
	"llc frmr", "llc \\i", "llc x", "llc tcp", "llc and i", "decnet host 10.5",
	"decnet src 1.2", "decnet 1.2", "decnet host 5", "decnet host 1.2.3.4",
	"decnet host four", "decnet net 1.2.3.0/24", "decnet host 70000.1", "decnet net 5",
	"decnet host 0x1.2", "decnet host 1.0x2", "decnet dst and src 63.1023",
	"tcp[13] & (2|16) != 0", "tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn",
	"tcp[tcpflags] & tcp-syn != 0", "ip[0] & 0xf > 5", "0xf & ip[0] = 5", "ip[8] + 1 = 2",
	"ip[0] >> 4 = 4", "(tcp[12] & 0xf0) >> 2 = 20", "5 = ip[0] & 0xf", "ip[6:2] & 0x1fff = 0",
	"(tcp[12] >> 4) * 4 > 20", "ip[8] + 1 > 5", "ip[12:4] + 1 > 5", "ip[12:4] - 1 < 5",
	"ip[2:2] - 20 > 100", "5 - ip[8] < 3", "ip[9] / 3 = 2", "ip[9] / 3 > 2", "ip[9] % 4 = 1",
	"ip[9] % 300 = 1", "ip[9] ^ 0xff < 5", "ip[9] ^ 0x80 < 5", "ip[9] | 0x80 > 0x90",
	"ip[9] * 3 = 6", "ip[9] * 3 = 7", "ip[12:4] * 4 = 8", "ip[12:4] * 5 = 10", "-ip[9] = 1",
	"- ip[9] > 5", "ip[9] << 4 = 0x60", "ip[12:4] << 28 = 0x10000000", "ip[9] * 0 = 0",
	"ip[9] & 0 = 0", "ip[9] > 300", "ip[9] < 300", "not ip[9] > 300", "ip[9] >= 0",
	"ip[9] != 4294967295", "(ip[9] + 5) / 4 = 2", "(ip[9] * 4 + 8) / 4 = 8",
	"ip[9] / 4 + 1 = 2", "ip[9] / 0 = 1", "ip[9] % 0 = 1", "ip[9] << 32 = 1",
	"ip[9] / (1 - 1) = 1", "ip[9] / (0 + 1) = 1", "ip[9] << (33 - 32) = 1",
	"ip[2:2] - ((ip[0] & 0xf) << 2) != 0", "ip[ip[0]] = 1", "ip[0] = ip[1]",
	"ip[0] + ip[1] = 3", "5 / ip[0] = 1", "1 << ip[0] = 2", "ip[0] % 3 = 1",
	"1 = 1", "1 = 2", "1 + 1 = 2", "2 > 1", "-1 > 1", "1 - 2 = 4294967295", "7 / 2 = 3",
	"(1) = (1)", "((1)) = 1", "1 | 2 % 3 | 4 = 5", "7 % 4 * 2 = 7", "6 ^ 3 & 1 = 7",
	"2 + 3 * 4 = 14", "- 5 % 3 = 4294967294", "1 << 2 + 1 = 8", "2 ^ 3 ^ 1 = 0",
	"1 = 1 = 1", "1", "(1)", "(1 + 1)", "1 +", "+ 1 = 1", "1 = ", "= 1", "ip[0]", "ip[0] &",
	"(ip[0]) = 1", "((ip[0]) & 1) = 1", "(ip[0] = 1)", "(ip[0]", "ip[0", "ip[", "ip[]",
	"ip[0:1] = 1", "ip[0:2] = 1", "ip[0:4] = 1", "ip[0:3] = 1", "ip[0:0] = 1",
	"ip[0:(1)] = 1", "ip[(0)] = 1", "ip[1+2*3:2] = 1", "ip[-1] = 1", "ip[4294967295] = 1",
	"ip[0x10:2] = 1", "ip[0:tcp-fin] = 1", "ether[0] & 1 = 0", "link[0] & 1 = 0",
	"arp[6:2] = 1", "rarp[0] = 1", "atalk[0] = 1", "decnet[0] = 1", "sca[0] = 1",
	"lat[0] = 1", "moprc[0] = 1", "mopdl[0] = 1", "ip6[6] = 1", "sctp[0:2] = 80",
	"udp[0:2] = 80", "icmp[icmptype] = icmp-echo", "icmp6[icmp6type] = icmp6-echoreply",
	"icmp[icmpcode] = 0", "igmp[0] = 1", "igrp[0] = 1", "pim[0] = 1", "vrrp[0] = 1",
	"carp[0] = 1", "ah[0] = 1", "esp[0] = 1", "aarp[0] = 1", "iso[0] = 1", "stp[0] = 1",
	"ipx[0] = 1", "radio[0] = 1", "radio", "ether", "link", "byte 5 = 3", "byte 5 < 3",
	"byte 5 > 3", "byte 5 & 3", "byte 5 | 3", "byte 5 != 3", "byte 5 == 3", "byte (5) = 3",
	"protochain 6", "ip protochain \\tcp", "gateway four", "inbound", "outbound", "ifindex 5",
	"geneve", "geneve 5", "vxlan", "on eth0", "ifname eth0", "rnr 5", "reason match",
	"action pass", "type mgt", "subtype beacon", "dir tods", "addr1 1:2:3:4:5:6",
	"wlan addr1 1:2:3:4:5:6", "wlan ra 1:2:3:4:5:6", "lane", "oam", "vpi 5", "vci = 5",
	"fisu", "sio 5", "hopc (5 or 6)", "TCP", "Tcp port 80", "tcp PORT 80", "AND",
	"tcp and", "and tcp", "tcp and and udp", "tcp udp", "tcp port", "tcp src", "port",
	"host", "tcp port 80 90", "tcp )", "(tcp", "()", "(tcp) udp", "tcp (udp)", "tcp not udp",
	"tcp & udp", "tcp | udp", "tcp&&udp", "tcp||udp", "tcp,udp", "tcp;", "$12", "ether $12",
	"tcp #", "\\", "\\tcp", "host \\tcp", "host \\", "port \"80\"", "host a_b-.c",
	"host 1.2.3.4.", "host 1.2.3.4.5", "host 1::2::3", "host 1:2:3", "host fe80:", "host :",
	"net ::ffff:1.2.3.4/96", "host ::ffff:1.2.3.4", "host ::1.2.3.04", "esis", "es-is",
	"isis", "is-is", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp", "clnp", "ip\rand\ntcp",
	"ip\vand tcp", "ip\f", "tcp-syn = 2", "tcp-syn", "icmp6-certpathadvert = 149",
	"port tcp-syn", "vlan tcp-ack", "net tcp-ack", "host vlan", "host \\vlan", "less tcp-ack",
};

/* Ours, and how libpcap has to be told the same. */
static const char *const extended[][2] = {
	{ "ip tcp port 80", "ip and tcp port 80" },
	{ "ip6 udp src port 53", "ip6 and udp src port 53" },
	{ "ip sctp portrange 1-5", "ip and sctp portrange 1-5" },
	{ "ip port 80", "ip and port 80" }, { "ip6 dst port 53", "ip6 and dst port 53" },
	{ "ip tcp", "ip and tcp" }, { "ip6 udp", "ip6 and udp" },
	{ "not ip tcp port 80", "not (ip and tcp port 80)" },
	{ "ip tcp port 80 or 443", "(ip and tcp port 80) or (ip and tcp port 443)" },
	{ "ip6 tcp port (80 or 443) and arp",
	  "((ip6 and tcp port 80) or (ip6 and tcp port 443)) and arp" },
	{ "ip tcp port http", "ip and tcp port 80" },
	{ "ip port http", "ip and tcp port 80" },
};

static void tally_report(const char *name)
{
	check(!tally.differences, name, "%ld differences", tally.differences);
	printf("# %ld expressions: %ld accepted by both (%ld identical code, %ld decide alike, "
	       "%ld never match), %ld refused by both, %ld refused here only, "
	       "%ld by libpcap only, %ld extended\n", tally.total, tally.accepted,
	       tally.identical, tally.decided, tally.never, tally.refused, tally.refusals,
	       tally.overlooked, tally.extended);
	memset(&tally, 0, sizeof(tally));
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : COUNT;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	size_t i;

	pcap = pcap_open_dead(DLT_EN10MB, FRAME_MAX);
	if (!pcap)
		return 1;
	random_state = seed * 0x9e3779b97f4a7c15 + 1;
	frames_build();
	for (i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		compare(written[i], written[i]);
	tally_report("what is written down, as libpcap has it");
	for (i = 0; i < sizeof(extended) / sizeof(extended[0]); i++)
		compare(extended[i][0], extended[i][1]);
	tally_report("what libpcap has not, as it has to be told it");
	printf("# seed %llu\n", (unsigned long long)seed);
	compare_random(count);
	tally_report("random expressions, as libpcap has them");
	compare_soup(count);
	tally_report("random characters, as libpcap has them");
	for (i = 0; i < frame_count; i++)
		free(frames[i].bytes);
	free(frames);
	pcap_close(pcap);
	return harness_end();
}
