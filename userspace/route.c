// SPDX-License-Identifier: GPL-2.0-only
#include "route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

static size_t address_length(uint8_t family)
{
	return family == AF_INET ? 4 : 16;
}

static bool is_zero(const uint8_t *address)
{
	static const uint8_t zero[16];

	return !memcmp(address, zero, sizeof(zero));
}

static void address_take(uint8_t *address, const struct nlattr *attribute)
{
	size_t length = mnl_attr_get_payload_len(attribute);

	memset(address, 0, 16);
	memcpy(address, mnl_attr_get_payload(attribute), length < 16 ? length : 16);
}

static int query_build(struct nl_buffer *buffer, const struct route_query *query)
{
	size_t length = address_length(query->family);
	struct nlmsghdr *message;
	struct rtmsg *header;

	message = nl_message_begin(buffer, RTM_GETROUTE, NLM_F_ACK, 0, "route");
	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->rtm_family = query->family;
	header->rtm_dst_len = 8 * length;
	mnl_attr_put(message, RTA_DST, length, query->remote);
	if (!is_zero(query->local)) {
		header->rtm_src_len = 8 * length;
		mnl_attr_put(message, RTA_SRC, length, query->local);
	}
	if (query->mark)
		mnl_attr_put_u32(message, RTA_MARK, query->mark);
	if (query->protocol)
		mnl_attr_put_u8(message, RTA_IP_PROTO, query->protocol);
	if (query->protocol && query->source_port)
		mnl_attr_put_u16(message, RTA_SPORT, htons(query->source_port));
	if (query->protocol && query->destination_port)
		mnl_attr_put_u16(message, RTA_DPORT, htons(query->destination_port));
	nl_message_end(buffer, message);
	return 0;
}

static enum route_kind kind_take(unsigned int type, int *error)
{
	switch (type) {
	case RTN_LOCAL: return ROUTE_LOCAL;
	case RTN_BROADCAST: return ROUTE_BROADCAST;
	case RTN_MULTICAST: return ROUTE_MULTICAST;
	case RTN_UNREACHABLE: *error = -EHOSTUNREACH; return ROUTE_UNREACHABLE;
	case RTN_PROHIBIT: *error = -EACCES; return ROUTE_UNREACHABLE;
	case RTN_BLACKHOLE: *error = -EINVAL; return ROUTE_UNREACHABLE;
	default: return ROUTE_UNICAST;
	}
}

static unsigned int mtu_take(const struct nlattr *metrics)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, metrics)
		if (mnl_attr_get_type(attribute) == RTAX_MTU)
			return mnl_attr_get_u32(attribute);
	return 0;
}

/* An IPv4 route by an IPv6 gateway. */
static void via_take(struct route *out, const struct nlattr *attribute)
{
	const struct rtvia *via = mnl_attr_get_payload(attribute);
	size_t length = mnl_attr_get_payload_len(attribute);

	if (length < sizeof(*via) || length - sizeof(*via) > sizeof(out->gateway))
		return;
	out->gateway_family = via->rtvia_family;
	memset(out->gateway, 0, sizeof(out->gateway));
	memcpy(out->gateway, via->rtvia_addr, length - sizeof(*via));
}

static int route_take(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct route *out = data;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return MNL_CB_OK;
	out->kind = kind_take(header->rtm_type, &out->error);
	mnl_attr_for_each(attribute, message, sizeof(*header)) {
		switch (mnl_attr_get_type(attribute)) {
		case RTA_OIF: out->device = mnl_attr_get_u32(attribute); break;
		case RTA_PREFSRC: address_take(out->source, attribute); break;
		case RTA_METRICS: out->mtu = mtu_take(attribute); break;
		case RTA_VIA: via_take(out, attribute); break;
		case RTA_GATEWAY:
			out->gateway_family = header->rtm_family;
			address_take(out->gateway, attribute);
			break;
		}
	}
	return MNL_CB_OK;
}

/* The errors by which the kernel says that there is no way. */
static bool is_unreachable(int error)
{
	return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EACCES ||
	       error == -ENETDOWN || error == -ESRCH;
}

int route_lookup(struct nl_socket *route, const struct route_query *query,
		 struct route *out)
{
	struct nl_buffer *buffer = nl_question(route);
	struct nl_refusal refusal;
	int error;

	memset(out, 0, sizeof(*out));
	out->kind = ROUTE_UNREACHABLE;
	out->error = -ENETUNREACH;
	error = query_build(buffer, query);
	if (!error)
		error = nl_query(route, buffer, route_take, out, &refusal);
	if (is_unreachable(error)) {
		out->error = error;
		return 0;
	}
	if (!error && out->kind != ROUTE_UNREACHABLE)
		out->error = 0;
	return error;
}

void route_query_tunnel(struct route_query *query, const struct tunnel *tunnel,
			uint32_t mark)
{
	memset(query, 0, sizeof(*query));
	query->family = tunnel->family;
	memcpy(query->remote, tunnel->remote, sizeof(query->remote));
	memcpy(query->local, tunnel->local, sizeof(query->local));
	/* GRE devices ask for a route without the mark of what they send, and the
	 * kernel takes no question with their protocol. */
	if (!tunnel->port)
		return;
	query->mark = mark;
	query->protocol = IPPROTO_UDP;
	query->destination_port = tunnel->port;
}

unsigned int route_mtu(const struct route *route, const struct link_table *links)
{
	const struct link *link = link_find_index(links, route->device);

	if (route->kind == ROUTE_UNREACHABLE)
		return 0;
	if (route->mtu)
		return route->mtu;
	return link ? link->mtu : 0;
}

static const char *const state_names[] = {
	[NEIGHBOUR_NONE] = "unknown",
	[NEIGHBOUR_INCOMPLETE] = "incomplete",
	[NEIGHBOUR_FAILED] = "failed",
	[NEIGHBOUR_REACHABLE] = "reachable",
	[NEIGHBOUR_UNNEEDED] = "unneeded",
};

const char *neighbour_state_name(enum neighbour_state state)
{
	return state_names[state];
}

static int neighbour_take(const struct nlmsghdr *message, void *data)
{
	const struct ndmsg *header = mnl_nlmsg_get_payload(message);
	enum neighbour_state *state = data;

	if (message->nlmsg_type != RTM_NEWNEIGH ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return MNL_CB_OK;
	if (header->ndm_state & NUD_FAILED)
		*state = NEIGHBOUR_FAILED;
	else if (header->ndm_state & NUD_INCOMPLETE)
		*state = NEIGHBOUR_INCOMPLETE;
	else if (header->ndm_state & NUD_NOARP)
		*state = NEIGHBOUR_UNNEEDED;
	else if (header->ndm_state)	/* stale and asked again are known, too */
		*state = NEIGHBOUR_REACHABLE;
	return MNL_CB_OK;
}

/* RTM_GETNEIGH for one address: since Linux 5.0. */
static int neighbour_build(struct nl_buffer *buffer, uint8_t family,
			   const uint8_t *address, unsigned int device)
{
	struct nlmsghdr *message;
	struct ndmsg *header;

	message = nl_message_begin(buffer, RTM_GETNEIGH, NLM_F_ACK, 0, "neighbour");
	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ndm_family = family;
	header->ndm_ifindex = device;
	mnl_attr_put(message, NDA_DST, address_length(family), address);
	nl_message_end(buffer, message);
	return 0;
}

int neighbour_lookup(struct nl_socket *route, const struct route_query *query,
		     const struct route *way, const struct link_table *links,
		     enum neighbour_state *state)
{
	const struct link *link = link_find_index(links, way->device);
	uint8_t family = way->gateway_family ? way->gateway_family : query->family;
	const uint8_t *next = way->gateway_family ? way->gateway : query->remote;
	struct nl_buffer *buffer = nl_question(route);
	struct nl_refusal refusal;
	int error;

	*state = NEIGHBOUR_NONE;
	if (way->kind != ROUTE_UNICAST || !link ||
	    link->flags & (IFF_NOARP | IFF_LOOPBACK | IFF_POINTOPOINT)) {
		*state = NEIGHBOUR_UNNEEDED;
		return 0;
	}
	error = neighbour_build(buffer, family, next, way->device);
	if (!error)
		error = nl_query(route, buffer, neighbour_take, state, &refusal);
	return error == -ENOENT ? 0 : error;
}
