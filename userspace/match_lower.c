// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expression tree to rules.
 *
 * A primitive becomes rows, each a list of tests that must all hold: "tcp port
 * 80" is four rows (two families, two sides), and is true if one of them
 * matches. Of the terms of an "and" all but the last get a chain of their own,
 * in which every row returns and the end accepts:
 *
 *	chain mirror/web/1 { row return; row return; ... accept }
 *	chain mirror/web   { jump mirror/web/1; row goto copy; ... }
 *
 * so a term that is false ends the mirror's work on the frame, the size grows
 * with the number of terms, and the depth stays at two jumps.
 */
#include "match_lower.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* The longest row: protocol, ether type, transport, fragment, port. */
#define ROW_TESTS_MAX 6

struct row {
	struct plan_test tests[ROW_TESTS_MAX];
	size_t count;
};

/* Where the rows of a primitive go, and what they do when they match. */
struct lowering {
	struct plan *plan;
	struct plan_chain *chain;
	enum plan_verdict_kind verdict;
	const struct plan_chain *verdict_chain;
};

static void row_test_number(struct row *row, enum plan_field field, uint32_t value)
{
	plan_test_set_number(&row->tests[row->count++], field, value);
}

static void row_test(struct row *row, enum plan_field field, const void *value,
		     const void *mask)
{
	plan_test_set(&row->tests[row->count++], field, value, mask);
}

/*
 * Begin a row for frames of an Ethernet type. "meta protocol" is the cheap
 * test, and what lets nft find the headers behind it; but the kernel takes a
 * VLAN tag off on ingress, and then it speaks of the inner protocol. The type
 * as loaded from the link header has the tag put back.
 */
static void row_begin(struct row *row, uint16_t ether_type)
{
	row->count = 0;
	row_test_number(row, FIELD_META_PROTOCOL, ether_type);
	row_test_number(row, FIELD_ETHER_TYPE, ether_type);
}

static void row_emit(const struct lowering *lowering, const struct row *row)
{
	struct plan_rule *rule = plan_add_rule(lowering->plan, lowering->chain);

	plan_rule_tests(lowering->plan, rule, row->tests, row->count);
	plan_rule_verdict(lowering->plan, rule, lowering->verdict,
			  lowering->verdict_chain);
}

struct transport {
	unsigned int bit;	/* MATCH_TRANSPORT_* */
	uint8_t protocol;
	enum plan_field source, destination;
};

static const struct transport transports[] = {
	{ MATCH_TRANSPORT_TCP, IPPROTO_TCP, FIELD_TCP_SOURCE, FIELD_TCP_DESTINATION },
	{ MATCH_TRANSPORT_UDP, IPPROTO_UDP, FIELD_UDP_SOURCE, FIELD_UDP_DESTINATION },
	{ MATCH_TRANSPORT_SCTP, IPPROTO_SCTP, FIELD_SCTP_SOURCE, FIELD_SCTP_DESTINATION },
};

/* The rows that differ in the port's side only, after the tests in @row. */
static void lower_port_sides(const struct lowering *lowering, struct row row,
			     const struct match *match,
			     const struct transport *transport)
{
	size_t common = row.count;

	if (match->sides & MATCH_SIDE_SOURCE) {
		row_test_number(&row, transport->source, match->port);
		row_emit(lowering, &row);
		row.count = common;
	}
	if (match->sides & MATCH_SIDE_DESTINATION) {
		row_test_number(&row, transport->destination, match->port);
		row_emit(lowering, &row);
	}
}

static void lower_port(const struct lowering *lowering, const struct match *match)
{
	static const uint8_t offset_mask[2] = { 0x1f, 0xff };
	static const uint8_t first_fragment[2] = { 0, 0 };
	struct row row;
	size_t i;

	for (i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		const struct transport *transport = &transports[i];

		if (!(match->transports & transport->bit))
			continue;
		if (match->families & MATCH_FAMILY_IP) {
			row_begin(&row, ETH_P_IP);
			row_test_number(&row, FIELD_IP_PROTOCOL, transport->protocol);
			/* Later fragments carry no ports, yet nft's fast path
			 * would read some out of their payload. */
			row_test(&row, FIELD_IP_FRAGMENT, first_fragment, offset_mask);
			lower_port_sides(lowering, row, match, transport);
		}
		if (match->families & MATCH_FAMILY_IP6) {
			row_begin(&row, ETH_P_IPV6);
			/* Like libpcap: no extension header in between, so the
			 * transport header is the one at offset 40. */
			row_test_number(&row, FIELD_IP6_NEXT_HEADER, transport->protocol);
			lower_port_sides(lowering, row, match, transport);
		}
	}
}

/* Rows for an address field at either side of one kind of frame. */
static void lower_address(const struct lowering *lowering,
			  const struct match *match, uint16_t ether_type,
			  enum plan_field source, enum plan_field destination)
{
	struct row row;

	if (match->sides & MATCH_SIDE_SOURCE) {
		row_begin(&row, ether_type);
		row_test(&row, source, match->address, NULL);
		row_emit(lowering, &row);
	}
	if (match->sides & MATCH_SIDE_DESTINATION) {
		row_begin(&row, ether_type);
		row_test(&row, destination, match->address, NULL);
		row_emit(lowering, &row);
	}
}

static void lower_host(const struct lowering *lowering, const struct match *match)
{
	if (match->address_length == 16) {
		lower_address(lowering, match, ETH_P_IPV6, FIELD_IP6_SOURCE,
			      FIELD_IP6_DESTINATION);
		return;
	}
	lower_address(lowering, match, ETH_P_IP, FIELD_IP_SOURCE,
		      FIELD_IP_DESTINATION);
	if (!match->with_arp)
		return;
	lower_address(lowering, match, ETH_P_ARP, FIELD_ARP_SENDER, FIELD_ARP_TARGET);
	lower_address(lowering, match, ETH_P_RARP, FIELD_ARP_SENDER, FIELD_ARP_TARGET);
}

static void lower_protocol(const struct lowering *lowering, const struct match *match)
{
	struct row row;
	size_t i;

	if (!match->transports) {
		if (match->families & MATCH_FAMILY_IP) {
			row_begin(&row, ETH_P_IP);
			row_emit(lowering, &row);
		}
		if (match->families & MATCH_FAMILY_IP6) {
			row_begin(&row, ETH_P_IPV6);
			row_emit(lowering, &row);
		}
		return;
	}
	for (i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		if (!(match->transports & transports[i].bit))
			continue;
		if (match->families & MATCH_FAMILY_IP) {
			row_begin(&row, ETH_P_IP);
			row_test_number(&row, FIELD_IP_PROTOCOL, transports[i].protocol);
			row_emit(lowering, &row);
		}
		if (match->families & MATCH_FAMILY_IP6) {
			row_begin(&row, ETH_P_IPV6);
			row_test_number(&row, FIELD_IP6_NEXT_HEADER, transports[i].protocol);
			row_emit(lowering, &row);
			row_begin(&row, ETH_P_IPV6);
			row_test_number(&row, FIELD_IP6_NEXT_HEADER, IPPROTO_FRAGMENT);
			row_test_number(&row, FIELD_IP6_FRAGMENT_NEXT_HEADER,
					transports[i].protocol);
			row_emit(lowering, &row);
		}
	}
}

static void lower_primitive(const struct lowering *lowering, const struct match *match)
{
	switch (match->kind) {
	case MATCH_PORT:
		lower_port(lowering, match);
		break;
	case MATCH_HOST:
		lower_host(lowering, match);
		break;
	case MATCH_PROTOCOL:
		lower_protocol(lowering, match);
		break;
	case MATCH_AND:
		break;		/* taken apart by match_lower() */
	}
}

/* One term before the last: "jump" to a chain that comes back if it is true. */
static void lower_term(struct plan *plan, const char *name,
		       struct plan_chain *chain, const struct match *match,
		       unsigned int number)
{
	struct plan_chain *piece;
	struct lowering lowering;
	char *text;

	piece = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/%u", name, number);
	text = match_to_pcap(match);
	if (!text)
		plan->out_of_memory = true;
	else
		plan_chain_comment(plan, piece, text, strlen(text));
	free(text);
	lowering = (struct lowering){ plan, piece, VERDICT_RETURN, NULL };
	lower_primitive(&lowering, match);
	plan_rule_verdict(plan, plan_add_rule(plan, piece), VERDICT_ACCEPT, NULL);
	plan_rule_verdict(plan, plan_add_rule(plan, chain), VERDICT_JUMP, piece);
}

void match_lower(struct plan *plan, const char *name, struct plan_chain *chain,
		 const struct match *match, const struct plan_chain *copy)
{
	struct lowering lowering = { plan, chain, VERDICT_GOTO, copy };
	unsigned int number = 0, count = 0;
	const struct match *term, *node;

	if (!match) {
		plan_rule_verdict(plan, plan_add_rule(plan, chain), VERDICT_GOTO, copy);
		return;
	}
	for (node = match; node->kind == MATCH_AND; node = node->left)
		count++;
	/* The tree leans to the left; its terms in the order of the text. */
	while (number < count) {
		unsigned int steps = count - number;

		for (node = match; steps--; )
			node = node->left;
		term = number ? node->right : node;
		number++;
		lower_term(plan, name, chain, term, number);
	}
	lower_primitive(&lowering, count ? match->right : match);
}
