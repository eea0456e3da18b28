// SPDX-License-Identifier: GPL-2.0-only
#include "nft_form.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <netinet/in.h>
#include <stdlib.h>
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
	case FIELD_ICMP_TYPE:
		return IPPROTO_ICMP;
	case FIELD_ICMP6_TYPE:
		return IPPROTO_ICMPV6;
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

/* Of rows there is no one field. */
static enum plan_field field_of(const struct plan_statement *statement)
{
	return statement->kind == STATEMENT_TEST ? statement->test.place.field :
	       statement->kind == STATEMENT_RANGES ? statement->ranges.place.field :
	       FIELD_RAW;
}

/* Samples are expressions to nft, as tests are; statements are what parts them. */
static bool ends_row(const struct plan_statement *statement)
{
	return !statement_is_test(statement) && statement->kind != STATEMENT_SAMPLE;
}

/* Does a test look into a header? */
static bool looks_at(const struct plan_statement *statement, enum plan_base base)
{
	size_t i;

	switch (statement->kind) {
	case STATEMENT_TEST:
		return plan_place_info(&statement->test.place).base == base;
	case STATEMENT_RANGES:
		return plan_place_info(&statement->ranges.place).base == base;
	case STATEMENT_ROWS:
		for (i = 0; i < statement->rows.place_count; i++)
			if (plan_place_info(&statement->rows.places[i]).base == base)
				return true;
		return false;
	default:
		return false;
	}
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
static void name_check(struct nft_place *place, const struct nft_context *context)
{
	int network = network_of(place->field), transport = transport_of(place->field);

	if ((!network || context->network == network) &&
	    (!transport || context->transport == transport))
		return;
	place->field = FIELD_RAW;
	place->info.text = NULL;
	place->info.format = FORMAT_HEX;
}

/* nft takes the bytes of the ports for ports, whatever the protocol. */
static void ports_name(struct nft_place *place)
{
	const struct plan_field_info *info = &place->info;

	if (place->field != FIELD_RAW || info->base != BASE_TRANSPORT || info->length != 2 ||
	    (info->offset != 0 && info->offset != 2))
		return;
	place->field = info->offset ? FIELD_TH_DESTINATION : FIELD_TH_SOURCE;
	place->info = *plan_field_info(place->field);
}

static struct nft_place place_say(const struct plan_place *place,
				  const struct nft_context *context)
{
	struct nft_place said = { place->field, plan_place_info(place) };

	name_check(&said, context);
	ports_name(&said);
	return said;
}

/* From network order to this machine's, or back. */
static void turn(uint8_t *bytes, const uint8_t *value)
{
	uint32_t number;

	memcpy(&number, value, sizeof(number));
	number = htonl(number);
	memcpy(bytes, &number, sizeof(number));
}

static void place_bytes(uint8_t *bytes, const uint8_t *value,
			const struct plan_field_info *info)
{
	if (info->host_order)
		turn(bytes, value);
	else
		memcpy(bytes, value, info->length);
}

void nft_place_value(uint8_t *bytes, const struct nft_place *place, const uint8_t *value)
{
	place_bytes(bytes, value, &place->info);
}

void nft_form_value(uint8_t *bytes, const struct nft_form *form, const uint8_t *value)
{
	if (nft_form_turns(form))
		memcpy(bytes, value, form->place.info.length);
	else
		nft_place_value(bytes, &form->place, value);
}

static bool is_neighbour(const struct plan_field_info *left,
			 const struct plan_field_info *right)
{
	return left->base == right->base &&
	       (left->offset + left->length == right->offset ||
		right->offset + right->length == left->offset);
}

/*
 * nft 1.0.6 makes one test of two that are neighbours in the packet. For "a != 1
 * b != 2" that is another statement: not both are equal; and it does not stop at
 * a counter in between. What has a mask it leaves alone. A sample in between is
 * no different from other tests.
 */
static bool merges_wrongly(const struct plan_rule *rule, size_t number,
			   const struct plan_field_info *info)
{
	bool negated = rule->statements[number].test.not_equal;
	bool apart = false;
	size_t i;

	if (info->base == BASE_META)
		return false;
	for (i = number; i--; ) {
		const struct plan_statement *other = &rule->statements[i];
		struct plan_field_info place;

		apart = apart || ends_row(other);
		if (other->kind != STATEMENT_TEST || other->test.masked ||
		    other->test.not_equal != negated)
			continue;
		place = plan_place_info(&other->test.place);
		if ((negated || apart) && is_neighbour(&place, info))
			return true;
	}
	return false;
}

static uint32_t form_number(const struct nft_form *form)
{
	uint32_t number = 0;
	size_t i;

	for (i = 0; i < form->place.info.length; i++)
		number = number << 8 | form->only.low[i];
	return number;
}

static bool is_known_protocol(enum plan_field field, uint32_t number)
{
	static const uint8_t transports[] = {
		IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_DCCP,
		IPPROTO_ESP, IPPROTO_AH, IPPROTO_ICMPV6, IPPROTO_COMP, IPPROTO_SCTP,
		IPPROTO_UDPLITE,
	};

	if (field == FIELD_META_PROTOCOL)
		return number == ETH_P_IP || number == ETH_P_IPV6 || number == ETH_P_ARP;
	return memchr(transports, number, sizeof(transports));
}

/*
 * nft 1.0.6 aborts when it lists a rule with a protocol that has no header in
 * nft, and behind it a test of that header's bytes: with VLAN tags any test, with
 * others any but a plain "equal". It does not take a range for a protocol, even
 * if there is only one value in it.
 */
static bool aborts_listing(const struct nft_form *form, const struct plan_rule *rule,
			   size_t number)
{
	enum plan_base header = form->place.field == FIELD_META_PROTOCOL ? BASE_NETWORK :
				BASE_TRANSPORT;
	uint32_t protocol = form_number(form);
	bool is_tag = protocol == ETH_P_8021Q || protocol == ETH_P_8021AD;

	if ((form->place.field != FIELD_META_PROTOCOL && form->place.field != FIELD_META_L4PROTO) ||
	    form->negated || is_known_protocol(form->place.field, protocol))
		return false;
	while (++number < rule->count) {
		const struct plan_statement *other = &rule->statements[number];

		if (looks_at(other, header) &&
		    (is_tag || other->kind != STATEMENT_TEST || other->test.masked ||
		     other->test.not_equal))
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
	place_bytes(form->only.low, test->value, &form->place.info);
	memcpy(form->only.high, form->only.low, sizeof(form->only.high));
	if (test->masked) {
		place_bytes(form->mask, test->mask, &form->place.info);
	} else if (merges_wrongly(rule, number, &form->place.info)) {
		form->masked = true;
		memcpy(form->mask, ones, form->place.info.length);
	}
	if (aborts_listing(form, rule, number))
		form->compare = COMPARE_BETWEEN;
}

static enum nft_compare compare_one(struct nft_form *form)
{
	bool is_address = form->place.info.format == FORMAT_IP || form->place.info.format == FORMAT_IP6;
	size_t length = form->place.info.length;
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
		if (memcmp(form->many[i].low, form->many[i].high, form->place.info.length))
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
	form->set = ranges->set;
	form->count = ranges->count;
	form->compare = compare_many(form);
}

void nft_form_of_set(struct nft_form *form, const struct plan_set *set)
{
	const struct plan_ranges ranges = {
		.place = set->place, .set = set, .ranges = set->ranges, .count = set->count,
	};

	memset(form, 0, sizeof(*form));
	form->place = (struct nft_place){ set->place.field, plan_place_info(&set->place) };
	ranges_form(form, &ranges);
}

/* A second header of a kind is one too many for nft, whichever it is. */
static void context_set(int *header, int value)
{
	*header = !*header || *header == value ? value : CONTEXT_OTHER;
}

/* Which header a test of a protocol is about, ETH_P_; 0 where it tells nft none. A
 * table of more than one family knows headers by family. */
static int network_told(const struct nft_form *form, const struct nft_context *context)
{
	uint32_t number = form_number(form);

	if (form->place.field == FIELD_META_NFPROTO)
		return number == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6;
	if (form->place.field == FIELD_META_PROTOCOL && context->family != NFPROTO_INET)
		return number ? (int)number : CONTEXT_OTHER;
	return 0;
}

/* What nft knows after a test. It learns from sets as well, of which it keeps
 * the last element that is no range. */
static void context_update(struct nft_context *context, const struct nft_form *form)
{
	bool exact = form->compare == COMPARE_EQUAL;
	int network = network_told(form, context);
	uint32_t number = form_number(form);

	if (form->negated || form->masked ||
	    (!exact && form->compare != COMPARE_SET && form->compare != COMPARE_INTERVALS))
		return;
	if (network)
		context_set(&context->network, exact ? network : CONTEXT_OTHER);
	switch (form->place.field) {
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

/* Does nft put a test of the transport before the name of @field, and no other? For
 * ICMP it wants to know the network first. */
static bool transport_is_added(enum plan_field field, const struct nft_context *context)
{
	bool is_icmp = field == FIELD_ICMP_TYPE || field == FIELD_ICMP6_TYPE;

	return !context->transport &&
	       ((!context->network && !is_icmp) || context->network == ETH_P_IP ||
		context->network == ETH_P_IPV6);
}

/* Is this the very test that nft puts before the test behind it? */
static bool is_unsaid(const struct nft_form *form, const struct nft_context *context,
		      const struct plan_rule *rule, size_t number)
{
	int network = network_told(form, context);
	enum plan_field next;

	if (form->compare != COMPARE_EQUAL || form->negated || form->masked ||
	    number + 1 == rule->count || !statement_is_test(&rule->statements[number + 1]))
		return false;
	next = field_of(&rule->statements[number + 1]);
	if (network)
		return !context->network && network_of(next) == network;
	return form->place.field == FIELD_META_L4PROTO && transport_of(next) &&
	       transport_of(next) == (int)form_number(form) &&
	       transport_is_added(next, context);
}

static void rows_form(struct nft_form *form, const struct plan_rows *rows,
		      const struct nft_context *context)
{
	size_t i;

	form->compare = COMPARE_ROWS;
	form->negated = rows->negated;
	form->rows = rows;
	form->count = rows->count;
	for (i = 0; i < rows->place_count; i++)
		form->places[i] = place_say(&rows->places[i], context);
}

void nft_form_next(struct nft_form *form, struct nft_context *context,
		   const struct plan_rule *rule, size_t number)
{
	const struct plan_statement *statement = &rule->statements[number];

	memset(form, 0, sizeof(*form));
	if (statement->kind == STATEMENT_ROWS) {
		rows_form(form, &statement->rows, context);
		return;
	}
	form->place = place_say(statement->kind == STATEMENT_TEST ?
				&statement->test.place : &statement->ranges.place, context);
	if (statement->kind == STATEMENT_TEST)
		test_form(form, rule, number);
	else
		ranges_form(form, &statement->ranges);
	form->unsaid = is_unsaid(form, context, rule, number);
	context_update(context, form);
}

static bool is_mergeable(const struct nft_form *form)
{
	return form->compare == COMPARE_EQUAL && !form->masked &&
	       form->place.info.base != BASE_META;
}

/* nft's order: by place, and else as they come. */
static void places_sort(struct nft_form **forms, size_t count)
{
	size_t i, j;

	for (i = 1; i < count; i++) {
		struct nft_form *form = forms[i];

		for (j = i; j; j--) {
			const struct plan_field_info *before = &forms[j - 1]->place.info;

			if (before->base < form->place.info.base ||
			    (before->base == form->place.info.base &&
			     before->offset <= form->place.info.offset))
				break;
			forms[j] = forms[j - 1];
		}
		forms[j] = form;
	}
}

/* The kernel loads up to 4 bytes fast, but not from the link header: nft merges
 * where nothing is lost by it. */
static bool can_merge(const struct nft_form *left, const struct nft_form *right)
{
	size_t total = left->place.info.length + right->place.info.length;

	if (left->place.info.base != right->place.info.base || left->negated != right->negated ||
	    left->place.info.offset + left->place.info.length != right->place.info.offset ||
	    total > PLAN_VALUE_MAX)
		return false;
	return total <= 4 || left->place.info.base == BASE_LINK ||
	       left->place.info.length > 4 || right->place.info.length > 4;
}

/* Merge what can be merged of @count tests that stand in a row. The first test
 * makes the other's too, unless that one is what tells the protocol. */
static void row_merge(struct nft_form **forms, size_t count)
{
	struct nft_form *left, *right;
	size_t i;

	places_sort(forms, count);
	for (left = forms[0], i = 1; i < count; i++) {
		struct nft_form joined;

		right = forms[i];
		if (!can_merge(left, right)) {
			left = right;
			continue;
		}
		joined = *left;
		memcpy(joined.only.low + left->place.info.length, right->only.low,
		       right->place.info.length);
		joined.place.info.length += right->place.info.length;
		if (right->place.field == FIELD_IP_PROTOCOL ||
		    right->place.field == FIELD_IP6_NEXT_HEADER) {
			joined.place.field = right->place.field;
			left->merged = true;
			left = right;
		} else {
			right->merged = true;
		}
		*left = joined;
	}
}

int nft_forms_make(struct nft_form **out, unsigned int family,
		   const struct plan_rule *rule)
{
	struct nft_context context = { .family = family };
	struct nft_form *forms, **row;
	size_t count = 0, i;

	forms = calloc(rule->count + 1, sizeof(*forms));
	row = reallocarray(NULL, rule->count + 1, sizeof(*row));
	if (!forms || !row) {
		free(forms);
		free(row);
		return -ENOMEM;
	}
	for (i = 0; i < rule->count; i++) {
		if (statement_is_test(&rule->statements[i])) {
			nft_form_next(&forms[i], &context, rule, i);
			if (is_mergeable(&forms[i]))
				row[count++] = &forms[i];
		} else if (ends_row(&rule->statements[i]) && count > 1) {
			row_merge(row, count);
			count = 0;
		}
	}
	if (count > 1)
		row_merge(row, count);
	free(row);
	*out = forms;
	return 0;
}
