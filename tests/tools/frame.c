// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct writer {
	uint8_t *bytes;
	size_t length;
	bool wrong;
};

static void put(struct writer *writer, const void *data, size_t length)
{
	memcpy(writer->bytes + writer->length, data, length);
	writer->length += length;
}

static void put8(struct writer *writer, uint8_t value)
{
	put(writer, &value, 1);
}

static void put16(struct writer *writer, uint16_t value)
{
	put8(writer, value >> 8);
	put8(writer, value & 0xff);
}

static void put_fill(struct writer *writer, uint8_t value, size_t length)
{
	memset(writer->bytes + writer->length, value, length);
	writer->length += length;
}

static void put_hex(struct writer *writer, const char *hex)
{
	unsigned int value;
	int used;

	for (; hex && *hex; hex += used) {
		if (sscanf(hex, "%2x%n", &value, &used) != 1) {
			writer->wrong = true;
			return;
		}
		put8(writer, value);
	}
}

static void put_address(struct writer *writer, int family, const char *text)
{
	uint8_t address[16] = { 0 };

	if (text && inet_pton(family, text, address) != 1)
		writer->wrong = true;
	put(writer, address, family == AF_INET ? 4 : 16);
}

static uint16_t header_checksum(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < length; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Ports first, also where a later fragment only looks as if it had some. */
static size_t transport_length(const struct frame *frame)
{
	switch (frame->protocol) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_SCTP:
		return 12;
	case 0:
		return 0;
	default:
		return 8;
	}
}

static void put_transport(struct writer *writer, const struct frame *frame)
{
	size_t length = transport_length(frame);

	if (!length)
		return;
	if (frame->protocol == IPPROTO_ICMP || frame->protocol == IPPROTO_ICMPV6) {
		put16(writer, frame->protocol == IPPROTO_ICMP ? 8 << 8 : 128 << 8);
		put_fill(writer, 0, length - 2);
		return;
	}
	put16(writer, frame->source_port);
	put16(writer, frame->destination_port);
	if (frame->protocol == IPPROTO_TCP) {
		put_fill(writer, 0, 8);
		put16(writer, 0x5010);		/* 20 bytes of header, ACK */
		put_fill(writer, 0, 6);
	} else if (frame->protocol == IPPROTO_UDP) {
		put16(writer, length + frame->payload);
		put16(writer, 0);
	} else {
		put_fill(writer, 0, length - 4);
	}
}

static void put_ip(struct writer *writer, const struct frame *frame)
{
	size_t header = 20 + frame->options;
	size_t total = header + transport_length(frame) + frame->payload;
	uint8_t *start = writer->bytes + writer->length;
	uint16_t checksum;

	put8(writer, (frame->version ? frame->version : 4) << 4 | header / 4);
	put8(writer, 0);
	put16(writer, frame->network_length ? frame->network_length : total);
	put16(writer, frame->id);
	put16(writer, frame->more_fragments << 13 | frame->fragment);
	put8(writer, frame->ttl ? frame->ttl : 64);
	put8(writer, frame->protocol);
	put16(writer, 0);
	put_address(writer, AF_INET, frame->source);
	put_address(writer, AF_INET, frame->destination);
	put_fill(writer, 1, frame->options);	/* no-operation options */
	checksum = header_checksum(start, header);
	start[10] = checksum >> 8;
	start[11] = checksum & 0xff;
}

static void put_ip6(struct writer *writer, const struct frame *frame)
{
	size_t length = 8 * frame->hop_by_hop + 8 * frame->fragment_header +
			transport_length(frame) + frame->payload;
	uint8_t behind = frame->fragment_header ? IPPROTO_FRAGMENT : frame->protocol;

	put8(writer, (frame->version ? frame->version : 6) << 4);
	put_fill(writer, 0, 3);
	put16(writer, frame->network_length ? frame->network_length : length);
	put8(writer, frame->hop_by_hop ? IPPROTO_HOPOPTS : behind);
	put8(writer, frame->ttl ? frame->ttl : 64);
	put_address(writer, AF_INET6, frame->source);
	put_address(writer, AF_INET6, frame->destination);
	if (frame->hop_by_hop) {
		put8(writer, behind);
		put8(writer, 0);
		put_hex(writer, "010400000000");	/* PadN */
	}
	if (frame->fragment_header) {
		put8(writer, frame->protocol);
		put8(writer, 0);
		put16(writer, frame->fragment << 3 | frame->more_fragments);
		put_hex(writer, "00000007");
	}
}

static void put_arp(struct writer *writer, const struct frame *frame)
{
	put16(writer, 1);
	put16(writer, ETH_P_IP);
	put16(writer, 6 << 8 | 4);
	put16(writer, frame->kind == FRAME_ARP ? 1 : 3);
	put(writer, frame->from, 6);
	put_address(writer, AF_INET, frame->source);
	put_fill(writer, 0, 6);
	put_address(writer, AF_INET, frame->destination);
}

static void put_link(struct writer *writer, const struct frame *frame)
{
	static const uint16_t types[] = {
		[FRAME_IP] = ETH_P_IP, [FRAME_IP6] = ETH_P_IPV6,
		[FRAME_ARP] = ETH_P_ARP, [FRAME_RARP] = ETH_P_RARP,
	};
	size_t i;

	put(writer, frame->to, 6);
	put(writer, frame->from, 6);
	for (i = 0; i < FRAME_TAGS_MAX && frame->tags[i].type; i++) {
		put16(writer, frame->tags[i].type);
		put16(writer, frame->tags[i].id);
	}
	put16(writer, frame->type ? frame->type : types[frame->kind]);
	put_hex(writer, frame->raw);
}

size_t frame_build(const struct frame *frame, uint8_t *bytes)
{
	struct writer writer = { .bytes = bytes };

	put_link(&writer, frame);
	if (frame->kind == FRAME_IP)
		put_ip(&writer, frame);
	else if (frame->kind == FRAME_IP6)
		put_ip6(&writer, frame);
	else if (frame->kind != FRAME_RAW)
		put_arp(&writer, frame);
	if (frame->kind == FRAME_IP || frame->kind == FRAME_IP6)
		put_transport(&writer, frame);
	put_fill(&writer, 0xaa, frame->payload);
	if (frame->cut && frame->cut < writer.length)
		writer.length = frame->cut;
	if (writer.length < frame->pad)
		put_fill(&writer, 0, frame->pad - writer.length);
	return writer.wrong ? 0 : writer.length;
}

int frame_socket(const char *device, bool receive)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = receive ? htons(ETH_P_ALL) : 0,
		.sll_ifindex = if_nametoindex(device),
	};
	int descriptor, on = 1, room = 4 << 20;

	if (!address.sll_ifindex)
		return -1;
	descriptor = socket(AF_PACKET, SOCK_RAW, 0);
	if (descriptor < 0)
		return -1;
	setsockopt(descriptor, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on));
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(descriptor, (struct sockaddr *)&address, sizeof(address))) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

/* Put the tag that the kernel took off back behind the hardware addresses. */
static size_t tag_restore(uint8_t *bytes, size_t length, struct msghdr *message)
{
	const struct tpacket_auxdata *data;
	struct cmsghdr *control;

	for (control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA)
			continue;
		data = (const void *)CMSG_DATA(control);
		if (!(data->tp_status & TP_STATUS_VLAN_VALID) || length < 2 * ETH_ALEN)
			continue;
		memmove(bytes + 16, bytes + 12, length - 12);
		bytes[12] = data->tp_vlan_tpid >> 8;
		bytes[13] = data->tp_vlan_tpid & 0xff;
		bytes[14] = data->tp_vlan_tci >> 8;
		bytes[15] = data->tp_vlan_tci & 0xff;
		return length + 4;
	}
	return length;
}

int frame_receive(int descriptor, uint8_t *bytes, size_t size, bool *outgoing)
{
	union {
		struct cmsghdr header;
		char room[256];
	} control;
	struct sockaddr_ll address;
	struct iovec vector = { .iov_base = bytes, .iov_len = size - 4 };
	struct msghdr message = {
		.msg_name = &address, .msg_namelen = sizeof(address),
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t length;

	length = recvmsg(descriptor, &message, 0);
	if (length < 0)
		return -1;
	*outgoing = address.sll_pkttype == PACKET_OUTGOING;
	return tag_restore(bytes, length, &message);
}
