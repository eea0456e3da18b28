// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How often a dump is begun anew when others change the devices meanwhile. */
#define DUMP_TRIES 20

static void string_read(const struct nlattr *attribute, char *text, size_t size)
{
	snprintf(text, size, "%.*s", (int)mnl_attr_get_payload_len(attribute),
		 mnl_attr_get_str(attribute));
}

/* struct rtnl_link_stats64 grew over time: what a kernel does not have is 0. */
static void counters_read(const struct nlattr *attribute, struct link_counters *counters)
{
	struct rtnl_link_stats64 stats = { 0 };
	size_t length = mnl_attr_get_payload_len(attribute);

	memcpy(&stats, mnl_attr_get_payload(attribute),
	       length < sizeof(stats) ? length : sizeof(stats));
	counters->rx_packets = stats.rx_packets;
	counters->rx_bytes = stats.rx_bytes;
	counters->tx_packets = stats.tx_packets;
	counters->tx_bytes = stats.tx_bytes;
	counters->rx_dropped = stats.rx_dropped;
	counters->rx_otherhost_dropped = stats.rx_otherhost_dropped;
	counters->has_otherhost = length >= sizeof(stats);
}

static void kind_read(const struct nlattr *information, struct link *link)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, information)
		if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
			string_read(attribute, link->kind, sizeof(link->kind));
}

static void attribute_read(const struct nlattr *attribute, struct link *link,
			   bool *elsewhere)
{
	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		string_read(attribute, link->name, sizeof(link->name));
		break;
	case IFLA_IFALIAS:
		string_read(attribute, link->alias, sizeof(link->alias));
		break;
	case IFLA_MTU:
		link->mtu = mnl_attr_get_u32(attribute);
		break;
	case IFLA_LINK:
		link->peer = mnl_attr_get_u32(attribute);
		break;
	case IFLA_LINK_NETNSID:
		*elsewhere = true;
		break;
	case IFLA_ADDRESS:
		if (mnl_attr_get_payload_len(attribute) == sizeof(link->address))
			memcpy(link->address, mnl_attr_get_payload(attribute),
			       sizeof(link->address));
		break;
	case IFLA_CARRIER:
		link->carrier = mnl_attr_get_u8(attribute);
		break;
	case IFLA_LINKINFO:
		kind_read(attribute, link);
		break;
	case IFLA_STATS64:
		counters_read(attribute, &link->counters);
		break;
	}
}

static int link_take(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	struct link_table *table = data;
	const struct nlattr *attribute;
	struct link *links, *link;
	bool elsewhere = false;

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return MNL_CB_OK;
	links = reallocarray(table->links, table->count + 1, sizeof(*links));
	if (!links)
		return MNL_CB_ERROR;
	table->links = links;
	link = &links[table->count++];
	memset(link, 0, sizeof(*link));
	link->index = header->ifi_index;
	link->flags = header->ifi_flags;
	mnl_attr_for_each(attribute, message, sizeof(*header))
		attribute_read(attribute, link, &elsewhere);
	/* IFLA_LINK is the other end of a cable, or what a device stands on. */
	if (!elsewhere && !strcmp(link->kind, "vlan"))
		link->lower = link->peer;
	if (elsewhere || strcmp(link->kind, "veth"))
		link->peer = 0;
	return MNL_CB_OK;
}

int link_table_read(struct link_table *table, struct nl_socket *route)
{
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	struct nlmsghdr *message;
	struct ifinfomsg *header;
	int tries = DUMP_TRIES;
	int error;

	message = nl_message_begin(&buffer, RTM_GETLINK, NLM_F_DUMP, 0, "devices");
	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_family = AF_UNSPEC;
	nl_message_end(&buffer, message);
	do {
		link_table_free(table);
		error = nl_query(route, &buffer, link_take, table, &refusal);
	} while (error == -EINTR && tries--);
	nl_buffer_free(&buffer);
	return error;
}

void link_table_free(struct link_table *table)
{
	free(table->links);
	memset(table, 0, sizeof(*table));
}

const struct link *link_find(const struct link_table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->links[i].name, name))
			return &table->links[i];
	return NULL;
}

const struct link *link_find_index(const struct link_table *table, unsigned int index)
{
	size_t i;

	for (i = 0; index && i < table->count; i++)
		if (table->links[i].index == index)
			return &table->links[i];
	return NULL;
}

int link_table_add_planned(struct link_table *table, const char *name)
{
	struct link *links, *link;

	links = reallocarray(table->links, table->count + 1, sizeof(*links));
	if (!links)
		return -ENOMEM;
	table->links = links;
	link = &links[table->count++];
	memset(link, 0, sizeof(*link));
	link->index = INT32_MAX;
	link->flags = IFF_UP;
	link->carrier = true;
	snprintf(link->name, sizeof(link->name), "%s", name);
	return 0;
}

void link_names(const struct link_table *table, char *text, size_t size)
{
	size_t used = 0;
	size_t i;

	*text = '\0';
	for (i = 0; i < table->count; i++) {
		if (used + IFNAMSIZ + 8 > size) {
			snprintf(text + used, size - used, ", ...");
			return;
		}
		used += snprintf(text + used, size - used, "%s%s", i ? ", " : "",
				 table->links[i].name);
	}
}
