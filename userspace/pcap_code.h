/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PCAP_CODE_H
#define PCAP_CODE_H

#include <stdbool.h>

#include "error.h"

/* Instructions of a program. The kernel takes BPF_MAXINSNS, but tc(8) builds its
 * request in 16 KiB, with the targets behind the program. */
#define PCAP_CODE_TC_MAX 1800

enum pcap_code_start {
	/* The frame from its Ethernet header as it is on the wire, for tc's
	 * cls_bpf, wherever the kernel keeps its outer VLAN tag (bpf_wire.h). */
	PCAP_CODE_FRAME,
	/* The packet from its network header, for the module's filter. */
	PCAP_CODE_PACKET,
};

/* What libpcap compiles from @expression, as classic BPF text the way tc(8) and
 * nfbpf_compile(8) print it: "COUNT,code jt jf k,...". Returns a malloc'ed
 * text in @code and 0, -ENOMEM, or -EINVAL with the reason in @errors, in
 * libpcap's words where it is libpcap that refuses. */
int pcap_code_compile(const char *expression, enum pcap_code_start start,
		      char **code, struct error_list *errors);

#endif
