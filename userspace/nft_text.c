// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plan to nft(8) text.
 */
#include "nft_text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <netinet/in.h>
#include <string.h>

#include "nft_form.h"

/* Sets longer than this are wrapped, and how many columns their lines have. */
#define SET_WRAP 8
#define SET_COLUMNS 100

static void hex_print(const uint8_t *value, size_t length, FILE *out)
{
	size_t i;

	fputs("0x", out);
	for (i = 0; i < length; i++)
		fprintf(out, "%02x", value[i]);
}

static uint32_t value_number(const struct plan_field_info *info, const uint8_t *value)
{
	uint32_t number = 0;
	size_t i;

	for (i = 0; i < info->length; i++)
		number = number << 8 | value[i];
	return number;
}

/* Names that every nft version knows; anything else stays a number. */
static void name_print(const struct plan_field_info *info, uint32_t number, FILE *out)
{
	static const struct {
		enum plan_format format;
		uint32_t number;
		const char *name;
	} names[] = {
		{ FORMAT_FAMILY, NFPROTO_IPV4, "ipv4" },
		{ FORMAT_FAMILY, NFPROTO_IPV6, "ipv6" },
		{ FORMAT_ETHER_TYPE, ETH_P_IP, "ip" },
		{ FORMAT_ETHER_TYPE, ETH_P_IPV6, "ip6" },
		{ FORMAT_ETHER_TYPE, ETH_P_ARP, "arp" },
		{ FORMAT_PROTOCOL, IPPROTO_ICMP, "icmp" },
		{ FORMAT_PROTOCOL, IPPROTO_ICMPV6, "icmpv6" },
		{ FORMAT_PROTOCOL, IPPROTO_TCP, "tcp" },
		{ FORMAT_PROTOCOL, IPPROTO_UDP, "udp" },
		{ FORMAT_PROTOCOL, IPPROTO_SCTP, "sctp" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].format == info->format && names[i].number == number) {
			fputs(names[i].name, out);
			return;
		}
	}
	if (info->format == FORMAT_ETHER_TYPE)
		fprintf(out, "0x%04x", number);
	else
		fprintf(out, "%u", number);
}

static void value_print(const struct plan_field_info *info, const uint8_t *value,
			FILE *out)
{
	char address[INET6_ADDRSTRLEN];

	switch (info->format) {
	case FORMAT_NUMBER:
		fprintf(out, "%u", value_number(info, value));
		break;
	case FORMAT_HEX:
		hex_print(value, info->length, out);
		break;
	case FORMAT_FAMILY:
	case FORMAT_ETHER_TYPE:
	case FORMAT_PROTOCOL:
		name_print(info, value_number(info, value), out);
		break;
	case FORMAT_IP:
	case FORMAT_IP6:
		inet_ntop(info->format == FORMAT_IP ? AF_INET : AF_INET6, value,
			  address, sizeof(address));
		fputs(address, out);
		break;
	case FORMAT_STRING:
		fprintf(out, "\"%.*s\"", info->length, (const char *)value);
		break;
	}
}

/* In a range names would be odd: "tcp-20". */
static void range_end_print(const struct plan_field_info *info, const uint8_t *value,
			    FILE *out)
{
	if (info->format == FORMAT_PROTOCOL)
		fprintf(out, "%u", value_number(info, value));
	else if (info->format == FORMAT_ETHER_TYPE)
		fprintf(out, "0x%04x", value_number(info, value));
	else
		value_print(info, value, out);
}

static void range_print(const struct nft_place *place, const struct plan_range *range,
			FILE *out)
{
	range_end_print(&place->info, range->low, out);
	fputc('-', out);
	range_end_print(&place->info, range->high, out);
}

static void element_print(const struct nft_form *form, const struct plan_range *range,
			  FILE *out)
{
	const struct plan_field_info *info = &form->place.info;
	int prefix = -1;

	if (!memcmp(range->low, range->high, info->length)) {
		value_print(info, range->low, out);
		return;
	}
	if ((info->format == FORMAT_IP || info->format == FORMAT_IP6) && !form->masked)
		prefix = nft_prefix(range->low, range->high, info->length);
	if (prefix < 0) {
		range_print(&form->place, range, out);
		return;
	}
	value_print(info, range->low, out);
	fprintf(out, "/%d", prefix);
}

static void row_print(const struct nft_form *form, size_t row, FILE *out)
{
	size_t count = form->rows->place_count;
	size_t i;

	for (i = 0; i < count; i++) {
		fputs(i ? " . " : "", out);
		value_print(&form->places[i].info, form->rows->values[row * count + i], out);
	}
}

/* An element is about as wide as its type allows. */
static size_t element_width(const struct nft_form *form)
{
	const struct plan_field_info *info = &form->place.info;

	if (form->compare == COMPARE_ROWS)
		return SET_COLUMNS / 2;
	return info->format == FORMAT_IP6 ? 40 : info->format == FORMAT_IP ? 20 :
	       2 * info->length + 6;
}

/* "{ 1, 2 }", or over many lines. */
static void elements_print(const struct nft_form *form, FILE *out)
{
	size_t in_line = SET_COLUMNS / element_width(form);
	bool wrapped = form->count > SET_WRAP;
	size_t i;

	fputc('{', out);
	for (i = 0; i < form->count; i++) {
		fputs(i ? "," : "", out);
		fputs(wrapped && !(i % in_line) ? "\n\t\t\t" : " ", out);
		if (form->compare == COMPARE_ROWS)
			row_print(form, i, out);
		else
			element_print(form, &form->many[i], out);
	}
	fputs(wrapped ? "\n\t\t}" : " }", out);
}

/* What stands between a place and its value. "Equal" is said only behind a mask,
 * where nft 1.0.6 says it too. */
static const char *operator_text(const struct nft_form *form)
{
	switch (form->compare) {
	case COMPARE_AT_MOST:
		return form->negated ? " > " : " <= ";
	case COMPARE_AT_LEAST:
		return form->negated ? " < " : " >= ";
	default:
		return form->negated ? " != " : form->masked ? " == " : " ";
	}
}

/* nft takes masks of addresses in 128 bits as addresses only. */
static void mask_print(const struct nft_form *form, FILE *out)
{
	fputs(" & ", out);
	if (form->place.info.format == FORMAT_IP6)
		value_print(&form->place.info, form->mask, out);
	else
		hex_print(form->mask, form->place.info.length, out);
}

static void place_print(const struct nft_place *place, FILE *out)
{
	static const char *const bases[] = {
		[BASE_LINK] = "ll", [BASE_NETWORK] = "nh", [BASE_TRANSPORT] = "th",
	};

	if (place->info.text)
		fputs(place->info.text, out);
	else
		fprintf(out, "@%s,%u,%u", bases[place->info.base], 8 * place->info.offset,
			8 * place->info.length);
}

static void places_print(const struct nft_form *form, FILE *out)
{
	size_t i;

	for (i = 0; i < form->rows->place_count; i++) {
		fputs(i ? " . " : "", out);
		place_print(&form->places[i], out);
	}
}

/* Row number @row as tests in a line. */
static void single_row_print(const struct nft_form *form, size_t row, FILE *out)
{
	size_t count = form->rows->place_count;
	size_t i;

	for (i = 0; i < count; i++) {
		fputs(i ? " " : "", out);
		place_print(&form->places[i], out);
		fputc(' ', out);
		value_print(&form->places[i].info, form->rows->values[row * count + i], out);
	}
}

/* Rows with a place that is a number of no type to nft, which not every version joins
 * with others: raw bytes, and some names. "None of the rows" cannot be said row by row,
 * and no match says it. */
static bool are_rows_untyped(const struct nft_form *form)
{
	size_t i;

	if (form->compare != COMPARE_ROWS || form->negated)
		return false;
	for (i = 0; i < form->rows->place_count; i++)
		if (form->places[i].info.format == FORMAT_HEX ||
		    form->places[i].field == FIELD_META_LENGTH)
			return true;
	return false;
}

static void form_print(const struct nft_form *form, FILE *out)
{
	if (form->compare == COMPARE_ROWS)
		places_print(form, out);
	else
		place_print(&form->place, out);
	if (form->masked)
		mask_print(form, out);
	fputs(operator_text(form), out);
	switch (form->compare) {
	case COMPARE_EQUAL:
	case COMPARE_AT_LEAST:
		value_print(&form->place.info, form->only.low, out);
		break;
	case COMPARE_AT_MOST:
		value_print(&form->place.info, form->only.high, out);
		break;
	case COMPARE_PREFIX:
		value_print(&form->place.info, form->only.low, out);
		fprintf(out, "/%u", form->prefix);
		break;
	case COMPARE_BETWEEN:
		range_print(&form->place, &form->only, out);
		break;
	case COMPARE_SET:
	case COMPARE_INTERVALS:
	case COMPARE_ROWS:
		if (form->set)
			fprintf(out, "@%s", form->set->name);
		else
			elements_print(form, out);
		break;
	}
}

static void verdict_print(const struct plan_verdict *verdict, FILE *out)
{
	switch (verdict->kind) {
	case VERDICT_ACCEPT:
		fputs("accept", out);
		break;
	case VERDICT_DROP:
		fputs("drop", out);
		break;
	case VERDICT_RETURN:
		fputs("return", out);
		break;
	case VERDICT_JUMP:
		fprintf(out, "jump %s", verdict->chain);
		break;
	case VERDICT_GOTO:
		fprintf(out, "goto %s", verdict->chain);
		break;
	}
}

static void counter_print(uint64_t packets, uint64_t bytes, FILE *out)
{
	fputs("counter", out);
	if (packets || bytes)
		fprintf(out, " packets %llu bytes %llu", (unsigned long long)packets,
			(unsigned long long)bytes);
}

static void sample_print(const struct plan_sample *sample, FILE *out)
{
	fprintf(out, "%s mod %u %s 0", sample->flows ? "symhash" : "numgen random",
		sample->every, sample->negated ? "!=" : "==");
}

/* Plain bytes, whatever their number: nft's kbytes are rounded. */
static void limit_print(const struct plan_limit *limit, FILE *out)
{
	const char *unit = limit->seconds == 1 ? "second" : limit->seconds == 60 ? "minute" :
			   limit->seconds == 3600 ? "hour" : "day";

	fprintf(out, "limit rate %s%" PRIu64 "%s/%s burst %u %s", limit->over ? "over " : "",
		limit->rate, limit->bytes ? " bytes" : "", unit, limit->burst,
		limit->bytes ? "bytes" : "packets");
}

/* What is no test. */
static void action_print(const struct plan_statement *statement, FILE *out)
{
	switch (statement->kind) {
	case STATEMENT_TEST:
	case STATEMENT_RANGES:
	case STATEMENT_ROWS:
		break;		/* by its form, form_print() */
	case STATEMENT_SAMPLE:
		sample_print(&statement->sample, out);
		break;
	case STATEMENT_LIMIT:
		limit_print(&statement->limit, out);
		break;
	case STATEMENT_COUNTER:
		counter_print(statement->counter.packets, statement->counter.bytes, out);
		break;
	case STATEMENT_MARK:
		fprintf(out, "meta mark set 0x%08x", statement->mark);
		break;
	case STATEMENT_NOTRACK:
		fputs("notrack", out);
		break;
	case STATEMENT_DUP:
		fprintf(out, "dup to \"%s\"", statement->device);
		break;
	case STATEMENT_FWD:
		fprintf(out, "fwd to \"%s\"", statement->device);
		break;
	case STATEMENT_IIF:
		fprintf(out, "iif \"%s\"", statement->device);
		break;
	case STATEMENT_VERDICT:
		verdict_print(&statement->verdict, out);
		break;
	}
}

/* As which rules one rule is written: rows that are apart stand in a rule each, and at
 * most one of those is true for a frame. */
struct rule_rows {
	bool apart;		/* rows with untyped places are */
	size_t number;		/* of the rule, for what @count counts */
	size_t count;		/* out: of the rules that this one is */
};

static void test_print(const struct nft_form *form, struct rule_rows *rows, FILE *out)
{
	if (!rows->apart || !are_rows_untyped(form)) {
		form_print(form, out);
		return;
	}
	single_row_print(form, rows->number / rows->count % form->count, out);
	rows->count *= form->count;
}

static void rule_print(const struct plan *plan, const struct plan_rule *rule,
		       struct rule_rows *rows, FILE *out)
{
	struct nft_context context = { .family = plan->family };
	const char *separator = "\t\t";
	struct nft_form form;
	size_t i;

	rows->count = 1;
	for (i = 0; i < rule->count; i++) {
		const struct plan_statement *statement = &rule->statements[i];

		if (statement_is_test(statement)) {
			nft_form_next(&form, &context, rule, i);
			if (form.unsaid)
				continue;
		}
		fputs(separator, out);
		separator = " ";
		if (statement_is_test(statement))
			test_print(&form, rows, out);
		else
			action_print(statement, out);
	}
	if (rule->comment)
		fprintf(out, " comment \"%s\"", rule->comment);
	fputc('\n', out);
}

static void rules_print(const struct plan *plan, const struct plan_rule *rule,
			bool rows_apart, FILE *out)
{
	struct rule_rows rows = { .apart = rows_apart };

	do
		rule_print(plan, rule, &rows, out);
	while (++rows.number < rows.count);
}

/* Keys by their type, or where nft has no type for them by where they stand. */
static void set_print(const struct plan_set *set, FILE *out)
{
	struct nft_form form;

	nft_form_of_set(&form, set);
	fprintf(out, "\tset %s {\n\t\t", set->name);
	if (form.place.field == FIELD_RAW) {
		fputs("typeof ", out);
		place_print(&form.place, out);
	} else {
		fputs(form.place.info.format == FORMAT_IP ? "type ipv4_addr" : "type ipv6_addr", out);
	}
	fprintf(out, "\n\t\tflags constant%s\n\t\tcomment \"%s\"\n\t\telements = ",
		form.compare == COMPARE_INTERVALS ? ",interval" : "", set->comment);
	elements_print(&form, out);
	fputs("\n\t}\n", out);
}

static const char *hook_name(const struct plan *plan, const struct plan_chain *chain)
{
	static const char *const inet[] = {
		[NF_INET_PRE_ROUTING] = "prerouting", [NF_INET_LOCAL_IN] = "input",
		[NF_INET_FORWARD] = "forward", [NF_INET_LOCAL_OUT] = "output",
		[NF_INET_POST_ROUTING] = "postrouting",
	};

	if (plan->family == NFPROTO_INET)
		return inet[chain->hook];
	return chain->hook == NF_NETDEV_INGRESS ? "ingress" : "egress";
}

static void hook_print(const struct plan *plan, const struct plan_chain *chain, FILE *out)
{
	fprintf(out, "\t\ttype filter hook %s", hook_name(plan, chain));
	if (*chain->device)
		fprintf(out, " device \"%s\"", chain->device);
	fprintf(out, " priority %d; policy accept;\n", chain->priority);
}

static void chain_print(const struct plan *plan, const struct plan_chain *chain,
			bool rows_apart, FILE *out)
{
	size_t i;

	fprintf(out, "\tchain %s {\n", chain->name);
	if (chain->comment)
		fprintf(out, "\t\tcomment \"%s\"\n", chain->comment);
	if (chain->is_base)
		hook_print(plan, chain, out);
	for (i = 0; i < chain->rule_count; i++)
		rules_print(plan, &chain->rules[i], rows_apart, out);
	fputs("\t}\n", out);
}

void nft_text_print(const struct plan *plan, bool rows_apart, FILE *out)
{
	const char *family = plan->family == NFPROTO_INET ? "inet" : "netdev";
	size_t i;

	fprintf(out, "table %s %s\ndelete table %s %s\ntable %s %s {\n",
		family, plan->table, family, plan->table, family, plan->table);
	if (plan->table_comment)
		fprintf(out, "\tcomment \"%s\"\n", plan->table_comment);
	for (i = 0; i < plan->set_count; i++) {
		fputc('\n', out);
		set_print(plan->sets[i], out);
	}
	for (i = 0; i < plan->chain_count; i++) {
		fputc('\n', out);
		chain_print(plan, plan->chains[i], rows_apart, out);
	}
	fputs("}\n", out);
}
