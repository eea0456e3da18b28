// SPDX-License-Identifier: GPL-2.0-only
/*
 * The match language: what is read, what is refused and where, and that the
 * way to libpcap and back means the same.
 */
#include "harness.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "match.h"
#include "../tools/frame.h"

static const struct location start = { "--match", 1, 1 };

/* Accepted as they stand. The second column is how libpcap has to be told the
 * same, where it takes one protocol before "port" and none before another. */
static const char *const accepted[][2] = {
	{ "ip", NULL }, { "ip6", NULL }, { "tcp", NULL }, { "udp", NULL },
	{ "ip tcp", "ip and tcp" }, { "ip udp", "ip and udp" },
	{ "ip6 tcp", "ip6 and tcp" }, { "ip6 udp", "ip6 and udp" },
	{ "port 80", NULL }, { "src port 80", NULL }, { "dst port 80", NULL },
	{ "tcp port 80", NULL }, { "tcp src port 80", NULL }, { "udp dst port 53", NULL },
	{ "port 0", NULL }, { "port 65535", NULL },
	{ "ip port 80", "ip and port 80" }, { "ip6 dst port 53", "ip6 and dst port 53" },
	{ "ip tcp port 80", "ip and tcp port 80" },
	{ "ip6 udp src port 53", "ip6 and udp src port 53" },
	{ "host 192.0.2.1", NULL }, { "src host 192.0.2.1", NULL },
	{ "dst host 192.0.2.1", NULL }, { "ip host 192.0.2.1", NULL },
	{ "ip src host 192.0.2.2", NULL }, { "ip dst host 192.0.2.2", NULL },
	{ "host 2001:db8::1", NULL }, { "src host 2001:db8::1", NULL },
	{ "ip6 host 2001:db8::1", NULL }, { "ip6 dst host 2001:db8::2", NULL },
	{ "host ::ffff:192.0.2.1", NULL }, { "host 0.0.0.0", NULL },
	{ "host 255.255.255.255", NULL }, { "host ::", NULL },
	{ "tcp and port 80", NULL }, { "ip and tcp", NULL },
	{ "tcp && port 80", NULL }, { "tcp&&port 80", NULL },
	{ "  tcp \t and\n port   80  ", NULL },
	{ "host 192.0.2.1 and host 192.0.2.2", NULL },
	{ "src host 192.0.2.1 and dst host 192.0.2.2 and tcp and src port 40000 and dst port 80",
	  NULL },
	{ "ip6 and host 2001:db8::1 and udp port 53", NULL },
};

static const struct {
	const char *text;
	const char *record;
} refused[] = {
	{ "", "--match:1:1: the match ends here, expected" },
	{ "foo", "--match:1:1: 'foo' is not understood here" },
	{ "tcp port", "--match:1:9: the match ends here, expected a port number" },
	{ "tcp port x", "--match:1:10: 'x' is not understood here, expected a port number" },
	{ "tcp port 65536", "--match:1:10: port 65536 is out of range" },
	{ "port 99999999999999999999999999", "--match:1:6: port 99999999999999999999999999 is out" },
	{ "port -1", "--match:1:6: '-1' is not understood here, expected a port number" },
	{ "port 80-90", "--match:1:6: '80-90' is not understood here" },
	{ "port 0x50", "--match:1:6: '0x50' is not understood here" },
	{ "port http", "--match:1:6: 'http' is not understood here" },
	{ "host", "--match:1:5: the match ends here, expected an IPv4 or IPv6 address" },
	{ "host 192.0.2", "--match:1:6: '192.0.2' is no address" },
	{ "host 192.0.2.256", "--match:1:6: '192.0.2.256' is no address" },
	{ "host 192.0.2.1/24", "--match:1:6: '192.0.2.1/24' is no address" },
	{ "host example", "--match:1:6: 'example' is no address" },
	{ "host 2001:db8:::1", "--match:1:6: '2001:db8:::1' is no address" },
	{ "ip6 host 192.0.2.1", "--match:1:10: an IPv4 address cannot stand after 'ip6'" },
	{ "ip host 2001:db8::1", "--match:1:9: an IPv6 address cannot stand after 'ip'" },
	{ "tcp host 192.0.2.1", "--match:1:5: 'host' is not understood here" },
	{ "src", "--match:1:4: the match ends here, expected host or port" },
	{ "src tcp port 80", "--match:1:5: 'tcp' is not understood here, expected host or port" },
	{ "tcp src", "--match:1:8: the match ends here, expected port" },
	{ "ip6 src 192.0.2.1", "--match:1:9: '192.0.2.1' is not understood here" },
	{ "tcp or udp", "--match:1:5: 'or' is not in this version" },
	{ "tcp || udp", "--match:1:5: 'or' is not in this version" },
	{ "tcp and", "--match:1:8: the match ends here, expected" },
	{ "and tcp", "--match:1:1: 'and' is not understood here" },
	{ "tcp and and udp", "--match:1:9: 'and' is not understood here" },
	{ "not tcp", "--match:1:1: 'not' is not understood here" },
	{ "! tcp", "--match:1:1: '!' is not understood here" },
	{ "(tcp)", "--match:1:1: '(' is not understood here" },
	{ "tcp udp", "--match:1:5: 'udp' is not understood here, expected 'and'" },
	{ "tcp port 80 443", "--match:1:13: '443' is not understood here, expected 'and'" },
	{ "tcp & udp", "--match:1:5: '&' is not understood here" },
	{ "TCP port 80", "--match:1:1: 'TCP' is not understood here" },
	{ "tcp\n  port 80\nand foo", "--match:3:5: 'foo' is not understood here" },
	{ "vlan 10", "--match:1:1: 'vlan' is not understood here" },
	{ "tcp port 80 and \"", "--match:1:17: '\"' is not understood here" },
	{ "\xff\xfe", "--match:1:1: '\xff' is not understood here" },
};

static void test_refused(void)
{
	struct error_list errors = { 0 };
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct match *match = NULL;
		char name[128];

		snprintf(name, sizeof(name), "refuses '%s'", refused[i].text);
		check_number(name, -EINVAL, match_parse(refused[i].text, &start, &match, &errors));
		check_record(name, refused[i].record, &errors);
		snprintf(name, sizeof(name), "'%s' leaves no tree", refused[i].text);
		check(!match, name, "there is one");
		match_free(match);
	}
}

/* Do both texts say the same of every frame? */
static bool same_meaning(const char *name, const char *left, const char *right)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65536);
	struct bpf_program programs[2];
	static uint8_t bytes[FRAME_MAX];
	struct pcap_pkthdr header;
	size_t i, differences = 0;

	if (!check(!pcap_compile(pcap, &programs[0], left, 1, PCAP_NETMASK_UNKNOWN), name,
		   "libpcap refuses '%s': %s", left, pcap_geterr(pcap)) ||
	    !check(!pcap_compile(pcap, &programs[1], right, 1, PCAP_NETMASK_UNKNOWN), name,
		   "libpcap refuses '%s': %s", right, pcap_geterr(pcap)))
		return false;
	for (i = 0; i < edge_frame_count; i++) {
		memset(&header, 0, sizeof(header));
		header.caplen = header.len = frame_build(&edge_frames[i], bytes);
		differences += !pcap_offline_filter(&programs[0], &header, bytes) !=
			       !pcap_offline_filter(&programs[1], &header, bytes);
	}
	pcap_freecode(&programs[0]);
	pcap_freecode(&programs[1]);
	pcap_close(pcap);
	return check(!differences, name, "'%s' and '%s' differ on %zu frames", left, right,
		     differences);
}

static void test_accepted(void)
{
	struct error_list errors = { 0 };
	size_t i;

	for (i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		const char *text = accepted[i][0];
		struct match *match = NULL;
		char name[160], *pcap;
		int error;

		snprintf(name, sizeof(name), "accepts '%s'", text);
		error = match_parse(text, &start, &match, &errors);
		check(!error && match && !errors.count, name, "error %d: %s", error,
		      errors.count ? error_text(&errors, 0) : "");
		if (!match)
			continue;
		pcap = match_to_pcap(match);
		snprintf(name, sizeof(name), "libpcap is told what '%s' means", text);
		same_meaning(name, accepted[i][1] ? accepted[i][1] : text, pcap);
		free(pcap);
		match_free(match);
		error_clear(&errors);
	}
}

/* A number that libpcap reads in another base may not mean something else. */
static void test_leading_zero(void)
{
	struct error_list errors = { 0 };
	struct match *match = NULL;
	char *pcap;

	if (match_parse("port 0120", &start, &match, &errors)) {
		check(true, "a port with a leading zero is refused", "-");
		error_clear(&errors);
		return;
	}
	pcap = match_to_pcap(match);
	same_meaning("a port with a leading zero means what it means to tcpdump",
		     "port 0120", pcap);
	free(pcap);
	match_free(match);
}

/* Long expressions cost neither stack nor patience. */
static void test_many_terms(void)
{
	struct error_list errors = { 0 };
	struct match *match = NULL;
	size_t terms = 20000, i;
	char *text = malloc(terms * 8 + 1), *out = text;

	for (i = 0; i < terms; i++)
		out += sprintf(out, "%stcp", i ? " and " : "");
	check_number("20000 terms are read", 0, match_parse(text, &start, &match, &errors));
	match_free(match);
	free(text);
	error_clear(&errors);
}

static void test_place(void)
{
	static const struct location elsewhere = { "rules.yaml", 12, 20 };
	struct error_list errors = { 0 };
	struct match *match = NULL;

	match_parse("tcp port x", &elsewhere, &match, &errors);
	check_record("columns count from the place of the text", "rules.yaml:12:29: ", &errors);
	match_parse("tcp port 80", &start, &match, &errors);
	match_parse("foo", &start, &match, &errors);
	check(match && match->kind == MATCH_PORT && match->port == 80,
	      "a refused text leaves the tree that was there", "it is gone");
	match_free(match);
	error_clear(&errors);
}

int main(void)
{
	test_accepted();
	test_refused();
	test_leading_zero();
	test_many_terms();
	test_place();
	return harness_end();
}
