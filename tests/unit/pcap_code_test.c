// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <errno.h>
#include <stdlib.h>

#include "pcap_code.h"

/* Optimized by libpcap 1.10.3, it has "ld M[1]" and nothing that writes there. */
static const char spoilt[] =
	"((not ((ether[16:2] & 268374015 <= 88) or (ether[(len & 0) + 15:2] & 4294967295 != 2694)) "
	"and ((ether[(len & 0) + 15:1] & 4294967295 < 10) or (ether[14:2] & 0xfff = 10))) "
	"or not (ip[2:2] = len - 14))";

static void test_code(void)
{
	struct error_list errors = { 0 };
	char *code = NULL;

	check_number("everything", 0, pcap_code_compile("", PCAP_CODE_FRAME, &code, &errors));
	check_text("is one step", "1,6 0 0 262144", code);
	free(code);
	check_number("a frame's code", 0, pcap_code_compile("ip", PCAP_CODE_FRAME, &code, &errors));
	check_text("knows that a tag is no type of IPv4",
		   "7,48 0 0 4294963248,21 1 0 0,6 0 0 0,40 0 0 12,21 0 1 2048,6 0 0 262144,6 0 0 0",
		   code);
	free(code);
	check_number("a packet's code", 0,
		     pcap_code_compile("tcp port 80", PCAP_CODE_PACKET, &code, &errors));
	check(code && strncmp(code, "0,", 2) && !strstr(code, "40 0 0 12,"),
	      "begins at the network header", "%s", code);
	free(code);
	code = NULL;
	check_number("what libpcap does not know", -EINVAL,
		     pcap_code_compile("foo bar", PCAP_CODE_FRAME, &code, &errors));
	check_record("is refused in its words", "libpcap refuses 'foo bar': ", &errors);
	check(!code, "without code", "there is some");
	check_number("a loop", -EINVAL,
		     pcap_code_compile("ip6 protochain 6", PCAP_CODE_FRAME, &code, &errors));
	check_record("is refused", "the kernel runs no loops, which 'ip6 protochain 6' needs",
		     &errors);
	check_number("what the optimizer spoils", 0,
		     pcap_code_compile(spoilt, PCAP_CODE_FRAME, &code, &errors));
	check(code && !strstr(code, ",96 0 0 1") == !strstr(code, ",2 0 0 1,"),
	      "reads no memory that it has not written", "%s", code);
	free(code);
	check_number("a tag", 0,
		     pcap_code_compile("ether[14:2] = 10", PCAP_CODE_FRAME, &code, &errors));
	check_text("is looked for in both places",
		   "10,48 0 0 4294963248,21 4 0 0,48 0 0 4294963244,21 0 1 10,6 0 0 262144,6 0 0 0,"
		   "40 0 0 14,21 0 1 10,6 0 0 262144,6 0 0 0", code);
	free(code);
}

/* What tc itself could not load is no program. */
static void test_size(void)
{
	struct error_list errors = { 0 };
	char *text = NULL, *code = NULL;
	size_t size, i;
	FILE *out;

	out = open_memstream(&text, &size);
	fputs("vlan and (udp port 1", out);
	for (i = 1; i < 250; i++)
		fprintf(out, " or udp port %zu", 2 * i + 1);
	fputs(")", out);
	fclose(out);
	check_number("a program for 250 ports", -EINVAL,
		     pcap_code_compile(text, PCAP_CODE_FRAME, &code, &errors));
	check_record("is refused", "'vlan and (udp port 1 or ", &errors);
	check(!code, "without code", "there is some");
	free(text);
}

int main(void)
{
	test_size();
	test_code();
	return harness_end();
}
