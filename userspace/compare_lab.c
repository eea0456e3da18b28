// SPDX-License-Identifier: GPL-2.0-only
#include "compare_lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "compare_probe.h"
#include "tool.h"

#define MARKER_TIMEOUT 20000	/* milliseconds: a slow guest under emulation */

static int setting_write(const char *path, const char *value)
{
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (descriptor < 0)
		return -errno;
	if (write(descriptor, value, strlen(value)) < 0)
		error = -errno;
	close(descriptor);
	return error;
}

/* No packet of the namespace's own: counts are exact. */
static void namespace_quiet(void)
{
	static const char *const settings[][2] = {
		{ "accept_ra", "0" }, { "autoconf", "0" }, { "dad_transmits", "0" },
		{ "router_solicitations", "0" }, { "addr_gen_mode", "1" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/default/%s",
			 settings[i][0]);
		setting_write(path, settings[i][1]);
	}
}

static int namespace_new(int *descriptor, struct error_list *errors)
{
	if (unshare(CLONE_NEWNET))
		return error_system(errors, -errno, "cannot make a network namespace: %s%s",
				    strerror(errno), errno == EPERM ?
				    ": it takes the capability CAP_SYS_ADMIN, run as root" : "");
	/* Inherited on purpose: ip(8) is told of it as /proc/self/fd/N. */
	*descriptor = open("/proc/self/ns/net", O_RDONLY);
	if (*descriptor < 0)
		return error_system(errors, -errno, "/proc/self/ns/net: %s",
				    strerror(errno));
	namespace_quiet();
	return 0;
}

static int ip_batch(struct error_list *errors, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int ip_batch(struct error_list *errors, const char *format, ...)
{
	static const char *const ip[] = { "ip", "-batch", "-", NULL };
	va_list arguments;
	char *text;
	int error;

	va_start(arguments, format);
	error = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (error < 0)
		return -ENOMEM;
	error = tool_run(ip, text, errors);
	free(text);
	return error;
}

/* Devices that this kernel may not have: left out, and named. */
static int targets_make(struct compare_lab *lab, struct error_list *notes)
{
	static const struct {
		enum compare_target target;
		const char *device, *receiver, *address, *peer;
		const char *needs;
	} wishes[] = {
		{ COMPARE_LO, "lo", "lo", "", "", "" },
		{ COMPARE_DUMMY, "tgt-dummy", "", "type dummy", "",
		  "CONFIG_DUMMY, or its module dummy" },
		{ COMPARE_VETH, "tgt-veth", "tgt-veth-far", "type veth peer name", "tgt-veth-far",
		  "CONFIG_VETH, or its module veth" },
		{ COMPARE_IFB, "tgt-ifb", "", "type ifb", "",
		  "CONFIG_IFB, or its module ifb" },
	};
	struct error_list refused = { 0 };
	size_t i;

	for (i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		const char *device = wishes[i].device, *receiver = wishes[i].receiver;
		int error = 0;

		if (*wishes[i].address)
			error = ip_batch(&refused, "link add %s %s %s\nlink set %s up\n",
					 device, wishes[i].address, wishes[i].peer, device);
		if (!error && *wishes[i].peer)
			error = ip_batch(&refused, "link set %s up\n", receiver);
		if (error) {
			error_system(notes, error, "no target %s: this kernel needs %s",
				     compare_target_name(wishes[i].target), wishes[i].needs);
			continue;
		}
		lab->targets[wishes[i].target].present = true;
		strcpy(lab->targets[wishes[i].target].device, device);
		strcpy(lab->targets[wishes[i].target].receiver, receiver);
	}
	error_clear(&refused);
	return 0;
}

static int indexes_read(struct compare_lab *lab)
{
	struct link_table links = { 0 };
	const struct link *link;
	size_t i;
	int error;

	error = link_table_read(&links, lab->route);
	if (error)
		return error;
	link = link_find(&links, "src0");
	lab->source = link ? link->index : 0;
	for (i = 0; i < COMPARE_TARGETS; i++) {
		if (!lab->targets[i].present)
			continue;
		link = link_find(&links, lab->targets[i].device);
		if (!link)
			continue;
		lab->targets[i].index = link->index;
		memcpy(lab->targets[i].address, link->address, 6);
		link = link_find(&links, lab->targets[i].receiver);
		if (!link)
			continue;
		lab->targets[i].receiver_index = link->index;
		memcpy(lab->targets[i].address, link->address, 6);
	}
	link_table_free(&links);
	return 0;
}

/* One neighbour for each target and destination, so that the stack itself
 * sends to the hardware address that a case wants. */
static int neighbours_make(const struct compare_lab *lab, struct error_list *errors)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int target, destination, ip6;
	int error;

	if (!out)
		return -ENOMEM;
	for (target = 0; target < COMPARE_TARGETS; target++)
		for (destination = 0; destination < COMPARE_DESTINATIONS; destination++)
			for (ip6 = 0; ip6 < 2; ip6++) {
				const struct compare_case what = {
					.direction = DIRECTION_EGRESS, .target = target,
					.destination = destination, .ip6 = ip6,
				};
				char address[INET6_ADDRSTRLEN];
				uint8_t hardware[6];

				compare_probe_neighbour(&what, address, sizeof(address));
				compare_probe_hardware(&what, lab->targets[target].address,
						       hardware);
				fprintf(out, "neigh replace %s lladdr %02x:%02x:%02x:%02x:%02x:%02x nud permanent dev src0\n",
					address, hardware[0], hardware[1], hardware[2],
					hardware[3], hardware[4], hardware[5]);
			}
	fclose(out);
	error = ip_batch(errors, "%s", text);
	free(text);
	return error;
}

int compare_lab_listen(unsigned int index)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = index,
	};
	int room = 4 << 20;
	int descriptor;

	/* Protocol 0 until bound: nothing of other devices slips in. */
	descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(descriptor, (struct sockaddr *)&address, sizeof(address))) {
		int error = -errno;

		close(descriptor);
		return error;
	}
	return descriptor;
}

/* The far end of the wire, in its own namespace. */
static int wire_open(struct compare_lab *lab, struct error_list *errors)
{
	int error;

	if (setns(lab->wire_namespace, CLONE_NEWNET))
		return error_system(errors, -errno, "cannot enter a namespace: %s",
				    strerror(errno));
	setting_write("/proc/sys/net/ipv6/conf/wire0/disable_ipv6", "1");
	error = ip_batch(errors, "link set wire0 up\n");
	if (!error) {
		lab->wire_socket = compare_lab_listen(if_nametoindex("wire0"));
		if (lab->wire_socket < 0)
			error = error_system(errors, lab->wire_socket,
					     "cannot open a packet socket: %s",
					     strerror(-lab->wire_socket));
	}
	if (setns(lab->host_namespace, CLONE_NEWNET))
		return error_system(errors, -errno, "cannot enter a namespace: %s",
				    strerror(errno));
	return error;
}

/* All on one processor: what was received is worked off in order, so a marker
 * that has come through proves that everything before it has. */
static void processor_pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int compare_lab_open(struct compare_lab *lab, struct error_list *notes,
		     struct error_list *errors)
{
	int error;

	memset(lab, 0, sizeof(*lab));
	lab->wire_namespace = lab->host_namespace = lab->wire_socket = -1;
	processor_pin();
	error = namespace_new(&lab->wire_namespace, errors);
	if (!error)
		error = namespace_new(&lab->host_namespace, errors);
	if (!error)
		error = ip_batch(errors,
				 "link set lo up\n"
				 "link add src0 address " COMPARE_SOURCE_HARDWARE
				 " type veth peer name wire0 address " COMPARE_WIRE_HARDWARE
				 " netns /proc/self/fd/%d\n"
				 "link set src0 up\n"
				 "addr add " COMPARE_SOURCE_IP "/24 dev src0\n"
				 "addr add " COMPARE_SOURCE_IP6 "/64 dev src0 nodad\n",
				 lab->wire_namespace);
	if (!error)
		error = wire_open(lab, errors);
	if (!error)
		error = nl_open(NETLINK_ROUTE, &lab->route);
	if (!error)
		error = targets_make(lab, notes);
	if (!error)
		error = indexes_read(lab);
	if (!error)
		error = neighbours_make(lab, errors);
	return error;
}

void compare_lab_close(struct compare_lab *lab)
{
	nl_close(lab->route);
	if (lab->wire_socket >= 0)
		close(lab->wire_socket);
	if (lab->host_namespace >= 0)
		close(lab->host_namespace);
	if (lab->wire_namespace >= 0)
		close(lab->wire_namespace);
}

static int probe_send_egress(const struct compare_case *what, uint32_t number)
{
	union {
		struct sockaddr any;
		struct sockaddr_in ip;
		struct sockaddr_in6 ip6;
	} to = { 0 };
	char address[INET6_ADDRSTRLEN];
	socklen_t length;
	int descriptor, error = 0;

	compare_probe_neighbour(what, address, sizeof(address));
	to.any.sa_family = what->ip6 ? AF_INET6 : AF_INET;
	if (what->ip6) {
		inet_pton(AF_INET6, address, &to.ip6.sin6_addr);
		to.ip6.sin6_port = htons(COMPARE_PORT);
		length = sizeof(to.ip6);
	} else {
		inet_pton(AF_INET, address, &to.ip.sin_addr);
		to.ip.sin_port = htons(COMPARE_PORT);
		length = sizeof(to.ip);
	}
	descriptor = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	number = htonl(number);
	if (sendto(descriptor, &number, sizeof(number), 0, &to.any, length) < 0)
		error = -errno;
	close(descriptor);
	return error;
}

int compare_lab_send(const struct compare_lab *lab, const struct compare_case *what,
		     uint32_t number, struct error_list *errors)
{
	uint8_t frame[COMPARE_FRAME_MAX];
	int error = 0;
	int i;

	for (i = 0; i < COMPARE_SENT && !error; i++) {
		if (what->direction == DIRECTION_EGRESS) {
			error = probe_send_egress(what, number + i);
			continue;
		}
		if (send(lab->wire_socket, frame,
			 compare_probe_frame(what, lab->targets[what->target].address,
					     number + i, frame), 0) < 0)
			error = -errno;
	}
	if (error)
		error_system(errors, error, "cannot send a probe: %s", strerror(-error));
	return error;
}

int compare_lab_mark(const struct compare_lab *lab, unsigned int index,
		     struct error_list *errors)
{
	uint8_t frame[COMPARE_FRAME_MAX];
	int descriptor = index ? compare_lab_listen(index) : lab->wire_socket;
	int error = 0;

	if (descriptor < 0 || send(descriptor, frame, compare_probe_marker(frame), 0) < 0)
		error = error_system(errors, descriptor < 0 ? descriptor : -errno,
				     "cannot send a marker: %s",
				     strerror(descriptor < 0 ? -descriptor : errno));
	if (index && descriptor >= 0)
		close(descriptor);
	return error;
}

static const char *packet_type_name(unsigned int type)
{
	static const char *const names[] = {
		[PACKET_HOST] = "HOST", [PACKET_BROADCAST] = "BROADCAST",
		[PACKET_MULTICAST] = "MULTICAST", [PACKET_OTHERHOST] = "OTHERHOST",
		[PACKET_OUTGOING] = "OUTGOING", [PACKET_LOOPBACK] = "LOOPBACK",
		[PACKET_USER] = "USER", [PACKET_KERNEL] = "KERNEL",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "?";
}

int compare_lab_collect(int socket, bool received, struct compare_tap *tap)
{
	struct pollfd wait = { .fd = socket, .events = POLLIN };

	while (!(received ? tap->marker_received : tap->marker_sent)) {
		struct sockaddr_ll from;
		socklen_t length = sizeof(from);
		uint8_t frame[COMPARE_FRAME_MAX];
		bool outgoing;
		ssize_t size;

		size = recvfrom(socket, frame, sizeof(frame), MSG_DONTWAIT | MSG_TRUNC,
				(struct sockaddr *)&from, &length);
		if (size < 0 && errno == EAGAIN) {
			if (poll(&wait, 1, MARKER_TIMEOUT) == 0)
				return -ETIMEDOUT;
			continue;
		}
		if (size < 0)
			return -errno;
		outgoing = from.sll_pkttype == PACKET_OUTGOING;
		switch (compare_probe_recognise(frame, size)) {
		case COMPARE_FRAME_MARKER:
			*(outgoing ? &tap->marker_sent : &tap->marker_received) = true;
			break;
		case COMPARE_FRAME_PROBE:
			++*(outgoing ? &tap->sent : &tap->received);
			*(outgoing ? &tap->sent_type : &tap->received_type) =
				packet_type_name(from.sll_pkttype);
			break;
		case COMPARE_FRAME_FOREIGN:
			break;
		}
	}
	return 0;
}
