// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of targets, made and deleted.
 */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device_alias.h"
#include "device_tunnel.h"
#include "ethtool.h"
#include "route.h"

/* The names of what a target needs; empty where it needs no such device. */
struct names {
	char takes[IFNAMSIZ], tap[IFNAMSIZ], tunnel[IFNAMSIZ];
};

static int names_make(struct names *names, const struct target *target)
{
	bool is_pair = target->kind != TARGET_DUMMY && target->kind != TARGET_IFB;
	int error;

	memset(names, 0, sizeof(*names));
	error = device_name_join(names->takes, target->device, "");
	if (!error && is_pair)
		error = device_name_join(names->tap, target->device, DEVICE_TAP_SUFFIX);
	if (!error && target->kind == TARGET_TUNNEL)
		error = device_name_join(names->tunnel, target->device,
					 DEVICE_TUNNEL_SUFFIX);
	return error;
}

/* --- messages --- */

/* What a message is for, in its note. */
enum change {
	CHANGE_MAKE,
	CHANGE_SET_UP,
	CHANGE_DELETE,
};

static struct nlmsghdr *link_begin(struct nl_buffer *buffer, uint16_t type,
				   uint16_t flags, unsigned int index, unsigned int on,
				   enum change change, const char *name)
{
	struct ifinfomsg *header;
	struct nlmsghdr *message;

	message = nl_message_begin(buffer, type, NLM_F_ACK | flags, change, name);
	if (!message)
		return NULL;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_family = AF_UNSPEC;
	header->ifi_index = index;
	header->ifi_flags = on;
	header->ifi_change = on;
	return message;
}

/* Begin to make a device; @index is 0 unless it has to have a certain one. */
static struct nlmsghdr *make_begin(struct nl_buffer *buffer, const char *name,
				   unsigned int index, unsigned int mtu)
{
	struct nlmsghdr *message;

	message = link_begin(buffer, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, index,
			     IFF_NOARP, CHANGE_MAKE, name);
	if (!message)
		return NULL;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	mnl_attr_put_u32(message, IFLA_GROUP, DEVICE_GROUP_UNFINISHED);
	return message;
}

static int pair_build(struct nl_buffer *buffer, const struct names *names,
		      unsigned int mtu)
{
	struct nlattr *information, *data, *peer;
	struct ifinfomsg *peer_header;
	struct nlmsghdr *message;

	message = make_begin(buffer, names->takes, 0, mtu);
	if (!message)
		return -ENOMEM;
	information = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	peer_header = mnl_nlmsg_put_extra_header(message, sizeof(*peer_header));
	peer_header->ifi_flags = IFF_NOARP;
	peer_header->ifi_change = IFF_NOARP;
	mnl_attr_put_strz(message, IFLA_IFNAME, names->tap);
	mnl_attr_put_u32(message, IFLA_MTU, mtu);
	mnl_attr_put_u32(message, IFLA_GROUP, DEVICE_GROUP_UNFINISHED);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, information);
	nl_message_end(buffer, message);
	return 0;
}

static int single_build(struct nl_buffer *buffer, const char *name, const char *kind,
			unsigned int mtu)
{
	struct nlattr *information;
	struct nlmsghdr *message;

	message = make_begin(buffer, name, 0, mtu);
	if (!message)
		return -ENOMEM;
	information = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(message, information);
	nl_message_end(buffer, message);
	return 0;
}

static int tunnel_build(struct nl_buffer *buffer, const char *name, unsigned int index,
			const struct tunnel *tunnel, unsigned int mtu)
{
	struct nlmsghdr *message;

	message = make_begin(buffer, name, index, device_tunnel_mtu(tunnel, mtu));
	if (!message)
		return -ENOMEM;
	device_tunnel_put(message, tunnel);
	nl_message_end(buffer, message);
	return 0;
}

/* The last step: up, with its alias, and out of the group of the unfinished. By
 * index, so that it is the device that was made and no other. */
static int finish_build(struct nl_buffer *buffer, const struct link *link,
			const char *alias)
{
	struct nlmsghdr *message;

	message = link_begin(buffer, RTM_SETLINK, 0, link->index, IFF_UP, CHANGE_SET_UP,
			     link->name);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_str(message, IFLA_IFALIAS, alias);
	mnl_attr_put_u32(message, IFLA_GROUP, 0);
	nl_message_end(buffer, message);
	return 0;
}

static int delete_build(struct nl_buffer *buffer, const struct link *link)
{
	struct nlmsghdr *message;

	message = link_begin(buffer, RTM_DELLINK, 0, link->index, 0, CHANGE_DELETE,
			     link->name);
	if (!message)
		return -ENOMEM;
	nl_message_end(buffer, message);
	return 0;
}

/* --- refusals --- */

static const struct {
	const char *kind, *option, *module;
} needs[] = {
	{ "veth", "CONFIG_VETH", "veth" },
	{ "dummy", "CONFIG_DUMMY", "dummy" },
	{ "ifb", "CONFIG_IFB", "ifb" },
	{ "vxlan", "CONFIG_VXLAN", "vxlan" },
	{ "geneve", "CONFIG_GENEVE", "geneve" },
	{ "gretap", "CONFIG_NET_IPGRE", "ip_gre" },
	{ "erspan", "CONFIG_NET_IPGRE", "ip_gre" },
	{ "ip6gretap", "CONFIG_IPV6_GRE", "ip6_gre" },
	{ "ip6erspan", "CONFIG_IPV6_GRE", "ip6_gre" },
};

static const char *target_device_kind(const struct target *target, bool is_tunnel)
{
	if (is_tunnel)
		return device_tunnel_kind(&target->tunnel);
	return target->kind == TARGET_DUMMY ? "dummy" :
	       target->kind == TARGET_IFB ? "ifb" : "veth";
}

/* What can be done about @error, of making a device of @kind or of setting it up. */
static void hint_text(int error, const char *kind, char *text, size_t size)
{
	size_t i;

	*text = '\0';
	if (error == -EPERM)
		snprintf(text, size, ": it takes the capability CAP_NET_ADMIN, run as root");
	else if (error == -EADDRINUSE)
		snprintf(text, size, ": another device or program has its packets or its UDP port already, see ip -d link show type %s and ss -ulnp",
			 kind);
	else if (error == -EAFNOSUPPORT || error == -EPFNOSUPPORT)
		snprintf(text, size, ": this kernel has no IPv6, CONFIG_IPV6 is missing or it is switched off");
	if (error != -EOPNOTSUPP)
		return;
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (!strcmp(needs[i].kind, kind))
			snprintf(text, size, ": this kernel has no %s devices, %s or its module %s is missing",
				 kind, needs[i].option, needs[i].module);
}

/* "the pair", "the vxlan tunnel" */
static void noun_text(const char *kind, char *text, size_t size)
{
	bool is_single = !strcmp(kind, "dummy") || !strcmp(kind, "ifb");

	if (!strcmp(kind, "veth"))
		snprintf(text, size, "the pair");
	else
		snprintf(text, size, "the %s%s", kind, is_single ? "" : " tunnel");
}

static int refusal_explain(const struct nl_refusal *refusal, const char *kind,
			   const char *device, struct error_list *errors)
{
	const char *name = *refusal->note.name ? refusal->note.name : device;
	char hint[192], noun[32];

	hint_text(refusal->error, kind, hint, sizeof(hint));
	noun_text(kind, noun, sizeof(noun));
	return error_system(errors, refusal->error, "%s: cannot %s %s: %s%s%s%s", name,
			    refusal->note.kind == CHANGE_MAKE ? "make" :
			    refusal->note.kind == CHANGE_SET_UP ? "set up" : "delete",
			    noun, strerror(-refusal->error),
			    *refusal->text ? ": " : "", refusal->text, hint);
}

/* --- steps --- */

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

/* Delete @name if it was left half made, or if its alias begins with @mark, where
 * that is given; whatever else it is stays. */
static void name_delete(struct nl_socket *route, const char *name, const char *mark)
{
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	struct link link;

	if (!*name || link_read(&link, name, route))
		return;
	if (!device_is_unfinished(&link) &&
	    !(mark && !strncmp(link.alias, mark, strlen(mark))))
		return;
	if (!delete_build(&buffer, &link))
		nl_transact(route, &buffer, &refusal);
	nl_buffer_free(&buffer);
}

static void unfinished_delete(struct nl_socket *route, const struct names *names)
{
	name_delete(route, names->tunnel, NULL);
	name_delete(route, names->takes, NULL);
	name_delete(route, names->tap, NULL);
}

/* Make room: what was left half made, and a tunnel of ours without its pair. */
static int leftovers_delete(struct nl_socket *route, const struct names *names,
			    struct error_list *errors)
{
	struct link link;

	/* With its pair it is no leftover. */
	if (!link_read(&link, names->takes, route) && !device_is_unfinished(&link))
		return error_system(errors, -EEXIST, "%s: cannot make %s: %s", names->takes,
				    *names->tap ? "the pair" : "it", strerror(EEXIST));
	unfinished_delete(route, names);
	name_delete(route, names->tunnel, DEVICE_ALIAS_TUNNEL);
	return 0;
}

/* Some kinds want to know the local address, which the route tells. */
static int local_choose(struct nl_socket *route, struct tunnel *tunnel,
			const char *device, struct error_list *errors)
{
	struct route_query query;
	struct route way;
	int error;

	if (!device_tunnel_needs_local(tunnel))
		return 0;
	route_query_tunnel(&query, tunnel, 0);
	error = route_lookup(route, &query, &way);
	if (!error && way.kind == ROUTE_UNREACHABLE)
		error = way.error;
	memcpy(tunnel->local, way.source, sizeof(tunnel->local));
	if (!error && device_tunnel_needs_local(tunnel))
		error = -EADDRNOTAVAIL;
	if (error)
		error_system(errors, error, "%s: %s needs a local address, and the way to its remote tells none: %s; make the route first, or give local=",
			     device, device_tunnel_kind(tunnel), strerror(-error));
	return error;
}

/* Send @buffer and explain a refusal. */
static int changes_send(struct nl_socket *route, const struct nl_buffer *buffer,
			const struct target *target, const struct names *names,
			struct error_list *errors)
{
	struct nl_refusal refusal;
	bool is_tunnel;
	struct link link;

	if (!nl_transact(route, buffer, &refusal))
		return 0;
	is_tunnel = *names->tunnel && !strcmp(refusal.note.name, names->tunnel);
	/* What exists is not that name, but a tunnel of the same packets. */
	if (refusal.note.kind == CHANGE_MAKE && is_tunnel &&
	    (refusal.error == -EEXIST || refusal.error == -EBUSY) &&
	    link_read(&link, names->tunnel, route) == -ENODEV)
		refusal.error = -EADDRINUSE;
	return refusal_explain(&refusal, target_device_kind(target, is_tunnel),
			       target->device, errors);
}

static int devices_create(struct nl_socket *route, const struct target *target,
			  const struct names *names, unsigned int mtu,
			  struct error_list *errors)
{
	struct nl_buffer buffer = { 0 };
	int error;

	if (target->kind == TARGET_DUMMY || target->kind == TARGET_IFB)
		error = single_build(&buffer, names->takes,
				     target_device_kind(target, false), mtu);
	else
		error = pair_build(&buffer, names, mtu);
	if (!error && *names->tunnel)
		error = tunnel_build(&buffer, names->tunnel, 0, &target->tunnel, mtu);
	if (!error)
		error = changes_send(route, &buffer, target, names, errors);
	nl_buffer_free(&buffer);
	return error;
}

/* Read back what was just made. */
static int made_read(struct nl_socket *route, const char *name, struct link *link,
		     struct error_list *errors)
{
	int error = link_read(link, name, route);

	if (!error && !device_is_unfinished(link))
		error = -ENODEV;
	return error ? error_system(errors, error, "%s: it was made, and is gone", name) : 0;
}

/* Nothing is done other than was said: a kernel may not know an attribute. */
static int tunnel_verify(const struct link *link, const struct tunnel *tunnel,
			 struct error_list *errors)
{
	char wish[TUNNEL_TEXT_MAX], is[TUNNEL_TEXT_MAX];

	if (device_tunnel_fits(link, tunnel))
		return 0;
	tunnel_text(tunnel, wish, sizeof(wish));
	tunnel_text(&link->tunnel.tunnel, is, sizeof(is));
	return error_system(errors, -EOPNOTSUPP, "%s: this kernel makes %s of %s, leave out what it does not know",
			    link->name, is, wish);
}

static int tunnel_finish_build(struct nl_buffer *buffer, struct nl_socket *route,
			       const struct target *target, const struct names *names,
			       const struct tunnel *wish, struct error_list *errors)
{
	char text[TUNNEL_TEXT_MAX], alias[256];
	struct link link;
	int error;

	error = made_read(route, names->tunnel, &link, errors);
	if (!error)
		error = tunnel_verify(&link, wish, errors);
	if (error)
		return error;
	tunnel_text(wish, text, sizeof(text));
	snprintf(alias, sizeof(alias), DEVICE_ALIAS_TUNNEL "%s: %s", target->device, text);
	return finish_build(buffer, &link, alias);
}

/* The alias of the one that takes the copies. */
static void takes_alias(const struct names *names, char *alias, size_t size)
{
	if (*names->tunnel)
		snprintf(alias, size, DEVICE_ALIAS_TUNNELS "%s", names->tunnel);
	else if (*names->tap)
		snprintf(alias, size, DEVICE_ALIAS_READ "%s", names->tap);
	else
		snprintf(alias, size, DEVICE_ALIAS_TAKES);
}

/* All of them in one message buffer: the kernel works on it inside one system
 * call, so that either none is ours or all are. */
static int devices_finish(struct nl_socket *route, const struct target *target,
			  const struct names *names, struct error_list *errors)
{
	struct nl_buffer buffer = { 0 };
	struct link takes, tap;
	char alias[128];
	int error;

	error = made_read(route, names->takes, &takes, errors);
	if (!error && *names->tap)
		error = made_read(route, names->tap, &tap, errors);
	if (!error && *names->tunnel)
		error = tunnel_finish_build(&buffer, route, target, names,
					    &target->tunnel, errors);
	if (!error && *names->tap) {
		snprintf(alias, sizeof(alias), DEVICE_ALIAS_TAP "%s", names->takes);
		error = finish_build(&buffer, &tap, alias);
	}
	if (!error) {
		takes_alias(names, alias, sizeof(alias));
		error = finish_build(&buffer, &takes, alias);
	}
	if (!error)
		error = changes_send(route, &buffer, target, names, errors);
	nl_buffer_free(&buffer);
	return error;
}

/* A refusal of the last step can leave some of them finished. */
static void devices_undo(struct nl_socket *route, const struct names *names)
{
	name_delete(route, names->tunnel, DEVICE_ALIAS_TUNNEL);
	name_delete(route, names->takes, DEVICE_ALIAS_TAKES);
	name_delete(route, names->tap, DEVICE_ALIAS_TAP);
}

int device_make(struct nl_socket *route, const struct target *target, unsigned int mtu,
		struct error_list *errors)
{
	struct target made = *target;
	struct names names;
	int error;

	error = names_make(&names, target);
	if (error)
		return error;
	if (target->kind == TARGET_TUNNEL)
		error = local_choose(route, &made.tunnel, target->device, errors);
	if (error)
		return error;
	error = leftovers_delete(route, &names, errors);
	if (error)
		return error;
	error = devices_create(route, &made, &names, mtu, errors);
	if (error) {
		unfinished_delete(route, &names);
		return error;
	}
	error = ip6_off(names.takes, errors);
	if (!error && *names.tap)
		error = ip6_off(names.tap, errors);
	if (!error && *names.tunnel)
		error = ip6_off(names.tunnel, errors);
	if (!error)
		error = ethtool_offloads_off(names.takes, errors);
	/* The alias says what was wished for, the device what it became. */
	if (!error)
		error = devices_finish(route, target, &names, errors);
	if (error)
		devices_undo(route, &names);
	return error;
}

/* --- another tunnel behind a pair --- */

/* @target's tunnel comes under names->tunnel and @index, after @old is gone. Either
 * can be 0: none in particular. */
static int tunnel_put(struct nl_socket *route, const struct link *old, unsigned int index,
		      const struct target *target, const struct names *names,
		      unsigned int mtu, struct error_list *errors)
{
	struct nl_buffer buffer = { 0 };
	struct target made = *target;
	bool is_made;
	int error;

	error = local_choose(route, &made.tunnel, target->device, errors);
	if (!error && old)
		error = delete_build(&buffer, old);
	if (!error)
		error = tunnel_build(&buffer, names->tunnel, index, &made.tunnel, mtu);
	if (!error)
		error = changes_send(route, &buffer, &made, names, errors);
	nl_buffer_free(&buffer);
	is_made = !error;
	if (!error)
		error = ip6_off(names->tunnel, errors);
	if (!error)
		error = tunnel_finish_build(&buffer, route, target, names,
					    &target->tunnel, errors);
	if (!error)
		error = changes_send(route, &buffer, target, names, errors);
	nl_buffer_free(&buffer);
	if (error && is_made)
		name_delete(route, names->tunnel, DEVICE_ALIAS_TUNNEL);
	return error;
}

/* The one that was there comes back, unless it never went. */
static void tunnel_restore(struct nl_socket *route, const struct link *old,
			   const struct target *target, const struct names *names,
			   unsigned int mtu)
{
	struct error_list ignored = { 0 };
	struct target former = *target;
	struct link left;

	if (!old || link_read(&left, old->name, route) != -ENODEV)
		return;
	former.tunnel = old->tunnel.tunnel;
	tunnel_put(route, NULL, old->index, &former, names, mtu, &ignored);
	error_clear(&ignored);
}

int device_replace_tunnel(struct nl_socket *route, const struct link_table *links,
			  const struct target *target, struct error_list *errors)
{
	const struct link *pair = link_find(links, target->device);
	const struct link *old = pair ? device_tunnel_of(links, pair) : NULL;
	struct names names;
	int error;

	error = pair ? names_make(&names, target) : -ENODEV;
	if (error)
		return error;
	/* It keeps a name that somebody gave to it since. */
	if (old)
		memcpy(names.tunnel, old->name, sizeof(names.tunnel));
	else
		name_delete(route, names.tunnel, NULL);
	error = tunnel_put(route, old, old ? old->index : 0, target, &names, pair->mtu,
			   errors);
	if (error)
		tunnel_restore(route, old, target, &names, pair->mtu);
	return error;
}

int device_delete(struct nl_socket *route, const struct link_table *links,
		  const struct link *link, struct error_list *errors)
{
	const struct link *tunnel = device_tunnel_of(links, link);
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	int error = 0;

	if (tunnel)
		error = delete_build(&buffer, tunnel);
	if (!error)
		error = delete_build(&buffer, link);
	if (!error)
		error = nl_transact(route, &buffer, &refusal);
	/* Somebody else may have been faster, which is as good. */
	if (error == -ENODEV)
		error = 0;
	if (error && buffer.count)
		refusal_explain(&refusal, *link->kind ? link->kind : "veth", link->name, errors);
	nl_buffer_free(&buffer);
	return error;
}
