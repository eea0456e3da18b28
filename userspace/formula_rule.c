// SPDX-License-Identifier: GPL-2.0-only
/*
 * A row of tests to a rule.
 */
#include "formula_rule.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

bool formula_place_masked(const struct formula_place *place)
{
	size_t i;

	for (i = 0; i < place->length; i++)
		if (place->mask[i] != 0xff)
			return true;
	return false;
}

static bool is_one_value(const struct formula *test)
{
	return test->count == 1 && !memcmp(test->ranges[0].low, test->ranges[0].high,
					   test->place.length);
}

/* Fields of the network header that nft has names for. */
static enum plan_field network_field(enum frame_class class, unsigned int offset,
				     unsigned int length)
{
	static const struct {
		enum frame_class class;
		unsigned int offset, length;
		enum plan_field field;
	} fields[] = {
		{ CLASS_IP, 6, 2, FIELD_IP_FRAGMENT },
		{ CLASS_IP, 9, 1, FIELD_IP_PROTOCOL },
		{ CLASS_IP, 12, 4, FIELD_IP_SOURCE },
		{ CLASS_IP, 16, 4, FIELD_IP_DESTINATION },
		{ CLASS_IP6, 6, 1, FIELD_IP6_NEXT_HEADER },
		{ CLASS_IP6, 8, 16, FIELD_IP6_SOURCE },
		{ CLASS_IP6, 24, 16, FIELD_IP6_DESTINATION },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].class == class && fields[i].offset == offset &&
		    fields[i].length == length)
			return fields[i].field;
	return FIELD_RAW;
}

/* Ports by the name of the one protocol that the row is about. */
static enum plan_field port_field(uint8_t protocol, unsigned int offset)
{
	bool source = offset == 0;

	switch (protocol) {
	case IPPROTO_TCP: return source ? FIELD_TCP_SOURCE : FIELD_TCP_DESTINATION;
	case IPPROTO_UDP: return source ? FIELD_UDP_SOURCE : FIELD_UDP_DESTINATION;
	case IPPROTO_SCTP: return source ? FIELD_SCTP_SOURCE : FIELD_SCTP_DESTINATION;
	}
	return source ? FIELD_TH_SOURCE : FIELD_TH_DESTINATION;
}

static bool is_port(const struct formula_place *place)
{
	return place->length == 2 && place->offset <= 2 && !(place->offset & 1) &&
	       !formula_place_masked(place);
}

static void raw_place(struct plan_place *out, enum plan_base base, unsigned int offset,
		      unsigned int length)
{
	*out = (struct plan_place){ FIELD_RAW, base, offset, length };
}

/* @protocol: the transport protocol that the row has tested for, or 0. */
static void place_translate(const struct lowering *lowering,
			    const struct formula_place *place, uint8_t protocol,
			    struct plan_place *out)
{
	memset(out, 0, sizeof(*out));
	switch (place->base) {
	case FORMULA_FRAME:
		if (lowering->class == CLASS_ANY || place->offset < ETH_HLEN) {
			raw_place(out, BASE_LINK, place->offset, place->length);
			return;
		}
		raw_place(out, BASE_NETWORK, place->offset - ETH_HLEN, place->length);
		out->field = network_field(lowering->class, out->offset, out->length);
		return;
	case FORMULA_TRANSPORT_IP:
	case FORMULA_TRANSPORT_IP6:
		raw_place(out, BASE_TRANSPORT, place->offset, place->length);
		if (is_port(place))
			out->field = port_field(protocol, place->offset);
		return;
	case FORMULA_NETWORK:
		raw_place(out, BASE_NETWORK, place->offset, place->length);
		return;
	case FORMULA_META_LENGTH:
	case FORMULA_LENGTH:
		out->field = FIELD_META_LENGTH;
		return;
	case FORMULA_META_INPUT:
		out->field = FIELD_META_IIF;
		return;
	case FORMULA_META_PROTOCOL:
		out->field = FIELD_META_PROTOCOL;
		return;
	}
}

/* nft's own words for the network header imply the kernel's protocol. */
static bool needs_protocol(enum plan_field field)
{
	switch (field) {
	case FIELD_IP_FRAGMENT:
	case FIELD_IP_PROTOCOL:
	case FIELD_IP_SOURCE:
	case FIELD_IP_DESTINATION:
	case FIELD_IP6_NEXT_HEADER:
	case FIELD_IP6_SOURCE:
	case FIELD_IP6_DESTINATION:
		return true;
	default:
		return false;
	}
}

/* The one value that a row allows the transport protocol, or 0. */
static uint8_t row_protocol(const struct lowering *lowering, const struct row *row)
{
	unsigned int offset = ETH_HLEN + (lowering->class == CLASS_IP ? 9 : 6);
	size_t i;

	for (i = 0; i < row->count && lowering->class != CLASS_ANY; i++) {
		const struct formula *test = row->tests[i];

		if (test->place.base == FORMULA_FRAME && test->place.offset == offset &&
		    test->place.length == 1 && !formula_place_masked(&test->place) && is_one_value(test))
			return test->ranges[0].low[0];
	}
	return 0;
}

/* Of two tests of the same length the one that does not begin with zero: a test and
 * its negation then look up one set. */
static bool is_long_and_later(const struct formula *test)
{
	static const uint8_t zero[PLAN_VALUE_MAX];

	return test->count > PLAN_ANONYMOUS_MAX &&
	       memcmp(test->ranges[0].low, zero, test->place.length);
}

/* Is "none of @test's values" the plainer way to say a test? "Not this one" is
 * plainer than "from the next one on", and all that nft has for an interface. */
static bool is_plainer(const struct formula *test, const struct formula *negation)
{
	if (test->kind != FORMULA_TEST)
		return false;
	if (test->count != negation->count)
		return test->count < negation->count;
	return is_long_and_later(test) ||
	       (test->count == 1 && is_one_value(test) && !is_one_value(negation));
}

/* Whichever is plainer: these values, or not those others. */
static void test_emit(struct lowering *lowering, struct plan_rule *rule,
		      const struct formula *test, const struct plan_place *place)
{
	const uint8_t *mask = formula_place_masked(&test->place) ? test->place.mask : NULL;
	const struct formula *negation = formula_not(lowering->space, test);
	bool negated = is_plainer(negation, test);
	const struct formula *shown = negated ? negation : test;

	plan_rule_test_ranges(lowering->plan, rule, place, mask, negated,
			      shown->ranges, shown->count);
}

/* The order in which tests stand in a rule: what is cheap and what nft needs to
 * know first; then from high offsets down, since nft joins neighbours that
 * ascend into one load. */
static int test_rank(const struct plan_place *place)
{
	switch (place->field) {
	case FIELD_META_IIF: return 0;
	case FIELD_META_PROTOCOL: return 1;
	case FIELD_META_LENGTH: return 2;
	case FIELD_IP_PROTOCOL:
	case FIELD_IP6_NEXT_HEADER: return 3;
	case FIELD_IP_FRAGMENT: return 4;
	default: break;
	}
	if (place->field != FIELD_RAW)
		return needs_protocol(place->field) ? 6 : 8;
	return place->base == BASE_LINK ? 5 : place->base == BASE_NETWORK ? 7 : 9;
}

struct placed_test {
	const struct formula *test;
	struct plan_place place;
};

static int placed_compare(const void *left, const void *right)
{
	const struct placed_test *a = left, *b = right;
	int ranks = test_rank(&a->place) - test_rank(&b->place);

	if (ranks)
		return ranks;
	if (a->test->place.offset != b->test->place.offset)
		return a->test->place.offset > b->test->place.offset ? -1 : 1;
	return a->test->number < b->test->number ? -1 : a->test->number > b->test->number;
}

void formula_rule_exit(struct lowering *lowering, struct plan_rule *rule, struct exit exit)
{
	switch (exit.kind) {
	case EXIT_FALL:
		break;
	case EXIT_RETURN:
		plan_rule_verdict(lowering->plan, rule, VERDICT_RETURN, NULL);
		break;
	case EXIT_ACCEPT:
		plan_rule_verdict(lowering->plan, rule, VERDICT_ACCEPT, NULL);
		break;
	case EXIT_GOTO:
	case EXIT_COPY:
		plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, exit.chain);
		break;
	}
}

void formula_rule_row(struct lowering *lowering, struct cursor *cursor,
		      const struct row *row, struct exit exit)
{
	struct placed_test placed[ROW_TESTS_MAX];
	uint8_t protocol = row_protocol(lowering, row);
	struct plan_rule *rule;
	size_t i;

	for (i = 0; i < row->count; i++) {
		placed[i].test = row->tests[i];
		place_translate(lowering, &row->tests[i]->place, protocol, &placed[i].place);
	}
	qsort(placed, row->count, sizeof(placed[0]), placed_compare);
	rule = plan_add_rule(lowering->plan, cursor->chain);
	for (i = 0; i < row->count; i++)
		if (needs_protocol(placed[i].place.field))
			break;
	if (i < row->count)
		plan_rule_test_number(lowering->plan, rule, FIELD_META_PROTOCOL,
				      lowering->class == CLASS_IP ? ETH_P_IP : ETH_P_IPV6);
	for (i = 0; i < row->count; i++)
		test_emit(lowering, rule, placed[i].test, &placed[i].place);
	formula_rule_exit(lowering, rule, exit);
}

void formula_rule_exact_rows(struct lowering *lowering, struct cursor *cursor,
			     const struct exact_rows *rows, size_t start, size_t end,
			     struct exit exit)
{
	const struct exact_row *first = &rows->rows[start];
	struct plan_place places[PLAN_ROW_MAX];
	uint8_t (*values)[PLAN_VALUE_MAX];
	bool needs = false;
	struct plan_rule *rule;
	size_t i, j;

	values = calloc((end - start) * first->count, sizeof(*values));
	if (!values) {
		lowering->error = -ENOMEM;
		return;
	}
	for (i = 0; i < first->count; i++) {
		place_translate(lowering, first->places[i], 0, &places[i]);
		needs |= needs_protocol(places[i].field);
	}
	for (i = start; i < end; i++)
		for (j = 0; j < first->count; j++)
			memcpy(values[(i - start) * first->count + j],
			       rows->rows[i].values[j], sizeof(*values));
	rule = plan_add_rule(lowering->plan, cursor->chain);
	if (needs)
		plan_rule_test_number(lowering->plan, rule, FIELD_META_PROTOCOL,
				      lowering->class == CLASS_IP ? ETH_P_IP : ETH_P_IPV6);
	plan_rule_test_rows(lowering->plan, rule, places, first->count, false,
			    (const uint8_t (*)[PLAN_VALUE_MAX])values, end - start);
	formula_rule_exit(lowering, rule, exit);
	free(values);
}
