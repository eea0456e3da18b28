// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames on which filters disagree, and plain ones beside them. Ports are 80
 * and 40000, 53 and 40001; hosts 192.0.2.1, 192.0.2.2, 2001:db8::1 and
 * 2001:db8::2: the expressions of the tests speak of these.
 */
#include "frame.h"

#include <netinet/in.h>

#define IP_1_TO_2 .kind = FRAME_IP, .source = "192.0.2.1", .destination = "192.0.2.2"
#define IP_2_TO_1 .kind = FRAME_IP, .source = "192.0.2.2", .destination = "192.0.2.1"
#define IP_3_TO_4 .kind = FRAME_IP, .source = "192.0.2.3", .destination = "192.0.2.4"
#define IP6_1_TO_2 .kind = FRAME_IP6, .source = "2001:db8::1", .destination = "2001:db8::2"
#define IP6_2_TO_1 .kind = FRAME_IP6, .source = "2001:db8::2", .destination = "2001:db8::1"

#define TCP(from, to) .protocol = IPPROTO_TCP, .source_port = (from), \
	.destination_port = (to), .payload = 40
#define UDP(from, to) .protocol = IPPROTO_UDP, .source_port = (from), \
	.destination_port = (to), .payload = 40
#define SCTP(from, to) .protocol = IPPROTO_SCTP, .source_port = (from), \
	.destination_port = (to), .payload = 40

#define TAG(type, id) .tags = { { (type), (id) } }
#define TAGS(type, id, type2, id2) .tags = { { (type), (id) }, { (type2), (id2) } }

const struct frame edge_frames[] = {
	{ .name = "ip tcp to 80", IP_1_TO_2, TCP(40000, 80) },
	{ .name = "ip tcp from 80", IP_2_TO_1, TCP(80, 40000) },
	{ .name = "ip tcp to 81", IP_1_TO_2, TCP(40000, 81) },
	{ .name = "ip tcp to 0x5000, 80 in the other byte order", IP_1_TO_2, TCP(40000, 0x5000) },
	{ .name = "ip udp to 80", IP_1_TO_2, UDP(40000, 80) },
	{ .name = "ip udp to 53", IP_1_TO_2, UDP(40001, 53) },
	{ .name = "ip udp from 53", IP_2_TO_1, UDP(53, 40001) },
	{ .name = "ip sctp to 80", IP_1_TO_2, SCTP(40000, 80) },
	{ .name = "ip sctp from 53", IP_1_TO_2, SCTP(53, 40001) },
	{ .name = "ip tcp of other hosts", IP_3_TO_4, TCP(40000, 80) },
	{ .name = "ip tcp from port 0 to 65535", IP_1_TO_2, TCP(0, 65535) },
	{ .name = "ip icmp", IP_1_TO_2, .protocol = IPPROTO_ICMP, .payload = 40 },
	{ .name = "ip gre whose payload looks like port 80", IP_1_TO_2,
	  .protocol = 47, .source_port = 40000, .destination_port = 80, .payload = 40 },
	{ .name = "ip with no transport at all", IP_1_TO_2, .payload = 40 },
	{ .name = "ip esp", IP_1_TO_2, .protocol = 50, .source_port = 80, .payload = 40 },

	{ .name = "ip options, tcp to 80", IP_1_TO_2, .options = 4, TCP(40000, 80) },
	{ .name = "ip 40 bytes of options, udp to 53", IP_1_TO_2, .options = 40, UDP(40001, 53) },
	{ .name = "ip options, tcp to 81", IP_1_TO_2, .options = 8, TCP(40000, 81) },

	{ .name = "ip first fragment, udp to 53", IP_1_TO_2, .more_fragments = true,
	  .id = 7, UDP(40001, 53) },
	{ .name = "ip later fragment that looks like udp to 53", IP_1_TO_2,
	  .fragment = 6, .id = 7, UDP(40001, 53) },
	{ .name = "ip middle fragment that looks like tcp to 80", IP_1_TO_2,
	  .fragment = 0x1f00, .more_fragments = true, .id = 8, TCP(40000, 80) },
	{ .name = "ip fragment at the smallest offset that looks like tcp from 80", IP_1_TO_2,
	  .fragment = 1, .id = 8, TCP(80, 40000) },
	{ .name = "ip don't fragment, tcp to 80", IP_1_TO_2, .fragment = 0x4000, TCP(40000, 80) },
	{ .name = "ip options and later fragment that looks like tcp to 80", IP_1_TO_2,
	  .options = 4, .fragment = 6, .id = 9, TCP(40000, 80) },

	{ .name = "ip6 tcp to 80", IP6_1_TO_2, TCP(40000, 80) },
	{ .name = "ip6 tcp from 80", IP6_2_TO_1, TCP(80, 40000) },
	{ .name = "ip6 tcp to 81", IP6_1_TO_2, TCP(40000, 81) },
	{ .name = "ip6 udp to 53", IP6_1_TO_2, UDP(40001, 53) },
	{ .name = "ip6 sctp to 80", IP6_2_TO_1, SCTP(40000, 80) },
	{ .name = "ip6 icmp6", IP6_1_TO_2, .protocol = IPPROTO_ICMPV6, .payload = 40 },
	{ .name = "ip6 of other hosts, tcp to 80", .kind = FRAME_IP6, .source = "2001:db8::3",
	  .destination = "2001:db8::4", TCP(40000, 80) },
	{ .name = "ip6 no next header", IP6_1_TO_2, .protocol = 59, .payload = 40 },

	{ .name = "ip6 hop-by-hop, tcp to 80", IP6_1_TO_2, .hop_by_hop = true, TCP(40000, 80) },
	{ .name = "ip6 hop-by-hop, udp to 53", IP6_1_TO_2, .hop_by_hop = true, UDP(40001, 53) },
	{ .name = "ip6 first fragment, udp to 53", IP6_1_TO_2, .fragment_header = true,
	  .more_fragments = true, UDP(40001, 53) },
	{ .name = "ip6 later fragment that looks like tcp to 80", IP6_1_TO_2,
	  .fragment_header = true, .fragment = 6, TCP(40000, 80) },
	{ .name = "ip6 whole in one fragment, tcp to 80", IP6_1_TO_2,
	  .fragment_header = true, TCP(40000, 80) },
	{ .name = "ip6 fragment of sctp", IP6_1_TO_2, .fragment_header = true,
	  .more_fragments = true, SCTP(53, 40001) },
	{ .name = "ip6 hop-by-hop and fragment, tcp to 80", IP6_1_TO_2, .hop_by_hop = true,
	  .fragment_header = true, TCP(40000, 80) },

	{ .name = "vlan 10, ip tcp to 80", TAG(0x8100, 10), IP_1_TO_2, TCP(40000, 80) },
	{ .name = "vlan 10, ip udp to 53", TAG(0x8100, 10), IP_1_TO_2, UDP(40001, 53) },
	{ .name = "vlan 0, ip tcp to 80", TAG(0x8100, 0), IP_1_TO_2, TCP(40000, 80) },
	{ .name = "vlan 10, ip6 tcp to 80", TAG(0x8100, 10), IP6_1_TO_2, TCP(40000, 80) },
	{ .name = "vlan 10, arp", TAG(0x8100, 10), .kind = FRAME_ARP,
	  .source = "192.0.2.1", .destination = "192.0.2.2" },
	{ .name = "802.1ad 10, ip tcp to 80", TAG(0x88a8, 10), IP_1_TO_2, TCP(40000, 80) },
	{ .name = "802.1ad 10, ip6 udp to 53", TAG(0x88a8, 10), IP6_1_TO_2, UDP(40001, 53) },
	{ .name = "802.1ad 10 and vlan 20, ip tcp to 80", TAGS(0x88a8, 10, 0x8100, 20),
	  IP_1_TO_2, TCP(40000, 80) },
	{ .name = "vlan 10 and vlan 20, ip6 tcp to 80", TAGS(0x8100, 10, 0x8100, 20),
	  IP6_1_TO_2, TCP(40000, 80) },

	{ .name = "arp from 192.0.2.1", .kind = FRAME_ARP, .source = "192.0.2.1",
	  .destination = "192.0.2.9" },
	{ .name = "arp for 192.0.2.1, padded", .kind = FRAME_ARP, .source = "192.0.2.9",
	  .destination = "192.0.2.1", .pad = 60 },
	{ .name = "arp of others", .kind = FRAME_ARP, .source = "192.0.2.9",
	  .destination = "192.0.2.10" },
	{ .name = "rarp from 192.0.2.1", .kind = FRAME_RARP, .source = "192.0.2.1",
	  .destination = "192.0.2.9", .pad = 60 },
	{ .name = "rarp for 192.0.2.1", .kind = FRAME_RARP, .source = "192.0.2.9",
	  .destination = "192.0.2.1" },

	{ .name = "llc, spanning tree", .type = 38, .raw = "424203000000000000", .pad = 60 },
	{ .name = "llc whose data look like ip tcp to 80", .type = 100, .raw = "aaaa03000000",
	  IP_1_TO_2, TCP(40000, 80) },
	{ .name = "mpls, ip tcp to 80", .type = 0x8847, .raw = "00010140", IP_1_TO_2,
	  TCP(40000, 80) },
	{ .name = "pppoe, ip udp to 53", .type = 0x8864, .raw = "110000010046" "0021", IP_1_TO_2,
	  UDP(40001, 53) },
	{ .name = "local experimental type that looks like ip tcp to 80", .type = 0x88b5,
	  IP_1_TO_2, TCP(40000, 80) },
	{ .name = "local experimental type that looks like ip6 udp to 53", .type = 0x88b5,
	  IP6_1_TO_2, UDP(40001, 53) },
	{ .name = "type ip6 with an IPv4 header", .type = 0x86dd, IP_1_TO_2, TCP(40000, 80) },
	{ .name = "type ip with an IPv6 header", .type = 0x0800, IP6_1_TO_2, TCP(40000, 80) },

	{ .name = "ip tcp to 80, padded", .kind = FRAME_IP, .source = "192.0.2.1",
	  .destination = "192.0.2.2", .protocol = IPPROTO_TCP, .source_port = 40000,
	  .destination_port = 80, .pad = 60 },
	{ .name = "ip udp to 53 without data, padded", .kind = FRAME_IP, .source = "192.0.2.1",
	  .destination = "192.0.2.2", .protocol = IPPROTO_UDP, .source_port = 40001,
	  .destination_port = 53, .pad = 60 },
	{ .name = "ip udp to 53 without data", .kind = FRAME_IP, .source = "192.0.2.1",
	  .destination = "192.0.2.2", .protocol = IPPROTO_UDP, .source_port = 40001,
	  .destination_port = 53 },
	{ .name = "ip total length ends before the ports, padded", IP_1_TO_2,
	  .network_length = 20, TCP(40000, 80) },
	{ .name = "ip total length beyond the frame, tcp to 80", IP_1_TO_2,
	  .network_length = 1400, TCP(40000, 80) },
	{ .name = "ip version 5, tcp to 80", IP_1_TO_2, .version = 5, TCP(40000, 80) },
	{ .name = "ip6 payload length beyond the frame, tcp to 80", IP6_1_TO_2,
	  .network_length = 1400, TCP(40000, 80) },
	{ .name = "ip6 version 7, udp to 53", IP6_1_TO_2, .version = 7, UDP(40001, 53) },
	{ .name = "ip tcp to 80, 1514 bytes", .kind = FRAME_IP, .source = "192.0.2.1",
	  .destination = "192.0.2.2", .protocol = IPPROTO_TCP, .source_port = 40000,
	  .destination_port = 80, .payload = 1460 },

	{ .name = "cut behind the ip header, udp", IP_1_TO_2, UDP(40001, 53), .cut = 34,
	  .cut_short = true },
	{ .name = "cut between the ports, tcp from 80", IP_1_TO_2, TCP(80, 40000), .cut = 36,
	  .cut_short = true },
	{ .name = "cut in the ip addresses", IP_1_TO_2, TCP(40000, 80), .cut = 30,
	  .cut_short = true },
	{ .name = "cut in the ip6 addresses", IP6_1_TO_2, TCP(40000, 80), .cut = 40,
	  .cut_short = true },
	{ .name = "cut in arp", .kind = FRAME_ARP, .source = "192.0.2.1",
	  .destination = "192.0.2.2", .cut = 32, .cut_short = true },
	{ .name = "nothing behind the type ip", .type = 0x0800, .cut_short = true },
};

const size_t edge_frame_count = sizeof(edge_frames) / sizeof(edge_frames[0]);
