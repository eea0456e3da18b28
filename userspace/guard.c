// SPDX-License-Identifier: GPL-2.0-only
#include "guard.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>

#include "plan_mirror.h"

/* A port beside those that are always known. */
static bool tunnel_has_port(const struct tunnel *tunnel)
{
	return tunnel->port && tunnel->port != TUNNEL_PORT_VXLAN &&
	       tunnel->port != TUNNEL_PORT_GENEVE;
}

/* One guard: its tests are appended to @rule, guard_end() completes it. */
struct guard {
	struct plan *plan;
	struct plan_chain *chain;
	const struct tunnel *tunnel;
	struct plan_rule *rule;
};

/* nft knows the fields of a header by the tests that go before. */
static void guard_begin(struct guard *guard, unsigned int ether_type)
{
	guard->rule = plan_add_rule(guard->plan, guard->chain);
	plan_rule_test_number(guard->plan, guard->rule, FIELD_META_PROTOCOL, ether_type);
}

static void guard_end(struct guard *guard, const char *what)
{
	char remote[INET6_ADDRSTRLEN] = "";

	if (guard->tunnel)
		inet_ntop(guard->tunnel->family, guard->tunnel->remote, remote,
			  sizeof(remote));
	plan_rule_counter(guard->plan, guard->rule, 0, 0);
	plan_rule_verdict(guard->plan, guard->rule, VERDICT_ACCEPT, NULL);
	plan_rule_comment(guard->plan, guard->rule, PLAN_COMMENT_GUARD "%s%s%s", what,
			  *remote ? " " : "", remote);
}

static bool is_ip(const struct guard *guard)
{
	return guard->tunnel->family == AF_INET;
}

static void guard_begin_ip(struct guard *guard)
{
	guard_begin(guard, is_ip(guard) ? ETH_P_IP : ETH_P_IPV6);
}

/* The collector at the one or the other end. */
static void test_remote(struct guard *guard, bool source)
{
	enum plan_field field = is_ip(guard) ?
		(source ? FIELD_IP_SOURCE : FIELD_IP_DESTINATION) :
		(source ? FIELD_IP6_SOURCE : FIELD_IP6_DESTINATION);

	plan_rule_test(guard->plan, guard->rule, field, guard->tunnel->remote, NULL);
}

static void test_protocol(struct guard *guard, unsigned int protocol)
{
	plan_rule_test_number(guard->plan, guard->rule,
			      is_ip(guard) ? FIELD_IP_PROTOCOL : FIELD_IP6_NEXT_HEADER,
			      protocol);
}

/* The collector's address in the packet that an ICMP message quotes, or that
 * neighbour discovery asks about: @offset bytes into the message. */
static void test_quoted(struct guard *guard, unsigned int offset)
{
	const struct plan_place place = {
		.field = FIELD_RAW, .base = BASE_TRANSPORT, .offset = offset,
		.length = is_ip(guard) ? 4 : 16,
	};
	struct plan_range range = { { 0 }, { 0 } };

	memcpy(range.low, guard->tunnel->remote, place.length);
	memcpy(range.high, guard->tunnel->remote, place.length);
	plan_rule_test_ranges(guard->plan, guard->rule, &place, NULL, false, &range, 1);
}

static void test_types(struct guard *guard, const uint8_t *types, size_t count)
{
	const struct plan_place place = {
		.field = is_ip(guard) ? FIELD_ICMP_TYPE : FIELD_ICMP6_TYPE, .length = 1,
	};
	struct plan_range ranges[8] = { 0 };
	size_t i;

	test_protocol(guard, is_ip(guard) ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	for (i = 0; i < count; i++)
		ranges[i].low[0] = ranges[i].high[0] = types[i];
	plan_rule_test_ranges(guard->plan, guard->rule, &place, NULL, false, ranges, count);
}

/* The ports of all kinds, whatever ours is: the collector may mirror to us as well,
 * in a way of its own. */
static size_t udp_ports(const struct tunnel *tunnel, struct plan_range *ranges)
{
	uint16_t ports[] = { TUNNEL_PORT_VXLAN, TUNNEL_PORT_GENEVE, tunnel->port };
	size_t count = tunnel_has_port(tunnel) ? 3 : 2;
	size_t i;

	/* Ranges stand in order. */
	if (count == 3 && ports[2] < ports[0]) {
		memmove(ports + 1, ports, 2 * sizeof(*ports));
		ports[0] = tunnel->port;
	} else if (count == 3 && ports[2] < ports[1]) {
		ports[2] = ports[1];
		ports[1] = tunnel->port;
	}
	for (i = 0; i < count; i++) {
		const uint16_t port = htons(ports[i]);

		memcpy(ranges[i].low, &port, sizeof(port));
		memcpy(ranges[i].high, &port, sizeof(port));
	}
	return count;
}

static void guard_udp(struct guard *guard, bool source)
{
	const struct plan_place place = { .field = FIELD_UDP_DESTINATION, .length = 2 };
	struct plan_range ranges[3] = { 0 };
	size_t count = udp_ports(guard->tunnel, ranges);

	guard_begin_ip(guard);
	test_remote(guard, source);
	test_protocol(guard, IPPROTO_UDP);
	plan_rule_test_ranges(guard->plan, guard->rule, &place, NULL, false, ranges, count);
	guard_end(guard, source ? "tunnel from" : "tunnel to");
}

/* The rest of a packet too large for the way has no ports. */
static void guard_fragments(struct guard *guard, bool source)
{
	static const uint8_t mask[] = { 0x1f, 0xff };
	const struct plan_place place = { .field = FIELD_IP_FRAGMENT, .length = 2 };
	const struct plan_range first = { { 0 }, { 0 } };

	guard_begin_ip(guard);
	test_remote(guard, source);
	if (is_ip(guard)) {
		test_protocol(guard, IPPROTO_UDP);
		plan_rule_test_ranges(guard->plan, guard->rule, &place, mask, true,
				      &first, 1);
	} else {
		test_protocol(guard, IPPROTO_FRAGMENT);
	}
	guard_end(guard, source ? "fragments from" : "fragments to");
}

static void guard_gre(struct guard *guard, bool source)
{
	guard_begin_ip(guard);
	test_remote(guard, source);
	test_protocol(guard, IPPROTO_GRE);
	guard_end(guard, source ? "GRE from" : "GRE to");
}

/* An error quotes the packet behind its own 8 bytes (RFC 792, RFC 4443). */
static void guard_errors(struct guard *guard, bool source)
{
	static const uint8_t types[] = { ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH,
					 ICMP_REDIRECT, ICMP_TIME_EXCEEDED,
					 ICMP_PARAMETERPROB };
	static const uint8_t types6[] = { ICMP6_DST_UNREACH, ICMP6_PACKET_TOO_BIG,
					  ICMP6_TIME_EXCEEDED, ICMP6_PARAM_PROB };

	guard_begin_ip(guard);
	if (is_ip(guard)) {
		test_types(guard, types, sizeof(types));
		test_quoted(guard, 8 + (source ? 12 : 16));
	} else {
		test_types(guard, types6, sizeof(types6));
		test_quoted(guard, 8 + (source ? 8 : 24));
	}
	guard_end(guard, source ? "errors about packets from" : "errors about packets to");
}

static void guard_arp(struct guard *guard, bool sender)
{
	guard_begin(guard, ETH_P_ARP);
	plan_rule_test(guard->plan, guard->rule, sender ? FIELD_ARP_SENDER : FIELD_ARP_TARGET,
		       guard->tunnel->remote, NULL);
	guard_end(guard, sender ? "ARP of" : "ARP for");
}

/* RFC 4861: the address asked for or told of stands behind 8 bytes. */
static void guard_neighbour(struct guard *guard)
{
	static const uint8_t types[] = { ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT };

	guard_begin_ip(guard);
	test_types(guard, types, sizeof(types));
	test_quoted(guard, 8);
	guard_end(guard, "neighbour discovery of");
	guard_begin_ip(guard);
	test_remote(guard, true);
	test_types(guard, types, sizeof(types));
	guard_end(guard, "neighbour discovery by");
	guard_begin_ip(guard);
	test_remote(guard, false);
	test_types(guard, types, sizeof(types));
	guard_end(guard, "neighbour discovery to");
}

static void guard_tunnel(struct guard *guard)
{
	int source;

	for (source = 0; source < 2; source++) {
		guard_udp(guard, source);
		/* Over IPv4 known by its protocol in every fragment. */
		guard_gre(guard, source);
		guard_fragments(guard, source);
		guard_errors(guard, source);
		if (is_ip(guard))
			guard_arp(guard, source);
	}
	if (!is_ip(guard))
		guard_neighbour(guard);
}

/* Are all packets of @a recognised as @b's? */
static bool is_same_flow(const struct tunnel *a, const struct tunnel *b)
{
	return a->family == b->family && !memcmp(a->remote, b->remote, sizeof(a->remote)) &&
	       (!tunnel_has_port(a) || a->port == b->port);
}

void guard_rules(struct plan *plan, struct plan_chain *chain,
		 const struct tunnel *tunnels, size_t count)
{
	struct guard guard = { .plan = plan, .chain = chain };
	size_t i, j;

	guard.rule = plan_add_rule(plan, chain);
	plan_rule_test_number(plan, guard.rule, FIELD_META_MARK, GUARD_MARK);
	guard_end(&guard, "mark");
	for (i = 0; i < count; i++) {
		for (j = 0; j < i && !is_same_flow(&tunnels[i], &tunnels[j]); j++)
			;
		guard.tunnel = &tunnels[i];
		if (j == i)
			guard_tunnel(&guard);
	}
}
