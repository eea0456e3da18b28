// SPDX-License-Identifier: GPL-2.0-only
#include "link_tunnel.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <string.h>

/* The wire's values, which <linux/if_tunnel.h> has only in the kernel's order. */
#define GRE_FLAG_KEY htons(0x2000)
#define GRE_FLAG_SEQUENCE htons(0x1000)

static bool read_flag(const struct nlattr *attribute)
{
	return mnl_attr_get_payload_len(attribute) >= 1 && mnl_attr_get_u8(attribute);
}

static uint16_t read_port(const struct nlattr *attribute)
{
	return ntohs(mnl_attr_get_u16(attribute));
}

/* An address tells the family by its length. */
static void read_address(struct tunnel *tunnel, uint8_t *address,
			 const struct nlattr *attribute)
{
	size_t length = mnl_attr_get_payload_len(attribute);

	if (length != 4 && length != 16)
		return;
	memset(address, 0, 16);
	memcpy(address, mnl_attr_get_payload(attribute), length);
	tunnel->family = length == 4 ? AF_INET : AF_INET6;
}

static void read_vxlan(struct link *link, const struct nlattr *data)
{
	struct link_tunnel *out = &link->tunnel;
	const struct nlattr *attribute;

	tunnel_init(&out->tunnel, TUNNEL_VXLAN);
	out->fragments = true;
	out->tunnel.has_key = true;
	mnl_attr_for_each_nested(attribute, data) {
		switch (mnl_attr_get_type(attribute)) {
		case IFLA_VXLAN_ID: out->tunnel.id = mnl_attr_get_u32(attribute); break;
		case IFLA_VXLAN_GROUP:
		case IFLA_VXLAN_GROUP6:
			read_address(&out->tunnel, out->tunnel.remote, attribute);
			break;
		case IFLA_VXLAN_LOCAL:
		case IFLA_VXLAN_LOCAL6:
			read_address(&out->tunnel, out->tunnel.local, attribute);
			break;
		case IFLA_VXLAN_LINK: link->lower = mnl_attr_get_u32(attribute); break;
		case IFLA_VXLAN_TTL: out->tunnel.ttl = mnl_attr_get_u8(attribute); break;
		case IFLA_VXLAN_PORT: out->tunnel.port = read_port(attribute); break;
		case IFLA_VXLAN_LEARNING: out->learns = read_flag(attribute); break;
		case IFLA_VXLAN_DF: out->fragments = !read_flag(attribute); break;
		case IFLA_VXLAN_COLLECT_METADATA:
			out->is_external = read_flag(attribute);
			break;
		}
	}
}

static void read_geneve(struct link *link, const struct nlattr *data)
{
	struct link_tunnel *out = &link->tunnel;
	const struct nlattr *attribute;

	tunnel_init(&out->tunnel, TUNNEL_GENEVE);
	out->fragments = true;
	out->tunnel.has_key = true;
	mnl_attr_for_each_nested(attribute, data) {
		switch (mnl_attr_get_type(attribute)) {
		case IFLA_GENEVE_ID: out->tunnel.id = mnl_attr_get_u32(attribute); break;
		case IFLA_GENEVE_REMOTE:
		case IFLA_GENEVE_REMOTE6:
			read_address(&out->tunnel, out->tunnel.remote, attribute);
			break;
		case LINK_GENEVE_LOCAL:
		case LINK_GENEVE_LOCAL6:
			read_address(&out->tunnel, out->tunnel.local, attribute);
			break;
		case IFLA_GENEVE_TTL: out->tunnel.ttl = mnl_attr_get_u8(attribute); break;
		case IFLA_GENEVE_PORT: out->tunnel.port = read_port(attribute); break;
		case IFLA_GENEVE_DF: out->fragments = !read_flag(attribute); break;
		/* A flag without a value. */
		case IFLA_GENEVE_COLLECT_METADATA: out->is_external = true; break;
		}
	}
}

/* What GRE devices of both families have in common with ERSPAN. */
struct gre_flags {
	bool has_key;
	bool path_mtu, ignore_df;
};

static void read_gre_number(struct link *link, const struct nlattr *attribute,
			    struct gre_flags *flags)
{
	struct tunnel *tunnel = &link->tunnel.tunnel;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_GRE_LINK: link->lower = mnl_attr_get_u32(attribute); break;
	case IFLA_GRE_OFLAGS:
		flags->has_key = mnl_attr_get_u16(attribute) & GRE_FLAG_KEY;
		break;
	case IFLA_GRE_OKEY: tunnel->id = ntohl(mnl_attr_get_u32(attribute)); break;
	case IFLA_GRE_TTL: tunnel->ttl = mnl_attr_get_u8(attribute); break;
	case IFLA_GRE_PMTUDISC: flags->path_mtu = read_flag(attribute); break;
	case IFLA_GRE_IGNORE_DF: flags->ignore_df = read_flag(attribute); break;
	case IFLA_GRE_ERSPAN_VER: tunnel->version = mnl_attr_get_u8(attribute); break;
	case IFLA_GRE_ERSPAN_INDEX: tunnel->index = mnl_attr_get_u32(attribute); break;
	case IFLA_GRE_ERSPAN_DIR: tunnel->direction = mnl_attr_get_u8(attribute); break;
	case IFLA_GRE_ERSPAN_HWID: tunnel->hardware = mnl_attr_get_u16(attribute); break;
	case IFLA_GRE_COLLECT_METADATA: link->tunnel.is_external = true; break;
	}
}

static void read_gre(struct link *link, const struct nlattr *data, enum tunnel_kind kind)
{
	struct link_tunnel *out = &link->tunnel;
	struct gre_flags flags = { 0 };
	const struct nlattr *attribute;

	tunnel_init(&out->tunnel, kind);
	mnl_attr_for_each_nested(attribute, data) {
		switch (mnl_attr_get_type(attribute)) {
		case IFLA_GRE_REMOTE:
			read_address(&out->tunnel, out->tunnel.remote, attribute);
			break;
		case IFLA_GRE_LOCAL:
			read_address(&out->tunnel, out->tunnel.local, attribute);
			break;
		default:
			read_gre_number(link, attribute, &flags);
		}
	}
	out->tunnel.has_key = flags.has_key;
	/* The kernel has numbers there for whatever else it is. */
	if (!flags.has_key)
		out->tunnel.id = 0;
	if (kind == TUNNEL_ERSPAN && out->tunnel.version != 1)
		out->tunnel.index = 0;
	/* IPv6 has no DF, and is not fragmented on the way. */
	out->fragments = out->tunnel.family == AF_INET && !flags.path_mtu && flags.ignore_df;
}

void link_tunnel_read(struct link *link, const struct nlattr *data)
{
	if (!strcmp(link->kind, "vxlan"))
		read_vxlan(link, data);
	else if (!strcmp(link->kind, "geneve"))
		read_geneve(link, data);
	else if (!strcmp(link->kind, "gretap") || !strcmp(link->kind, "ip6gretap"))
		read_gre(link, data, TUNNEL_GRETAP);
	else if (!strcmp(link->kind, "erspan") || !strcmp(link->kind, "ip6erspan"))
		read_gre(link, data, TUNNEL_ERSPAN);
	else
		return;
	if (link->tunnel.tunnel.family == AF_INET6)
		link->tunnel.fragments = false;
}
