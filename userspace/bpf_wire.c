// SPDX-License-Identifier: GPL-2.0-only
/*
 * "On the wire" are offsets in the frame with its tag: bytes 12 and 13 are the
 * tag's type, 14 and 15 its control information, and what follows is 4 bytes
 * nearer in the kernel's data, where the tag is missing.
 */
#include "bpf_wire.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bpf_flow.h"
#include "bpf_layout.h"

#define TAG_START 12
#define TAG_MIDDLE 14
#define TAG_END 16
#define TAG_LENGTH 4

/* No frame is as long. Higher offsets mean other things to the kernel, which
 * takes them for negative ones; in a savefile they are beyond the end. */
#define OFFSET_MAX 0x7ffffff0u

#define ANCILLARY(what) ((uint32_t)(SKF_AD_OFF + SKF_AD_##what))

struct wire {
	struct layout *layout;
	const struct bpf_insn *in;
	const struct flow_step *flow;
	size_t count;
	size_t labels;		/* of the steps of @in: the first one's */
	bool tagged;		/* the tag is beside the frame */
	bool no_scratch;
};

static void step(const struct wire *wire, uint16_t code, uint32_t k)
{
	layout_step(wire->layout, code, k);
}

static unsigned int load_size(const struct bpf_insn *in)
{
	switch (BPF_SIZE(in->code)) {
	case BPF_B: return 1;
	case BPF_H: return 2;
	default: return 4;
	}
}

/* Scratch memory that nobody reads behind step @index. */
static uint32_t scratch_find(struct wire *wire, size_t index)
{
	uint32_t slot;

	for (slot = 0; slot < BPF_MEMWORDS; slot++)
		if (!(wire->flow[index].live & 1u << slot))
			return slot;
	wire->no_scratch = true;
	return 0;
}

/* A = bytes @from to @to of the kernel's data. */
static void data_load(const struct wire *wire, uint32_t from, uint32_t to)
{
	switch (to - from) {
	case 1:
		step(wire, BPF_LD | BPF_ABS | BPF_B, from);
		break;
	case 2:
		step(wire, BPF_LD | BPF_ABS | BPF_H, from);
		break;
	case 3:
		/* There is a byte before it, and so no new reason to fail. */
		step(wire, BPF_LD | BPF_ABS | BPF_W, from - 1);
		step(wire, BPF_ALU | BPF_AND | BPF_K, 0xffffff);
		break;
	default:
		step(wire, BPF_LD | BPF_ABS | BPF_W, from);
	}
}

/* A = one or two bytes of one half of the tag. */
static void tag_load(const struct wire *wire, uint32_t from, uint32_t to)
{
	bool type = from < TAG_MIDDLE;

	step(wire, BPF_LD | BPF_ABS | BPF_B,
	     type ? ANCILLARY(VLAN_TPID) : ANCILLARY(VLAN_TAG));
	if (to - from == 2)
		return;
	if (from == TAG_START || from == TAG_MIDDLE)
		step(wire, BPF_ALU | BPF_RSH | BPF_K, 8);
	else
		step(wire, BPF_ALU | BPF_AND | BPF_K, 0xff);
}

static uint32_t border_after(uint32_t from, uint32_t end)
{
	static const uint32_t borders[] = { TAG_START, TAG_MIDDLE, TAG_END };
	size_t i;

	for (i = 0; i < sizeof(borders) / sizeof(borders[0]); i++)
		if (from < borders[i])
			return borders[i] < end ? borders[i] : end;
	return end;
}

static bool crosses_border(uint32_t from, uint32_t size)
{
	return border_after(from, from + size) < from + size;
}

/* A = what is on the wire at @start, put together of what is where. Overwrites
 * X if there is a border to cross. */
static void wire_load(const struct wire *wire, uint32_t start, uint32_t size)
{
	uint32_t end = start + size, from, to;

	for (from = start; from < end; from = to) {
		to = border_after(from, end);
		if (from > start)
			step(wire, BPF_MISC | BPF_TAX, 0);
		if (from < TAG_START)
			data_load(wire, from, to);
		else if (from < TAG_END)
			tag_load(wire, from, to);
		else
			data_load(wire, from - TAG_LENGTH, to - TAG_LENGTH);
		if (to < end)
			step(wire, BPF_ALU | BPF_LSH | BPF_K, 8 * (end - to));
		if (from > start)
			step(wire, BPF_ALU | BPF_OR | BPF_X, 0);
	}
}

static void absolute_see(struct wire *wire, size_t index)
{
	const struct bpf_insn *in = &wire->in[index];
	uint32_t live = wire->flow[index].live, size = load_size(in), slot = 0;
	bool keep_x;

	if (in->k > OFFSET_MAX) {
		step(wire, BPF_RET | BPF_K, 0);
		return;
	}
	if (!wire->tagged) {
		step(wire, in->code, in->k);
		return;
	}
	/* The tag is always there: reading it can't fail. */
	if (in->k >= TAG_START && in->k + size <= TAG_END && !(live & FLOW_A))
		return;
	keep_x = crosses_border(in->k, size) && live & FLOW_X;
	if (keep_x) {
		slot = scratch_find(wire, index);
		step(wire, BPF_STX, slot);
	}
	wire_load(wire, in->k, size);
	if (keep_x)
		step(wire, BPF_LDX | BPF_MEM, slot);
}

/* The offset is X + @in->k: where can that be, on the wire? */
static void indexed_high(const struct wire *wire, const struct bpf_insn *in)
{
	/* Where k is below 4 the sum still is above 0: the kernel adds it up
	 * as numbers with a sign. */
	step(wire, in->code, in->k - TAG_LENGTH);
}

/* One load for each X that makes the load touch the tag: X is known there, and
 * so is what it has to be afterwards. A is X. */
static void indexed_middle(struct wire *wire, const struct bpf_insn *in,
			   uint32_t lowest, uint32_t highest, bool keep_x, size_t end)
{
	uint32_t size = load_size(in), offset;

	for (offset = lowest; offset <= highest; offset++) {
		size_t next = layout_labels(wire->layout, 1);

		if (offset < highest)
			layout_branch(wire->layout, BPF_JMP | BPF_JEQ | BPF_K,
				      offset - in->k, LAYOUT_NEXT, next);
		wire_load(wire, offset, size);
		if (keep_x && crosses_border(offset, size))
			step(wire, BPF_LDX | BPF_IMM, offset - in->k);
		layout_jump(wire->layout, end);
		layout_place(wire->layout, next);
	}
}

static void indexed_split(struct wire *wire, size_t index, uint64_t lowest,
			  uint64_t highest)
{
	const struct bpf_insn *in = &wire->in[index];
	uint32_t first = TAG_START + 1 - load_size(in);	/* that touches the tag */
	size_t end = layout_labels(wire->layout, 3);
	size_t middle = end + 1, high = end + 2;

	step(wire, BPF_MISC | BPF_TXA, 0);
	if (highest >= TAG_END)
		layout_branch(wire->layout, BPF_JMP | BPF_JGE | BPF_K,
			      TAG_END - in->k, high, LAYOUT_NEXT);
	if (lowest < first) {
		layout_branch(wire->layout, BPF_JMP | BPF_JGE | BPF_K,
			      first - in->k, middle, LAYOUT_NEXT);
		step(wire, in->code, in->k);
		layout_jump(wire->layout, end);
	}
	layout_place(wire->layout, middle);
	indexed_middle(wire, in, lowest < first ? first : lowest,
		       highest < TAG_END ? highest : TAG_END - 1,
		       wire->flow[index].live & FLOW_X, end);
	layout_place(wire->layout, high);
	if (highest >= TAG_END)
		indexed_high(wire, in);
	layout_place(wire->layout, end);
}

static void indexed_see(struct wire *wire, size_t index)
{
	const struct bpf_insn *in = &wire->in[index];
	uint64_t lowest = (uint64_t)wire->flow[index].x.low + in->k;
	uint64_t highest = (uint64_t)wire->flow[index].x.high + in->k;
	size_t inside = layout_labels(wire->layout, 1);

	if (lowest > OFFSET_MAX) {
		step(wire, BPF_RET | BPF_K, 0);
		return;
	}
	if (highest > OFFSET_MAX) {
		step(wire, BPF_MISC | BPF_TXA, 0);
		layout_branch(wire->layout, BPF_JMP | BPF_JGT | BPF_K,
			      OFFSET_MAX - in->k, LAYOUT_NEXT, inside);
		step(wire, BPF_RET | BPF_K, 0);
		layout_place(wire->layout, inside);
	}
	if (!wire->tagged || highest + load_size(in) <= TAG_START)
		step(wire, in->code, in->k);
	else if (lowest >= TAG_END)
		indexed_high(wire, in);
	else
		indexed_split(wire, index, lowest, highest);
}

/* X = (byte @k & 0xf) * 4. */
static void header_length_see(struct wire *wire, size_t index)
{
	const struct bpf_insn *in = &wire->in[index];
	bool keep_a = wire->flow[index].live & FLOW_A;
	uint32_t slot;

	if (in->k > OFFSET_MAX) {
		step(wire, BPF_RET | BPF_K, 0);
		return;
	}
	if (!wire->tagged || in->k < TAG_START || in->k >= TAG_END) {
		step(wire, in->code,
		     wire->tagged && in->k >= TAG_END ? in->k - TAG_LENGTH : in->k);
		return;
	}
	slot = keep_a ? scratch_find(wire, index) : 0;
	if (keep_a)
		step(wire, BPF_ST, slot);
	tag_load(wire, in->k, in->k + 1);
	step(wire, BPF_ALU | BPF_AND | BPF_K, 0xf);
	step(wire, BPF_ALU | BPF_LSH | BPF_K, 2);
	step(wire, BPF_MISC | BPF_TAX, 0);
	if (keep_a)
		step(wire, BPF_LD | BPF_MEM, slot);
}

static void length_see(struct wire *wire, size_t index)
{
	const struct bpf_insn *in = &wire->in[index];
	bool to_x = BPF_CLASS(in->code) == BPF_LDX;
	bool keep_a = to_x && wire->flow[index].live & FLOW_A;
	uint32_t slot;

	if (!wire->tagged) {
		step(wire, in->code, 0);
		return;
	}
	slot = keep_a ? scratch_find(wire, index) : 0;
	if (keep_a)
		step(wire, BPF_ST, slot);
	step(wire, BPF_LD | BPF_LEN, 0);
	step(wire, BPF_ALU | BPF_ADD | BPF_K, TAG_LENGTH);
	if (to_x)
		step(wire, BPF_MISC | BPF_TAX, 0);
	if (keep_a)
		step(wire, BPF_LD | BPF_MEM, slot);
}

static void load_see(struct wire *wire, size_t index)
{
	const struct bpf_insn *in = &wire->in[index];

	switch (BPF_MODE(in->code)) {
	case BPF_ABS:
		absolute_see(wire, index);
		break;
	case BPF_IND:
		indexed_see(wire, index);
		break;
	case BPF_MSH:
		header_length_see(wire, index);
		break;
	case BPF_LEN:
		length_see(wire, index);
		break;
	default:
		step(wire, in->code, in->k);
	}
}

/* Jumping over nothing but steps that are left out is no jump. */
static void goto_step(struct wire *wire, size_t index, size_t target)
{
	size_t i;

	for (i = index + 1; i < target; i++)
		if (wire->flow[i].reached)
			break;
	if (i == target)
		return;
	if (BPF_CLASS(wire->in[target].code) == BPF_RET)
		step(wire, wire->in[target].code, wire->in[target].k);
	else
		layout_jump(wire->layout, wire->labels + target);
}

static void jump_see(struct wire *wire, size_t index)
{
	const struct bpf_insn *in = &wire->in[index];
	size_t taken = flow_target(wire->in, index, true);
	size_t other = flow_target(wire->in, index, false);

	if (wire->flow[index].way != FLOW_BOTH)
		goto_step(wire, index, wire->flow[index].way == FLOW_TRUE ? taken : other);
	else if (BPF_OP(in->code) == BPF_JA)
		layout_jump(wire->layout, wire->labels + taken);
	else
		layout_branch(wire->layout, in->code, in->k, wire->labels + taken,
			      wire->labels + other);
}

static void program_see(struct wire *wire)
{
	size_t i;

	for (i = 0; i < wire->count; i++) {
		layout_place(wire->layout, wire->labels + i);
		if (!wire->flow[i].reached)
			continue;
		switch (BPF_CLASS(wire->in[i].code)) {
		case BPF_LD: case BPF_LDX:
			load_see(wire, i);
			break;
		case BPF_JMP:
			jump_see(wire, i);
			break;
		default:
			step(wire, wire->in[i].code, wire->in[i].k);
		}
	}
}

static int version_add(struct layout *layout, const struct bpf_insn *in, size_t count,
		       size_t labels, bool tagged)
{
	struct flow_step *flow = calloc(count, sizeof(*flow));
	struct wire wire = {
		.layout = layout, .in = in, .flow = flow, .count = count,
		.labels = labels, .tagged = tagged,
	};
	int error;

	if (!flow)
		return -ENOMEM;
	error = flow_analyse(in, count, tagged, flow);
	if (!error) {
		/* Asking for the tag has changed A, which is to begin as 0. */
		if (tagged && flow_live_before(in, flow, 0) & FLOW_A)
			layout_step(layout, BPF_LD | BPF_IMM, 0);
		program_see(&wire);
		error = wire.no_scratch ? -ENOBUFS : 0;
	}
	free(flow);
	return error;
}

/* Does the tag change anything for it? */
static bool reads_behind_addresses(const struct bpf_insn *in, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (BPF_CLASS(in[i].code) != BPF_LD && BPF_CLASS(in[i].code) != BPF_LDX)
			continue;
		switch (BPF_MODE(in[i].code)) {
		case BPF_LEN: case BPF_IND:
			return true;
		case BPF_ABS: case BPF_MSH:
			if ((uint64_t)in[i].k + load_size(&in[i]) > TAG_START)
				return true;
		}
	}
	return false;
}

/* As a program of two, the first one for frames with a tag beside them. */
static int both_versions(struct layout *layout, const struct bpf_insn *in, size_t count)
{
	size_t tagged = layout_labels(layout, 2 * count), plain = tagged + count;
	int error;

	if (reads_behind_addresses(in, count)) {
		layout_step(layout, BPF_LD | BPF_ABS | BPF_B, ANCILLARY(VLAN_TAG_PRESENT));
		layout_branch(layout, BPF_JMP | BPF_JEQ | BPF_K, 0, plain, LAYOUT_NEXT);
		error = version_add(layout, in, count, tagged, true);
		if (error)
			return error;
	}
	return version_add(layout, in, count, plain, false);
}

int bpf_see_tag(const struct bpf_insn *in, size_t count, struct sock_filter **out,
		size_t *out_count)
{
	struct layout layout = { 0 };
	int error;

	if (!count)
		return -EINVAL;
	if (count > BPF_MAXINSNS)
		return -E2BIG;
	error = both_versions(&layout, in, count);
	if (!error)
		error = layout_finish(&layout, out, out_count);
	layout_free(&layout);
	return error;
}
