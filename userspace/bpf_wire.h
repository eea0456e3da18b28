/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libpcap compiles for the frame as a savefile shows it: as it is on the wire.
 * The kernel takes the outer VLAN tag out of what it receives, and puts that of
 * a VLAN device into what it sends only after tc has seen it; meanwhile the tag
 * stands beside the frame. The program is made to see it where it belongs.
 */
#ifndef BPF_WIRE_H
#define BPF_WIRE_H

#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stddef.h>

/* Turn @in into a program for cls_bpf that says of every frame what @in says of
 * it on the wire. What reads nothing behind the hardware addresses stays as it
 * is. Returns a malloc'ed program in @out and 0, or
 *   -ENOMEM
 *   -EINVAL	for what the kernel does not run: loops, unknown instructions
 *   -E2BIG	for more than BPF_MAXINSNS instructions
 *   -ENOBUFS	if @in leaves no scratch memory where some is needed
 */
int bpf_see_tag(const struct bpf_insn *in, size_t count, struct sock_filter **out,
		size_t *out_count);

#endif
