// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plan to nft(8) text.
 */
#include "nft_text.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <netinet/in.h>
#include <string.h>

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

	if (info->host_order) {
		memcpy(&number, value, sizeof(number));
		return number;
	}
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
		{ FORMAT_ETHER_TYPE, ETH_P_IP, "ip" },
		{ FORMAT_ETHER_TYPE, ETH_P_IPV6, "ip6" },
		{ FORMAT_ETHER_TYPE, ETH_P_ARP, "arp" },
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

static void test_print(const struct plan_test *test, FILE *out)
{
	const struct plan_field_info *info = plan_field_info(test->field);

	fprintf(out, "%s ", info->text);
	if (test->masked) {
		fputs("& ", out);
		hex_print(test->mask, info->length, out);
		fputs(test->not_equal ? " != " : " == ", out);
	} else if (test->not_equal) {
		fputs("!= ", out);
	}
	value_print(info, test->value, out);
}

static void verdict_print(const struct plan_verdict *verdict, FILE *out)
{
	switch (verdict->kind) {
	case VERDICT_ACCEPT:
		fputs("accept", out);
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

static void rule_print(const struct plan_rule *rule, FILE *out)
{
	size_t i;

	for (i = 0; i < rule->count; i++) {
		const struct plan_statement *statement = &rule->statements[i];

		fputs(i ? " " : "\t\t", out);
		switch (statement->kind) {
		case STATEMENT_TEST:
			test_print(&statement->test, out);
			break;
		case STATEMENT_COUNTER:
			fputs("counter", out);
			if (statement->counter.packets || statement->counter.bytes)
				fprintf(out, " packets %llu bytes %llu",
					(unsigned long long)statement->counter.packets,
					(unsigned long long)statement->counter.bytes);
			break;
		case STATEMENT_DUP:
			fprintf(out, "dup to \"%s\"", statement->device);
			break;
		case STATEMENT_VERDICT:
			verdict_print(&statement->verdict, out);
			break;
		}
	}
	if (rule->comment)
		fprintf(out, " comment \"%s\"", rule->comment);
	fputc('\n', out);
}

static void chain_print(const struct plan_chain *chain, FILE *out)
{
	size_t i;

	fprintf(out, "\tchain %s {\n", chain->name);
	if (chain->comment)
		fprintf(out, "\t\tcomment \"%s\"\n", chain->comment);
	if (chain->is_base)
		fprintf(out, "\t\ttype filter hook %s device \"%s\" priority %d; policy accept;\n",
			chain->hook == NF_NETDEV_INGRESS ? "ingress" : "egress",
			chain->device, chain->priority);
	for (i = 0; i < chain->rule_count; i++)
		rule_print(&chain->rules[i], out);
	fputs("\t}\n", out);
}

void nft_text_print(const struct plan *plan, FILE *out)
{
	size_t i;

	fprintf(out, "table netdev %s\ndelete table netdev %s\ntable netdev %s {\n",
		plan->table, plan->table, plan->table);
	if (plan->table_comment)
		fprintf(out, "\tcomment \"%s\"\n", plan->table_comment);
	for (i = 0; i < plan->chain_count; i++) {
		fputc('\n', out);
		chain_print(plan->chains[i], out);
	}
	fputs("}\n", out);
}
