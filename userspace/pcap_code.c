// SPDX-License-Identifier: GPL-2.0-only
#include "pcap_code.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpf_flow.h"
#include "bpf_wire.h"

/* Longer than any frame: a filter answers with it, meaning "the whole". */
#define WHOLE_FRAME 262144

static int code_print(const struct sock_filter *steps, size_t count, char **text)
{
	size_t size, i;
	FILE *out;

	*text = NULL;
	out = open_memstream(text, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "%zu", count);
	for (i = 0; i < count; i++)
		fprintf(out, ",%u %u %u %u", steps[i].code, steps[i].jt, steps[i].jf,
			steps[i].k);
	if (fclose(out)) {
		free(*text);
		*text = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* The same steps in the kernel's structure. */
static int code_copy(const struct bpf_program *program, struct sock_filter **steps,
		     size_t *count)
{
	size_t i;

	*steps = calloc(program->bf_len, sizeof(**steps));
	if (!*steps)
		return -ENOMEM;
	*count = program->bf_len;
	for (i = 0; i < *count; i++) {
		const struct bpf_insn *step = &program->bf_insns[i];

		(*steps)[i] = (struct sock_filter){ step->code, step->jt, step->jf, step->k };
	}
	return 0;
}

static int frame_code(const struct bpf_program *program, const char *expression,
		      struct sock_filter **steps, size_t *count, struct error_list *errors)
{
	int error;

	error = bpf_see_tag(program->bf_insns, program->bf_len, steps, count);
	if (!error && *count > PCAP_CODE_TC_MAX)
		error = -E2BIG;
	switch (error) {
	case -EINVAL:
		return error_definition(errors, NULL,
					"the kernel runs no loops, which '%.200s' needs",
					expression);
	case -E2BIG:
		return error_definition(errors, NULL,
					"'%.200s' needs more than the %d instructions that tc can load (of the kernel's %d)",
					expression, PCAP_CODE_TC_MAX, BPF_MAXINSNS);
	case -ENOBUFS:
		return error_definition(errors, NULL,
					"'%.200s' needs more than the kernel's %d words of scratch memory",
					expression, BPF_MEMWORDS);
	default:
		return error;
	}
}

/* libpcap's optimizer, 1.10.3's at least, sometimes loses a store to scratch
 * memory and keeps the load. */
static int program_compile(pcap_t *pcap, const char *expression,
			   struct bpf_program *program, struct error_list *errors)
{
	int optimize;

	for (optimize = 1; optimize >= 0; optimize--) {
		if (pcap_compile(pcap, program, expression, optimize, PCAP_NETMASK_UNKNOWN))
			return error_definition(errors, NULL, "libpcap refuses '%.200s': %s",
						expression, pcap_geterr(pcap));
		if (!optimize ||
		    !flow_reads_unwritten(program->bf_insns, program->bf_len))
			break;
		pcap_freecode(program);
	}
	return 0;
}

int pcap_code_compile(const char *expression, enum pcap_code_start start,
		      char **code, struct error_list *errors)
{
	bool frame = start == PCAP_CODE_FRAME;
	struct sock_filter *steps = NULL;
	struct bpf_program program;
	size_t count;
	pcap_t *pcap;
	int error;

	pcap = pcap_open_dead(frame ? DLT_EN10MB : DLT_RAW, WHOLE_FRAME);
	if (!pcap)
		return -ENOMEM;
	error = program_compile(pcap, expression, &program, errors);
	if (error)
		goto out_close;
	error = frame ? frame_code(&program, expression, &steps, &count, errors) :
			code_copy(&program, &steps, &count);
	if (!error)
		error = code_print(steps, count, code);
	free(steps);
	pcap_freecode(&program);
out_close:
	pcap_close(pcap);
	return error;
}
