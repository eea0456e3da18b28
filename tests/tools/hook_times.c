// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_times [PREFIX]: listens to the kernel until its standard input ends, and
 * prints how long it took from the appearance of each device whose name begins with
 * PREFIX to its chain on a hook, in milliseconds: a device is timed when its message
 * comes, a chain when the end of its transaction is told.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct device {
	unsigned int index;
	char name[IFNAMSIZ];
	double appeared, hooked;	/* milliseconds; 0: not */
};

static struct device *devices;
static size_t count;
static const char *prefix = "";
static double now;

static double clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static struct device *find_index(unsigned int index)
{
	size_t i = count;

	while (i--)
		if (devices[i].index == index)
			return &devices[i];
	return NULL;
}

static struct device *find_name(const char *name)
{
	size_t i = count;

	while (i--)
		if (!strcmp(devices[i].name, name))
			return &devices[i];
	return NULL;
}

static int link_take(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct device *device;

	(void)data;
	if (message->nlmsg_type != RTM_NEWLINK || find_index(header->ifi_index))
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*header)) {
		const char *name = mnl_attr_get_str(attribute);

		if (mnl_attr_get_type(attribute) != IFLA_IFNAME ||
		    strncmp(name, prefix, strlen(prefix)))
			continue;
		devices = reallocarray(devices, count + 1, sizeof(*devices));
		if (!devices)
			exit(1);
		device = &devices[count++];
		memset(device, 0, sizeof(*device));
		device->index = header->ifi_index;
		device->appeared = now;
		snprintf(device->name, sizeof(device->name), "%s", name);
	}
	return MNL_CB_OK;
}

static int chain_take(const struct nlmsghdr *message, void *data)
{
	struct nftnl_chain *chain;
	struct device *device;

	(void)data;
	if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN))
		return MNL_CB_OK;
	chain = nftnl_chain_alloc();
	if (chain && !nftnl_chain_nlmsg_parse(message, chain) &&
	    nftnl_chain_is_set(chain, NFTNL_CHAIN_DEV)) {
		device = find_name(nftnl_chain_get_str(chain, NFTNL_CHAIN_DEV));
		if (device && !device->hooked)
			device->hooked = now;
	}
	nftnl_chain_free(chain);
	return MNL_CB_OK;
}

static struct mnl_socket *listen_to(int protocol, int group)
{
	struct mnl_socket *socket = mnl_socket_open(protocol);
	int room = 64 << 20;

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
		perror("netlink");
		exit(1);
	}
	setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return socket;
}

static void hear(struct mnl_socket *socket, mnl_cb_t take)
{
	static char bytes[65536];
	ssize_t size = mnl_socket_recvfrom(socket, bytes, sizeof(bytes));

	if (size < 0) {
		perror("netlink");
		exit(1);
	}
	now = clock_now();
	mnl_cb_run(bytes, size, 0, 0, take, NULL);
}

static int order(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void print(void)
{
	double *times = calloc(count + 1, sizeof(*times));
	size_t i, timed = 0;

	for (i = 0; i < count; i++)
		if (devices[i].hooked)
			times[timed++] = devices[i].hooked - devices[i].appeared;
	qsort(times, timed, sizeof(*times), order);
	printf("%zu devices, %zu hooked", count, timed);
	if (timed)
		printf(", after p50 %.1f ms, p99 %.1f ms, at most %.1f ms",
		       times[timed / 2], times[timed * 99 / 100], times[timed - 1]);
	putchar('\n');
	free(times);
}

int main(int argc, char **argv)
{
	struct mnl_socket *route = listen_to(NETLINK_ROUTE, RTNLGRP_LINK);
	struct mnl_socket *netfilter = listen_to(NETLINK_NETFILTER, NFNLGRP_NFTABLES);
	struct pollfd polled[] = {
		{ mnl_socket_get_fd(route), POLLIN, 0 },
		{ mnl_socket_get_fd(netfilter), POLLIN, 0 },
		{ STDIN_FILENO, POLLIN, 0 },
	};

	if (argc > 1)
		prefix = argv[1];
	puts("listening");
	fflush(stdout);
	for (;;) {
		if (poll(polled, 3, -1) < 0)
			return 1;
		/* A device is told before its chains are. */
		if (polled[0].revents)
			hear(route, link_take);
		else if (polled[1].revents)
			hear(netfilter, chain_take);
		else
			break;
	}
	print();
	return 0;
}
