// SPDX-License-Identifier: GPL-2.0-only
/*
 * plans text|apply|has|changed PLAN
 *
 * Plans for the comparison of the ways out: every form of a test ("forms"), every
 * other statement ("actions", and "inet" for tables of that family), some of both
 * that chance makes ("random:SEED", "random-inet:SEED"), a set of many intervals
 * ("large:COUNT"), or of many rows ("table:COUNT"), or a single statement that a
 * kernel can lack ("only:chance" and others). Devices that rules name are "lo".
 * "text" prints one for nft, "apply" puts it into the kernel, "has" says whether
 * the kernel has it (1 or 0), "changed" says how many small changes of it the
 * kernel seems to have as well, and of how many.
 */
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "nft_explain.h"
#include "nft_state.h"
#include "nft_text.h"
#include "nl.h"
#include "plan.h"

/* --- every form --- */

/* A place and what nft must know of the headers before its name can be said. */
struct subject {
	struct plan_place place;
	unsigned int network, transport;
};

#define RAW(base, offset, length) { { FIELD_RAW, base, offset, length }, 0, 0 }
#define NAMED(field, network, transport) { { field, BASE_META, 0, 0 }, network, transport }

static const struct subject subjects[] = {
	NAMED(FIELD_META_PROTOCOL, 0, 0), NAMED(FIELD_META_L4PROTO, 0, 0),
	NAMED(FIELD_META_LENGTH, 0, 0), NAMED(FIELD_META_IIF, 0, 0),
	NAMED(FIELD_META_IIFNAME, 0, 0), NAMED(FIELD_META_OIFNAME, 0, 0),
	NAMED(FIELD_META_MARK, 0, 0),
	NAMED(FIELD_ICMP_TYPE, 0, 1), NAMED(FIELD_ICMP_TYPE, 0x0800, 1),
	NAMED(FIELD_ICMP6_TYPE, 0, 58), NAMED(FIELD_ICMP6_TYPE, 0x86dd, 58),
	NAMED(FIELD_ICMP_TYPE, 0x86dd, 1), NAMED(FIELD_ICMP_TYPE, 0, 0),
	NAMED(FIELD_ICMP6_TYPE, 0x0800, 58), NAMED(FIELD_ICMP6_TYPE, 0x86dd, 0),
	NAMED(FIELD_ETHER_TYPE, 0, 0),
	NAMED(FIELD_IP_PROTOCOL, 0x0800, 0), NAMED(FIELD_IP_FRAGMENT, 0x0800, 0),
	NAMED(FIELD_IP_SOURCE, 0x0800, 0), NAMED(FIELD_IP_DESTINATION, 0x0800, 0),
	NAMED(FIELD_IP6_NEXT_HEADER, 0x86dd, 0),
	NAMED(FIELD_IP6_FRAGMENT_NEXT_HEADER, 0x86dd, 0),
	NAMED(FIELD_IP6_SOURCE, 0x86dd, 0), NAMED(FIELD_IP6_DESTINATION, 0x86dd, 0),
	NAMED(FIELD_ARP_SENDER, 0x0806, 0), NAMED(FIELD_ARP_TARGET, 0x0806, 0),
	NAMED(FIELD_TCP_SOURCE, 0, 6), NAMED(FIELD_TCP_DESTINATION, 0x0800, 6),
	NAMED(FIELD_UDP_SOURCE, 0x86dd, 17), NAMED(FIELD_UDP_DESTINATION, 0, 17),
	NAMED(FIELD_SCTP_SOURCE, 0, 132), NAMED(FIELD_SCTP_DESTINATION, 0x0800, 132),
	NAMED(FIELD_TH_SOURCE, 0, 0), NAMED(FIELD_TH_DESTINATION, 0x0800, 6),
	/* Names without what they need. */
	NAMED(FIELD_IP_SOURCE, 0, 0), NAMED(FIELD_IP6_DESTINATION, 0x0800, 0),
	NAMED(FIELD_TCP_DESTINATION, 0, 17), NAMED(FIELD_UDP_SOURCE, 0, 0),
	RAW(BASE_LINK, 0, 6), RAW(BASE_LINK, 12, 2), RAW(BASE_LINK, 14, 1),
	RAW(BASE_LINK, 255, 3), RAW(BASE_NETWORK, 0, 1), RAW(BASE_NETWORK, 12, 4),
	RAW(BASE_NETWORK, 42, 2), RAW(BASE_NETWORK, 8, 16), RAW(BASE_NETWORK, 40, 8),
	RAW(BASE_NETWORK, 255, 1), RAW(BASE_TRANSPORT, 0, 2), RAW(BASE_TRANSPORT, 13, 1),
	RAW(BASE_TRANSPORT, 4, 5), RAW(BASE_TRANSPORT, 20, 12), RAW(BASE_TRANSPORT, 2, 2),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Ranges as a number in the last byte, or in the first, or of all bytes. */
#define LAST 0x100
#define FIRST 0x200
#define ALL_ZERO 0x400
#define ALL_ONES 0x800

static const struct shape {
	const char *name;
	unsigned int ends[8];	/* low, high, ... */
	size_t count;
} shapes[] = {
	{ "one value", { LAST | 5, LAST | 5 }, 1 },
	{ "the first value", { ALL_ZERO, ALL_ZERO }, 1 },
	{ "the last value", { ALL_ONES, ALL_ONES }, 1 },
	{ "a range", { LAST | 5, LAST | 9 }, 1 },
	{ "a prefix", { LAST | 8, LAST | 15 }, 1 },
	{ "from the first", { ALL_ZERO, LAST | 6 }, 1 },
	{ "to the last", { FIRST | 9, ALL_ONES }, 1 },
	{ "half of all", { ALL_ZERO, FIRST | 0x7f }, 1 },
	{ "all", { ALL_ZERO, ALL_ONES }, 1 },
	{ "two values", { LAST | 5, LAST | 5, LAST | 7, LAST | 7 }, 2 },
	{ "the outermost", { ALL_ZERO, ALL_ZERO, ALL_ONES, ALL_ONES }, 2 },
	{ "a range and a value", { LAST | 5, LAST | 9, LAST | 17, LAST | 17 }, 2 },
	{ "ranges from the first", { ALL_ZERO, LAST | 6, LAST | 8, LAST | 15 }, 2 },
	{ "ranges to the last", { LAST | 6, LAST | 7, LAST | 17, ALL_ONES }, 2 },
	{ "all but two", { ALL_ZERO, LAST | 4, LAST | 6, LAST | 7, LAST | 9, ALL_ONES }, 3 },
};

static void end_put(uint8_t *bytes, unsigned int end, bool high, size_t length)
{
	memset(bytes, end & ALL_ONES ? 0xff : 0, length);
	if (end & FIRST) {
		memset(bytes, high ? 0xff : 0, length);
		bytes[0] = end;
	} else if (end & LAST) {
		bytes[length - 1] = end;
	}
}

static void shape_put(struct plan_range *ranges, const struct shape *shape, size_t length)
{
	size_t i;

	memset(ranges, 0, shape->count * sizeof(*ranges));
	for (i = 0; i < shape->count; i++) {
		end_put(ranges[i].low, shape->ends[2 * i], false, length);
		end_put(ranges[i].high, shape->ends[2 * i + 1], true, length);
	}
}

/* The network protocol @type, ETH_P_, as the family of the table has it tested. */
static void network_test(struct plan *plan, struct plan_rule *rule, unsigned int type)
{
	if (plan->family == NFPROTO_INET && (type == 0x0800 || type == 0x86dd))
		plan_rule_test_number(plan, rule, FIELD_META_NFPROTO,
				      type == 0x0800 ? NFPROTO_IPV4 : NFPROTO_IPV6);
	else
		plan_rule_test_number(plan, rule, FIELD_META_PROTOCOL, type);
}

static struct plan_rule *rule_begin(struct plan *plan, const struct subject *subject)
{
	struct plan_rule *rule = plan_add_rule(plan, plan->chains[plan->chain_count - 1]);

	if (subject->network)
		network_test(plan, rule, subject->network);
	if (subject->transport)
		plan_rule_test_number(plan, rule, FIELD_META_L4PROTO, subject->transport);
	return rule;
}

static void rule_end(struct plan *plan, struct plan_rule *rule, const char *comment)
{
	plan_rule_counter(plan, rule, 0, 0);
	plan_rule_verdict(plan, rule, VERDICT_RETURN, NULL);
	plan_rule_comment(plan, rule, "%s", comment);
}

static bool is_device(const struct plan_place *place)
{
	return place->field == FIELD_META_IIF || place->field == FIELD_META_IIFNAME ||
	       place->field == FIELD_META_OIFNAME;
}

/* Names and indexes of devices, one by one. */
static void devices_put(struct plan_range *ranges, size_t count, bool names)
{
	size_t i;

	for (i = 0; i < count; i++) {
		memset(&ranges[i], 0, sizeof(ranges[i]));
		if (names)
			snprintf((char *)ranges[i].low, PLAN_VALUE_MAX, "veth%u",
				 (unsigned int)i % 1000);
		else
			ranges[i].low[3] = 200 + i;
		memcpy(ranges[i].high, ranges[i].low, PLAN_VALUE_MAX);
	}
}

static void forms_of(struct plan *plan, const struct subject *subject,
		     const struct shape *shape)
{
	static const uint8_t masks[][PLAN_VALUE_MAX] = {
		{ [0 ... 15] = 0xff },
		{ 0x1f, 0xff, 0, 0xf0, [5] = 0x0f, [15] = 0x0f },
	};
	struct plan_field_info info = plan_place_info(&subject->place);
	struct plan_range ranges[4];
	int mask, negated;

	shape_put(ranges, shape, info.length);
	if (is_device(&subject->place))
		devices_put(ranges, shape->count, info.format == FORMAT_STRING);
	for (mask = -1; mask < (int)COUNT(masks); mask++)
		for (negated = 0; negated < 2; negated++) {
			const uint8_t *bytes = mask < 0 ? NULL : masks[mask];
			struct plan_rule *rule;

			if (bytes && is_device(&subject->place))
				continue;
			rule = rule_begin(plan, subject);
			plan_rule_test_ranges(plan, rule, &subject->place, bytes, negated,
					      ranges, shape->count);
			rule_end(plan, rule, shape->name);
		}
}

static void forms_make(struct plan *plan)
{
	size_t i, j;

	for (i = 0; i < COUNT(subjects); i++)
		for (j = 0; j < COUNT(shapes); j++)
			if (plan_add_chain(plan, "forms/%zu/%zu", i, j))
				forms_of(plan, &subjects[i], &shapes[j]);
}

/* Places side by side, by name and in bytes. */
static void rows_make(struct plan *plan)
{
	static const struct {
		struct plan_place places[PLAN_ROW_MAX];
		size_t count;
		unsigned int network, transport;
	} groups[] = {
		{ { { .field = FIELD_IP_SOURCE }, { .field = FIELD_TCP_DESTINATION } }, 2,
		  0x0800, 6 },
		{ { { .field = FIELD_IP_SOURCE }, { .field = FIELD_IP_DESTINATION },
		    { .field = FIELD_IP_PROTOCOL }, { .field = FIELD_TH_DESTINATION } }, 4,
		  0x0800, 0 },
		{ { { .field = FIELD_IP6_SOURCE }, { .field = FIELD_UDP_SOURCE },
		    { .field = FIELD_IP6_DESTINATION } }, 3, 0x86dd, 17 },
		{ { { .field = FIELD_META_LENGTH }, { .field = FIELD_META_L4PROTO },
		    { .field = FIELD_META_PROTOCOL }, { .field = FIELD_META_IIF } }, 4, 0, 0 },
		{ { { FIELD_RAW, BASE_LINK, 0, 6 }, { FIELD_RAW, BASE_NETWORK, 1, 16 },
		    { FIELD_RAW, BASE_TRANSPORT, 3, 3 } }, 3, 0, 0 },
		{ { { .field = FIELD_IP_SOURCE }, { .field = FIELD_TCP_DESTINATION },
		    { FIELD_RAW, BASE_TRANSPORT, 0, 2 } }, 3, 0, 0 },
		{ { { .field = FIELD_IP_FRAGMENT }, { .field = FIELD_ETHER_TYPE } }, 2,
		  0x0800, 0 },
	};
	size_t i, count, j;

	for (i = 0; i < COUNT(groups) && plan_add_chain(plan, "rows/%zu", i); i++)
		for (count = 1; count < 12; count += 3) {
			const struct subject subject = {
				.network = groups[i].network, .transport = groups[i].transport,
			};
			uint8_t values[12 * PLAN_ROW_MAX][PLAN_VALUE_MAX] = { { 0 } };
			struct plan_rule *rule = rule_begin(plan, &subject);

			for (j = 0; j < count * groups[i].count; j++) {
				values[j][j % 3] = j;
				values[j][0] &= 0x7f;
			}
			plan_rule_test_rows(plan, rule, groups[i].places, groups[i].count,
					    count % 2, values, count);
			rule_end(plan, rule, "rows");
		}
}

/* Prefixes of all lengths: nft loads whole bytes of them. */
static void prefixes_make(struct plan *plan)
{
	static const struct subject both[] = {
		NAMED(FIELD_IP_DESTINATION, 0x0800, 0), NAMED(FIELD_IP6_SOURCE, 0x86dd, 0),
	};
	size_t i, bit, bits;

	for (i = 0; i < COUNT(both) && plan_add_chain(plan, "prefixes/%zu", i); i++) {
		bits = 8 * plan_place_info(&both[i].place).length;
		for (bit = 1; bit < bits; bit++) {
			struct plan_range range = { { 0x20, 1, 13, 0xb8 }, { 0 } };
			struct plan_rule *rule = rule_begin(plan, &both[i]);
			size_t j;

			memcpy(range.high, range.low, PLAN_VALUE_MAX);
			for (j = bit; j < bits; j++) {
				range.low[j / 8] &= ~(0x80 >> j % 8);
				range.high[j / 8] |= 0x80 >> j % 8;
			}
			plan_rule_test_ranges(plan, rule, &both[i].place, NULL, bit % 3 == 0,
					      &range, 1);
			rule_end(plan, rule, "a prefix");
		}
	}
}

/* --- what is no test --- */

static void samples_make(struct plan *plan)
{
	static const uint32_t every[] = { 1, 2, 10, 1000, 0x7fffffff, 0xffffffff };
	size_t i;

	plan_add_chain(plan, "samples");
	for (i = 0; i < 4 * COUNT(every); i++) {
		struct plan_rule *rule = rule_begin(plan, &(struct subject){ .network = 0 });

		plan_rule_sample(plan, rule, every[i / 4], i & 1, i & 2);
		rule_end(plan, rule, "a sample");
	}
}

static void limits_make(struct plan *plan)
{
	static const struct {
		uint64_t rate;
		bool bytes;
		uint32_t seconds, burst;
	} limits[] = {
		{ 1, false, 1, 1 }, { 50000, false, 1, 5000 }, { 10, false, 60, 5 },
		{ 4000000000, false, 1, 0xffffffff }, { 7, false, 3600, 1 },
		{ 100, false, 86400, 21000000 }, { 20000000000, false, 86400, 4321 },
		{ 1, true, 1, 1 }, { 1024, true, 1, 2048 }, { 1000, true, 60, 500 },
		{ 1025, true, 1, 1023 }, { 10485760, true, 1, 1048576 },
		{ 125000000, true, 1, 12500000 }, { 14000000000, true, 1, 0xffffffff },
		{ 1073741824, true, 3600, 65536 }, { 4194304, true, 3600, 65536 },
		{ 102400, true, 86400, 65536 }, { 1099511627776, true, 86400, 65537 },
		{ 5000000001, true, 60, 1 },
	};
	size_t i;

	plan_add_chain(plan, "limits");
	for (i = 0; i < 2 * COUNT(limits); i++) {
		struct plan_rule *rule = rule_begin(plan, &(struct subject){ .network = 0 });

		plan_rule_limit(plan, rule, limits[i / 2].rate, limits[i / 2].bytes,
				limits[i / 2].seconds, limits[i / 2].burst, i & 1);
		rule_end(plan, rule, "a limit");
	}
}

static void marks_make(struct plan *plan)
{
	static const uint32_t marks[] = { 0, 1, 0x6d6e0001, 0x80000000, 0xffffffff };
	const uint32_t ours = 0x6d6e0000, mask = 0xffff0000;
	struct plan_rule *rule;
	size_t i;

	plan_add_chain(plan, "marks");
	for (i = 0; i < COUNT(marks); i++) {
		rule = rule_begin(plan, &(struct subject){ .network = 0 });
		plan_rule_test(plan, rule, FIELD_META_MARK, &ours, &mask);
		plan_rule_mark(plan, rule, marks[i]);
		rule_end(plan, rule, "a mark");
	}
}

/* Quoted headers behind those of ICMP, as a guard has them. */
static void quotes_make(struct plan *plan)
{
	static const struct plan_place type = { .field = FIELD_ICMP_TYPE };
	static const struct plan_place type6 = { .field = FIELD_ICMP6_TYPE };
	static const struct plan_place quoted = { FIELD_RAW, BASE_TRANSPORT, 24, 4 };
	static const struct plan_place quoted6 = { FIELD_RAW, BASE_TRANSPORT, 32, 16 };
	static const struct plan_range types[] = {
		{ { 3 }, { 3 } }, { { 11 }, { 11 } }, { { 12 }, { 12 } },
	};
	static const struct plan_range types6[] = { { { 1 }, { 4 } }, { { 129 }, { 129 } } };
	static const struct plan_range address = { { 192, 0, 2, 10 }, { 192, 0, 2, 10 } };
	static const struct plan_range address6 = {
		{ 0x20, 1, 0xd, 0xb8, [15] = 10 }, { 0x20, 1, 0xd, 0xb8, [15] = 10 },
	};
	struct plan_rule *rule;

	plan_add_chain(plan, "quotes");
	rule = rule_begin(plan, &(struct subject){ .network = 0x0800, .transport = 1 });
	plan_rule_test_ranges(plan, rule, &type, NULL, false, types, COUNT(types));
	plan_rule_test_ranges(plan, rule, &quoted, NULL, false, &address, 1);
	rule_end(plan, rule, "an error of the collector's");
	rule = rule_begin(plan, &(struct subject){ .network = 0x86dd, .transport = 58 });
	plan_rule_test_ranges(plan, rule, &type6, NULL, false, types6, COUNT(types6));
	plan_rule_test_ranges(plan, rule, &quoted6, NULL, false, &address6, 1);
	rule_end(plan, rule, "the same of IPv6");
	rule = rule_begin(plan, &(struct subject){ .network = 0x0800, .transport = 47 });
	rule_end(plan, rule, "GRE");
	rule = rule_begin(plan, &(struct subject){ .network = 0x0800 });
	plan_rule_test_number(plan, rule, FIELD_IP_PROTOCOL, 47);
	plan_rule_test_number(plan, rule, FIELD_IP_DESTINATION, 0xc000020a);
	rule_end(plan, rule, "GRE to the collector");
}

static void actions_make(struct plan *plan)
{
	const struct plan_chain *copies;
	struct plan_chain *chain;
	struct plan_rule *rule;

	samples_make(plan);
	limits_make(plan);
	marks_make(plan);
	quotes_make(plan);
	copies = plan_add_chain(plan, "copies");
	rule = rule_begin(plan, &(struct subject){ .network = 0 });
	plan_rule_mark(plan, rule, 0x6d6e0001);
	plan_rule_dup(plan, rule, "lo");
	rule = rule_begin(plan, &(struct subject){ .network = 0 });
	plan_rule_sample(plan, rule, 10, false, false);
	plan_rule_counter(plan, rule, 5, 300);
	plan_rule_fwd(plan, rule, "lo");
	chain = plan_add_chain(plan, "in");
	plan_chain_hook(chain, NF_NETDEV_INGRESS, -300, "lo");
	plan_rule_verdict(plan, plan_add_rule(plan, chain), VERDICT_GOTO, copies);
}

/* The outer flow of a tunnel is not tracked. */
static void inet_make(struct plan *plan)
{
	struct plan_chain *chain;
	struct plan_rule *rule;

	samples_make(plan);
	limits_make(plan);
	marks_make(plan);
	quotes_make(plan);
	chain = plan_add_chain(plan, "notrack/output");
	plan_chain_hook(chain, NF_INET_LOCAL_OUT, -300, NULL);
	rule = rule_begin(plan, &(struct subject){ .network = 0x0800 });
	plan_rule_test_number(plan, rule, FIELD_IP_DESTINATION, 0xc000020a);
	plan_rule_test_number(plan, rule, FIELD_META_L4PROTO, 17);
	plan_rule_test_number(plan, rule, FIELD_UDP_DESTINATION, 4789);
	plan_rule_counter(plan, rule, 0, 0);
	plan_rule_notrack(plan, rule);
	rule = rule_begin(plan, &(struct subject){ .network = 0x86dd, .transport = 47 });
	plan_rule_notrack(plan, rule);
	chain = plan_add_chain(plan, "notrack/prerouting");
	plan_chain_hook(chain, NF_INET_PRE_ROUTING, -300, NULL);
	rule = plan_add_rule(plan, chain);
	plan_rule_notrack(plan, rule);
	plan_rule_comment(plan, rule, "all of them");
}

/* --- what chance makes --- */

static unsigned int chance(unsigned int below)
{
	return lrand48() % below;
}

static void random_bytes(uint8_t *bytes, size_t length)
{
	static const uint8_t likely[] = { 0, 0, 0xff, 1, 6, 17, 0x7f, 0x80, 0xf0 };
	size_t i;

	for (i = 0; i < length; i++)
		bytes[i] = chance(3) ? likely[chance(COUNT(likely))] : chance(256);
}

static int bytes_compare(const void *left, const void *right)
{
	return memcmp(left, right, PLAN_VALUE_MAX);
}

/* With a gap between them, that is. */
static bool is_behind(const uint8_t *key, const uint8_t *low, size_t length)
{
	uint8_t next[PLAN_VALUE_MAX];

	memcpy(next, key, PLAN_VALUE_MAX);
	while (length--)
		if (++next[length])
			return memcmp(next, low, PLAN_VALUE_MAX) < 0;
	return false;
}

/* Sorted, disjoint, not touching; at least one. */
static size_t random_ranges(struct plan_range *ranges, size_t room, size_t length)
{
	uint8_t values[64][PLAN_VALUE_MAX] = { { 0 } };
	size_t wanted = chance(8) ? 1 + chance(4) : 1 + chance(room);
	size_t count = 0, i;
	bool single = !chance(3);

	memset(ranges, 0, room * sizeof(*ranges));
	for (i = 0; i < 2 * wanted; i++)
		random_bytes(values[i], length);
	qsort(values, 2 * wanted, PLAN_VALUE_MAX, bytes_compare);
	for (i = 0; i < 2 * wanted && count < wanted; i++) {
		struct plan_range *range = &ranges[count];

		memcpy(range->low, values[i], PLAN_VALUE_MAX);
		if (!single && chance(2) && i + 1 < 2 * wanted)
			i++;
		memcpy(range->high, values[i], PLAN_VALUE_MAX);
		if (!count || is_behind(ranges[count - 1].high, range->low, length))
			count++;
	}
	return count;
}

static void random_place(struct plan_place *place)
{
	memset(place, 0, sizeof(*place));
	do {
		place->field = chance(3) ? 1 + chance(FIELD_TH_DESTINATION) : FIELD_RAW;
	} while (place->field == FIELD_META_NFPROTO);
	if (place->field)
		return;
	place->base = BASE_LINK + chance(3);
	place->offset = chance(4) ? chance(24) : chance(PLAN_OFFSET_MAX + 1);
	place->length = chance(4) ? 1 + chance(4) : 1 + chance(PLAN_VALUE_MAX);
}

static void random_test(struct plan *plan, struct plan_rule *rule)
{
	struct plan_range ranges[30];
	uint8_t mask[PLAN_VALUE_MAX];
	struct plan_place place;
	struct plan_field_info info;
	size_t count, i;

	random_place(&place);
	info = plan_place_info(&place);
	count = random_ranges(ranges, COUNT(ranges), info.length);
	if (chance(3))
		count = 1;
	if (count == 1 && chance(2))
		memcpy(ranges->high, ranges->low, PLAN_VALUE_MAX);
	random_bytes(mask, sizeof(mask));
	if (is_device(&place)) {
		devices_put(ranges, count, info.format == FORMAT_STRING);
		plan_rule_test_ranges(plan, rule, &place, NULL, !chance(3), ranges, count);
		return;
	}
	if (chance(4)) {
		plan_rule_test_ranges(plan, rule, &place, NULL, !chance(3), ranges, count);
		return;
	}
	/* A single value that the mask can leave. */
	for (i = 0; count == 1 && i < info.length; i++) {
		ranges->low[i] &= mask[i];
		ranges->high[i] = ranges->low[i];
	}
	plan_rule_test_ranges(plan, rule, &place, mask, !chance(3), ranges, count);
}

static void random_rows(struct plan *plan, struct plan_rule *rule)
{
	uint8_t values[8 * PLAN_ROW_MAX][PLAN_VALUE_MAX] = { { 0 } };
	struct plan_place places[PLAN_ROW_MAX];
	size_t width = 2 + chance(PLAN_ROW_MAX - 1), count = 1 + chance(8), bytes = 0, i;

	/* A key has up to 64 bytes. */
	for (i = 0; i < width && bytes <= 32; i++) {
		do {
			random_place(&places[i]);
		} while (plan_place_info(&places[i]).format == FORMAT_STRING);
		bytes += (plan_place_info(&places[i]).length + 3) & ~3;
	}
	if (i < 2)
		return;
	width = i;
	for (i = 0; i < width * count; i++) {
		const struct plan_place *place = &places[i % width];

		random_bytes(values[i], plan_place_info(place).length);
		values[i][0] = i / width;
	}
	plan_rule_test_rows(plan, rule, places, width, chance(2), values, count);
}

/* Something else than a test, between tests. */
static void random_action(struct plan *plan, struct plan_rule *rule)
{
	static const uint32_t seconds[] = { 1, 1, 60, 3600, 86400 };
	bool bytes = chance(2);

	switch (chance(6)) {
	case 0:
		plan_rule_counter(plan, rule, 0, 0);
		break;
	case 1:
	case 2:
		plan_rule_sample(plan, rule, 1 + chance(1 << chance(31)), chance(2), chance(2));
		break;
	case 3:
		plan_rule_limit(plan, rule, 1 + chance(1 << chance(31)), bytes,
				seconds[chance(COUNT(seconds))], 1 + chance(1 << chance(17)),
				chance(2));
		break;
	case 4:
		plan_rule_mark(plan, rule, mrand48());
		break;
	case 5:
		if (plan->family == NFPROTO_INET)
			plan_rule_notrack(plan, rule);
		else
			plan_rule_dup(plan, rule, "lo");
		break;
	}
}

static void random_make(struct plan *plan, long seed)
{
	static const unsigned int networks[] = { 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8035 };
	static const unsigned int transports[] = { 6, 17, 132, 1, 58, 47, 99 };
	struct plan_chain *chain = plan_add_chain(plan, "chance");
	size_t rules = 40;

	srand48(seed);
	while (rules--) {
		struct plan_rule *rule = plan_add_rule(plan, chain);
		size_t tests = 1 + chance(5);

		while (tests--) {
			switch (chance(4)) {
			case 0:
				network_test(plan, rule, networks[chance(COUNT(networks))]);
				break;
			case 1:
				plan_rule_test_number(plan, rule,
						      chance(2) ? FIELD_META_L4PROTO :
						      chance(2) ? FIELD_IP_PROTOCOL :
						      FIELD_IP6_NEXT_HEADER,
						      transports[chance(COUNT(transports))]);
				break;
			}
			if (chance(6))
				random_test(plan, rule);
			else
				random_rows(plan, rule);
			if (!chance(4))
				random_action(plan, rule);
		}
		rule_end(plan, rule, "chance");
	}
}

/* --- many --- */

static void large_make(struct plan *plan, size_t count)
{
	static const struct subject subject = NAMED(FIELD_IP_SOURCE, 0x0800, 0);
	struct plan_range *ranges = calloc(count, sizeof(*ranges));
	struct plan_rule *rule;
	size_t i;

	if (!ranges || !plan_add_chain(plan, "many"))
		exit(1);
	rule = rule_begin(plan, &subject);
	for (i = 0; i < count; i++) {
		uint8_t low[] = { 10 + (i >> 16), i >> 8, i, 16 };
		uint8_t high[] = { 10 + (i >> 16), i >> 8, i, 16 + i % 100 };

		memcpy(ranges[i].low, low, sizeof(low));
		memcpy(ranges[i].high, high, sizeof(high));
	}
	plan_rule_test_ranges(plan, rule, &subject.place, NULL, false, ranges, count);
	rule_end(plan, rule, "many");
	free(ranges);
}

/* Addresses with ports of their own. */
static void table_make(struct plan *plan, size_t count)
{
	static const struct subject subject = {
		.network = 0x0800, .transport = 6,
	};
	static const struct plan_place places[] = {
		{ .field = FIELD_IP_SOURCE }, { .field = FIELD_TCP_DESTINATION },
	};
	uint8_t (*values)[PLAN_VALUE_MAX] = calloc(2 * count, sizeof(*values));
	struct plan_rule *rule;
	size_t i;

	if (!values || !plan_add_chain(plan, "many"))
		exit(1);
	rule = rule_begin(plan, &subject);
	for (i = 0; i < count; i++) {
		uint8_t address[] = { 10, i >> 16, i >> 8, i };

		memcpy(values[2 * i], address, sizeof(address));
		values[2 * i + 1][1] = i % 100;
	}
	plan_rule_test_rows(plan, rule, places, 2, false,
			    (const uint8_t (*)[PLAN_VALUE_MAX])values, count);
	rule_end(plan, rule, "many");
	free(values);
}

/* One statement, or two, and nothing else. */
static int only_make(struct plan *plan, const char *what)
{
	struct plan_rule *rule = plan_add_rule(plan, plan_add_chain(plan, "only"));

	if (!strcmp(what, "chance"))
		plan_rule_sample(plan, rule, 10, false, false);
	else if (!strcmp(what, "flow"))
		plan_rule_sample(plan, rule, 10, true, false);
	else if (!strcmp(what, "limit"))
		plan_rule_limit(plan, rule, 10, false, 1, 5, true);
	else if (!strcmp(what, "fwd"))
		plan_rule_fwd(plan, rule, "lo");
	else if (!strcmp(what, "inet-notrack"))
		plan_rule_notrack(plan, rule);
	else if (!strcmp(what, "both"))
		plan_rule_sample(plan, rule, 10, false, false);
	else
		return -EINVAL;
	if (!strcmp(what, "both"))
		plan_rule_limit(plan, rule, 10, false, 1, 5, true);
	return 0;
}

/* --- what to do with one --- */

static int plan_make(struct plan *plan, const char *name)
{
	plan_init(plan, strstr(name, "inet") ? NFPROTO_INET : NFPROTO_NETDEV, PLAN_TABLE,
		  PLAN_TABLE_COMMENT);
	if (!strcmp(name, "forms")) {
		forms_make(plan);
		prefixes_make(plan);
		rows_make(plan);
	} else if (!strcmp(name, "actions")) {
		actions_make(plan);
	} else if (!strcmp(name, "inet")) {
		inet_make(plan);
	} else if (!strncmp(name, "random:", 7)) {
		random_make(plan, atol(name + 7));
	} else if (!strncmp(name, "random-inet:", 12)) {
		random_make(plan, atol(name + 12));
	} else if (!strncmp(name, "large:", 6)) {
		large_make(plan, atol(name + 6));
	} else if (!strncmp(name, "table:", 6)) {
		table_make(plan, atol(name + 6));
	} else if (strncmp(name, "only:", 5) || only_make(plan, name + 5)) {
		return -EINVAL;
	}
	return plan->out_of_memory ? -ENOMEM : plan->unsupported ? -EOPNOTSUPP : 0;
}

/* The one device that every namespace has. */
static struct link loopback = { .index = 1, .name = "lo" };
static const struct link_table links = { .links = &loopback, .count = 1 };

/* Says what the kernel refused as the tool does. */
static void refusal_print(const struct nl_refusal *refusal)
{
	struct error_list errors = { 0 };

	nft_explain_refusal(refusal, &errors);
	error_report(&errors, stderr);
	error_clear(&errors);
}

static int plan_apply(const struct plan *plan, struct nl_socket *netfilter)
{
	struct nl_refusal refusal = { 0 };
	struct nl_buffer buffer = { 0 };
	int error;

	error = nft_batch_replace_table(&buffer, plan, &links) ?:
		nl_transact(netfilter, &buffer, &refusal);
	if (error)
		refusal_print(&refusal);
	nl_buffer_free(&buffer);
	return error;
}

static int plan_is_there(const struct plan *plan, const struct nft_state *state)
{
	return nft_state_has_plan(state, plan, &links);
}

struct changes {
	const struct plan *plan;
	const struct nft_state *state;
	size_t made, unseen;
};

static void change_try(struct changes *changes)
{
	changes->made++;
	changes->unseen += plan_is_there(changes->plan, changes->state) != 0;
}

/* Change something by as little as possible, and back. */
#define TRY_OTHER(changes, value, other) do { \
	__typeof__(value) before = (value); \
	(value) = (other); \
	change_try(changes); \
	(value) = before; \
} while (0)

static void sample_change(struct changes *changes, struct plan_sample *sample)
{
	TRY_OTHER(changes, sample->every, sample->every ^ 1);
	TRY_OTHER(changes, sample->flows, !sample->flows);
	TRY_OTHER(changes, sample->negated, !sample->negated);
}

static void limit_change(struct changes *changes, struct plan_limit *limit)
{
	TRY_OTHER(changes, limit->rate, limit->rate + 1);
	TRY_OTHER(changes, limit->bytes, !limit->bytes);
	TRY_OTHER(changes, limit->seconds, limit->seconds == 1 ? 60 : 1);
	TRY_OTHER(changes, limit->burst, limit->burst + 1);
	TRY_OTHER(changes, limit->over, !limit->over);
}

static void ranges_change(struct changes *changes, struct plan_ranges *ranges)
{
	size_t length = plan_place_info(&ranges->place).length;
	uint8_t *byte = &ranges->ranges[ranges->count - 1].high[length - 1];

	*byte ^= 1;
	change_try(changes);
	*byte ^= 1;
	ranges->negated ^= true;
	change_try(changes);
	ranges->negated ^= true;
	if (ranges->count == 1)
		return;
	ranges->count--;
	change_try(changes);
	ranges->count++;
}

static void rows_change(struct changes *changes, struct plan_rows *rows)
{
	rows->values[rows->count * rows->place_count - 1][0] ^= 1;
	change_try(changes);
	rows->values[rows->count * rows->place_count - 1][0] ^= 1;
	rows->negated ^= true;
	change_try(changes);
	rows->negated ^= true;
}

static void statement_change(struct changes *changes, struct plan_statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_TEST:
		TRY_OTHER(changes, statement->test.value[0], statement->test.value[0] ^ 1);
		TRY_OTHER(changes, statement->test.not_equal, !statement->test.not_equal);
		break;
	case STATEMENT_RANGES:
		ranges_change(changes, &statement->ranges);
		break;
	case STATEMENT_ROWS:
		rows_change(changes, &statement->rows);
		break;
	case STATEMENT_SAMPLE:
		sample_change(changes, &statement->sample);
		break;
	case STATEMENT_LIMIT:
		limit_change(changes, &statement->limit);
		break;
	case STATEMENT_COUNTER:
		break;		/* what is counted makes no difference */
	case STATEMENT_MARK:
		TRY_OTHER(changes, statement->mark, statement->mark ^ 1);
		break;
	case STATEMENT_NOTRACK:
		TRY_OTHER(changes, statement->kind, STATEMENT_COUNTER);
		break;
	case STATEMENT_DUP:
	case STATEMENT_FWD:
		TRY_OTHER(changes, statement->device[0], 'L');
		TRY_OTHER(changes, statement->kind, STATEMENT_DUP + STATEMENT_FWD -
			  statement->kind);
		break;
	case STATEMENT_IIF:
		TRY_OTHER(changes, statement->device[0], 'L');
		break;
	case STATEMENT_VERDICT:
		TRY_OTHER(changes, statement->verdict.kind,
			  statement->verdict.chain ? VERDICT_JUMP : VERDICT_ACCEPT);
		break;
	}
}

static void chain_change(struct changes *changes, struct plan_chain *chain)
{
	if (!chain->is_base)
		return;
	TRY_OTHER(changes, chain->priority, chain->priority + 1);
	TRY_OTHER(changes, chain->hook, chain->hook + 1);
	TRY_OTHER(changes, chain->device[0], 'L');
	TRY_OTHER(changes, chain->is_base, false);
}

static int changes_count(struct plan *plan, const struct nft_state *state)
{
	struct plan part = *plan;
	struct changes changes = { &part, state, 0, 0 };
	size_t i, j, k;

	part.chain_count = 1;
	for (i = 0; i < plan->chain_count; i++) {
		struct plan_chain *chain = plan->chains[i];

		part.chains = &plan->chains[i];
		chain_change(&changes, chain);
		for (j = 0; j < chain->rule_count; j++)
			for (k = 0; k < chain->rules[j].count; k++)
				statement_change(&changes, &chain->rules[j].statements[k]);
	}
	printf("%zu of %zu\n", changes.unseen, changes.made);
	return 0;
}

static int state_ask(struct plan *plan, struct nl_socket *netfilter, bool changed)
{
	struct nl_refusal refusal = { 0 };
	struct nft_state state = { 0 };
	int error;

	error = nft_state_read(&state, netfilter, plan->family, plan->table, NFT_READ_ALL, &refusal);
	if (!error && changed)
		error = changes_count(plan, &state);
	else if (!error)
		printf("%d\n", plan_is_there(plan, &state));
	nft_state_free(&state);
	return error;
}

int main(int argc, char **argv)
{
	struct nl_socket *netfilter = NULL;
	struct plan plan;
	int error;

	if (argc != 3)
		return 2;
	error = plan_make(&plan, argv[2]) ?: nl_open(NETLINK_NETFILTER, &netfilter);
	if (error)
		goto out_free;
	if (!strcmp(argv[1], "text"))
		nft_text_print(&plan, false, stdout);
	else if (!strcmp(argv[1], "apply"))
		error = plan_apply(&plan, netfilter);
	else if (!strcmp(argv[1], "has") || !strcmp(argv[1], "changed"))
		error = state_ask(&plan, netfilter, *argv[1] == 'c');
	else
		error = -EINVAL;
out_free:
	if (error)
		fprintf(stderr, "%s %s: %s\n", argv[1], argv[2], strerror(-error));
	nl_close(netfilter);
	plan_free(&plan);
	return !!error;
}
