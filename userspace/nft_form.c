// SPDX-License-Identifier: GPL-2.0-only
#include "nft_form.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

/* Something that is in conflict with whatever name comes. */
#define CONTEXT_OTHER (-1)

static const uint8_t zeros[PLAN_VALUE_MAX];
static const uint8_t ones[PLAN_VALUE_MAX] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

/* The header that a field's name belongs to, 0 where it does not. */
static int network_of(enum plan_field field)
{
	switch (field) {
	case FIELD_IP_PROTOCOL:
	case FIELD_IP_FRAGMENT:
	case FIELD_IP_SOURCE:
	case FIELD_IP_DESTINATION:
		return ETH_P_IP;
	case FIELD_IP6_NEXT_HEADER:
	case FIELD_IP6_SOURCE:
	case FIELD_IP6_DESTINATION:
		return ETH_P_IPV6;
	default:
		return 0;
	}
}

static int transport_of(enum plan_field field)
{
	switch (field) {
	case FIELD_TCP_SOURCE:
	case FIELD_TCP_DESTINATION:
		return IPPROTO_TCP;
	case FIELD_UDP_SOURCE:
	case FIELD_UDP_DESTINATION:
		return IPPROTO_UDP;
	case FIELD_SCTP_SOURCE:
	case FIELD_SCTP_DESTINATION:
		return IPPROTO_SCTP;
	default:
		return 0;
	}
}

static enum plan_field field_of(const struct plan_statement *statement)
{
	return statement->kind == STATEMENT_TEST ? statement->test.place.field :
						   statement->ranges.place.field;
}

int nft_prefix(const uint8_t *low, const uint8_t *high, size_t length)
{
	size_t bits = 8 * length;
	size_t same = 0, i;

	while (same < bits && !((low[same / 8] ^ high[same / 8]) & 0x80 >> same % 8))
		same++;
	for (i = same; i < bits; i++)
		if ((low[i / 8] & 0x80 >> i % 8) || !(high[i / 8] & 0x80 >> i % 8))
			return -1;
	return same;
}

/*
 * nft would add a test of the protocol by itself where it does not know the
 * header that a name belongs to, and refuses the name where it knows another.
 * Then only the bytes can be said.
 */
static void name_check(struct nft_form *form, const struct nft_context *context)
{
	int network = network_of(form->field), transport = transport_of(form->field);

	if ((!network || context->network == network) &&
	    (!transport || context->transport == transport))
		return;
	form->field = FIELD_RAW;
	form->info.text = NULL;
	form->info.format = FORMAT_HEX;
}

/* A number that is in host order in a test has its first byte first here. */
static void test_bytes(uint8_t *bytes, const uint8_t *value,
		       const struct plan_field_info *info)
{
	uint32_t number;

	if (!info->host_order) {
		memcpy(bytes, value, info->length);
		return;
	}
	memcpy(&number, value, sizeof(number));
	number = htonl(number);
	memcpy(bytes, &number, sizeof(number));
}

static bool is_neighbour(const struct plan_field_info *left,
			 const struct plan_field_info *right)
{
	return left->base == right->base &&
	       (left->offset + left->length == right->offset ||
		right->offset + right->length == left->offset);
}

/*
 * nft 1.0.6 makes one of "a != 1" and "b != 2" where a and b are neighbours in
 * the packet, and that is another statement: not both are equal. What has a
 * mask it leaves alone.
 */
static bool merges_wrongly(const struct plan_rule *rule, size_t number,
			   const struct plan_field_info *info)
{
	size_t i;

	if (info->base == BASE_META)
		return false;
	for (i = 0; i < number; i++) {
		const struct plan_statement *other = &rule->statements[i];
		struct plan_field_info place;

		if (other->kind != STATEMENT_TEST || !other->test.not_equal ||
		    other->test.masked)
			continue;
		place = plan_place_info(&other->test.place);
		if (is_neighbour(&place, info))
			return true;
	}
	return false;
}

static void test_form(struct nft_form *form, const struct plan_rule *rule, size_t number)
{
	const struct plan_test *test = &rule->statements[number].test;

	form->compare = COMPARE_EQUAL;
	form->negated = test->not_equal;
	form->masked = test->masked;
	test_bytes(form->only.low, test->value, &form->info);
	memcpy(form->only.high, form->only.low, sizeof(form->only.high));
	if (test->masked) {
		test_bytes(form->mask, test->mask, &form->info);
	} else if (test->not_equal && merges_wrongly(rule, number, &form->info)) {
		form->masked = true;
		memcpy(form->mask, ones, form->info.length);
	}
}

static enum nft_compare compare_one(struct nft_form *form)
{
	bool is_address = form->info.format == FORMAT_IP || form->info.format == FORMAT_IP6;
	size_t length = form->info.length;
	bool from_zero = !memcmp(form->only.low, zeros, length);
	bool to_end = !memcmp(form->only.high, ones, length);
	int prefix = -1;

	if (is_address && !form->masked)
		prefix = nft_prefix(form->only.low, form->only.high, length);
	if (prefix > 0) {
		form->prefix = prefix;
		return COMPARE_PREFIX;
	}
	if (from_zero && to_end)
		return form->negated ? COMPARE_BETWEEN : COMPARE_AT_LEAST;
	return from_zero ? COMPARE_AT_MOST : to_end ? COMPARE_AT_LEAST : COMPARE_BETWEEN;
}

static enum nft_compare compare_many(const struct nft_form *form)
{
	size_t i;

	for (i = 0; i < form->count; i++)
		if (memcmp(form->many[i].low, form->many[i].high, form->info.length))
			return COMPARE_INTERVALS;
	return COMPARE_SET;
}

static void ranges_form(struct nft_form *form, const struct plan_ranges *ranges)
{
	form->negated = ranges->negated;
	form->masked = ranges->masked;
	memcpy(form->mask, ranges->mask, sizeof(form->mask));
	if (ranges->count == 1) {
		form->only = ranges->ranges[0];
		form->compare = compare_one(form);
		return;
	}
	form->many = ranges->ranges;
	form->count = ranges->count;
	form->compare = compare_many(form);
}

static uint32_t form_number(const struct nft_form *form)
{
	uint32_t number = 0;
	size_t i;

	for (i = 0; i < form->info.length; i++)
		number = number << 8 | form->only.low[i];
	return number;
}

/* A second header of a kind is one too many for nft, whichever it is. */
static void context_set(int *header, int value)
{
	*header = !*header || *header == value ? value : CONTEXT_OTHER;
}

/* What nft knows after a test. It learns from sets as well, of which it keeps
 * the last element that is no range. */
static void context_update(struct nft_context *context, const struct nft_form *form)
{
	bool exact = form->compare == COMPARE_EQUAL;
	uint32_t number = form_number(form);

	if (form->negated || form->masked ||
	    (!exact && form->compare != COMPARE_SET && form->compare != COMPARE_INTERVALS))
		return;
	switch (form->field) {
	case FIELD_META_PROTOCOL:
		context_set(&context->network, exact && number ? (int)number : CONTEXT_OTHER);
		break;
	case FIELD_META_L4PROTO:
	case FIELD_IP_PROTOCOL:
	case FIELD_IP6_NEXT_HEADER:
		context_set(&context->transport,
			    exact && number ? (int)number : CONTEXT_OTHER);
		break;
	default:
		break;
	}
}

/* Is this the very test that nft puts before the test behind it? */
static bool is_unsaid(const struct nft_form *form, const struct nft_context *context,
		      const struct plan_rule *rule, size_t number)
{
	int value = form_number(form);
	enum plan_field next;

	if (form->compare != COMPARE_EQUAL || form->negated || form->masked ||
	    number + 1 == rule->count || !statement_is_test(&rule->statements[number + 1]))
		return false;
	next = field_of(&rule->statements[number + 1]);
	if (form->field == FIELD_META_PROTOCOL)
		return !context->network && network_of(next) && network_of(next) == value;
	return form->field == FIELD_META_L4PROTO && !context->transport &&
	       transport_of(next) && transport_of(next) == value &&
	       (!context->network || context->network == ETH_P_IP ||
		context->network == ETH_P_IPV6);
}

void nft_form_next(struct nft_form *form, struct nft_context *context,
		   const struct plan_rule *rule, size_t number)
{
	const struct plan_statement *statement = &rule->statements[number];

	memset(form, 0, sizeof(*form));
	form->field = field_of(statement);
	form->info = plan_place_info(statement->kind == STATEMENT_TEST ?
				     &statement->test.place : &statement->ranges.place);
	name_check(form, context);
	if (statement->kind == STATEMENT_TEST)
		test_form(form, rule, number);
	else
		ranges_form(form, &statement->ranges);
	form->unsaid = is_unsaid(form, context, rule, number);
	context_update(context, form);
}
