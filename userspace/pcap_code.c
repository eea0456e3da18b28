// SPDX-License-Identifier: GPL-2.0-only
#include "pcap_code.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

/* Longer than any frame: a filter answers with it, meaning "the whole". */
#define WHOLE_FRAME 262144

static int code_print(const struct bpf_program *program, bool turn_tagged_away,
		      char **text)
{
	const struct sock_filter untagged[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	unsigned int extra = turn_tagged_away ? sizeof(untagged) / sizeof(untagged[0]) : 0;
	unsigned int i;
	size_t size;
	FILE *out;

	*text = NULL;
	out = open_memstream(text, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "%u", program->bf_len + extra);
	for (i = 0; i < extra; i++)
		fprintf(out, ",%u %u %u %u", untagged[i].code, untagged[i].jt,
			untagged[i].jf, untagged[i].k);
	for (i = 0; i < program->bf_len; i++) {
		const struct bpf_insn *step = &program->bf_insns[i];

		fprintf(out, ",%u %u %u %u", step->code, step->jt, step->jf, step->k);
	}
	if (fclose(out)) {
		free(*text);
		*text = NULL;
		return -ENOMEM;
	}
	return 0;
}

int pcap_code_compile(const char *expression, enum pcap_code_start start,
		      char **code, struct error_list *errors)
{
	bool frame = start == PCAP_CODE_FRAME;
	struct bpf_program program;
	pcap_t *pcap;
	int error;

	pcap = pcap_open_dead(frame ? DLT_EN10MB : DLT_RAW, WHOLE_FRAME);
	if (!pcap)
		return -ENOMEM;
	if (pcap_compile(pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN)) {
		error = error_definition(errors, NULL, "libpcap refuses '%.200s': %s",
					 expression, pcap_geterr(pcap));
		goto out_close;
	}
	error = code_print(&program, frame && *expression, code);
	pcap_freecode(&program);
out_close:
	pcap_close(pcap);
	return error;
}
