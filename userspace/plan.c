// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct plan_field_info fields[] = {
	[FIELD_RAW] = { .format = FORMAT_HEX },
	[FIELD_META_NFPROTO] = { "meta nfproto", BASE_META,
		NFT_META_NFPROTO, 1, FORMAT_FAMILY, false },
	[FIELD_META_PROTOCOL] = { "meta protocol", BASE_META,
		NFT_META_PROTOCOL, 2, FORMAT_ETHER_TYPE, false },
	[FIELD_META_L4PROTO] = { "meta l4proto", BASE_META,
		NFT_META_L4PROTO, 1, FORMAT_PROTOCOL, false },
	[FIELD_META_LENGTH] = { "meta length", BASE_META,
		NFT_META_LEN, 4, FORMAT_NUMBER, true },
	[FIELD_META_IIF] = { "iif", BASE_META,
		NFT_META_IIF, 4, FORMAT_NUMBER, true },
	[FIELD_META_IIFNAME] = { "iifname", BASE_META,
		NFT_META_IIFNAME, 16, FORMAT_STRING, false },
	[FIELD_META_OIFNAME] = { "oifname", BASE_META,
		NFT_META_OIFNAME, 16, FORMAT_STRING, false },
	[FIELD_META_MARK] = { "meta mark", BASE_META,
		NFT_META_MARK, 4, FORMAT_HEX, true },
	/* Not "ether type": nft would put "meta iiftype ether" before it, which
	 * never matches on egress, where there is no input device. */
	[FIELD_ETHER_TYPE] = { "@ll,96,16", BASE_LINK, 12, 2, FORMAT_HEX, false },
	[FIELD_IP_PROTOCOL] = { "ip protocol", BASE_NETWORK, 9, 1, FORMAT_PROTOCOL, false },
	[FIELD_IP_FRAGMENT] = { "ip frag-off", BASE_NETWORK, 6, 2, FORMAT_HEX, false },
	[FIELD_IP_SOURCE] = { "ip saddr", BASE_NETWORK, 12, 4, FORMAT_IP, false },
	[FIELD_IP_DESTINATION] = { "ip daddr", BASE_NETWORK, 16, 4, FORMAT_IP, false },
	[FIELD_IP6_NEXT_HEADER] = { "ip6 nexthdr", BASE_NETWORK, 6, 1, FORMAT_PROTOCOL, false },
	/* The first byte of a fragment header that follows at once, RFC 8200 4.5. */
	[FIELD_IP6_FRAGMENT_NEXT_HEADER] = { "@nh,320,8", BASE_NETWORK, 40, 1, FORMAT_HEX, false },
	[FIELD_IP6_SOURCE] = { "ip6 saddr", BASE_NETWORK, 8, 16, FORMAT_IP6, false },
	[FIELD_IP6_DESTINATION] = { "ip6 daddr", BASE_NETWORK, 24, 16, FORMAT_IP6, false },
	/* Protocol addresses of ARP and RARP for IPv4 over Ethernet, RFC 826. */
	[FIELD_ARP_SENDER] = { "@nh,112,32", BASE_NETWORK, 14, 4, FORMAT_HEX, false },
	[FIELD_ARP_TARGET] = { "@nh,192,32", BASE_NETWORK, 24, 4, FORMAT_HEX, false },
	[FIELD_ICMP_TYPE] = { "icmp type", BASE_TRANSPORT, 0, 1, FORMAT_NUMBER, false },
	[FIELD_ICMP6_TYPE] = { "icmpv6 type", BASE_TRANSPORT, 0, 1, FORMAT_NUMBER, false },
	[FIELD_TCP_SOURCE] = { "tcp sport", BASE_TRANSPORT, 0, 2, FORMAT_NUMBER, false },
	[FIELD_TCP_DESTINATION] = { "tcp dport", BASE_TRANSPORT, 2, 2, FORMAT_NUMBER, false },
	[FIELD_UDP_SOURCE] = { "udp sport", BASE_TRANSPORT, 0, 2, FORMAT_NUMBER, false },
	[FIELD_UDP_DESTINATION] = { "udp dport", BASE_TRANSPORT, 2, 2, FORMAT_NUMBER, false },
	[FIELD_SCTP_SOURCE] = { "sctp sport", BASE_TRANSPORT, 0, 2, FORMAT_NUMBER, false },
	[FIELD_SCTP_DESTINATION] = { "sctp dport", BASE_TRANSPORT, 2, 2, FORMAT_NUMBER, false },
	[FIELD_TH_SOURCE] = { "th sport", BASE_TRANSPORT, 0, 2, FORMAT_NUMBER, false },
	[FIELD_TH_DESTINATION] = { "th dport", BASE_TRANSPORT, 2, 2, FORMAT_NUMBER, false },
};

const struct plan_field_info *plan_field_info(enum plan_field field)
{
	return &fields[field];
}

struct plan_field_info plan_place_info(const struct plan_place *place)
{
	struct plan_field_info info = *plan_field_info(place->field);

	if (place->field == FIELD_RAW) {
		info.base = place->base;
		info.offset = place->offset;
		info.length = place->length;
	}
	return info;
}

void plan_init(struct plan *plan, unsigned int family, const char *table,
	       const char *table_comment)
{
	memset(plan, 0, sizeof(*plan));
	plan->family = family;
	plan->table = table;
	plan->table_comment = table_comment;
}

struct plan_chain *plan_add_chain(struct plan *plan, const char *format, ...)
{
	struct plan_chain **chains, *chain;
	va_list arguments;
	int length;

	chains = reallocarray(plan->chains, plan->chain_count + 1, sizeof(*chains));
	if (!chains)
		goto fail;
	plan->chains = chains;
	chain = calloc(1, sizeof(*chain));
	if (!chain)
		goto fail;
	va_start(arguments, format);
	length = vasprintf(&chain->name, format, arguments);
	va_end(arguments);
	if (length < 0) {
		free(chain);
		goto fail;
	}
	chains[plan->chain_count++] = chain;
	return chain;

fail:
	plan->out_of_memory = true;
	return NULL;
}

void plan_chain_comment(struct plan *plan, struct plan_chain *chain,
			const char *text, size_t length)
{
	if (!chain)
		return;
	free(chain->comment);
	chain->comment = strndup(text, length < PLAN_COMMENT_MAX ? length :
				 PLAN_COMMENT_MAX);
	if (!chain->comment)
		plan->out_of_memory = true;
	else if (length > PLAN_COMMENT_MAX)
		memcpy(chain->comment + PLAN_COMMENT_MAX - 3, "...", 3);
}

void plan_chain_hook(struct plan_chain *chain, unsigned int hook, int priority,
		     const char *device)
{
	if (!chain)
		return;
	chain->is_base = true;
	chain->hook = hook;
	chain->priority = priority;
	if (device)
		snprintf(chain->device, sizeof(chain->device), "%s", device);
}

struct plan_rule *plan_add_rule(struct plan *plan, struct plan_chain *chain)
{
	struct plan_rule *rules;

	if (!chain)
		return NULL;
	rules = reallocarray(chain->rules, chain->rule_count + 1, sizeof(*rules));
	if (!rules) {
		plan->out_of_memory = true;
		return NULL;
	}
	chain->rules = rules;
	memset(&rules[chain->rule_count], 0, sizeof(*rules));
	return &rules[chain->rule_count++];
}

void plan_rule_comment(struct plan *plan, struct plan_rule *rule,
		       const char *format, ...)
{
	va_list arguments;

	if (!rule)
		return;
	free(rule->comment);
	va_start(arguments, format);
	if (vasprintf(&rule->comment, format, arguments) < 0) {
		rule->comment = NULL;
		plan->out_of_memory = true;
	}
	va_end(arguments);
}

static struct plan_statement *statement_add(struct plan *plan,
					    struct plan_rule *rule,
					    enum plan_statement_kind kind)
{
	struct plan_statement *statements;

	if (!rule)
		return NULL;
	statements = reallocarray(rule->statements, rule->count + 1,
				  sizeof(*statements));
	if (!statements) {
		plan->out_of_memory = true;
		return NULL;
	}
	rule->statements = statements;
	memset(&statements[rule->count], 0, sizeof(*statements));
	statements[rule->count].kind = kind;
	return &statements[rule->count++];
}

void plan_test_set(struct plan_test *test, enum plan_field field,
		   const void *value, const void *mask)
{
	const struct plan_field_info *info = plan_field_info(field);

	memset(test, 0, sizeof(*test));
	test->place.field = field;
	memcpy(test->value, value, info->length);
	if (mask) {
		test->masked = true;
		memcpy(test->mask, mask, info->length);
	}
}

void plan_test_set_number(struct plan_test *test, enum plan_field field,
			  uint32_t value)
{
	const struct plan_field_info *info = plan_field_info(field);
	uint8_t bytes[4];
	uint32_t ordered = info->host_order ? value :
			   htonl(value << (8 * (4 - info->length)));

	memcpy(bytes, &ordered, sizeof(bytes));
	plan_test_set(test, field, bytes, NULL);
}

static bool place_can_be_said(const struct plan_place *place)
{
	struct plan_field_info info = plan_place_info(place);

	return info.length && info.length <= PLAN_VALUE_MAX &&
	       (place->field != FIELD_RAW ||
		(info.base != BASE_META && place->offset <= PLAN_OFFSET_MAX));
}

/* Which family a packet is of is a question in tables of more than one, and the
 * answer tells nft the headers. */
static bool test_can_be_said(const struct plan *plan, const struct plan_test *test)
{
	if (test->place.field != FIELD_META_NFPROTO)
		return place_can_be_said(&test->place);
	return plan->family == NFPROTO_INET && !test->not_equal && !test->masked &&
	       (*test->value == NFPROTO_IPV4 || *test->value == NFPROTO_IPV6);
}

void plan_rule_tests(struct plan *plan, struct plan_rule *rule,
		     const struct plan_test *tests, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct plan_statement *statement;

		if (!test_can_be_said(plan, &tests[i])) {
			plan->unsupported = true;
			continue;
		}
		statement = statement_add(plan, rule, STATEMENT_TEST);
		if (statement)
			statement->test = tests[i];
	}
}

void plan_rule_test(struct plan *plan, struct plan_rule *rule,
		    enum plan_field field, const void *value, const void *mask)
{
	struct plan_test test;

	plan_test_set(&test, field, value, mask);
	plan_rule_tests(plan, rule, &test, 1);
}

void plan_rule_test_number(struct plan *plan, struct plan_rule *rule,
			   enum plan_field field, uint32_t value)
{
	struct plan_test test;

	plan_test_set_number(&test, field, value);
	plan_rule_tests(plan, rule, &test, 1);
}

/* A number of up to 4 bytes, most significant byte first, for this machine. */
static void host_order_put(uint8_t *bytes, const uint8_t *value, size_t length)
{
	uint32_t number;

	memcpy(&number, value, length);
	number = ntohl(number);
	memcpy(bytes, &number, length);
}

/* One value is a plain test. */
static void value_test(struct plan *plan, struct plan_rule *rule,
		       const struct plan_ranges *ranges)
{
	struct plan_field_info info = plan_place_info(&ranges->place);
	struct plan_test test = { .place = ranges->place, .not_equal = ranges->negated,
				  .masked = ranges->masked };

	if (info.host_order) {
		host_order_put(test.value, ranges->ranges->low, info.length);
		host_order_put(test.mask, ranges->mask, info.length);
	} else {
		memcpy(test.value, ranges->ranges->low, info.length);
		memcpy(test.mask, ranges->mask, info.length);
	}
	plan_rule_tests(plan, rule, &test, 1);
}

static bool ranges_can_be_said(const struct plan_ranges *ranges)
{
	struct plan_field_info info = plan_place_info(&ranges->place);
	size_t i;

	if (!ranges->count || !place_can_be_said(&ranges->place) ||
	    ranges->place.field == FIELD_META_NFPROTO)
		return false;
	if (info.format != FORMAT_STRING && ranges->place.field != FIELD_META_IIF)
		return true;
	for (i = 0; i < ranges->count; i++)
		if (memcmp(ranges->ranges[i].low, ranges->ranges[i].high, info.length) ||
		    (info.host_order && ranges->ranges[i].low[0] & 0x80))
			return false;
	return !ranges->masked;
}

void plan_share_sets(struct plan *plan, const char *owner,
		     const struct plan_set_word *words, size_t count)
{
	plan->sharing = (struct plan_sharing){ owner, words, count, plan->set_count };
}

/* What keys a set has, for its name: nft takes those of the others for another type
 * even where the bytes are the same. NULL for what stays in the rule: no other field
 * has so many values that sharing them is worth it. */
static const char *set_kind(const struct plan_place *place)
{
	switch (place->field) {
	case FIELD_IP_SOURCE:
	case FIELD_IP_DESTINATION:
		return "ip";
	case FIELD_IP6_SOURCE:
	case FIELD_IP6_DESTINATION:
		return "ip6";
	case FIELD_RAW:
		if (place->base != BASE_LINK && place->base != BASE_NETWORK)
			return NULL;
		return place->length == 4 ? "raw32" : place->length == 16 ? "raw128" : NULL;
	default:
		return NULL;
	}
}

static bool ranges_equal(const struct plan_range *a, size_t a_count,
			 const struct plan_range *b, size_t b_count)
{
	return a_count == b_count && !memcmp(a, b, a_count * sizeof(*a));
}

__attribute__((format(printf, 1, 2)))
static char *text_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return length < 0 ? NULL : text;
}

static char *set_name(const struct plan_sharing *sharing, size_t number,
		      const struct plan_ranges *test, uint64_t digest)
{
	const char *kind = set_kind(&test->place);
	unsigned int tag = digest & 0xffffffff;
	size_t i;

	for (i = 0; i < sharing->word_count; i++) {
		const struct plan_set_word *word = &sharing->words[i];

		if (ranges_equal(word->ranges, word->count, test->ranges, test->count))
			return text_format(PLAN_CHAIN_PREFIX "%s/%s-%s-%08x",
					   sharing->owner, word->word, kind, tag);
	}
	return text_format(PLAN_CHAIN_PREFIX "%s/set-%zu-%s-%08x", sharing->owner,
			   number, kind, tag);
}

static void set_free(struct plan_set *set)
{
	free(set->name);
	free(set->ranges);
	free(set);
}

/* FNV-1a in 64 bits, of the bytes that count. */
static uint64_t ranges_digest(const struct plan_range *ranges, size_t count, size_t length)
{
	uint64_t digest = 0xcbf29ce484222325;
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < length; j++)
			digest = (digest ^ ranges[i].low[j]) * 0x100000001b3;
		for (j = 0; j < length; j++)
			digest = (digest ^ ranges[i].high[j]) * 0x100000001b3;
	}
	return digest;
}

static struct plan_set *set_add(struct plan *plan, const struct plan_ranges *test)
{
	struct plan_set **sets, *set;
	uint64_t digest;

	sets = reallocarray(plan->sets, plan->set_count + 1, sizeof(*sets));
	if (!sets)
		return NULL;
	plan->sets = sets;
	set = calloc(1, sizeof(*set));
	if (!set)
		return NULL;
	set->place = test->place;
	set->count = test->count;
	digest = ranges_digest(test->ranges, test->count,
			       plan_place_info(&test->place).length);
	set->name = set_name(&plan->sharing, plan->set_count - plan->sharing.first + 1, test,
			     digest);
	set->ranges = reallocarray(NULL, test->count, sizeof(*set->ranges));
	if (!set->name || !set->ranges) {
		set_free(set);
		return NULL;
	}
	memcpy(set->ranges, test->ranges, test->count * sizeof(*set->ranges));
	snprintf(set->comment, sizeof(set->comment), "%zu ranges %016" PRIx64, set->count,
		 digest);
	plan->sets[plan->set_count++] = set;
	return set;
}

static bool is_shared(const struct plan *plan, const struct plan_ranges *test)
{
	return plan->sharing.owner && test->count > PLAN_ANONYMOUS_MAX && !test->masked &&
	       set_kind(&test->place);
}

/* The owner's set of these ranges, made if there is none. */
static const struct plan_set *set_share(struct plan *plan, const struct plan_ranges *test)
{
	const char *kind = set_kind(&test->place);
	size_t i;

	for (i = plan->sharing.first; i < plan->set_count; i++) {
		const struct plan_set *set = plan->sets[i];

		if (!strcmp(set_kind(&set->place), kind) &&
		    ranges_equal(set->ranges, set->count, test->ranges, test->count))
			return set;
	}
	return set_add(plan, test);
}

/* Where the ranges of @test stay: in a set, or in a copy. */
static bool ranges_keep(struct plan *plan, struct plan_ranges *test)
{
	const struct plan_range *ranges = test->ranges;

	if (is_shared(plan, test)) {
		test->set = set_share(plan, test);
		test->ranges = test->set ? test->set->ranges : NULL;
		return test->set;
	}
	test->ranges = reallocarray(NULL, test->count, sizeof(*ranges));
	if (test->ranges)
		memcpy(test->ranges, ranges, test->count * sizeof(*ranges));
	return test->ranges;
}

void plan_rule_test_ranges(struct plan *plan, struct plan_rule *rule,
			   const struct plan_place *place, const uint8_t *mask,
			   bool negated, const struct plan_range *ranges, size_t count)
{
	struct plan_ranges test = { .place = *place, .negated = negated,
				    .masked = mask,
				    .ranges = (struct plan_range *)ranges,
				    .count = count };
	size_t length = plan_place_info(place).length;
	struct plan_statement *statement;

	if (!rule)
		return;
	if (!ranges_can_be_said(&test)) {
		plan->unsupported = true;
		return;
	}
	if (mask)
		memcpy(test.mask, mask, length);
	if (count == 1 && !memcmp(ranges->low, ranges->high, length)) {
		value_test(plan, rule, &test);
		return;
	}
	if (!ranges_keep(plan, &test)) {
		plan->out_of_memory = true;
		return;
	}
	statement = statement_add(plan, rule, STATEMENT_RANGES);
	if (statement)
		statement->ranges = test;
	else if (!test.set)
		free(test.ranges);
}

/* nft takes no number beyond INT_MAX for the index of a device, and 1.0.6 aborts
 * when it lists rows with names of devices. */
static bool rows_can_be_said(const struct plan_rows *rows,
			     const uint8_t (*values)[PLAN_VALUE_MAX])
{
	size_t i, j;

	if (!rows->count || rows->place_count < 2 || rows->place_count > PLAN_ROW_MAX)
		return false;
	for (i = 0; i < rows->place_count; i++) {
		if (!place_can_be_said(&rows->places[i]) ||
		    rows->places[i].field == FIELD_META_NFPROTO ||
		    plan_place_info(&rows->places[i]).format == FORMAT_STRING)
			return false;
		if (rows->places[i].field != FIELD_META_IIF)
			continue;
		for (j = i; j < rows->count * rows->place_count; j += rows->place_count)
			if (values[j][0] & 0x80)
				return false;
	}
	return true;
}

void plan_rule_test_rows(struct plan *plan, struct plan_rule *rule,
			 const struct plan_place *places, size_t place_count,
			 bool negated, const uint8_t (*values)[PLAN_VALUE_MAX],
			 size_t count)
{
	struct plan_rows rows = { .place_count = place_count, .negated = negated,
				  .count = count };
	struct plan_statement *statement;

	if (!rule)
		return;
	memcpy(rows.places, places, sizeof(*places) *
	       (place_count < PLAN_ROW_MAX ? place_count : PLAN_ROW_MAX));
	if (!rows_can_be_said(&rows, values)) {
		plan->unsupported = true;
		return;
	}
	rows.values = reallocarray(NULL, count, place_count * sizeof(*values));
	if (!rows.values) {
		plan->out_of_memory = true;
		return;
	}
	memcpy(rows.values, values, count * place_count * sizeof(*values));
	statement = statement_add(plan, rule, STATEMENT_ROWS);
	if (statement)
		statement->rows = rows;
	else
		free(rows.values);
}

void plan_rule_sample(struct plan *plan, struct plan_rule *rule, uint32_t every,
		      bool flows, bool negated)
{
	struct plan_statement *statement;

	if (!every) {
		plan->unsupported = true;
		return;
	}
	statement = statement_add(plan, rule, STATEMENT_SAMPLE);
	if (statement)
		statement->sample = (struct plan_sample){ every, flows, negated };
}

#define NANOSECONDS 1000000000ull

/* The kernel's own sums in 64 bits, which old ones do not check: how much time the
 * burst is worth. */
static bool limit_is_counted(const struct plan_limit *limit)
{
	uint64_t unit = limit->seconds * NANOSECONDS, sum;

	if (!limit->bytes)
		return !__builtin_mul_overflow(unit / limit->rate, limit->burst, &sum);
	return !__builtin_add_overflow(limit->rate, limit->burst, &sum) &&
	       !__builtin_mul_overflow(unit, sum, &sum);
}

/* The next shorter unit of time, as long as the rate stays what it is to a
 * thousandth. */
static bool limit_shorten(struct plan_limit *limit)
{
	uint32_t parts = limit->seconds == 86400 ? 24 : 60;

	if (limit->seconds == 1 || limit->rate / parts < 1000)
		return false;
	limit->seconds /= parts;
	limit->rate /= parts;
	return true;
}

static bool limit_fit(struct plan_limit *limit)
{
	if (!limit->rate || !limit->burst ||
	    (limit->seconds != 1 && limit->seconds != 60 && limit->seconds != 3600 &&
	     limit->seconds != 86400))
		return false;
	while (!limit_is_counted(limit))
		if (!limit_shorten(limit))
			return false;
	return true;
}

bool plan_limit_fits(uint64_t rate, bool bytes, uint32_t seconds, uint32_t burst)
{
	struct plan_limit limit = { rate, bytes, true, seconds, burst };

	return limit_fit(&limit);
}

void plan_rule_limit(struct plan *plan, struct plan_rule *rule, uint64_t rate,
		     bool bytes, uint32_t seconds, uint32_t burst, bool over)
{
	struct plan_limit limit = { rate, bytes, over, seconds, burst };
	struct plan_statement *statement;

	if (!limit_fit(&limit)) {
		plan->unsupported = true;
		return;
	}
	statement = statement_add(plan, rule, STATEMENT_LIMIT);
	if (statement)
		statement->limit = limit;
}

void plan_rule_counter(struct plan *plan, struct plan_rule *rule,
		       uint64_t packets, uint64_t bytes)
{
	struct plan_statement *statement;

	statement = statement_add(plan, rule, STATEMENT_COUNTER);
	if (!statement)
		return;
	statement->counter.packets = packets;
	statement->counter.bytes = bytes;
}

void plan_rule_mark(struct plan *plan, struct plan_rule *rule, uint32_t mark)
{
	struct plan_statement *statement;

	statement = statement_add(plan, rule, STATEMENT_MARK);
	if (statement)
		statement->mark = mark;
}

void plan_rule_notrack(struct plan *plan, struct plan_rule *rule)
{
	if (plan->family == NFPROTO_INET)
		statement_add(plan, rule, STATEMENT_NOTRACK);
	else
		plan->unsupported = true;
}

/* In other families "dup" and "fwd" are other expressions, or none. */
static void device_statement_add(struct plan *plan, struct plan_rule *rule,
				 enum plan_statement_kind kind, const char *device)
{
	struct plan_statement *statement;

	if (plan->family != NFPROTO_NETDEV) {
		plan->unsupported = true;
		return;
	}
	statement = statement_add(plan, rule, kind);
	if (statement)
		snprintf(statement->device, sizeof(statement->device), "%s", device);
}

void plan_rule_dup(struct plan *plan, struct plan_rule *rule, const char *device)
{
	device_statement_add(plan, rule, STATEMENT_DUP, device);
}

void plan_rule_fwd(struct plan *plan, struct plan_rule *rule, const char *device)
{
	device_statement_add(plan, rule, STATEMENT_FWD, device);
}

void plan_rule_iif(struct plan *plan, struct plan_rule *rule, const char *device)
{
	device_statement_add(plan, rule, STATEMENT_IIF, device);
}

void plan_rule_verdict(struct plan *plan, struct plan_rule *rule,
		       enum plan_verdict_kind kind, const struct plan_chain *chain)
{
	struct plan_statement *statement;

	statement = statement_add(plan, rule, STATEMENT_VERDICT);
	if (!statement)
		return;
	statement->verdict.kind = kind;
	statement->verdict.chain = chain ? chain->name : NULL;
}

static void rule_free(struct plan_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->count; i++) {
		if (rule->statements[i].kind == STATEMENT_RANGES &&
		    !rule->statements[i].ranges.set)
			free(rule->statements[i].ranges.ranges);
		else if (rule->statements[i].kind == STATEMENT_ROWS)
			free(rule->statements[i].rows.values);
	}
	free(rule->statements);
	free(rule->comment);
}

void plan_free(struct plan *plan)
{
	size_t i, j;

	for (i = 0; i < plan->chain_count; i++) {
		struct plan_chain *chain = plan->chains[i];

		for (j = 0; j < chain->rule_count; j++)
			rule_free(&chain->rules[j]);
		free(chain->rules);
		free(chain->comment);
		free(chain->name);
		free(chain);
	}
	free(plan->chains);
	for (i = 0; i < plan->set_count; i++)
		set_free(plan->sets[i]);
	free(plan->sets);
	memset(plan, 0, sizeof(*plan));
}
