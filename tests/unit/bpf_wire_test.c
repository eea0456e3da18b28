// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libpcap says of a frame as it is on the wire, against what the program
 * for the kernel says of it there, with the outer tag in the data and beside
 * it. The kernel is an interpreter of our own; a socket of the real one says
 * whether it would take the program. BPF_WIRE_SEED repeats a run.
 */
#include "harness.h"

#include <errno.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../tools/frame.h"
#include "bpf_flow.h"
#include "bpf_wire.h"

#define EXPRESSIONS 2500
#define PROGRAMS 2500
#define FRAMES 60	/* for each of them */
#define TEXT_MAX 4096

/* --- chance --- */

static uint64_t chance_state;

static uint32_t chance(uint32_t below)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (chance_state >> 16) % below;
}

#define ONE_OF(array) ((array)[chance(sizeof(array) / sizeof((array)[0]))])

/* --- frames --- */

struct skb {
	uint8_t data[FRAME_MAX];
	size_t length;
	bool tagged;
	uint16_t tpid, tci;
};

static const uint16_t tag_types[] = { 0x8100, 0x8100, 0x88a8, 0x9100 };
static const uint16_t tag_ids[] = { 0, 10, 20, 0x1005, 0xe00a, 0xffff, 0x0800, 0x4506 };

/* One of the edge frames, often with other tags, bytes and ends. */
static size_t frame_make(uint8_t *bytes)
{
	struct frame frame = edge_frames[chance(edge_frame_count)];
	size_t length, tag, i;

	if (chance(3))
		for (tag = 0; tag < FRAME_TAGS_MAX && chance(4); tag++)
			frame.tags[tag] = (struct frame_tag){ ONE_OF(tag_types),
							      ONE_OF(tag_ids) };
	length = frame_build(&frame, bytes);
	for (i = chance(4) ? 0 : chance(12); i > 0; i--)
		bytes[chance(length)] = chance(256);
	if (!chance(4)) {
		i = 14 + chance(chance(2) ? 12 : 60);
		length = i < length ? i : length;
	}
	return length;
}

/* As the kernel has it after it took the tag off, if there is one to take. */
static bool tag_take(const uint8_t *bytes, size_t length, struct skb *skb)
{
	*skb = (struct skb){ .length = length - 4, .tagged = true };
	if (length < 18)
		return false;
	skb->tpid = bytes[12] << 8 | bytes[13];
	skb->tci = bytes[14] << 8 | bytes[15];
	memcpy(skb->data, bytes, 12);
	memcpy(skb->data + 12, bytes + 16, length - 16);
	return skb->tpid == 0x8100 || skb->tpid == 0x88a8;
}

/* --- the kernel --- */

struct machine {
	const struct skb *skb;
	uint32_t a, x, m[BPF_MEMWORDS];
	uint32_t written;	/* of m */
	bool rejects;
	const char *wrong;	/* it does what it must not */
};

static uint32_t machine_load(struct machine *machine, uint64_t offset, unsigned int size)
{
	uint32_t value = 0, from = offset;
	unsigned int i;

	/* Below 0: of the network header, of the link header, or nothing. */
	if ((int32_t)from < 0) {
		if ((int32_t)from >= SKF_LL_OFF)
			machine->wrong = "reads at a negative offset";
		machine->rejects = true;
		return 0;
	}
	if (from + (uint64_t)size > machine->skb->length) {
		machine->rejects = true;
		return 0;
	}
	for (i = 0; i < size; i++)
		value = value << 8 | machine->skb->data[from + i];
	return value;
}

static uint32_t machine_absolute(struct machine *machine, uint32_t k, unsigned int size)
{
	switch (k) {
	case (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT):
		return machine->skb->tagged;
	case (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG):
		return machine->skb->tci;
	case (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TPID):
		return machine->skb->tpid;
	default:
		return machine_load(machine, k, size);
	}
}

static uint32_t machine_value(struct machine *machine, const struct sock_filter *step)
{
	unsigned int size = BPF_SIZE(step->code) == BPF_W ? 4 :
			    BPF_SIZE(step->code) == BPF_H ? 2 : 1;

	switch (BPF_MODE(step->code)) {
	case BPF_IMM:
		return step->k;
	case BPF_ABS:
		return machine_absolute(machine, step->k, size);
	case BPF_IND:
		return machine_load(machine, (uint64_t)machine->x + (int32_t)step->k, size);
	case BPF_MSH:
		return (machine_load(machine, step->k, 1) & 0xf) << 2;
	case BPF_LEN:
		return machine->skb->length;
	default:
		if (!(machine->written & 1u << step->k))
			machine->wrong = "reads memory that was not written";
		return machine->m[step->k];
	}
}

static void machine_calculate(struct machine *machine, const struct sock_filter *step)
{
	uint32_t b = BPF_SRC(step->code) == BPF_X ? machine->x : step->k;

	switch (BPF_OP(step->code)) {
	case BPF_ADD: machine->a += b; break;
	case BPF_SUB: machine->a -= b; break;
	case BPF_MUL: machine->a *= b; break;
	case BPF_AND: machine->a &= b; break;
	case BPF_OR: machine->a |= b; break;
	case BPF_XOR: machine->a ^= b; break;
	case BPF_LSH: machine->a <<= b & 31; break;
	case BPF_RSH: machine->a >>= b & 31; break;
	case BPF_NEG: machine->a = -machine->a; break;
	case BPF_DIV:
	case BPF_MOD:
		machine->rejects = !b;
		if (b)
			machine->a = BPF_OP(step->code) == BPF_DIV ? machine->a / b :
								     machine->a % b;
		break;
	default:
		machine->wrong = "calculates what is not known";
	}
}

static size_t machine_jump(const struct machine *machine, const struct sock_filter *step)
{
	uint32_t b = BPF_SRC(step->code) == BPF_X ? machine->x : step->k;
	bool taken = false;

	switch (BPF_OP(step->code)) {
	case BPF_JA: return step->k;
	case BPF_JEQ: taken = machine->a == b; break;
	case BPF_JGT: taken = machine->a > b; break;
	case BPF_JGE: taken = machine->a >= b; break;
	case BPF_JSET: taken = machine->a & b; break;
	}
	return taken ? step->jt : step->jf;
}

static void machine_store(struct machine *machine, uint32_t slot, uint32_t value)
{
	machine->m[slot] = value;
	machine->written |= 1u << slot;
}

static uint32_t kernel_run(const struct sock_filter *program, size_t count,
			   const struct skb *skb, const char **wrong)
{
	struct machine machine = { .skb = skb };
	size_t i;

	for (i = 0; i < count && !machine.rejects; i++) {
		const struct sock_filter *step = &program[i];

		switch (BPF_CLASS(step->code)) {
		case BPF_LD: machine.a = machine_value(&machine, step); break;
		case BPF_LDX: machine.x = machine_value(&machine, step); break;
		case BPF_ST: machine_store(&machine, step->k, machine.a); break;
		case BPF_STX: machine_store(&machine, step->k, machine.x); break;
		case BPF_ALU: machine_calculate(&machine, step); break;
		case BPF_JMP: i += machine_jump(&machine, step); break;
		case BPF_RET:
			*wrong = machine.wrong;
			return BPF_RVAL(step->code) == BPF_A ? machine.a : step->k;
		default:
			if (BPF_MISCOP(step->code) == BPF_TAX)
				machine.x = machine.a;
			else
				machine.a = machine.x;
		}
	}
	*wrong = i < count || machine.rejects ? machine.wrong : "runs off its end";
	return 0;
}

/* Would the kernel take it? */
static bool kernel_takes(const struct sock_filter *program, size_t count)
{
	struct sock_fprog filter = { .len = count, .filter = (struct sock_filter *)program };
	static int descriptor = -1;

	if (descriptor < 0)
		descriptor = socket(AF_UNIX, SOCK_DGRAM, 0);
	return !setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

/* --- one against the other --- */

static struct {
	unsigned long verdicts, accepted, beside, programs, refused, largest;
	unsigned long failed;
} total;

static void program_print(const struct sock_filter *program, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		fprintf(stderr, "%zu,%u %u %u %u\n", i, program[i].code, program[i].jt,
			program[i].jf, program[i].k);
}

static void verdict_compare(const char *name, const struct bpf_insn *in,
			    const struct sock_filter *program, size_t count,
			    const struct skb *skb, const uint8_t *bytes, size_t length)
{
	uint32_t expected = bpf_filter(in, bytes, length, length), got;
	const char *wrong = NULL;
	size_t i;

	got = kernel_run(program, count, skb, &wrong);
	total.verdicts++;
	total.accepted += expected > 0;
	total.beside += skb->tagged;
	if (got == expected && !wrong)
		return;
	if (total.failed++ >= 3)
		return;
	fprintf(stderr, "%s: expected %u, got %u %s; the tag is %s, frame ", name,
		expected, got, wrong ? wrong : "", skb->tagged ? "beside" : "inside");
	for (i = 0; i < length && i < 80; i++)
		fprintf(stderr, "%02x", bytes[i]);
	fprintf(stderr, " (%zu)\n", length);
	program_print(program, count);
}

static void program_compare(const char *name, const struct bpf_insn *in, size_t in_count)
{
	static uint8_t bytes[FRAME_MAX];
	static struct skb skb;
	struct sock_filter *program;
	size_t count, length;
	int error, i;

	error = bpf_see_tag(in, in_count, &program, &count);
	if (error == -ENOBUFS || error == -E2BIG) {
		total.refused++;
		return;
	}
	if (error || !kernel_takes(program, count)) {
		total.failed++;
		fprintf(stderr, "%s: refused: %d, errno %d\n", name, error, errno);
		if (!error) {
			program_print(program, count);
			free(program);
		}
		return;
	}
	total.programs++;
	total.largest = count > total.largest ? count : total.largest;
	for (i = 0; i < FRAMES; i++) {
		length = frame_make(bytes);
		if (tag_take(bytes, length, &skb))
			verdict_compare(name, in, program, count, &skb, bytes, length);
		/* In the data, as on the way out of AF_PACKET. */
		memcpy(skb.data, bytes, length);
		skb.length = length;
		skb.tagged = false;
		verdict_compare(name, in, program, count, &skb, bytes, length);
	}
	free(program);
}

static void total_check(const char *what)
{
	printf("# %s: %lu programs, the largest of %lu instructions, %lu refused; "
	       "%lu verdicts, %lu with the tag beside the frame, %lu to accept\n", what,
	       total.programs, total.largest, total.refused, total.verdicts, total.beside,
	       total.accepted);
	check(!total.failed, what, "%lu failures", total.failed);
	check(total.accepted > total.verdicts / 20 &&
	      total.verdicts - total.accepted > total.verdicts / 20 &&
	      total.beside > total.verdicts / 20 && total.refused < total.programs / 10,
	      "prove something", "see the numbers above");
	memset(&total, 0, sizeof(total));
}

/* --- expressions --- */

static const char *const primitives[] = {
	"vlan", "vlan 10", "vlan 20", "vlan and vlan", "vlan 10 and vlan 20", "mpls",
	"mpls 16", "pppoed", "pppoes", "pppoes 1", "ip", "ip6", "arp", "rarp", "tcp", "udp",
	"sctp", "icmp", "icmp6", "ip proto 47", "ip6 proto 6", "proto 17", "port 53",
	"tcp port 80", "udp port 53", "src port 80", "portrange 50-90", "host 192.0.2.1",
	"src host 192.0.2.2", "ip6 host 2001:db8::1", "net 192.0.2.0/24", "less 60",
	"greater 60", "len > 58", "len <= 62", "len = 82", "ether proto 0x88a8",
	"ether proto 0x8100", "ether proto 0x88b5", "ether[12:2] = 0x8100", "llc", "stp",
	"ether multicast", "ether broadcast", "ether src 02:00:00:00:00:01", "ip[0] & 0xf > 5",
	"ip[6:2] & 0x1fff = 0", "tcp[tcpflags] & tcp-ack != 0", "udp[4:2] > 40", "atalk",
	"ether[14:2] & 0xfff = 10", "ether[16:2] = 0x800", "ip multicast", "iso", "ipx",
	"ether[len - 1] = 0xaa", "ip[2:2] = len - 14", "ip[2:2] + 18 <= len",
	"ip[ip[0] & 0xf : 2] > 7", "ether[ether[12] : 2] > 3", "ether[0xfffffff0] = 0",
	"ether[ether[14:4] : 4] > 0", "ether[ether[14] - 64 : 2] = 0x0800",
	"ether[ether[12] - 116 : 4] & 0xff = 10", "ether[0:4] + ether[10:4] > ether[14:4]",
	"ether[ether[12:4] : 1] = 0", "ether[0x7ffffffe:4] = 1", "ether[14:2] = ether[16:2]",
};

static const char *const relations[] = { "=", "!=", ">", "<", ">=", "<=" };

/* A load at the tag's borders, compared with what some frame has there. */
static void load_write(char *text, size_t room)
{
	static const int sizes[] = { 1, 2, 4 };
	static uint8_t bytes[FRAME_MAX];
	uint32_t value = 0, mask = chance(3) ? UINT32_MAX : 0x0fff0fff;
	int size = ONE_OF(sizes), offset = chance(8) ? 8 + (int)chance(13) : (int)chance(64);
	int i;

	frame_make(bytes);
	for (i = 0; i < size; i++)
		value = value << 8 | bytes[offset + i];
	if (!chance(3))
		/* An index that libpcap does not know. */
		snprintf(text, room, "(ether[(len & 0) + %d:%d] & %u %s %u)", offset, size,
			 mask, ONE_OF(relations), value & mask);
	else
		snprintf(text, room, "(ether[%d:%d] & %u %s %u)", offset, size, mask,
			 ONE_OF(relations), value & mask);
}

static void expression_write(char *text, size_t room, int depth)
{
	static char left[16][TEXT_MAX], right[16][TEXT_MAX];
	const char *not = chance(4) ? "" : "not ";

	if (depth && chance(3)) {
		expression_write(left[depth], TEXT_MAX / 4, depth - 1);
		expression_write(right[depth], TEXT_MAX / 4, depth - 1);
		snprintf(text, room, "%s(%s %s %s)", not, left[depth],
			 chance(2) ? "and" : "or", right[depth]);
	} else if (chance(2)) {
		load_write(text, room);
	} else {
		snprintf(text, room, "%s(%s)", not, ONE_OF(primitives));
	}
}

static void expression_compare(pcap_t *pcap, const char *text, bool optimize)
{
	struct bpf_program program;

	/* Many make no sense: "ip and arp". */
	if (pcap_compile(pcap, &program, text, optimize, PCAP_NETMASK_UNKNOWN))
		return;
	/* The optimizer's mistake, see pcap_code.c: */
	if (optimize && flow_reads_unwritten(program.bf_insns, program.bf_len)) {
		pcap_freecode(&program);
		expression_compare(pcap, text, false);
		return;
	}
	program_compare(text, program.bf_insns, program.bf_len);
	pcap_freecode(&program);
}

static void test_expressions(pcap_t *pcap)
{
	char text[TEXT_MAX];
	size_t i;

	for (i = 0; i < sizeof(primitives) / sizeof(primitives[0]); i++) {
		expression_compare(pcap, primitives[i], true);
		snprintf(text, sizeof(text), "not (%s)", primitives[i]);
		expression_compare(pcap, text, false);
	}
	for (i = 0; i < EXPRESSIONS; i++) {
		expression_write(text, sizeof(text), 3);
		expression_compare(pcap, text, chance(4) > 0);
	}
	total_check("random expressions");
}

/* --- programs that no expression makes --- */

static uint32_t offset_choose(void)
{
	static const uint32_t far[] = { 0x7ffffff0, 0x7fffffff, 0x80000000, 0xfffff000,
					0xffe00000, 0xfffffff8, 0xffffffff };

	return chance(12) ? chance(24) : ONE_OF(far);
}

/* Compare with what occurs; a jump back must not be. */
static struct bpf_insn jump_make(size_t left)
{
	static const uint16_t codes[] = { BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET };
	static const uint32_t values[] = { 0, 1, 10, 0x0800, 0x8100, 0x88a8, 0x9100, 1500,
					   0x86dd, 0x45, 0xaa, 60, 0x80 };
	struct bpf_insn step = { .code = BPF_JMP | ONE_OF(codes), .k = ONE_OF(values) };
	uint32_t reach = left - 1 < 256 ? left - 1 : 256;

	if (!chance(6)) {
		step.code = BPF_JMP | BPF_JA;
		step.k = chance(reach < 3 ? reach : 3);
		return step;
	}
	if (!chance(5))
		step.code |= BPF_X;
	step.jt = chance(chance(3) ? (reach < 4 ? reach : 4) : reach);
	step.jf = chance(chance(3) ? (reach < 4 ? reach : 4) : reach);
	return step;
}

static struct bpf_insn load_make(uint32_t slots)
{
	static const uint16_t sizes[] = { BPF_B, BPF_H, BPF_W };

	switch (chance(10)) {
	case 0: return (struct bpf_insn){ .code = BPF_LD | BPF_LEN };
	case 1: return (struct bpf_insn){ .code = BPF_LDX | BPF_LEN };
	case 2: return (struct bpf_insn){ .code = BPF_LDX | BPF_MSH | BPF_B,
					  .k = offset_choose() };
	case 3: return (struct bpf_insn){ .code = BPF_LDX | BPF_IMM, .k = chance(24) };
	case 4: return (struct bpf_insn){ .code = BPF_LD | BPF_IND | ONE_OF(sizes),
					  .k = offset_choose() };
	case 5:
		if (slots)
			return (struct bpf_insn){ .code = (chance(2) ? BPF_LD : BPF_LDX) |
							  BPF_MEM, .k = chance(slots) };
		/* fallthrough */
	case 6: case 7: /* the frame's type, the one value that is known there */
		return (struct bpf_insn){ .code = BPF_LD | BPF_ABS | BPF_H, .k = 12 };
	default:
		return (struct bpf_insn){ .code = BPF_LD | BPF_ABS | ONE_OF(sizes),
					  .k = offset_choose() };
	}
}

static struct bpf_insn step_make(size_t left, uint32_t slots)
{
	static const uint16_t operations[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_MOD,
					       BPF_AND, BPF_OR, BPF_XOR, BPF_RSH, BPF_LSH };
	uint16_t operation = ONE_OF(operations);
	bool shift = operation == BPF_RSH || operation == BPF_LSH;

	switch (chance(12)) {
	case 0: return (struct bpf_insn){ .code = BPF_MISC | (chance(2) ? BPF_TAX : BPF_TXA) };
	case 1:
		if (slots)
			return (struct bpf_insn){ .code = chance(2) ? BPF_ST : BPF_STX,
						  .k = chance(slots) };
		/* fallthrough */
	case 2: return (struct bpf_insn){ .code = BPF_ALU | BPF_AND | BPF_K, .k = 0x1f };
	case 3: return (struct bpf_insn){ .code = BPF_ALU | operation |
						  (shift || chance(2) ? BPF_K : BPF_X),
					  .k = 1 + chance(24) };
	case 4: case 5: case 6: return jump_make(left);
	default: return load_make(slots);
	}
}

static size_t program_make(struct bpf_insn *program)
{
	size_t count = chance(8) ? 3 + chance(30) : 200 + chance(600), i = 0, left;
	uint32_t slots = chance(4) ? chance(4) : BPF_MEMWORDS - chance(3), slot;

	/* The registers are 0. */
	for (slot = 0; slot < slots; slot++)
		program[i++] = (struct bpf_insn){ .code = BPF_ST, .k = slot };
	for (left = count; left > 4; left--)
		program[i++] = step_make(left, slots);
	program[i++] = (struct bpf_insn){ .code = BPF_ALU | BPF_AND | BPF_K, .k = 0xffff };
	program[i++] = (struct bpf_insn){ .code = BPF_JMP | BPF_JSET | BPF_K, .jf = 1, .k = 5 };
	program[i++] = (struct bpf_insn){ .code = BPF_RET | (chance(2) ? BPF_K : BPF_A), .k = 7 };
	program[i++] = (struct bpf_insn){ .code = BPF_RET | BPF_K, .k = 8 * chance(2) };
	return i;
}

static void test_programs(void)
{
	static struct bpf_insn program[1024];
	char name[32];
	int i;

	for (i = 0; i < PROGRAMS; i++) {
		snprintf(name, sizeof(name), "program %d", i);
		program_compare(name, program, program_make(program));
	}
	total_check("random programs");
}

/* --- what has to be so --- */

static int see(pcap_t *pcap, const char *text, struct sock_filter **out, size_t *count,
	       size_t *in_count)
{
	struct bpf_program program;
	int error;

	*out = NULL;
	if (pcap_compile(pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN))
		return 1;
	error = bpf_see_tag(program.bf_insns, program.bf_len, out, count);
	*in_count = program.bf_len;
	pcap_freecode(&program);
	return error;
}

static void test_unchanged(pcap_t *pcap)
{
	static const char *const expressions[] = {
		"", "ether src 02:00:00:00:00:01", "ether multicast", "ether[11] = 1",
		"not ether host 02:00:00:00:00:01", "ether[8:4] = 1",
	};
	struct sock_filter *out;
	size_t count, before, i;

	for (i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		check_number("addresses alone", 0,
			     see(pcap, expressions[i], &out, &count, &before));
		check_number("stay as they are", before, count);
		free(out);
	}
	check_number("without a tag in sight", 0, see(pcap, "tcp port 80", &out, &count, &before));
	check_number("a tagged frame costs three steps", before + 3, count);
	free(out);
}

static void ports_write(char *text, size_t room, int count)
{
	size_t used = snprintf(text, room, "vlan and ip6 host 2001:db8::1 and (port 80");
	int i;

	for (i = 0; i < count; i++)
		used += snprintf(text + used, room - used, " or udp port %d", 1000 + 2 * i);
	snprintf(text + used, room - used, ")");
}

static void test_limits(pcap_t *pcap)
{
	static const struct bpf_insn loop[] = {
		{ .code = BPF_LD | BPF_ABS | BPF_B, .k = 14 },
		{ .code = BPF_JMP | BPF_JA, .k = (uint32_t)-2 },
		{ .code = BPF_RET | BPF_K },
	};
	static char text[65536];
	struct sock_filter *out;
	size_t count, before;

	ports_write(text, sizeof(text), 400);
	expression_compare(pcap, text, true);
	check(total.programs == 1 && total.largest > 1500 && !total.failed,
	      "jumps that are too far go further", "%lu, %lu instructions, %lu failures",
	      total.programs, total.largest, total.failed);
	memset(&total, 0, sizeof(total));
	ports_write(text, sizeof(text), 1000);
	check_number("too long for the kernel", -E2BIG, see(pcap, text, &out, &count, &before));
	check_number("a loop", -EINVAL, bpf_see_tag(loop, 3, &out, &count));
	check_number("nothing", -EINVAL, bpf_see_tag(loop, 0, &out, &count));
}

/* All of the memory is in use where a load at the tag's border needs some. */
static void test_memory(void)
{
	static struct bpf_insn program[64];
	struct sock_filter *out;
	size_t count = 0, total_count, slot;

	for (slot = 0; slot < BPF_MEMWORDS; slot++)
		program[count++] = (struct bpf_insn){ .code = BPF_ST, .k = slot };
	program[count++] = (struct bpf_insn){ .code = BPF_LD | BPF_ABS | BPF_W, .k = 10 };
	program[count++] = (struct bpf_insn){ .code = BPF_ALU | BPF_ADD | BPF_X };
	for (slot = 0; slot < BPF_MEMWORDS; slot++) {
		program[count++] = (struct bpf_insn){ .code = BPF_LDX | BPF_MEM, .k = slot };
		program[count++] = (struct bpf_insn){ .code = BPF_ALU | BPF_ADD | BPF_X };
	}
	program[count++] = (struct bpf_insn){ .code = BPF_RET | BPF_A };
	check_number("no memory is left", -ENOBUFS,
		     bpf_see_tag(program, count, &out, &total_count));
	/* One word that nobody reads is enough. */
	program[count - 3].k = 0;
	program_compare("one word of memory is left", program, count);
	check(total.programs == 1 && !total.failed, "one word of memory is left",
	      "%lu programs, %lu failures", total.programs, total.failed);
	memset(&total, 0, sizeof(total));
}

int main(void)
{
	const char *seed = getenv("BPF_WIRE_SEED");
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 262144);

	/* The seed is to be seen also when a sanitizer ends it. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	chance_state = seed ? strtoull(seed, NULL, 10) : 1;
	printf("# BPF_WIRE_SEED=%llu\n", (unsigned long long)chance_state);
	test_unchanged(pcap);
	test_limits(pcap);
	test_memory();
	test_expressions(pcap);
	test_programs();
	pcap_close(pcap);
	return harness_end();
}
