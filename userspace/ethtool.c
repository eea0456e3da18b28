// SPDX-License-Identifier: GPL-2.0-only
#include "ethtool.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nl.h"

#define FEATURES_MAX 64
#define FEATURE_NAME_MAX 40

/* Names of features, as in "ethtool -k". */
struct feature_list {
	char names[FEATURES_MAX][FEATURE_NAME_MAX];
	size_t count;
};

struct features {
	struct feature_list changeable;
	struct feature_list active;
};

/* What makes the copy differ from the wire. */
static bool is_transmit_offload(const char *name)
{
	return !strncmp(name, "tx-", 3) &&
	       (strstr(name, "checksum") || strstr(name, "scatter-gather") ||
		strstr(name, "segmentation") || strstr(name, "gso"));
}

static int family_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attribute;
	uint16_t *family = data;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			*family = mnl_attr_get_u16(attribute);
	return MNL_CB_OK;
}

static struct nlmsghdr *genl_begin(struct nl_buffer *buffer, uint16_t family,
				   uint8_t command, const char *what)
{
	struct genlmsghdr *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, family, NLM_F_ACK, 0, what);
	if (!message)
		return NULL;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = command;
	header->version = 1;
	return message;
}

static int family_find(struct nl_socket *socket, uint16_t *family)
{
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	struct nlmsghdr *message;
	int error;

	*family = 0;
	message = genl_begin(&buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, "ethtool");
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME);
	nl_message_end(&buffer, message);
	error = nl_query(socket, &buffer, family_take, family, &refusal);
	nl_buffer_free(&buffer);
	return error ? error : *family ? 0 : -ENOENT;
}

static void bit_take(const struct nlattr *bit, struct feature_list *list)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, bit) {
		if (mnl_attr_get_type(attribute) != ETHTOOL_A_BITSET_BIT_NAME ||
		    list->count == FEATURES_MAX ||
		    !is_transmit_offload(mnl_attr_get_str(attribute)))
			continue;
		snprintf(list->names[list->count++], FEATURE_NAME_MAX, "%s",
			 mnl_attr_get_str(attribute));
	}
}

/* A verbose bitset without mask lists the bits that are set, by name. */
static void bitset_take(const struct nlattr *bitset, struct feature_list *list)
{
	const struct nlattr *attribute, *bit;

	mnl_attr_for_each_nested(attribute, bitset) {
		if (mnl_attr_get_type(attribute) != ETHTOOL_A_BITSET_BITS)
			continue;
		mnl_attr_for_each_nested(bit, attribute)
			bit_take(bit, list);
	}
}

static int features_take(const struct nlmsghdr *message, void *data)
{
	struct features *features = data;
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == ETHTOOL_A_FEATURES_HW)
			bitset_take(attribute, &features->changeable);
		else if (mnl_attr_get_type(attribute) == ETHTOOL_A_FEATURES_ACTIVE)
			bitset_take(attribute, &features->active);
	}
	return MNL_CB_OK;
}

static void device_put(struct nlmsghdr *message, uint16_t type, const char *name)
{
	struct nlattr *header = mnl_attr_nest_start(message, type);

	mnl_attr_put_strz(message, ETHTOOL_A_HEADER_DEV_NAME, name);
	mnl_attr_nest_end(message, header);
}

static int features_read(struct nl_socket *socket, uint16_t family,
			 const char *name, struct features *features,
			 struct nl_refusal *refusal)
{
	struct nl_buffer buffer = { 0 };
	struct nlmsghdr *message;
	int error;

	memset(features, 0, sizeof(*features));
	memset(refusal, 0, sizeof(*refusal));
	message = genl_begin(&buffer, family, ETHTOOL_MSG_FEATURES_GET, name);
	if (!message)
		return -ENOMEM;
	device_put(message, ETHTOOL_A_FEATURES_HEADER, name);
	nl_message_end(&buffer, message);
	error = nl_query(socket, &buffer, features_take, features, refusal);
	nl_buffer_free(&buffer);
	return error;
}

/* A bit that is listed without ETHTOOL_A_BITSET_BIT_VALUE is cleared. */
static int features_clear(struct nl_socket *socket, uint16_t family,
			  const char *name, const struct feature_list *list,
			  struct nl_refusal *refusal)
{
	struct nlattr *wanted, *bits, *bit;
	struct nl_buffer buffer = { 0 };
	struct nlmsghdr *message;
	size_t i;
	int error;

	message = genl_begin(&buffer, family, ETHTOOL_MSG_FEATURES_SET, name);
	if (!message)
		return -ENOMEM;
	device_put(message, ETHTOOL_A_FEATURES_HEADER, name);
	wanted = mnl_attr_nest_start(message, ETHTOOL_A_FEATURES_WANTED);
	bits = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS);
	for (i = 0; i < list->count; i++) {
		bit = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS_BIT);
		mnl_attr_put_strz(message, ETHTOOL_A_BITSET_BIT_NAME, list->names[i]);
		mnl_attr_nest_end(message, bit);
	}
	mnl_attr_nest_end(message, bits);
	mnl_attr_nest_end(message, wanted);
	nl_message_end(&buffer, message);
	error = nl_transact(socket, &buffer, refusal);
	nl_buffer_free(&buffer);
	return error;
}

int ethtool_offloads_off(const char *name, struct error_list *errors)
{
	struct nl_refusal refusal = { 0 };
	struct nl_socket *socket = NULL;
	struct features *features;
	uint16_t family;
	int error;

	features = malloc(sizeof(*features));
	error = features ? nl_open(NETLINK_GENERIC, &socket) : -ENOMEM;
	if (!error)
		error = family_find(socket, &family);
	if (!error)
		error = features_read(socket, family, name, features, &refusal);
	if (!error && features->changeable.count)
		error = features_clear(socket, family, name, &features->changeable,
				       &refusal);
	if (!error)
		error = features_read(socket, family, name, features, &refusal);
	if (error)
		error_system(errors, error, "%s: cannot switch its offloads off: %s%s%s (needs Linux 5.8 or later with CONFIG_ETHTOOL_NETLINK)",
			     name, strerror(-error), *refusal.text ? ": " : "",
			     refusal.text);
	else if (features->active.count)
		error = error_system(errors, -EOPNOTSUPP,
				     "%s: the kernel keeps the offload %s on, copies would differ from the wire",
				     name, features->active.names[0]);
	nl_close(socket);
	free(features);
	return error;
}
