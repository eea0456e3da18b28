// SPDX-License-Identifier: GPL-2.0-only
#include "compare_probe.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

/* IEEE 802 Local Experimental Ethertype 1. */
#define MARKER_TYPE 0x88b5
#define MARKER_LENGTH 60

static const uint8_t source_hardware[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t wire_hardware[6] = { 2, 0, 0, 0, 0, 2 };

void compare_probe_neighbour(const struct compare_case *what, char *text, size_t size)
{
	unsigned int host = 0x10 * (what->target + 1) + what->destination;

	if (what->ip6)
		snprintf(text, size, "2001:db8::%x", host);
	else
		snprintf(text, size, "192.0.2.%u", host);
}

void compare_probe_hardware(const struct compare_case *what, const uint8_t target[6],
			    uint8_t hardware[6])
{
	static const uint8_t multicast_ip[6] = { 0x01, 0x00, 0x5e, 0, 0, 1 };
	static const uint8_t multicast_ip6[6] = { 0x33, 0x33, 0, 0, 0, 1 };

	switch (what->destination) {
	case COMPARE_OTHER:
		/* What such a frame carries in life: the next device's address. */
		memcpy(hardware, what->direction == DIRECTION_INGRESS ?
		       source_hardware : wire_hardware, 6);
		break;
	case COMPARE_TARGET:
		memcpy(hardware, target, 6);
		break;
	case COMPARE_BROADCAST:
		memset(hardware, 0xff, 6);
		break;
	default:
		memcpy(hardware, what->ip6 ? multicast_ip6 : multicast_ip, 6);
		break;
	}
}

/* RFC 1071. */
static uint32_t sum_add(uint32_t sum, const void *data, size_t length)
{
	const uint8_t *bytes = data;
	size_t i;

	for (i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

static uint16_t sum_finish(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

/* What is behind the addresses, which the checksum of either protocol covers too. */
static size_t datagram_put(uint8_t *out, const void *addresses, size_t address_length,
			   uint32_t number)
{
	struct udphdr udp = { 0 };
	size_t length = sizeof(udp) + sizeof(number);
	uint32_t sum;

	number = htonl(number);
	udp.uh_sport = htons(COMPARE_PORT);
	udp.uh_dport = htons(COMPARE_PORT);
	udp.uh_ulen = htons(length);
	sum = sum_add(0, addresses, address_length);
	sum = sum_add(sum + IPPROTO_UDP + length, &udp, sizeof(udp));
	udp.uh_sum = sum_finish(sum_add(sum, &number, sizeof(number)));
	memcpy(out, &udp, sizeof(udp));
	memcpy(out + sizeof(udp), &number, sizeof(number));
	return length;
}

/* A connection's first segment; what the host answers is not to this port. */
static size_t segment_put(uint8_t *out, const void *addresses, size_t address_length,
			  uint32_t number)
{
	struct tcphdr tcp = { .th_off = 5, .th_flags = TH_SYN };
	uint32_t sum;

	tcp.th_sport = htons(COMPARE_PORT + 1 + number % 1000);
	tcp.th_dport = htons(COMPARE_PORT);
	tcp.th_seq = htonl(number);
	tcp.th_win = htons(1024);
	sum = sum_add(0, addresses, address_length);
	tcp.th_sum = sum_finish(sum_add(sum + IPPROTO_TCP + sizeof(tcp), &tcp, sizeof(tcp)));
	memcpy(out, &tcp, sizeof(tcp));
	return sizeof(tcp);
}

static size_t transport_put(const struct compare_case *what, uint8_t *out,
			    const void *addresses, size_t address_length, uint32_t number)
{
	return (what->protocol == COMPARE_TCP ? segment_put : datagram_put)
		(out, addresses, address_length, number);
}

static uint8_t protocol_number(const struct compare_case *what)
{
	return what->protocol == COMPARE_TCP ? IPPROTO_TCP : IPPROTO_UDP;
}

static size_t packet_put_ip(const struct compare_case *what, uint8_t *out, uint32_t number)
{
	struct ip ip = { .ip_v = 4, .ip_hl = 5, .ip_ttl = 64 };
	size_t length;

	ip.ip_p = protocol_number(what);
	inet_pton(AF_INET, COMPARE_WIRE_IP, &ip.ip_src);
	inet_pton(AF_INET, COMPARE_SOURCE_IP, &ip.ip_dst);
	length = sizeof(ip) + transport_put(what, out + sizeof(ip), &ip.ip_src, 8, number);
	ip.ip_len = htons(length);
	ip.ip_id = htons(number);
	ip.ip_sum = sum_finish(sum_add(0, &ip, sizeof(ip)));
	memcpy(out, &ip, sizeof(ip));
	return length;
}

static size_t packet_put_ip6(const struct compare_case *what, uint8_t *out, uint32_t number)
{
	struct ip6_hdr ip6 = { 0 };
	size_t length;

	ip6.ip6_flow = htonl(6U << 28);
	ip6.ip6_nxt = protocol_number(what);
	ip6.ip6_hlim = 64;
	inet_pton(AF_INET6, COMPARE_WIRE_IP6, &ip6.ip6_src);
	inet_pton(AF_INET6, COMPARE_SOURCE_IP6, &ip6.ip6_dst);
	length = transport_put(what, out + sizeof(ip6), &ip6.ip6_src, 32, number);
	ip6.ip6_plen = htons(length);
	memcpy(out, &ip6, sizeof(ip6));
	return sizeof(ip6) + length;
}

static size_t frame_header_put(uint8_t *frame, const uint8_t to[6], uint16_t type)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, wire_hardware, 6);
	frame[12] = type >> 8;
	frame[13] = type & 0xff;
	return ETH_HLEN;
}

size_t compare_probe_frame(const struct compare_case *what, const uint8_t target[6],
			   uint32_t number, uint8_t frame[COMPARE_FRAME_MAX])
{
	uint8_t hardware[6];
	size_t length;

	compare_probe_hardware(what, target, hardware);
	length = frame_header_put(frame, hardware, what->ip6 ? ETH_P_IPV6 : ETH_P_IP);
	length += what->ip6 ? packet_put_ip6(what, frame + length, number) :
		  packet_put_ip(what, frame + length, number);
	return length;
}

size_t compare_probe_marker(uint8_t frame[COMPARE_FRAME_MAX])
{
	static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	memset(frame, 0, MARKER_LENGTH);
	frame_header_put(frame, everybody, MARKER_TYPE);
	return MARKER_LENGTH;
}

/* Where the frame inside a tunnel's packet begins, or 0. The headers that the kernel
 * puts there have no options. */
static size_t inner_offset(const uint8_t *frame, size_t length)
{
	const uint8_t *ip = frame + ETH_HLEN, *udp = ip + 20;

	if (length > ETH_HLEN + 24 && ip[9] == IPPROTO_GRE)
		return ETH_HLEN + 20 + 4;
	if (length > ETH_HLEN + 36 && ip[9] == IPPROTO_UDP &&
	    (udp[2] << 8 | udp[3]) == COMPARE_VXLAN_PORT)
		return ETH_HLEN + 20 + 8 + 8;
	return 0;
}

static enum compare_frame inner_recognise(const uint8_t *frame, size_t length)
{
	size_t offset = inner_offset(frame, length);

	if (!offset)
		return COMPARE_FRAME_FOREIGN;
	switch (compare_probe_recognise(frame + offset, length - offset)) {
	case COMPARE_FRAME_MARKER:
		return COMPARE_FRAME_OUTER_MARKER;
	case COMPARE_FRAME_PROBE:
		return COMPARE_FRAME_OUTER_PROBE;
	default:
		return COMPARE_FRAME_FOREIGN;
	}
}

enum compare_frame compare_probe_recognise(const uint8_t *frame, size_t length)
{
	unsigned int type, protocol, transport;

	if (length < ETH_HLEN)
		return COMPARE_FRAME_FOREIGN;
	type = frame[12] << 8 | frame[13];
	if (type == MARKER_TYPE)
		return COMPARE_FRAME_MARKER;
	if (type != ETH_P_IP && type != ETH_P_IPV6)
		return COMPARE_FRAME_FOREIGN;
	protocol = ETH_HLEN + (type == ETH_P_IP ? 9 : 6);
	transport = ETH_HLEN + (type == ETH_P_IP ? 20 : 40);
	if (length >= transport + 4 &&
	    (frame[protocol] == IPPROTO_UDP || frame[protocol] == IPPROTO_TCP) &&
	    (frame[transport + 2] << 8 | frame[transport + 3]) == COMPARE_PORT)
		return COMPARE_FRAME_PROBE;
	return type == ETH_P_IP ? inner_recognise(frame, length) : COMPARE_FRAME_FOREIGN;
}

bool compare_probe_checksum_right(const uint8_t *frame, size_t length)
{
	const uint8_t *ip = frame + ETH_HLEN;
	size_t header = (frame[12] << 8 | frame[13]) == ETH_P_IP ? 20 : 40;
	uint8_t protocol = header == 20 ? ip[9] : ip[6];
	uint32_t sum;

	length -= ETH_HLEN + header;
	sum = sum_add(length + protocol, header == 20 ? ip + 12 : ip + 8,
		      header == 20 ? 8 : 32);
	/* Over all of it, its own field too, the sum is 0. */
	return !sum_finish(sum_add(sum, ip + header, length));
}
