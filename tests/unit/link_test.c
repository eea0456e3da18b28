// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices as the kernel tells of them. The attributes with which a tunnel is made are
 * those with which the kernel describes it, so what is asked for goes straight into
 * the reader.
 */
#include "../../userspace/link.c"

#include "device_tunnel.h"
#include "harness.h"

static const struct location where = { "test", 1, 1 };

static struct nlmsghdr *message_begin(struct nl_buffer *buffer, int index, const char *name)
{
	struct ifinfomsg *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, RTM_NEWLINK, 0, 0, name);
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_index = index;
	header->ifi_type = ARPHRD_ETHER;
	header->ifi_flags = IFF_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return message;
}

static void test_tunnel(const char *text)
{
	struct error_list errors = { 0 };
	struct nl_buffer buffer = { 0 };
	char name[IFNAMSIZ], got[TUNNEL_TEXT_MAX] = "", title[TUNNEL_TEXT_MAX + 32];
	struct nlmsghdr *message;
	struct tunnel tunnel;
	struct link link;

	if (!check(!tunnel_parse(&tunnel, name, text, &where, &errors), text, "it is refused: %s",
		   errors.count ? error_text(&errors, 0) : "?")) {
		error_clear(&errors);
		return;
	}
	message = message_begin(&buffer, 7, "mir0-tun");
	device_tunnel_put(message, &tunnel);
	nl_message_end(&buffer, message);
	check_number(text, 0, link_parse(message, &link));
	tunnel_text(&link.tunnel.tunnel, got, sizeof(got));
	check_text(text, text, got);
	check(tunnel_is_same(&tunnel, &link.tunnel.tunnel), text, "it is another tunnel");
	snprintf(title, sizeof(title), "%s fits", text);
	check(device_tunnel_fits(&link, &tunnel), title, "it does not");
	check(device_tunnel_clashes(&link, &tunnel), title, "it does not clash with itself");
	tunnel.ttl++;
	snprintf(title, sizeof(title), "%s with another ttl", text);
	check(!device_tunnel_fits(&link, &tunnel), title, "fits");
	link.lower = 3;
	tunnel.ttl--;
	snprintf(title, sizeof(title), "%s bound to a device", text);
	check(!device_tunnel_fits(&link, &tunnel), title, "fits");
	nl_buffer_free(&buffer);
}

static void test_tunnels(void)
{
	static const char *const texts[] = {
		"vxlan,remote=192.0.2.10,id=7",
		"vxlan,remote=192.0.2.10,id=16777215,local=192.0.2.1,port=8472,ttl=1",
		"vxlan,remote=2001:db8::10,id=0,local=2001:db8::1",
		"geneve,remote=192.0.2.10,id=7",
		"geneve,remote=2001:db8::10,id=7,port=1",
		"geneve,remote=192.0.2.10,id=7,local=192.0.2.1",
		"gretap,remote=192.0.2.10",
		"gretap,remote=192.0.2.10,key=0",
		"gretap,remote=2001:db8::10,key=4294967295,local=2001:db8::1,ttl=255",
		"erspan,remote=192.0.2.10,session=1023,index=1048575",
		"erspan,remote=192.0.2.10,session=0,version=2,direction=egress,hardware=63",
		"erspan,remote=2001:db8::10,session=5,local=2001:db8::1",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		test_tunnel(texts[i]);
}

/* A device of a kind, IFLA_LINK and, with @namespace_id, another namespace. */
static void test_lower(const char *kind, int namespace_id, unsigned int peer,
		       unsigned int lower)
{
	struct nl_buffer buffer = { 0 };
	struct nlattr *information;
	struct nlmsghdr *message;
	struct link link;

	message = message_begin(&buffer, 7, "x");
	mnl_attr_put_u32(message, IFLA_LINK, 5);
	mnl_attr_put_u32(message, IFLA_MASTER, 9);
	if (namespace_id >= 0)
		mnl_attr_put_u32(message, IFLA_LINK_NETNSID, namespace_id);
	information = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(message, information);
	nl_message_end(&buffer, message);
	link_parse(message, &link);
	check_number(kind, peer, link.peer);
	check_number(kind, lower, link.lower);
	check_number(kind, 9, link.master);
	check_number(kind, namespace_id, link.namespace_id);
	check_number(kind, namespace_id >= 0, link.lower_elsewhere);
	nl_buffer_free(&buffer);
}

static void test_vlan(void)
{
	struct nlattr *information, *data;
	struct nl_buffer buffer = { 0 };
	struct nlmsghdr *message;
	struct link link;

	message = message_begin(&buffer, 7, "eth0.5");
	information = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "vlan");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	mnl_attr_put_u16(message, IFLA_VLAN_ID, 4094);
	mnl_attr_put_u16(message, IFLA_VLAN_PROTOCOL, htons(0x88a8));
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, information);
	nl_message_end(&buffer, message);
	link_parse(message, &link);
	check_number("VLAN id", 4094, link.vlan_id);
	check_number("VLAN protocol", 0x88a8, link.vlan_protocol);
	check_number("no tunnel", TUNNEL_NONE, link.tunnel.tunnel.kind);
	nl_buffer_free(&buffer);
}

/* Every device is found by name and index, in whatever order the kernel told. */
static void test_table(void)
{
	struct nl_buffer buffer = { 0 };
	struct link_table table = { 0 };
	unsigned int i, wrong = 0;
	const unsigned int count = 2000;
	char name[IFNAMSIZ];

	for (i = 0; i < count; i++) {
		struct nlmsghdr *message;

		snprintf(name, sizeof(name), "d%u", i * 7919 % count);
		message = message_begin(&buffer, 1 + i * 6007 % count, name);
		nl_message_end(&buffer, message);
		wrong += table_take(message, &table) != MNL_CB_OK;
		buffer.used = 0;
	}
	check_number("2000 devices are taken", 0, wrong);
	check_number("they are sorted", 0, table_sort(&table));
	for (i = wrong = 0; i < count; i++) {
		wrong += link_find(&table, table.links[i].name) != &table.links[i];
		wrong += link_find_index(&table, table.links[i].index) != &table.links[i];
	}
	check_number("each is found", 0, wrong);
	check(!link_find(&table, "d2000"), "no other name", "is found");
	check(!link_find(&table, ""), "no empty name", "is found");
	check(!link_find_index(&table, 0), "no index 0", "is found");
	check(!link_find_index(&table, count + 1), "no other index", "is found");
	check_number("one more is planned", 0, link_table_add_planned(&table, "new"));
	check_number("and another", 0, link_table_add_planned(&table, "newer"));
	check(link_find(&table, "new") == &table.links[count], "a planned device", "is not found");
	check(link_find_index(&table, link_find(&table, "newer")->index) ==
	      &table.links[count + 1], "a planned index", "is not found");
	nl_buffer_free(&buffer);
	link_table_free(&table);
}

static void test_mtu(void)
{
	struct tunnel tunnel;

	tunnel_init(&tunnel, TUNNEL_VXLAN);
	tunnel.family = AF_INET;
	check_number("MTU of a tunnel: two tags more", 1508, device_tunnel_mtu(&tunnel, 1500));
	check_number("the largest packet of IPv4", 65535 - 50 - 8, device_tunnel_mtu(&tunnel, 65535));
}

int main(void)
{
	test_tunnels();
	test_lower("vlan", -1, 0, 5);
	test_lower("macvlan", -1, 0, 5);
	test_lower("ipvlan", -1, 0, 5);
	test_lower("macvlan", 3, 0, 0);
	test_lower("veth", -1, 5, 0);
	test_lower("veth", 0, 0, 0);
	test_lower("netkit", -1, 5, 0);
	test_vlan();
	test_table();
	test_mtu();
	return harness_end();
}
