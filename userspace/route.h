/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which way a packet of this host would go, as the kernel's routing says, and
 * whether the next hop answers.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "nl.h"
#include "tunnel.h"

/* Addresses are in network order, 16 bytes, of which IPv4 takes the first 4. */
struct route_query {
	uint8_t family;		/* AF_INET or AF_INET6 */
	uint8_t remote[16];
	uint8_t local[16];	/* all zero: not given */
	uint32_t mark;		/* of the packet; 0: none */
	uint8_t protocol;	/* IPPROTO_*; 0: not given, nor ports then */
	uint16_t source_port, destination_port;	/* host order, 0: not given */
};

enum route_kind {
	ROUTE_UNICAST,
	ROUTE_LOCAL,		/* the remote is this host itself */
	ROUTE_BROADCAST,
	ROUTE_MULTICAST,
	ROUTE_UNREACHABLE,	/* no route, or one that forbids it: see error */
};

struct route {
	enum route_kind kind;
	int error;		/* ROUTE_UNREACHABLE: -ENETUNREACH, -EHOSTUNREACH, ... */
	unsigned int device;	/* index of the device that it leaves by, or 0 */
	uint8_t gateway_family;	/* AF_INET, AF_INET6, or 0 where the remote is on the link */
	uint8_t gateway[16];
	uint8_t source[16];	/* what the kernel would choose; all zero: none */
	unsigned int mtu;	/* the route's own, or the path's as learned; 0: the device's */
};

/* Ask the kernel. Returns 0, and ROUTE_UNREACHABLE where there is no way, or a
 * negative errno for a question that it did not take: -EINVAL where local is
 * no address of this host. Changes nothing: no path MTU, no neighbour. */
int route_lookup(struct nl_socket *route, const struct route_query *query,
		 struct route *out);

/* The question for the outer packets of a tunnel that leave with @mark. */
void route_query_tunnel(struct route_query *query, const struct tunnel *tunnel,
			uint32_t mark);

/* How large the outer packets may be: the route's MTU, else its device's; 0 where
 * there is no way. */
unsigned int route_mtu(const struct route *route, const struct link_table *links);

enum neighbour_state {
	NEIGHBOUR_NONE,		/* nobody asked so far */
	NEIGHBOUR_INCOMPLETE,	/* asked, no answer yet */
	NEIGHBOUR_FAILED,	/* asked, no answer */
	NEIGHBOUR_REACHABLE,	/* its hardware address is known */
	NEIGHBOUR_UNNEEDED,	/* that device has no neighbours to ask for */
};

/* "reachable", ... */
const char *neighbour_state_name(enum neighbour_state state);

/* The state of a route's next hop: its gateway, or the remote of @query itself.
 * Returns 0 or a negative errno. */
int neighbour_lookup(struct nl_socket *route, const struct route_query *query,
		     const struct route *way, const struct link_table *links,
		     enum neighbour_state *state);

#endif
