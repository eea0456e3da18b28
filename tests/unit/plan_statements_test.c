// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statements that are no tests, what the kernel can count, and tables of family inet.
 */
#include "harness.h"

#include <linux/netfilter.h>

#include "rule_text.h"

static void test_samples(void)
{
	static const struct {
		uint32_t every;
		bool flows, negated;
		const char *expected;
	} cases[] = {
		{ 10, false, false, "numgen random mod 10 == 0" },
		{ 10, false, true, "numgen random mod 10 != 0" },
		{ 4294967295, true, false, "symhash mod 4294967295 == 0" },
		{ 1, true, true, "symhash mod 1 != 0" },
	};
	struct plan plan;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan_rule_sample(&plan, rule_begin(&plan, NFPROTO_NETDEV), cases[i].every,
				 cases[i].flows, cases[i].negated);
		check_rule(cases[i].expected, &plan);
	}
	plan_rule_sample(&plan, rule_begin(&plan, NFPROTO_NETDEV), 0, false, false);
	check_number("one of none", true, plan.unsupported);
	plan_free(&plan);
}

#define DAY 86400

static void test_limits(void)
{
	static const struct {
		uint64_t rate;
		bool bytes, over;
		uint32_t seconds, burst;
		const char *expected;	/* NULL: cannot be said */
	} cases[] = {
		{ 50000, false, true, 1, 5000, "limit rate over 50000/second burst 5000 packets" },
		{ 50000, false, false, 1, 5000, "limit rate 50000/second burst 5000 packets" },
		{ 7, false, true, 60, 1, "limit rate over 7/minute burst 1 packets" },
		{ 7, false, true, DAY, 1, "limit rate over 7/day burst 1 packets" },
		{ 1048576, true, true, 1, 65536,
		  "limit rate over 1048576 bytes/second burst 65536 bytes" },
		{ 1000, true, false, 3600, 999, "limit rate 1000 bytes/hour burst 999 bytes" },
		/* The last that is counted, and the first that is not. */
		{ 18446744072, true, true, 1, 1,
		  "limit rate over 18446744072 bytes/second burst 1 bytes" },
		{ 18446744073, true, true, 1, 1, NULL },
		{ 5124094, true, true, 3600, 1,
		  "limit rate over 5124094 bytes/hour burst 1 bytes" },
		{ 5124095, true, true, 3600, 1,
		  "limit rate over 85401 bytes/minute burst 1 bytes" },
		{ 1ull << 40, true, true, DAY, 65536,
		  "limit rate over 12725829 bytes/second burst 65536 bytes" },
		/* Too low a rate for a shorter unit. */
		{ 10, true, true, DAY, 1048576, NULL },
		{ 1, false, true, DAY, 213503, "limit rate over 1/day burst 213503 packets" },
		{ 1, false, true, DAY, 213504, NULL },
		{ UINT64_MAX, true, true, 1, 1, NULL },
		{ UINT64_MAX, false, true, 1, 1,
		  "limit rate over 18446744073709551615/second burst 1 packets" },
		{ 0, false, true, 1, 1, NULL }, { 1, false, true, 1, 0, NULL },
		{ 1, false, true, 2, 1, NULL }, { 1, false, true, 0, 1, NULL },
	};
	struct plan plan;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan_rule_limit(&plan, rule_begin(&plan, NFPROTO_NETDEV), cases[i].rate,
				cases[i].bytes, cases[i].seconds, cases[i].burst, cases[i].over);
		check_number("a limit fits", cases[i].expected != NULL,
			     plan_limit_fits(cases[i].rate, cases[i].bytes, cases[i].seconds,
					     cases[i].burst));
		check_number("a limit can be said", cases[i].expected == NULL, plan.unsupported);
		if (cases[i].expected)
			check_rule(cases[i].expected, &plan);
		else
			plan_free(&plan);
	}
}

static void test_devices(void)
{
	struct plan plan;
	struct plan_rule *rule = rule_begin(&plan, NFPROTO_NETDEV);

	plan_rule_mark(&plan, rule, 0x6d6e0001);
	plan_rule_dup(&plan, rule, "mir0");
	plan_rule_fwd(&plan, rule, "vx0");
	check_number("a mark, dup and fwd", false, plan.unsupported);
	check_rule("meta mark set 0x6d6e0001 dup to \"mir0\" fwd to \"vx0\"", &plan);
	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_notrack(&plan, rule);
	check_number("no notrack where nothing is tracked", true, plan.unsupported);
	plan_free(&plan);
	rule = rule_begin(&plan, NFPROTO_INET);
	plan_rule_dup(&plan, rule, "mir0");
	check_number("no dup to a device from inet", true, plan.unsupported);
	plan.unsupported = false;
	plan_rule_fwd(&plan, rule, "mir0");
	check_number("nor fwd", true, plan.unsupported);
	check_number("nothing was added", 0, rule->count);
	plan_free(&plan);
}

static void test_fields(void)
{
	static const struct plan_place type = { .field = FIELD_ICMP_TYPE };
	static const struct plan_range types[] = { { { 3 }, { 3 } }, { { 11 }, { 12 } } };
	const uint32_t ours = 0x6d6e0000, mask = 0xffff0000;
	struct plan_rule *rule;
	struct plan plan;

	plan_rule_test(&plan, rule_begin(&plan, NFPROTO_NETDEV), FIELD_META_MARK, &ours, &mask);
	check_rule("meta mark & 0xffff0000 == 0x6d6e0000", &plan);
	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_META_PROTOCOL, 0x0800);
	plan_rule_test_number(&plan, rule, FIELD_META_L4PROTO, 1);
	plan_rule_test_ranges(&plan, rule, &type, NULL, false, types, 2);
	check_rule("meta protocol ip icmp type { 3, 11-12 }", &plan);
	/* Without the network nft would test for more than the transport. */
	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_META_L4PROTO, 58);
	plan_rule_test_number(&plan, rule, FIELD_ICMP6_TYPE, 1);
	check_rule("meta l4proto icmpv6 icmpv6 type 1", &plan);
	plan_rule_test_number(&plan, rule_begin(&plan, NFPROTO_NETDEV), FIELD_ICMP_TYPE, 3);
	check_rule("@th,0,8 0x03", &plan);
	/* A sample is no bar for what nft puts into one test, a limit is. */
	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_TH_SOURCE, 1);
	plan_rule_sample(&plan, rule, 2, false, false);
	plan_rule_test_number(&plan, rule, FIELD_TH_DESTINATION, 2);
	check_rule("th sport 1 numgen random mod 2 == 0 th dport 2", &plan);
	rule = rule_begin(&plan, NFPROTO_NETDEV);
	plan_rule_test_number(&plan, rule, FIELD_TH_SOURCE, 1);
	plan_rule_limit(&plan, rule, 2, false, 1, 5, true);
	plan_rule_test_number(&plan, rule, FIELD_TH_DESTINATION, 2);
	check_rule("th sport 1 limit rate over 2/second burst 5 packets th dport & 0xffff == 2",
		   &plan);
}

static void test_inet(void)
{
	static const struct plan_place family = { .field = FIELD_META_NFPROTO };
	static const struct plan_range any = { { 2 }, { 10 } };
	struct plan_rule *rule;
	struct plan plan;

	rule = rule_begin(&plan, NFPROTO_INET);
	plan_rule_test_number(&plan, rule, FIELD_META_NFPROTO, NFPROTO_IPV4);
	plan_rule_test_number(&plan, rule, FIELD_IP_DESTINATION, 0xc000020a);
	plan_rule_test_number(&plan, rule, FIELD_META_L4PROTO, 17);
	plan_rule_test_number(&plan, rule, FIELD_UDP_DESTINATION, 4789);
	plan_rule_notrack(&plan, rule);
	check_rule("ip daddr 192.0.2.10 udp dport 4789 notrack", &plan);
	rule = rule_begin(&plan, NFPROTO_INET);
	plan_rule_test_number(&plan, rule, FIELD_META_NFPROTO, NFPROTO_IPV6);
	plan_rule_test_number(&plan, rule, FIELD_META_L4PROTO, 47);
	plan_rule_notrack(&plan, rule);
	check_rule("meta nfproto ipv6 meta l4proto 47 notrack", &plan);
	/* Other tests do not tell nft the header there. */
	rule = rule_begin(&plan, NFPROTO_INET);
	plan_rule_test_number(&plan, rule, FIELD_META_PROTOCOL, 0x0800);
	plan_rule_test_number(&plan, rule, FIELD_IP_DESTINATION, 0xc000020a);
	check_rule("meta protocol ip @nh,128,32 0xc000020a", &plan);
	plan_rule_test_number(&plan, rule_begin(&plan, NFPROTO_INET), FIELD_META_NFPROTO, 3);
	check_number("a family that is none of inet's", true, plan.unsupported);
	plan_free(&plan);
	plan_rule_test_ranges(&plan, rule_begin(&plan, NFPROTO_INET), &family, NULL, false,
			      &any, 1);
	check_number("a range of families", true, plan.unsupported);
	plan_free(&plan);
	plan_rule_test_number(&plan, rule_begin(&plan, NFPROTO_NETDEV), FIELD_META_NFPROTO,
			      NFPROTO_IPV4);
	check_number("a family in a table of one", true, plan.unsupported);
	plan_free(&plan);
}

static void test_table(void)
{
	struct plan plan;
	struct plan_rule *rule;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	rule = rule_begin(&plan, NFPROTO_INET);
	plan_chain_hook(plan.chains[0], NF_INET_LOCAL_OUT, -300, NULL);
	plan_rule_notrack(&plan, rule);
	nft_text_print(&plan, false, out);
	fclose(out);
	check_text("a table of family inet",
		"table inet mirror_nft\n"
		"delete table inet mirror_nft\n"
		"table inet mirror_nft {\n"
		"\n"
		"\tchain c {\n"
		"\t\ttype filter hook output priority -300; policy accept;\n"
		"\t\tnotrack\n"
		"\t}\n"
		"}\n", text);
	free(text);
	plan_free(&plan);
}

int main(void)
{
	test_samples();
	test_limits();
	test_devices();
	test_fields();
	test_inet();
	test_table();
	return harness_end();
}
