// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests against ranges and sets, and by raw fields: the text of every form.
 */
#include "harness.h"

#include <linux/netfilter.h>
#include <stdlib.h>

#include "nft_text.h"

/* One rule as text, without what surrounds it. */
static void check_rule(const char *expected, struct plan *plan)
{
	char *text, *begin, *end;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	nft_text_print(plan, out);
	fclose(out);
	begin = strstr(text, "chain c {\n\t\t") + strlen("chain c {\n\t\t");
	end = strstr(begin, "\n\t}\n");
	*end = '\0';
	check_text(expected, expected, begin);
	free(text);
	plan_free(plan);
}

static struct plan_rule *rule_begin(struct plan *plan)
{
	plan_init(plan, NFPROTO_NETDEV, PLAN_TABLE, NULL);
	return plan_add_rule(plan, plan_add_chain(plan, "c"));
}

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
		plan_rule_test_ranges(&plan, rule_begin(&plan), cases[i].place, NULL,
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

	rule = rule_begin(&plan);
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

int main(void)
{
	test_one();
	test_addresses();
	return harness_end();
}
