// SPDX-License-Identifier: GPL-2.0-only
/*
 * bytecode EXPRESSION: the program for cls_bpf, as the tc path prints it.
 */
#include "pcap_code.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	struct error_list errors = { 0 };
	char *code = NULL;

	if (argc != 2)
		return 2;
	if (pcap_code_compile(argv[1], PCAP_CODE_FRAME, &code, &errors))
		return error_report(&errors, stderr);
	puts(code);
	free(code);
	return 0;
}
