// SPDX-License-Identifier: GPL-2.0-only
#include "bpf_flow.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>

#define TPID_OFFSET (2 * ETH_ALEN)
#define TPID_OLD_QINQ 0x9100

static const struct flow_range anything = { 0, UINT32_MAX };

static bool load_known(const struct bpf_insn *in)
{
	switch (in->code) {
	case BPF_LD | BPF_IMM: case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_LEN: case BPF_LDX | BPF_LEN:
	case BPF_LD | BPF_ABS | BPF_W: case BPF_LD | BPF_IND | BPF_W:
	case BPF_LD | BPF_ABS | BPF_H: case BPF_LD | BPF_IND | BPF_H:
	case BPF_LD | BPF_ABS | BPF_B: case BPF_LD | BPF_IND | BPF_B:
	case BPF_LDX | BPF_MSH | BPF_B:
		return true;
	case BPF_LD | BPF_MEM: case BPF_LDX | BPF_MEM:
		return in->k < BPF_MEMWORDS;
	default:
		return false;
	}
}

static bool step_known(const struct bpf_insn *in)
{
	switch (BPF_CLASS(in->code)) {
	case BPF_LD: case BPF_LDX:
		return load_known(in);
	case BPF_ST: case BPF_STX:
		return in->k < BPF_MEMWORDS;
	case BPF_MISC:
		return BPF_MISCOP(in->code) == BPF_TAX || BPF_MISCOP(in->code) == BPF_TXA;
	case BPF_ALU:
		return BPF_OP(in->code) <= BPF_XOR;
	case BPF_JMP:
		return BPF_OP(in->code) <= BPF_JSET;
	default:
		return true;
	}
}

size_t flow_target(const struct bpf_insn *in, size_t index, bool taken)
{
	const struct bpf_insn *step = &in[index];

	if (BPF_CLASS(step->code) != BPF_JMP)
		return index + 1;
	if (BPF_OP(step->code) == BPF_JA)
		return index + 1 + step->k;
	return index + 1 + (taken ? step->jt : step->jf);
}

static bool program_known(const struct bpf_insn *in, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!step_known(&in[i]))
			return false;
		if (BPF_CLASS(in[i].code) == BPF_RET)
			continue;
		/* A jump back is a large number here. */
		if (in[i].code == (BPF_JMP | BPF_JA) && in[i].k >= count)
			return false;
		if (flow_target(in, i, true) >= count || flow_target(in, i, false) >= count)
			return false;
	}
	return count > 0;
}

static struct flow_range range(uint64_t low, uint64_t high)
{
	/* What may wrap around can be anything. */
	if (low > high || high > UINT32_MAX)
		return anything;
	return (struct flow_range){ low, high };
}

static struct flow_range alu_range(const struct bpf_insn *step, struct flow_range a,
				   struct flow_range x)
{
	struct flow_range b = { step->k, step->k };

	if (BPF_SRC(step->code) == BPF_X)
		b = x;
	switch (BPF_OP(step->code)) {
	case BPF_ADD:
		return range((uint64_t)a.low + b.low, (uint64_t)a.high + b.high);
	case BPF_SUB:
		return b.high > a.low ? anything : range(a.low - b.high, a.high - b.low);
	case BPF_MUL:
		return range((uint64_t)a.low * b.low, (uint64_t)a.high * b.high);
	case BPF_AND:
		return range(0, a.high < b.high ? a.high : b.high);
	case BPF_DIV: case BPF_MOD:
		return range(0, a.high);
	case BPF_LSH:
		if (b.high > 31)
			return anything;
		return range((uint64_t)a.low << b.low, (uint64_t)a.high << b.high);
	case BPF_RSH:
		/* The kernel shifts by the lowest five bits only. */
		return range(0, a.high);
	default:
		return anything;
	}
}

static struct flow_range load_range(const struct bpf_insn *step,
				    const struct flow_step *before)
{
	switch (BPF_MODE(step->code)) {
	case BPF_IMM:
		return range(step->k, step->k);
	case BPF_MEM:
		return before->m[step->k];
	case BPF_MSH:
		return range(0, 60);
	case BPF_LEN:
		return anything;
	default:
		break;
	}
	if (BPF_SIZE(step->code) == BPF_B)
		return range(0, UINT8_MAX);
	return BPF_SIZE(step->code) == BPF_H ? range(0, UINT16_MAX) : anything;
}

/* Turn what @now holds before @step into what it holds after. */
static void step_run(const struct bpf_insn *step, bool tagged, struct flow_step *now)
{
	switch (BPF_CLASS(step->code)) {
	case BPF_LD:
		now->a = load_range(step, now);
		now->a_is_tpid = tagged && step->k == TPID_OFFSET &&
				 step->code == (BPF_LD | BPF_ABS | BPF_H);
		break;
	case BPF_LDX:
		now->x = load_range(step, now);
		break;
	case BPF_ST:
		now->m[step->k] = now->a;
		break;
	case BPF_STX:
		now->m[step->k] = now->x;
		break;
	case BPF_ALU:
		now->a = alu_range(step, now->a, now->x);
		now->a_is_tpid = false;
		break;
	case BPF_MISC:
		if (BPF_MISCOP(step->code) == BPF_TAX) {
			now->x = now->a;
		} else {
			now->a = now->x;
			now->a_is_tpid = false;
		}
		break;
	}
}

static bool is_tpid(uint32_t type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD || type == TPID_OLD_QINQ;
}

/* A tag's type is never IPv4's, say: whole expressions fold into their verdict. */
static enum flow_way way_of(const struct bpf_insn *step, const struct flow_step *before)
{
	if (!before->a_is_tpid || BPF_SRC(step->code) != BPF_K)
		return FLOW_BOTH;
	switch (BPF_OP(step->code)) {
	case BPF_JEQ:
		return is_tpid(step->k) ? FLOW_BOTH : FLOW_FALSE;
	case BPF_JGT: case BPF_JGE:
		return step->k < ETH_P_8021Q ? FLOW_TRUE : FLOW_BOTH;
	default:
		return FLOW_BOTH;
	}
}

static struct flow_range range_join(struct flow_range one, struct flow_range other)
{
	return (struct flow_range){ one.low < other.low ? one.low : other.low,
				    one.high > other.high ? one.high : other.high };
}

static void step_join(struct flow_step *step, const struct flow_step *from)
{
	size_t i;

	if (!step->reached) {
		*step = *from;
		step->way = FLOW_BOTH;
		return;
	}
	step->a = range_join(step->a, from->a);
	step->x = range_join(step->x, from->x);
	for (i = 0; i < BPF_MEMWORDS; i++)
		step->m[i] = range_join(step->m[i], from->m[i]);
	step->a_is_tpid &= from->a_is_tpid;
}

static uint32_t reads(const struct bpf_insn *step, enum flow_way way)
{
	uint32_t second = BPF_SRC(step->code) == BPF_X ? FLOW_X : 0;

	switch (BPF_CLASS(step->code)) {
	case BPF_LD: case BPF_LDX:
		if (BPF_MODE(step->code) == BPF_MEM)
			return 1u << step->k;
		return BPF_MODE(step->code) == BPF_IND ? FLOW_X : 0;
	case BPF_ST:
		return FLOW_A;
	case BPF_STX:
		return FLOW_X;
	case BPF_ALU:
		return FLOW_A | second;
	case BPF_JMP:
		return BPF_OP(step->code) == BPF_JA || way != FLOW_BOTH ? 0 : FLOW_A | second;
	case BPF_RET:
		return BPF_RVAL(step->code) == BPF_A ? FLOW_A : 0;
	default:
		return BPF_MISCOP(step->code) == BPF_TAX ? FLOW_A : FLOW_X;
	}
}

static uint32_t writes(const struct bpf_insn *step)
{
	switch (BPF_CLASS(step->code)) {
	case BPF_LD: case BPF_ALU:
		return FLOW_A;
	case BPF_LDX:
		return FLOW_X;
	case BPF_ST: case BPF_STX:
		return 1u << step->k;
	case BPF_MISC:
		return BPF_MISCOP(step->code) == BPF_TAX ? FLOW_X : FLOW_A;
	default:
		return 0;
	}
}

uint32_t flow_live_before(const struct bpf_insn *in, const struct flow_step *flow,
			  size_t index)
{
	return (flow[index].live & ~writes(&in[index])) |
	       reads(&in[index], flow[index].way);
}

static void live_find(const struct bpf_insn *in, size_t count, struct flow_step *flow)
{
	size_t i;

	for (i = count; i-- > 0;) {
		flow[i].live = 0;
		if (!flow[i].reached || BPF_CLASS(in[i].code) == BPF_RET)
			continue;
		if (flow[i].way != FLOW_FALSE)
			flow[i].live |= flow_live_before(in, flow, flow_target(in, i, true));
		if (flow[i].way != FLOW_TRUE)
			flow[i].live |= flow_live_before(in, flow, flow_target(in, i, false));
	}
}

int flow_analyse(const struct bpf_insn *in, size_t count, bool tagged,
		 struct flow_step *flow)
{
	struct flow_step now;
	size_t i;

	if (!program_known(in, count))
		return -EINVAL;
	/* Registers begin as 0. */
	flow[0].reached = true;
	for (i = 0; i < count; i++) {
		if (!flow[i].reached || BPF_CLASS(in[i].code) == BPF_RET)
			continue;
		flow[i].way = BPF_CLASS(in[i].code) == BPF_JMP &&
			      BPF_OP(in[i].code) != BPF_JA ? way_of(&in[i], &flow[i]) :
			      FLOW_BOTH;
		now = flow[i];
		step_run(&in[i], tagged, &now);
		if (flow[i].way != FLOW_FALSE)
			step_join(&flow[flow_target(in, i, true)], &now);
		if (flow[i].way != FLOW_TRUE)
			step_join(&flow[flow_target(in, i, false)], &now);
	}
	live_find(in, count, flow);
	return 0;
}

bool flow_reads_unwritten(const struct bpf_insn *in, size_t count)
{
	struct flow_step *flow = calloc(count, sizeof(*flow));
	bool answer;

	if (!flow)
		return true;
	answer = !flow_analyse(in, count, false, flow) &&
		 flow_live_before(in, flow, 0) & (FLOW_A - 1);
	free(flow);
	return answer;
}
