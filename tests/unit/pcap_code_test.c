// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <errno.h>
#include <stdlib.h>

#include "pcap_code.h"

static void test_code(void)
{
	struct error_list errors = { 0 };
	char *code = NULL;

	check_number("everything", 0, pcap_code_compile("", PCAP_CODE_FRAME, &code, &errors));
	check_text("is one step", "1,6 0 0 262144", code);
	free(code);
	check_number("a frame's code", 0, pcap_code_compile("ip", PCAP_CODE_FRAME, &code, &errors));
	check_text("turns tags beside the frame away first",
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
}

int main(void)
{
	test_code();
	return harness_end();
}
