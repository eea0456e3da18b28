// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ethtool.h"

#define ALIAS_TAKES DEVICE_ALIAS_MARK "takes the copies, read them on "
#define ALIAS_TAP DEVICE_ALIAS_MARK "copies sent to "

bool device_is_ours(const struct link *link)
{
	return !strncmp(link->alias, ALIAS_TAKES, strlen(ALIAS_TAKES));
}

static int tap_name(const char *name, char *tap)
{
	return snprintf(tap, IFNAMSIZ, "%s" DEVICE_TAP_SUFFIX, name) < IFNAMSIZ ?
	       0 : -ENAMETOOLONG;
}

int device_check_name(const char *name, const struct link_table *table,
		      const struct location *where, struct error_list *errors)
{
	char tap[IFNAMSIZ];

	if (tap_name(name, tap))
		return error_definition(errors, where,
					"no device '%s', and its name is too long to make it: the tap beside it would be %s" DEVICE_TAP_SUFFIX ", %d characters are the most",
					name, name, IFNAMSIZ - 1);
	if (link_find(table, tap))
		return error_definition(errors, where,
					"no device '%s', and it cannot be made because '%s' exists, choose another name",
					name, tap);
	return 0;
}

/* Begin a message about a device; index 0 for one that is named instead. */
static struct nlmsghdr *link_begin(struct nl_buffer *buffer, uint16_t type,
				   uint16_t flags, unsigned int index,
				   unsigned int on, const char *name)
{
	struct ifinfomsg *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, type, NLM_F_ACK | flags, 0, name);
	if (!message)
		return NULL;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_family = AF_UNSPEC;
	header->ifi_index = index;
	header->ifi_flags = on;
	header->ifi_change = on;
	return message;
}

static int create_build(struct nl_buffer *buffer, const char *name,
			const char *tap, unsigned int mtu)
{
	struct nlattr *information, *data, *peer;
	struct ifinfomsg *peer_header;
	struct nlmsghdr *message;

	message = link_begin(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0,
			     IFF_NOARP, name);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	information = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	peer_header = mnl_nlmsg_put_extra_header(message, sizeof(*peer_header));
	peer_header->ifi_flags = IFF_NOARP;
	peer_header->ifi_change = IFF_NOARP;
	mnl_attr_put_strz(message, IFLA_IFNAME, tap);
	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, information);
	nl_message_end(buffer, message);
	return 0;
}

/* A change of one end: flags to switch on, and its mark if @alias is given. */
static int change_build(struct nl_buffer *buffer, const char *name,
			unsigned int on, const char *alias)
{
	struct nlmsghdr *message;

	message = link_begin(buffer, RTM_NEWLINK, 0, 0, on, name);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	if (alias)
		mnl_attr_put_str(message, IFLA_IFALIAS, alias);
	nl_message_end(buffer, message);
	return 0;
}

/* Explain a refusal, if it is one. Returns its errno. */
static int change_judge(const struct nl_refusal *refusal, const char *what,
			const char *name, struct error_list *errors)
{
	const char *hint = "";

	if (!refusal->error)
		return 0;
	if (refusal->error == -EPERM)
		hint = ": it takes the capability CAP_NET_ADMIN, run as root";
	else if (refusal->error == -EOPNOTSUPP)
		hint = ": this kernel has no veth devices, CONFIG_VETH or its module is missing";
	return error_system(errors, refusal->error, "%s: cannot %s: %s%s%s%s", name,
			    what, strerror(-refusal->error),
			    *refusal->text ? ": " : "", refusal->text, hint);
}

/* Send what was built and explain a refusal; @refused receives the number of
 * the message to blame, from 1, or 0. */
static int changes_send(struct nl_socket *route, const struct nl_buffer *buffer,
			const char *what, const char *name,
			struct error_list *errors, uint32_t *refused)
{
	struct nl_refusal refusal;

	if (nl_transact(route, buffer, &refusal) && refused)
		*refused = refusal.note.sequence;
	return change_judge(&refusal, what, name, errors);
}

/* IPv6 off, where the kernel has it: there is no netlink for this one. */
static int ip6_off(const char *name, struct error_list *errors)
{
	char path[sizeof("/proc/sys/net/ipv6/conf//disable_ipv6") + IFNAMSIZ];
	int descriptor, error = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	descriptor = open(path, O_WRONLY | O_CLOEXEC);
	if (descriptor < 0)
		return errno == ENOENT ? 0 :
		       error_system(errors, -errno, "%s: cannot switch IPv6 off in %s: %s",
				    name, path, strerror(errno));
	if (write(descriptor, "1", 1) != 1)
		error = error_system(errors, -errno,
				     "%s: cannot switch IPv6 off in %s: %s",
				     name, path, strerror(errno));
	close(descriptor);
	return error;
}

static void pair_delete(struct nl_socket *route, const char *name)
{
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	struct nlmsghdr *message;

	message = link_begin(&buffer, RTM_DELLINK, 0, 0, 0, name);
	if (message) {
		mnl_attr_put_strz(message, IFLA_IFNAME, name);
		nl_message_end(&buffer, message);
		nl_transact(route, &buffer, &refusal);
	}
	nl_buffer_free(&buffer);
}

/* Create and mark in one message buffer: the kernel works on it inside one
 * system call, so no pair of ours is ever without its mark. */
static int pair_create(struct nl_socket *route, const char *name, const char *tap,
		       unsigned int mtu, struct error_list *errors)
{
	struct nl_buffer buffer = { 0 };
	char take[128], read[128];
	uint32_t refused = 0;
	int error;

	snprintf(take, sizeof(take), ALIAS_TAKES "%s", tap);
	snprintf(read, sizeof(read), ALIAS_TAP "%s", name);
	error = create_build(&buffer, name, tap, mtu);
	if (!error)
		error = change_build(&buffer, name, 0, take);
	if (!error)
		error = change_build(&buffer, tap, 0, read);
	if (!error)
		error = changes_send(route, &buffer, "make the pair", name,
				     errors, &refused);
	if (refused > 1)	/* made, but not marked */
		pair_delete(route, name);
	nl_buffer_free(&buffer);
	return error;
}

static int pair_up(struct nl_socket *route, const char *name, const char *tap,
		   struct error_list *errors)
{
	struct nl_buffer buffer = { 0 };
	int error;

	error = change_build(&buffer, tap, IFF_UP, NULL);
	if (!error)
		error = change_build(&buffer, name, IFF_UP, NULL);
	if (!error)
		error = changes_send(route, &buffer, "set it up", name, errors, NULL);
	nl_buffer_free(&buffer);
	return error;
}

int device_make(struct nl_socket *route, const char *name, unsigned int mtu,
		struct error_list *errors)
{
	char tap[IFNAMSIZ];
	int error;

	error = tap_name(name, tap);
	if (!error)
		error = pair_create(route, name, tap, mtu, errors);
	if (error)
		return error;
	error = ip6_off(name, errors);
	if (!error)
		error = ip6_off(tap, errors);
	if (!error)
		error = ethtool_offloads_off(name, errors);
	if (!error)
		error = pair_up(route, name, tap, errors);
	if (error)
		pair_delete(route, name);
	return error;
}

int device_delete(struct nl_socket *route, const struct link *link,
		  struct error_list *errors)
{
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	struct nlmsghdr *message;
	int error = -ENOMEM;

	message = link_begin(&buffer, RTM_DELLINK, 0, link->index, 0, link->name);
	if (message) {
		nl_message_end(&buffer, message);
		/* Somebody else may have been faster, which is as good. */
		error = nl_transact(route, &buffer, &refusal);
		error = error == -ENODEV ? 0 :
			change_judge(&refusal, "delete it", link->name, errors);
	}
	nl_buffer_free(&buffer);
	return error;
}
