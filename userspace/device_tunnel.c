// SPDX-License-Identifier: GPL-2.0-only
#include "device_tunnel.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <string.h>

#include "link_tunnel.h"

#define PACKET_MAX 65535u	/* of IP */
#define VLAN_TAGS 8u		/* bytes of two */
/* As on the wire; <linux/if_tunnel.h> has them in the kernel's own order. */
#define GRE_FLAG_KEY 0x2000
#define GRE_FLAG_SEQUENCE 0x1000

static bool is_ip6(const struct tunnel *tunnel)
{
	return tunnel->family == AF_INET6;
}

static bool has_local(const struct tunnel *tunnel)
{
	static const uint8_t zero[16];

	return memcmp(tunnel->local, zero, sizeof(zero));
}

const char *device_tunnel_kind(const struct tunnel *tunnel)
{
	switch (tunnel->kind) {
	case TUNNEL_GRETAP: return is_ip6(tunnel) ? "ip6gretap" : "gretap";
	case TUNNEL_ERSPAN: return is_ip6(tunnel) ? "ip6erspan" : "erspan";
	case TUNNEL_VXLAN:
	case TUNNEL_GENEVE:
	case TUNNEL_NONE: break;
	}
	return tunnel_kind_name(tunnel->kind);
}

bool device_tunnel_needs_local(const struct tunnel *tunnel)
{
	return is_ip6(tunnel) && !has_local(tunnel) &&
	       (tunnel->kind == TUNNEL_GRETAP || tunnel->kind == TUNNEL_ERSPAN);
}

bool device_tunnel_fits(const struct link *link, const struct tunnel *tunnel)
{
	struct tunnel wish = *tunnel;

	/* It was chosen when the device was made. */
	if (device_tunnel_needs_local(tunnel))
		memcpy(wish.local, link->tunnel.tunnel.local, sizeof(wish.local));
	return tunnel_is_same(&link->tunnel.tunnel, &wish) && !link->tunnel.is_external &&
	       !link->tunnel.learns && link->tunnel.fragments == !is_ip6(tunnel) &&
	       !link->lower && !link->lower_elsewhere;
}

bool device_tunnel_clashes(const struct link *link, const struct tunnel *tunnel)
{
	const struct tunnel *other = &link->tunnel.tunnel;

	if (other->kind != tunnel->kind || other->port != tunnel->port)
		return false;
	/* One that takes everything of its port. */
	if (link->tunnel.is_external)
		return tunnel->port;
	if (other->family != tunnel->family || other->id != tunnel->id ||
	    other->has_key != tunnel->has_key)
		return false;
	if (tunnel->kind == TUNNEL_VXLAN)
		return true;	/* by port and id, whatever the remote */
	return !memcmp(other->remote, tunnel->remote, sizeof(other->remote)) &&
	       !memcmp(other->local, tunnel->local, sizeof(other->local));
}

unsigned int device_tunnel_mtu(const struct tunnel *tunnel, unsigned int mtu)
{
	unsigned int most = PACKET_MAX - tunnel_overhead(tunnel) - VLAN_TAGS;

	return mtu < most ? mtu + VLAN_TAGS : most;
}

static void address_put(struct nlmsghdr *message, uint16_t type, uint16_t type6,
			const struct tunnel *tunnel, const uint8_t *address)
{
	if (is_ip6(tunnel))
		mnl_attr_put(message, type6, 16, address);
	else
		mnl_attr_put(message, type, 4, address);
}

static void vxlan_put(struct nlmsghdr *message, const struct tunnel *tunnel)
{
	mnl_attr_put_u32(message, IFLA_VXLAN_ID, tunnel->id);
	address_put(message, IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6, tunnel, tunnel->remote);
	if (has_local(tunnel))
		address_put(message, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6, tunnel,
			    tunnel->local);
	mnl_attr_put_u16(message, IFLA_VXLAN_PORT, htons(tunnel->port));
	mnl_attr_put_u8(message, IFLA_VXLAN_TTL, tunnel->ttl);
	mnl_attr_put_u8(message, IFLA_VXLAN_LEARNING, 0);
	mnl_attr_put_u8(message, IFLA_VXLAN_UDP_CSUM, 0);
	mnl_attr_put_u8(message, IFLA_VXLAN_UDP_ZERO_CSUM6_TX, 0);
	mnl_attr_put_u8(message, IFLA_VXLAN_UDP_ZERO_CSUM6_RX, 0);
}

static void geneve_put(struct nlmsghdr *message, const struct tunnel *tunnel)
{
	mnl_attr_put_u32(message, IFLA_GENEVE_ID, tunnel->id);
	address_put(message, IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6, tunnel,
		    tunnel->remote);
	if (has_local(tunnel))
		address_put(message, LINK_GENEVE_LOCAL, LINK_GENEVE_LOCAL6, tunnel,
			    tunnel->local);
	mnl_attr_put_u16(message, IFLA_GENEVE_PORT, htons(tunnel->port));
	mnl_attr_put_u8(message, IFLA_GENEVE_TTL, tunnel->ttl);
	if (is_ip6(tunnel))
		mnl_attr_put_u8(message, IFLA_GENEVE_UDP_ZERO_CSUM6_TX, 0);
	else
		mnl_attr_put_u8(message, IFLA_GENEVE_UDP_CSUM, 0);
}

static void erspan_put(struct nlmsghdr *message, const struct tunnel *tunnel)
{
	mnl_attr_put_u8(message, IFLA_GRE_ERSPAN_VER, tunnel->version);
	if (tunnel->version == 1) {
		mnl_attr_put_u32(message, IFLA_GRE_ERSPAN_INDEX, tunnel->index);
		return;
	}
	mnl_attr_put_u8(message, IFLA_GRE_ERSPAN_DIR, tunnel->direction);
	mnl_attr_put_u16(message, IFLA_GRE_ERSPAN_HWID, tunnel->hardware);
}

static void gre_put(struct nlmsghdr *message, const struct tunnel *tunnel)
{
	uint16_t flags = 0;

	if (tunnel->kind == TUNNEL_ERSPAN)
		flags = GRE_FLAG_KEY | GRE_FLAG_SEQUENCE;
	else if (tunnel->has_key)
		flags = GRE_FLAG_KEY;
	address_put(message, IFLA_GRE_REMOTE, IFLA_GRE_REMOTE, tunnel, tunnel->remote);
	if (has_local(tunnel))
		address_put(message, IFLA_GRE_LOCAL, IFLA_GRE_LOCAL, tunnel, tunnel->local);
	mnl_attr_put_u8(message, IFLA_GRE_TTL, tunnel->ttl);
	mnl_attr_put_u16(message, IFLA_GRE_IFLAGS, htons(flags));
	mnl_attr_put_u16(message, IFLA_GRE_OFLAGS, htons(flags));
	if (flags & GRE_FLAG_KEY) {
		mnl_attr_put_u32(message, IFLA_GRE_IKEY, htonl(tunnel->id));
		mnl_attr_put_u32(message, IFLA_GRE_OKEY, htonl(tunnel->id));
	}
	if (is_ip6(tunnel)) {
		/* No destination option ahead of GRE: sensors do not expect one. */
		mnl_attr_put_u32(message, IFLA_GRE_FLAGS, IP6_TNL_F_IGN_ENCAP_LIMIT);
		mnl_attr_put_u32(message, IFLA_GRE_FLOWINFO, 0);
	} else {
		mnl_attr_put_u8(message, IFLA_GRE_PMTUDISC, 0);
		mnl_attr_put_u8(message, IFLA_GRE_IGNORE_DF, 1);
	}
	if (tunnel->kind == TUNNEL_ERSPAN)
		erspan_put(message, tunnel);
}

void device_tunnel_put(struct nlmsghdr *message, const struct tunnel *tunnel)
{
	struct nlattr *information, *data;

	information = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, device_tunnel_kind(tunnel));
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	switch (tunnel->kind) {
	case TUNNEL_VXLAN: vxlan_put(message, tunnel); break;
	case TUNNEL_GENEVE: geneve_put(message, tunnel); break;
	case TUNNEL_GRETAP:
	case TUNNEL_ERSPAN: gre_put(message, tunnel); break;
	case TUNNEL_NONE: break;
	}
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, information);
}
