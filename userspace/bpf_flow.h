/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a classic BPF program holds in its registers, step by step: bounds of
 * the values, ways that are never taken, and what is read again later. Jumps
 * only go forward, so one pass each is enough.
 */
#ifndef BPF_FLOW_H
#define BPF_FLOW_H

#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow_range {
	uint32_t low, high;	/* both included */
};

enum flow_way {
	FLOW_BOTH,
	FLOW_TRUE,
	FLOW_FALSE,
};

/* Bits of flow_step.live; bit N below them is M[N]. */
#define FLOW_A (1u << BPF_MEMWORDS)
#define FLOW_X (2u << BPF_MEMWORDS)

struct flow_step {
	bool reached;
	enum flow_way way;	/* which of a conditional jump's ways exist */
	/* before the step */
	struct flow_range a, x, m[BPF_MEMWORDS];
	bool a_is_tpid;		/* A is what the frame has at byte 12 */
	/* after the step */
	uint32_t live;		/* what another step reads */
};

/* Fill @flow, of @count zeroed steps. With @tagged the frame is known to have a
 * VLAN tag, and so a tag's type at byte 12. Returns 0, or -EINVAL for what is
 * no program or has loops, which the kernel does not run. */
int flow_analyse(const struct bpf_insn *in, size_t count, bool tagged,
		 struct flow_step *flow);

/* What is read again from step @index on. */
uint32_t flow_live_before(const struct bpf_insn *in, const struct flow_step *flow,
			  size_t index);

/* Does it read scratch memory that it has not written? The kernel refuses such
 * programs, and they mean nothing. Yes also without memory to find out. */
bool flow_reads_unwritten(const struct bpf_insn *in, size_t count);

/* Where a jump that is taken, or one that is not, goes. */
size_t flow_target(const struct bpf_insn *in, size_t index, bool taken);

#endif
