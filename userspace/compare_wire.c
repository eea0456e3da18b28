// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packets of the experiment: sending them, and hearing what comes of them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "compare_lab.h"
#include "compare_probe.h"

#define MARKER_TIMEOUT 20000	/* milliseconds: a slow guest under emulation */
#define LARGE_PART 1000		/* bytes of what a large probe is to be cut into */

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

union address {
	struct sockaddr any;
	struct sockaddr_in ip;
	struct sockaddr_in6 ip6;
};

static socklen_t neighbour_address(const struct compare_case *what, union address *to)
{
	char text[INET6_ADDRSTRLEN];

	memset(to, 0, sizeof(*to));
	compare_probe_neighbour(what, text, sizeof(text));
	if (what->ip6) {
		to->ip6.sin6_family = AF_INET6;
		to->ip6.sin6_port = htons(COMPARE_PORT);
		inet_pton(AF_INET6, text, &to->ip6.sin6_addr);
		return sizeof(to->ip6);
	}
	to->ip.sin_family = AF_INET;
	to->ip.sin_port = htons(COMPARE_PORT);
	inet_pton(AF_INET, text, &to->ip.sin_addr);
	return sizeof(to->ip);
}

/* udp(7): what is sent at once leaves as one packet, and the card cuts it up. */
static int large_send(int descriptor, const union address *to, socklen_t length,
		      uint32_t number)
{
	uint8_t bytes[COMPARE_SENT * LARGE_PART] = { 0 };
	int part = LARGE_PART;

	memcpy(bytes, &number, sizeof(number));
	if (setsockopt(descriptor, IPPROTO_UDP, UDP_SEGMENT, &part, sizeof(part)) ||
	    sendto(descriptor, bytes, sizeof(bytes), 0, &to->any, length) < 0)
		return -errno;
	return 0;
}

static int probe_send_egress(const struct compare_case *what,
			     const struct compare_wish *wish, uint32_t number)
{
	bool tcp = what->protocol == COMPARE_TCP;
	union address to;
	socklen_t length = neighbour_address(what, &to);
	int descriptor, error = 0;

	/* The first segment leaves in connect(); no second one after close(). */
	descriptor = socket(to.any.sa_family, (tcp ? SOCK_STREAM : SOCK_DGRAM) |
			    SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	number = htonl(number);
	if (wish && wish->mark &&
	    setsockopt(descriptor, SOL_SOCKET, SO_MARK, &wish->mark, sizeof(wish->mark)))
		error = -errno;
	else if (wish && wish->large)
		error = large_send(descriptor, &to, length, number);
	else if (tcp ? connect(descriptor, &to.any, length) && errno != EINPROGRESS :
		       sendto(descriptor, &number, sizeof(number), 0, &to.any, length) < 0)
		error = -errno;
	close(descriptor);
	return error;
}

int compare_lab_send(const struct compare_lab *lab, const struct compare_case *what,
		     const struct compare_wish *wish, uint32_t number,
		     struct error_list *errors)
{
	int count = wish && wish->large ? 1 : COMPARE_SENT, i;
	uint8_t frame[COMPARE_FRAME_MAX];
	int error = 0;

	for (i = 0; i < count && !error; i++) {
		if (what->direction == DIRECTION_EGRESS) {
			error = probe_send_egress(what, wish, number + i);
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

static void probe_count(struct compare_tap *tap, const struct sockaddr_ll *from,
			const uint8_t *frame, size_t size)
{
	bool outgoing = from->sll_pkttype == PACKET_OUTGOING;

	++*(outgoing ? &tap->sent : &tap->received);
	*(outgoing ? &tap->sent_type : &tap->received_type) = packet_type_name(from->sll_pkttype);
	if (size > tap->largest)
		tap->largest = size;
	if (size <= COMPARE_FRAME_MAX && !compare_probe_checksum_right(frame, size))
		tap->bad_checksums++;
}

static void frame_count(struct compare_tap *tap, const struct sockaddr_ll *from,
			const uint8_t *frame, size_t size)
{
	bool outgoing = from->sll_pkttype == PACKET_OUTGOING;

	switch (compare_probe_recognise(frame, size < COMPARE_FRAME_MAX ? size : COMPARE_FRAME_MAX)) {
	case COMPARE_FRAME_MARKER:
		*(outgoing ? &tap->marker_sent : &tap->marker_received) = true;
		break;
	case COMPARE_FRAME_PROBE:
		probe_count(tap, from, frame, size);
		break;
	case COMPARE_FRAME_OUTER_PROBE:
		tap->outer += outgoing;
		break;
	case COMPARE_FRAME_OUTER_MARKER:
		tap->marker_outer |= outgoing;
		break;
	case COMPARE_FRAME_FOREIGN:
		break;
	}
}

static bool marker_came(const struct compare_tap *tap, enum compare_wait wait)
{
	switch (wait) {
	case COMPARE_WAIT_SENT:
		return tap->marker_sent;
	case COMPARE_WAIT_RECEIVED:
		return tap->marker_received;
	case COMPARE_WAIT_OUTER:
		return tap->marker_outer;
	default:
		return false;
	}
}

int compare_lab_collect(int socket, enum compare_wait wait, struct compare_tap *tap)
{
	struct pollfd poll_ = { .fd = socket, .events = POLLIN };

	while (!marker_came(tap, wait)) {
		struct sockaddr_ll from;
		socklen_t length = sizeof(from);
		uint8_t frame[COMPARE_FRAME_MAX];
		ssize_t size;

		size = recvfrom(socket, frame, sizeof(frame), MSG_DONTWAIT | MSG_TRUNC,
				(struct sockaddr *)&from, &length);
		if (size < 0 && errno == EAGAIN) {
			if (wait == COMPARE_WAIT_NOT)
				return 0;
			if (poll(&poll_, 1, MARKER_TIMEOUT) == 0)
				return -ETIMEDOUT;
			continue;
		}
		if (size < 0 && errno == ENETDOWN)
			continue; /* told once, when the device goes down */
		if (size < 0)
			return -errno;
		frame_count(tap, &from, frame, size);
	}
	return 0;
}
