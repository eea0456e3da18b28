// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests against ranges and sets, and by raw fields: the text of every form.
 */
#include "harness.h"

#include <linux/netfilter.h>
#include <stdlib.h>

#include "rule_text.h"

static const struct plan_range addresses[] = {
	{ { 10 }, { 10, 255, 255, 255 } },
	{ { 192, 0, 2, 1 }, { 192, 0, 2, 1 } },
	{ { 192, 0, 2, 4 }, { 192, 0, 2, 9 } },
	{ { 255, 255, 255, 254 }, { 255, 255, 255, 255 } },
};

static const struct plan_range ports[] = {
	{ { 0, 0 }, { 0, 5 } },
	{ { 0, 80 }, { 0, 80 } },
	{ { 1, 187 }, { 1, 187 } },
	{ { 255, 0 }, { 255, 255 } },
};

static const struct plan_range whole = { { 0, 0 }, { 0xff, 0xff } };

static const struct plan_place source = { .field = FIELD_IP_SOURCE };
static const struct plan_place port = { .field = FIELD_TH_DESTINATION };
static const struct plan_place length = { .field = FIELD_META_LENGTH };
static const struct plan_place raw = { FIELD_RAW, BASE_NETWORK, 42, 2 };

static void test_one(void)
{
	static const struct {
		const struct plan_place *place;
		const struct plan_range *range;
		bool negated;
		const char *expected;
	} cases[] = {
		{ &port, &ports[1], false, "th dport 80" },
		{ &port, &ports[1], true, "th dport != 80" },
		{ &port, &ports[0], false, "th dport <= 5" },
		{ &port, &ports[0], true, "th dport > 5" },
		{ &port, &ports[3], false, "th dport >= 65280" },
		{ &port, &ports[3], true, "th dport < 65280" },
		{ &port, &whole, false, "th dport >= 0" },
		{ &port, &whole, true, "th dport != 0-65535" },
		{ &raw, &ports[0], false, "@nh,336,16 <= 0x0005" },
		{ &raw, &ports[2], true, "@nh,336,16 != 0x01bb" },
		{ &length, &addresses[1], false, "meta length 3221225985" },
		{ &length, &addresses[2], false, "meta length 3221225988-3221225993" },
	};
	struct plan plan;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan_rule_test_ranges(&plan, rule_begin(&plan, NFPROTO_NETDEV), cases[i].place, NULL,
				      cases[i].negated, cases[i].range, 1);
		check_rule(cases[i].expected, &plan);
	}
}

/* A rule for IPv4 whose address is tested: "meta protocol ip" goes unsaid. */
static void check_addresses(const char *expected, const uint8_t *mask, bool negated,
			    size_t first, size_t count)
{
	struct plan_rule *rule;
	struct plan plan;

	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_META_PROTOCOL, 0x0800);
	plan_rule_test_ranges(&plan, rule, &source, mask, negated, addresses + first, count);
	check_rule(expected, &plan);
}

static void test_addresses(void)
{
	static const uint8_t mask[] = { 0xff, 0, 0xff, 0xff };

	check_addresses("ip saddr 10.0.0.0/8", NULL, false, 0, 1);
	check_addresses("ip saddr != 10.0.0.0/8", NULL, true, 0, 1);
	check_addresses("ip saddr 192.0.2.1", NULL, false, 1, 1);
	check_addresses("ip saddr 192.0.2.4-192.0.2.9", NULL, false, 2, 1);
	check_addresses("ip saddr != 192.0.2.4-192.0.2.9", NULL, true, 2, 1);
	check_addresses("ip saddr 255.255.255.254/31", NULL, false, 3, 1);
	check_addresses("ip saddr { 10.0.0.0/8, 192.0.2.1, 192.0.2.4-192.0.2.9, 255.255.255.254/31 }",
			NULL, false, 0, 4);
	check_addresses("ip saddr != { 10.0.0.0/8, 192.0.2.1 }", NULL, true, 0, 2);
	check_addresses("ip saddr & 0xff00ffff != { 10.0.0.0-10.255.255.255, 192.0.2.1 }",
			mask, true, 0, 2);
	check_addresses("ip saddr & 0xff00ffff == 192.0.2.4-192.0.2.9", mask, false, 2, 1);
}

/* --- what nft adds by itself, and where it is lead astray --- */

struct step {
	enum plan_field field;
	uint32_t number;
	bool negated;
	const uint8_t *mask;
};

static void check_steps(const char *expected, const struct step *steps, size_t count)
{
	struct plan_rule *rule;
	struct plan plan;
	size_t i;

	rule = rule_begin(&plan, NFPROTO_NETDEV);
	for (i = 0; i < count; i++) {
		plan_rule_test_number(&plan, rule, steps[i].field, steps[i].number);
		rule->statements[i].test.not_equal = steps[i].negated;
		rule->statements[i].test.masked = steps[i].mask;
		if (steps[i].mask)
			memcpy(rule->statements[i].test.mask, steps[i].mask, 4);
	}
	check_rule(expected, &plan);
}

#define CHECK_STEPS(expected, ...) do { \
	const struct step steps[] = { __VA_ARGS__ }; \
	check_steps(expected, steps, sizeof(steps) / sizeof(steps[0])); \
} while (0)

static const uint8_t mask[4] = { 0x0f, 0xff, 0, 0xff };

/* A test that nft puts before the next one is left to it, and nothing else is. */
static void test_unsaid(void)
{
	CHECK_STEPS("ip saddr 1.2.3.4",
		    { FIELD_META_PROTOCOL, 0x0800, false, NULL },
		    { FIELD_IP_SOURCE, 0x01020304, false, NULL });
	CHECK_STEPS("ip frag-off & 0x0fff != 0x0001",
		    { FIELD_META_PROTOCOL, 0x0800, false, NULL },
		    { FIELD_IP_FRAGMENT, 1, true, mask });
	CHECK_STEPS("ip6 nexthdr tcp tcp dport 80",
		    { FIELD_META_PROTOCOL, 0x86dd, false, NULL },
		    { FIELD_IP6_NEXT_HEADER, 6, false, NULL },
		    { FIELD_TCP_DESTINATION, 80, false, NULL });
	CHECK_STEPS("ip saddr 1.2.3.4 udp sport 53",
		    { FIELD_META_PROTOCOL, 0x0800, false, NULL },
		    { FIELD_IP_SOURCE, 0x01020304, false, NULL },
		    { FIELD_META_L4PROTO, 17, false, NULL },
		    { FIELD_UDP_SOURCE, 53, false, NULL });
	CHECK_STEPS("meta protocol ip @ll,96,16 0x0800 ip saddr 1.2.3.4",
		    { FIELD_META_PROTOCOL, 0x0800, false, NULL },
		    { FIELD_ETHER_TYPE, 0x0800, false, NULL },
		    { FIELD_IP_SOURCE, 0x01020304, false, NULL });
	CHECK_STEPS("meta l4proto tcp th dport 80",
		    { FIELD_META_L4PROTO, 6, false, NULL },
		    { FIELD_TH_DESTINATION, 80, false, NULL });
	CHECK_STEPS("meta protocol arp meta l4proto tcp tcp dport 80",
		    { FIELD_META_PROTOCOL, 0x0806, false, NULL },
		    { FIELD_META_L4PROTO, 6, false, NULL },
		    { FIELD_TCP_DESTINATION, 80, false, NULL });
	CHECK_STEPS("meta protocol != ip @nh,96,32 0x01020304",
		    { FIELD_META_PROTOCOL, 0x0800, true, NULL },
		    { FIELD_IP_SOURCE, 0x01020304, false, NULL });
}

/* Without what a name needs only the bytes can be said. */
static void test_nameless(void)
{
	CHECK_STEPS("@nh,96,32 0x01020304", { FIELD_IP_SOURCE, 0x01020304, false, NULL });
	CHECK_STEPS("meta protocol ip6 @nh,128,32 & 0x0fff00ff != 0x01000004",
		    { FIELD_META_PROTOCOL, 0x86dd, false, NULL },
		    { FIELD_IP_DESTINATION, 0x01000004, true, mask });
	CHECK_STEPS("th dport 80", { FIELD_TCP_DESTINATION, 80, false, NULL });
	CHECK_STEPS("meta l4proto udp th sport 80",
		    { FIELD_META_L4PROTO, 17, false, NULL },
		    { FIELD_TCP_SOURCE, 80, false, NULL });
	CHECK_STEPS("meta l4proto tcp meta l4proto udp th sport 80",
		    { FIELD_META_L4PROTO, 6, false, NULL },
		    { FIELD_META_L4PROTO, 17, false, NULL },
		    { FIELD_UDP_SOURCE, 80, false, NULL });
}

static void test_astray(void)
{
	/* nft makes "not both" of two neighbours that are not equal ... */
	CHECK_STEPS("th sport != 1 th dport & 0xffff != 2",
		    { FIELD_TH_SOURCE, 1, true, NULL },
		    { FIELD_TH_DESTINATION, 2, true, NULL });
	CHECK_STEPS("th sport != 1 th dport 2",
		    { FIELD_TH_SOURCE, 1, true, NULL },
		    { FIELD_TH_DESTINATION, 2, false, NULL });
	CHECK_STEPS("th sport 1 th dport 2",
		    { FIELD_TH_SOURCE, 1, false, NULL },
		    { FIELD_TH_DESTINATION, 2, false, NULL });
	/* ... and aborts on lists with a protocol it has no header for. */
	CHECK_STEPS("meta protocol 0x8035-0x8035 @nh,112,32 != 0xc0000201",
		    { FIELD_META_PROTOCOL, 0x8035, false, NULL },
		    { FIELD_ARP_SENDER, 0xc0000201, true, NULL });
	CHECK_STEPS("meta protocol 0x8100-0x8100 @nh,112,32 0xc0000201",
		    { FIELD_META_PROTOCOL, 0x8100, false, NULL },
		    { FIELD_ARP_SENDER, 0xc0000201, false, NULL });
	CHECK_STEPS("meta protocol 0x8035 @nh,112,32 0xc0000201",
		    { FIELD_META_PROTOCOL, 0x8035, false, NULL },
		    { FIELD_ARP_SENDER, 0xc0000201, false, NULL });
	CHECK_STEPS("meta l4proto 99-99 th sport != 5",
		    { FIELD_META_L4PROTO, 99, false, NULL },
		    { FIELD_TH_SOURCE, 5, true, NULL });
	CHECK_STEPS("meta l4proto 99", { FIELD_META_L4PROTO, 99, false, NULL });
}

/* A counter between two neighbours keeps them apart. */
static void test_apart(void)
{
	struct plan_rule *rule;
	struct plan plan;

	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_TH_SOURCE, 1);
	plan_rule_counter(&plan, rule, 0, 0);
	plan_rule_test_number(&plan, rule, FIELD_TH_DESTINATION, 2);
	check_rule("th sport 1 counter th dport & 0xffff == 2", &plan);
}

/* Many elements take many lines. */
static void test_wrapped(void)
{
	struct plan_range many[10] = { 0 };
	size_t i;
	struct plan plan;

	for (i = 0; i < 10; i++)
		many[i].low[1] = many[i].high[1] = 3 * i;
	many[9].high[0] = 0xff;
	plan_rule_test_ranges(&plan, rule_begin(&plan, NFPROTO_NETDEV), &raw, NULL, true, many, 10);
	check_rule("@nh,336,16 != {\n"
		   "\t\t\t0x0000, 0x0003, 0x0006, 0x0009, 0x000c, 0x000f, 0x0012, 0x0015, 0x0018, 0x001b-0xff1b\n"
		   "\t\t}", &plan);
}

/* Named places, with the ranges in this machine's order where they have one. */
static void test_places(void)
{
	static const struct {
		struct plan_place place;
		const char *expected;
	} cases[] = {
		{ { FIELD_META_PROTOCOL, 0, 0, 0 }, "meta protocol { 0x0050, 0x01bb }" },
		{ { FIELD_META_LENGTH, 0, 0, 0 }, "meta length { 5242880, 29032448 }" },
		{ { FIELD_ETHER_TYPE, 0, 0, 0 }, "@ll,96,16 { 0x0050, 0x01bb }" },
		{ { FIELD_RAW, BASE_LINK, 12, 2 }, "@ll,96,16 { 0x0050, 0x01bb }" },
		{ { FIELD_RAW, BASE_TRANSPORT, 13, 3 }, "@th,104,24 { 0x005000, 0x01bb00 }" },
		{ { FIELD_RAW, BASE_TRANSPORT, 0, 2 }, "th sport { 80, 443 }" },
		{ { FIELD_RAW, BASE_NETWORK, 255, 2 }, "@nh,2040,16 { 0x0050, 0x01bb }" },
	};
	struct plan plan;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan_rule_test_ranges(&plan, rule_begin(&plan, NFPROTO_NETDEV), &cases[i].place, NULL, false,
				      ports + 1, 2);
		check_rule(cases[i].expected, &plan);
	}
}

/* Places side by side: each by its name, where it has one. */
static void test_rows(void)
{
	static const struct plan_place places[] = {
		{ .field = FIELD_IP_SOURCE }, { .field = FIELD_TCP_DESTINATION },
		{ .field = FIELD_META_LENGTH }, { FIELD_RAW, BASE_NETWORK, 1, 3 },
	};
	static const uint8_t values[][PLAN_VALUE_MAX] = {
		{ 10, 0, 0, 1 }, { 0, 80 }, { 0, 0, 1, 0 }, { 1, 2, 3 },
		{ 10, 0, 0, 2 }, { 1, 187 }, { 0, 0, 0, 9 }, { 4, 5, 6 },
	};
	struct plan_rule *rule;
	struct plan plan;

	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_META_PROTOCOL, 0x0800);
	plan_rule_test_number(&plan, rule, FIELD_META_L4PROTO, 6);
	plan_rule_test_rows(&plan, rule, places, 4, false, values, 2);
	check_rule("meta protocol ip meta l4proto tcp ip saddr . tcp dport . meta length . @nh,8,24 { 10.0.0.1 . 80 . 256 . 0x010203, 10.0.0.2 . 443 . 9 . 0x040506 }",
		   &plan);
	plan_rule_test_rows(&plan, rule_begin(&plan, NFPROTO_NETDEV), places, 2, true, values, 1);
	check_rule("@nh,96,32 . th dport != { 0x0a000001 . 80 }", &plan);
}

/* For versions that take only places of a type in a row: one rule for each choice of
 * rows, and rows of types, or of "none of them", stay together. */
static void test_rows_apart(void)
{
	static const struct plan_place bytes[] = {
		{ FIELD_RAW, BASE_NETWORK, 1, 3 }, { FIELD_RAW, BASE_LINK, 20, 1 },
	};
	static const struct plan_place typed[] = {
		{ .field = FIELD_IP_SOURCE }, { .field = FIELD_TCP_DESTINATION },
	};
	static const struct plan_place fragment[] = {
		{ .field = FIELD_IP_FRAGMENT }, { .field = FIELD_IP_SOURCE },
	};
	static const uint8_t values[][PLAN_VALUE_MAX] = { { 1, 2, 3 }, { 4 }, { 5, 6, 7 }, { 8 } };
	static const uint8_t others[][PLAN_VALUE_MAX] = { { 10, 0, 0, 1 }, { 0, 80 }, { 10, 0, 0, 2 }, { 0, 81 } };
	static const uint8_t parts[][PLAN_VALUE_MAX] = { { 0, 1 }, { 10, 0, 0, 1 }, { 0, 2 }, { 10, 0, 0, 2 } };
	struct plan_rule *rule;
	struct plan plan;

	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_META_PROTOCOL, 0x0800);
	plan_rule_test_number(&plan, rule, FIELD_META_L4PROTO, 6);
	plan_rule_test_rows(&plan, rule, bytes, 2, false, values, 2);
	plan_rule_test_rows(&plan, rule, typed, 2, false, others, 2);
	plan_rule_test_rows(&plan, rule, fragment, 2, false, parts, 2);
#define HEAD "meta protocol ip meta l4proto tcp "
#define TYPED " ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 81 } "
	check_rules(HEAD "@nh,8,24 0x010203 @ll,160,8 0x04" TYPED "ip frag-off 0x0001 ip saddr 10.0.0.1\n"
		    "\t\t" HEAD "@nh,8,24 0x050607 @ll,160,8 0x08" TYPED "ip frag-off 0x0001 ip saddr 10.0.0.1\n"
		    "\t\t" HEAD "@nh,8,24 0x010203 @ll,160,8 0x04" TYPED "ip frag-off 0x0002 ip saddr 10.0.0.2\n"
		    "\t\t" HEAD "@nh,8,24 0x050607 @ll,160,8 0x08" TYPED "ip frag-off 0x0002 ip saddr 10.0.0.2",
		    &plan, true);
#undef HEAD
#undef TYPED
	plan_rule_test_rows(&plan, rule_begin(&plan, NFPROTO_NETDEV), bytes, 2, true, values, 1);
	check_rules("@nh,8,24 . @ll,160,8 != { 0x010203 . 0x04 }", &plan, true);
}

static void test_rows_unsupported(void)
{
	static const struct plan_place places[] = {
		{ .field = FIELD_IP_SOURCE }, { .field = FIELD_META_IIF },
		{ .field = FIELD_META_IIFNAME }, { FIELD_RAW, BASE_LINK, 256, 1 },
		{ .field = FIELD_IP_SOURCE },
	};
	static const uint8_t values[5][PLAN_VALUE_MAX] = { { 10 }, { 0x7f }, { 0x80 } };
	static const struct {
		const char *name;
		size_t first_place, place_count, first_value, count;
		bool unsupported;
	} cases[] = {
		{ "two places", 0, 2, 0, 1, false }, { "one place", 0, 1, 0, 1, true },
		{ "five places", 0, 5, 0, 1, true }, { "no rows", 0, 2, 0, 0, true },
		{ "an index beyond INT_MAX", 0, 2, 1, 1, true },
		{ "a name", 1, 2, 0, 1, true },
		{ "an offset out of bounds", 3, 2, 0, 1, true },
	};
	struct plan plan;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan_rule_test_rows(&plan, rule_begin(&plan, NFPROTO_NETDEV), places + cases[i].first_place,
				    cases[i].place_count, false,
				    values + cases[i].first_value, cases[i].count);
		check_number(cases[i].name, cases[i].unsupported, plan.unsupported);
		plan_free(&plan);
	}
}

static void test_unsupported(void)
{
	static const struct {
		const char *name;
		struct plan_place place;
		size_t first, count;
		bool masked, unsupported;
	} cases[] = {
		{ "no ranges", { FIELD_META_LENGTH, 0, 0, 0 }, 0, 0, false, true },
		{ "no bytes", { FIELD_RAW, BASE_LINK, 0, 0 }, 0, 1, false, true },
		{ "17 bytes", { FIELD_RAW, BASE_LINK, 0, 17 }, 0, 1, false, true },
		{ "an offset of 255", { FIELD_RAW, BASE_LINK, 255, 1 }, 0, 1, false, false },
		{ "an offset of 256", { FIELD_RAW, BASE_LINK, 256, 1 }, 0, 1, false, true },
		{ "no packet", { FIELD_RAW, BASE_META, 0, 1 }, 0, 1, false, true },
		{ "one index", { FIELD_META_IIF, 0, 0, 0 }, 1, 1, false, false },
		{ "a range of indexes", { FIELD_META_IIF, 0, 0, 0 }, 0, 1, false, true },
		{ "a masked index", { FIELD_META_IIF, 0, 0, 0 }, 1, 1, true, true },
		{ "two names", { FIELD_META_IIFNAME, 0, 0, 0 }, 1, 2, false, false },
		{ "a range of names", { FIELD_META_OIFNAME, 0, 0, 0 }, 0, 1, false, true },
		{ "a masked name", { FIELD_META_OIFNAME, 0, 0, 0 }, 1, 1, true, true },
	};
	struct plan plan;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan_rule_test_ranges(&plan, rule_begin(&plan, NFPROTO_NETDEV), &cases[i].place,
				      cases[i].masked ? ports[3].high : NULL, false,
				      ports + cases[i].first, cases[i].count);
		check_number(cases[i].name, cases[i].unsupported, plan.unsupported);
		check_number(cases[i].name, !cases[i].unsupported,
			     plan.chains[0]->rules[0].count);
		plan_free(&plan);
	}
}

int main(void)
{
	test_one();
	test_addresses();
	test_unsaid();
	test_nameless();
	test_astray();
	test_apart();
	test_wrapped();
	test_places();
	test_unsupported();
	test_rows();
	test_rows_apart();
	test_rows_unsupported();
	return harness_end();
}
