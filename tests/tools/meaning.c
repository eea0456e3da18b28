// SPDX-License-Identifier: GPL-2.0-only
/*
 * meaning SEED EXPRESSIONS: random expressions as formulas, against libpcap.
 *
 * No kernel in between: every formula is worked out on every edge frame, and on
 * mutants of them, and must say what libpcap's code says. A frame that ends
 * inside what the formula reads may be decided either way. libpcap's optimizer
 * makes mistakes and is left out.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expression.h"
#include "filter_meaning.h"
#include "frame.h"

#define MUTANTS 4

struct evaluation {
	const uint8_t *frame;
	size_t length;
	bool beyond;		/* something read lies behind the frame's end */
};

static bool test_holds(struct evaluation *evaluation, const struct formula *test)
{
	const struct formula_place *place = &test->place;
	uint8_t value[PLAN_VALUE_MAX] = { 0 };
	size_t offset = place->offset, i;

	if (place->base == FORMULA_LENGTH) {
		value[2] = evaluation->length >> 8;
		value[3] = evaluation->length;
	} else {
		if (place->base == FORMULA_TRANSPORT_IP6)
			offset += 14 + 40;
		if (place->base == FORMULA_TRANSPORT_IP)
			offset += 14 + 4 * (evaluation->length > 14 ? evaluation->frame[14] & 0xf : 0);
		if (offset + place->length > evaluation->length) {
			evaluation->beyond = true;
			return false;
		}
		memcpy(value, evaluation->frame + offset, place->length);
	}
	for (i = 0; i < place->length; i++)
		value[i] &= place->mask[i];
	for (i = 0; i < test->count; i++)
		if (memcmp(value, test->ranges[i].low, place->length) >= 0 &&
		    memcmp(value, test->ranges[i].high, place->length) <= 0)
			return true;
	return false;
}

static bool holds(struct evaluation *evaluation, const struct formula *formula)
{
	size_t i;

	switch (formula->kind) {
	case FORMULA_FALSE:
		return false;
	case FORMULA_TRUE:
		return true;
	case FORMULA_TEST:
		return test_holds(evaluation, formula);
	case FORMULA_AND:
		for (i = 0; i < formula->count; i++)
			if (!holds(evaluation, formula->children[i]))
				return false;
		return true;
	case FORMULA_OR:
		for (i = 0; i < formula->count; i++)
			if (holds(evaluation, formula->children[i]))
				return true;
		return false;
	}
	return false;
}

/* Does the formula read anything behind the frame's end, in any order? libpcap
 * turns a frame away as soon as its code does. */
static bool reads_beyond(const struct formula *formula, const uint8_t *frame, size_t length)
{
	struct evaluation evaluation = { frame, length, false };
	size_t i;

	if (formula->kind == FORMULA_TEST)
		test_holds(&evaluation, formula);
	else if (formula->kind == FORMULA_AND || formula->kind == FORMULA_OR)
		for (i = 0; i < formula->count && !evaluation.beyond; i++)
			evaluation.beyond = reads_beyond(formula->children[i], frame, length);
	return evaluation.beyond;
}

/* Does libpcap say something else once there is more behind the frame's end? A
 * load whose value cannot matter is not in the formula, but libpcap does it. */
static bool libpcap_reads_beyond(const struct bpf_program *program, const uint8_t *frame,
				 size_t length)
{
	static uint8_t more[FRAME_MAX + 256];
	struct pcap_pkthdr whole = { .len = length, .caplen = length };
	struct pcap_pkthdr longer = { .len = length, .caplen = length + 256 };

	memcpy(more, frame, length);
	memset(more + length, 0, 256);
	return !pcap_offline_filter(program, &whole, frame) !=
	       !pcap_offline_filter(program, &longer, more);
}

struct totals {
	unsigned long decisions, copies, differences, beyond, refused, expressions;
};

static void frame_check(const struct formula *formula, const struct bpf_program *program,
			bool never, const char *expression, const char *name,
			const uint8_t *frame, size_t length, bool cut_short,
			struct totals *totals)
{
	struct evaluation evaluation = { frame, length, false };
	struct pcap_pkthdr header = { .len = length, .caplen = length };
	bool ours = holds(&evaluation, formula);
	bool theirs = !never && pcap_offline_filter(program, &header, frame);
	size_t i;

	totals->decisions++;
	totals->copies += theirs;
	if (ours == theirs)
		return;
	if (cut_short || reads_beyond(formula, frame, length) ||
	    (!never && libpcap_reads_beyond(program, frame, length))) {
		totals->beyond++;
		return;
	}
	if (totals->differences++ > 20)
		return;
	printf("'%s' on \"%s\": we say %d, libpcap %d\n ", expression, name, ours, theirs);
	for (i = 0; i < length && i < 80; i++)
		printf("%02x", frame[i]);
	printf("\n");
}

static void expression_check(struct chance *chance, pcap_t *pcap, const char *text,
			     struct totals *totals)
{
	struct location where = { "expression", 1, 1 };
	static uint8_t bytes[FRAME_MAX], mutant[FRAME_MAX];
	struct formula_space *space = formula_space_new();
	struct error_list errors = { 0 };
	const struct formula *formula;
	struct bpf_program program;
	struct filter *filter = NULL;
	bool never = false;
	size_t i, j, length;

	if (pcap_compile(pcap, &program, text, 0, PCAP_NETMASK_UNKNOWN)) {
		never = strstr(pcap_geterr(pcap), "rejects all");
		if (!never) {
			totals->refused++;
			goto out;
		}
		memset(&program, 0, sizeof(program));
	}
	if (filter_parse(text, &where, &filter, &errors) ||
	    filter_meaning(space, filter, &formula, &errors)) {
		printf("'%s': refused: %s\n", text, error_text(&errors, 0));
		totals->differences++;
		goto out;
	}
	totals->expressions++;
	for (i = 0; i < edge_frame_count; i++) {
		length = frame_build(&edge_frames[i], bytes);
		if (length > 200)
			length = 200;
		frame_check(formula, &program, never, text, edge_frames[i].name, bytes,
			    length, edge_frames[i].cut_short, totals);
		for (j = 0; j < MUTANTS; j++) {
			memcpy(mutant, bytes, length);
			mutant[12 + chance_below(chance, 50)] = chance_below(chance, 256);
			mutant[12 + chance_below(chance, 12)] ^= 1 << chance_below(chance, 8);
			frame_check(formula, &program, never, text, "a mutant", mutant,
				    length, edge_frames[i].cut_short, totals);
		}
	}
	if (!never)
		pcap_freecode(&program);
out:
	filter_free(filter);
	error_clear(&errors);
	formula_space_free(space);
}

int main(int argc, char **argv)
{
	struct chance chance;
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 0) : 10000;
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 262144);
	struct totals totals = { 0 };
	char text[4096];

	chance_begin(&chance, argc > 1 ? strtoull(argv[1], NULL, 0) : 1);
	if (argc > 3) {
		expression_check(&chance, pcap, argv[3], &totals);
	} else while (count--) {
		expression_random(&chance, 1 + chance_below(&chance, 8), text, sizeof(text));
		expression_check(&chance, pcap, text, &totals);
	}
	printf("%lu expressions, %lu decisions (%lu copied), %lu differences, %lu cut short, %lu refused by libpcap\n",
	       totals.expressions, totals.decisions, totals.copies, totals.differences,
	       totals.beyond, totals.refused);
	pcap_close(pcap);
	return totals.differences ? 1 : 0;
}
