// SPDX-License-Identifier: GPL-2.0-only
/*
 * device_make make KIND DEVICE [MTU]		any, veth, dummy, ifb, or a tunnel's text
 * device_make check KIND DEVICE		what is there: absent, fits, ...; or why not
 * device_make replace KIND DEVICE		another tunnel behind a pair of ours
 * device_make delete DEVICE			with all that belongs to it
 * device_make unfinished KIND DEVICE		dies half way, as by kill -9
 * device_make route TUNNEL [MARK]		the way of its packets, and the neighbour
 *
 * The devices of targets without mirrors. Ends as mirror-nft does: 0, 1 or 2.
 */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "route.h"

static const struct location where = { "device", 1, 1 };
static struct error_list errors;
static struct nl_socket *rtnl;
static struct link_table links;

static int target_read(struct target *target, const char *kind, const char *device)
{
	static const char *const kinds[] = {
		[TARGET_ANY] = "any", [TARGET_VETH] = "veth", [TARGET_DUMMY] = "dummy",
		[TARGET_IFB] = "ifb",
	};
	char name[IFNAMSIZ];
	size_t i;

	memset(target, 0, sizeof(*target));
	target->where = where;
	snprintf(target->device, sizeof(target->device), "%s", device);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i]))
			continue;
		target->kind = i;
		return 0;
	}
	target->kind = TARGET_TUNNEL;
	return tunnel_parse(&target->tunnel, name, kind, &where, &errors);
}

static int fit_print(const struct target *target)
{
	static const char *const names[] = {
		[DEVICE_ABSENT] = "absent", [DEVICE_FITS] = "fits",
		[DEVICE_UNFINISHED] = "unfinished", [DEVICE_OTHER_TUNNEL] = "other tunnel",
		[DEVICE_OTHER] = "other",
	};
	int error = device_check(&links, target, &errors);

	if (!error)
		puts(names[device_fit(&links, target)]);
	return error;
}

static int route_print(const char *text, const char *mark)
{
	static const char *const kinds[] = {
		[ROUTE_UNICAST] = "unicast", [ROUTE_LOCAL] = "local",
		[ROUTE_BROADCAST] = "broadcast", [ROUTE_MULTICAST] = "multicast",
		[ROUTE_UNREACHABLE] = "unreachable",
	};
	char name[IFNAMSIZ], source[INET6_ADDRSTRLEN];
	enum neighbour_state state;
	struct route_query query;
	const struct link *link;
	struct tunnel tunnel;
	struct route way;
	int error;

	error = tunnel_parse(&tunnel, name, text, &where, &errors);
	if (error)
		return error;
	route_query_tunnel(&query, &tunnel, mark ? strtoul(mark, NULL, 0) : 0);
	error = route_lookup(rtnl, &query, &way);
	if (error)
		return error_system(&errors, error, "route: %s", strerror(-error));
	if (way.kind == ROUTE_UNREACHABLE) {
		printf("unreachable: %s\n", strerror(-way.error));
		return 0;
	}
	error = neighbour_lookup(rtnl, &query, &way, &links, &state);
	if (error)
		return error_system(&errors, error, "neighbour: %s", strerror(-error));
	link = link_find_index(&links, way.device);
	inet_ntop(query.family, way.source, source, sizeof(source));
	printf("%s by %s from %s%s mtu %u neighbour %s\n", kinds[way.kind],
	       link ? link->name : "?", source, way.gateway_family ? " gateway" : "",
	       route_mtu(&way, &links), neighbour_state_name(state));
	return 0;
}

/* The first step of making a pair and nothing behind it. */
static int unfinished_make(const char *device)
{
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	struct ifinfomsg *header;
	struct nlmsghdr *message;
	struct nlattr *nest;

	message = nl_message_begin(&buffer, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE, 0, device);
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(message, IFLA_IFNAME, device);
	mnl_attr_put_u32(message, IFLA_GROUP, DEVICE_GROUP_UNFINISHED);
	nest = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	mnl_attr_nest_end(message, nest);
	nl_message_end(&buffer, message);
	return nl_transact(rtnl, &buffer, &refusal);
}

static int command_run(int argc, char **argv)
{
	const struct link *link;
	struct target target;
	int error;

	if (!strcmp(argv[1], "route"))
		return route_print(argv[2], argc > 3 ? argv[3] : NULL);
	if (!strcmp(argv[1], "delete")) {
		link = link_find(&links, argv[2]);
		return link ? device_delete(rtnl, &links, link, &errors) : -1;
	}
	if (argc < 4)
		return -1;
	error = target_read(&target, argv[2], argv[3]);
	if (error)
		return error;
	if (!strcmp(argv[1], "check"))
		return fit_print(&target);
	if (!strcmp(argv[1], "replace"))
		return device_replace_tunnel(rtnl, &links, &target, &errors);
	if (!strcmp(argv[1], "unfinished"))
		return unfinished_make(argv[3]);
	return device_make(rtnl, &target, argc > 4 ? strtoul(argv[4], NULL, 0) : 1500,
			   &errors);
}

int main(int argc, char **argv)
{
	int error, status;

	if (argc < 3)
		return 2;
	error = nl_open(NETLINK_ROUTE, &rtnl) ?: link_table_read(&links, rtnl, true) ?:
		command_run(argc, argv);
	status = error_report(&errors, stderr);
	error_clear(&errors);
	link_table_free(&links);
	nl_close(rtnl);
	return status ? status : !!error;
}
