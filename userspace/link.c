// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link_tunnel.h"

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
	counters->rx_errors = stats.rx_errors;
	counters->tx_dropped = stats.tx_dropped;
	counters->tx_errors = stats.tx_errors;
	counters->tx_carrier_errors = stats.tx_carrier_errors;
	counters->rx_otherhost_dropped = stats.rx_otherhost_dropped;
	counters->has_otherhost = length >= sizeof(stats);
}

static void vlan_read(struct link *link, const struct nlattr *data)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, data) {
		if (mnl_attr_get_type(attribute) == IFLA_VLAN_ID)
			link->vlan_id = mnl_attr_get_u16(attribute);
		else if (mnl_attr_get_type(attribute) == IFLA_VLAN_PROTOCOL)
			link->vlan_protocol = ntohs(mnl_attr_get_u16(attribute));
	}
}

static void information_read(const struct nlattr *information, struct link *link)
{
	const struct nlattr *attribute, *data = NULL;

	mnl_attr_for_each_nested(attribute, information) {
		if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
			string_read(attribute, link->kind, sizeof(link->kind));
		else if (mnl_attr_get_type(attribute) == IFLA_INFO_DATA)
			data = attribute;
	}
	if (data && !strcmp(link->kind, "vlan"))
		vlan_read(link, data);
	else if (data)
		link_tunnel_read(link, data);
}

static void attribute_read(const struct nlattr *attribute, struct link *link)
{
	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		string_read(attribute, link->name, sizeof(link->name));
		break;
	case IFLA_IFALIAS:
		string_read(attribute, link->alias, sizeof(link->alias));
		break;
	case IFLA_QDISC:
		string_read(attribute, link->qdisc, sizeof(link->qdisc));
		break;
	case IFLA_MTU: link->mtu = mnl_attr_get_u32(attribute); break;
	case IFLA_GROUP: link->group = mnl_attr_get_u32(attribute); break;
	case IFLA_MASTER: link->master = mnl_attr_get_u32(attribute); break;
	case IFLA_OPERSTATE: link->operstate = mnl_attr_get_u8(attribute); break;
	case IFLA_CARRIER: link->carrier = mnl_attr_get_u8(attribute); break;
	case IFLA_LINK_NETNSID:
		link->lower_elsewhere = true;
		link->namespace_id = (int32_t)mnl_attr_get_u32(attribute);
		break;
	case IFLA_ADDRESS:
		if (mnl_attr_get_payload_len(attribute) == sizeof(link->address))
			memcpy(link->address, mnl_attr_get_payload(attribute),
			       sizeof(link->address));
		break;
	case IFLA_LINKINFO: information_read(attribute, link); break;
	case IFLA_STATS64:
		link->has_counters = true;
		counters_read(attribute, &link->counters);
		break;
	}
}

/* IFLA_LINK is the other end of a cable, or what a device stands on; its number
 * means something else in another namespace. */
static void lower_read(struct link *link, unsigned int lower)
{
	bool is_cable = !strcmp(link->kind, "veth") || !strcmp(link->kind, "netkit") ||
			!strcmp(link->kind, "vxcan");

	if (link->lower_elsewhere)
		link->lower = 0;
	else if (is_cable)
		link->peer = lower;
	else if (lower && lower != link->index)
		link->lower = lower;
}

int link_parse(const struct nlmsghdr *message, struct link *link)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	unsigned int lower = 0;

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return -EBADMSG;
	memset(link, 0, sizeof(*link));
	link->index = header->ifi_index;
	link->flags = header->ifi_flags;
	link->type = header->ifi_type;
	link->namespace_id = -1;
	mnl_attr_for_each(attribute, message, sizeof(*header)) {
		if (mnl_attr_get_type(attribute) == IFLA_LINK)
			lower = mnl_attr_get_u32(attribute);
		else
			attribute_read(attribute, link);
	}
	lower_read(link, lower);
	return 0;
}

/* Room for one more, twice as much each time it is full. */
static struct link *link_append(struct link_table *table)
{
	size_t size = table->count;
	struct link *links;

	/* Full at 0 and at the powers of two; it holds as much after it shrank. */
	if (!(size & (size - 1))) {
		links = reallocarray(table->links, size ? 2 * size : 1, sizeof(*links));
		if (!links)
			return NULL;
		table->links = links;
	}
	return &table->links[table->count];
}

static int table_take(const struct nlmsghdr *message, void *data)
{
	struct link_table *table = data;
	struct link *link = link_append(table);

	if (!link)
		return MNL_CB_ERROR;
	if (!link_parse(message, link))
		table->count++;
	return MNL_CB_OK;
}

static int compare_names(const void *a, const void *b, void *data)
{
	const struct link *links = data;

	return strcmp(links[*(const uint32_t *)a].name, links[*(const uint32_t *)b].name);
}

static int compare_indexes(const void *a, const void *b, void *data)
{
	const struct link *links = data;
	unsigned int left = links[*(const uint32_t *)a].index;
	unsigned int right = links[*(const uint32_t *)b].index;

	return (left > right) - (left < right);
}

static int table_sort(struct link_table *table)
{
	uint32_t i;

	free(table->by_name);
	free(table->by_index);
	table->by_name = calloc(table->count + 1, sizeof(*table->by_name));
	table->by_index = calloc(table->count + 1, sizeof(*table->by_index));
	if (!table->by_name || !table->by_index)
		return -ENOMEM;
	for (i = 0; i < table->count; i++)
		table->by_name[i] = table->by_index[i] = i;
	qsort_r(table->by_name, table->count, sizeof(*table->by_name), compare_names,
		table->links);
	qsort_r(table->by_index, table->count, sizeof(*table->by_index), compare_indexes,
		table->links);
	table->read_count = table->count;
	return 0;
}

/* Begin RTM_GETLINK: a dump, or with a name for one device. What each has counted is half
 * of what the kernel has to say, and more than half of its work: from every processor, for
 * IPv6 too. */
static int request_build(struct nl_buffer *buffer, const char *name, bool counters)
{
	struct ifinfomsg *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, RTM_GETLINK, name ? NLM_F_ACK : NLM_F_DUMP, 0,
				   name ? name : "devices");
	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_family = AF_UNSPEC;
	if (name)
		mnl_attr_put_strz(message, IFLA_IFNAME, name);
	if (!counters)
		mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	nl_message_end(buffer, message);
	return 0;
}

int link_table_read(struct link_table *table, struct nl_socket *route, bool counters)
{
	struct nl_buffer *buffer = nl_question(route);
	struct nl_refusal refusal;
	int tries = DUMP_TRIES;
	int error;

	error = request_build(buffer, NULL, counters);
	if (error)
		return error;
	do {
		link_table_free(table);
		error = nl_query(route, buffer, table_take, table, &refusal);
	} while (error == -EINTR && tries--);
	return error ? error : table_sort(table);
}

static int one_take(const struct nlmsghdr *message, void *data)
{
	link_parse(message, data);
	return MNL_CB_OK;
}

int link_read(struct link *link, const char *name, struct nl_socket *route)
{
	struct nl_buffer *buffer = nl_question(route);
	struct nl_refusal refusal;
	int error;

	memset(link, 0, sizeof(*link));
	error = request_build(buffer, name, true);
	if (!error)
		error = nl_query(route, buffer, one_take, link, &refusal);
	return error ? error : link->index ? 0 : -ENODEV;
}

void link_renew_counters(const struct link *link, bool now, struct nl_socket *route)
{
	struct link *known = (struct link *)link;
	struct link read;

	if ((now || !link->has_counters) && !link_read(&read, link->name, route) &&
	    read.index == link->index) {
		known->counters = read.counters;
		known->has_counters = true;
	}
}

void link_table_free(struct link_table *table)
{
	free(table->links);
	free(table->by_name);
	free(table->by_index);
	memset(table, 0, sizeof(*table));
}

const struct link *link_find(const struct link_table *table, const char *name)
{
	size_t low = 0, high = table->read_count;
	size_t i;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct link *link = &table->links[table->by_name[middle]];
		int order = strcmp(name, link->name);

		if (!order)
			return link;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	for (i = table->read_count; i < table->count; i++)
		if (!strcmp(table->links[i].name, name))
			return &table->links[i];
	return NULL;
}

const struct link *link_find_index(const struct link_table *table, unsigned int index)
{
	size_t low = 0, high = index ? table->read_count : 0;
	size_t i;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct link *link = &table->links[table->by_index[middle]];

		if (link->index == index && !link->is_gone)
			return link;
		if (link->index == index)
			break;		/* it may be back */
		if (index < link->index)
			high = middle;
		else
			low = middle + 1;
	}
	for (i = table->read_count; index && i < table->count; i++)
		if (table->links[i].index == index && !table->links[i].is_gone)
			return &table->links[i];
	return NULL;
}

/* Those behind read_count are looked for one by one. */
#define UNSETTLED_MOST 64

int link_table_put(struct link_table *table, const struct link *link)
{
	struct link *have = (struct link *)link_find_index(table, link->index);
	int error = 0;

	if (!have && table->count - table->read_count >= UNSETTLED_MOST)
		error = link_table_settle(table);
	if (!error && !have) {
		have = link_append(table);
		error = have ? 0 : -ENOMEM;
		table->count += !error;
	}
	if (error)
		return error;
	*have = *link;
	table->is_unsettled = true;
	return 0;
}

void link_table_remove(struct link_table *table, unsigned int index)
{
	struct link *have = (struct link *)link_find_index(table, index);

	if (!have)
		return;
	have->is_gone = true;
	table->is_unsettled = true;
}

int link_table_settle(struct link_table *table)
{
	size_t i, kept = 0;

	if (!table->is_unsettled)
		return 0;
	for (i = 0; i < table->count; i++)
		if (!table->links[i].is_gone)
			table->links[kept++] = table->links[i];
	table->count = kept;
	table->is_unsettled = false;
	return table_sort(table);
}

int link_table_add_planned(struct link_table *table, const char *name)
{
	struct link *link = link_append(table);

	if (!link)
		return -ENOMEM;
	memset(link, 0, sizeof(*link));
	link->index = INT32_MAX - (table->count - table->read_count);
	link->flags = IFF_UP;
	link->carrier = true;
	link->type = ARPHRD_ETHER;
	link->namespace_id = -1;
	snprintf(link->name, sizeof(link->name), "%s", name);
	table->count++;
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
