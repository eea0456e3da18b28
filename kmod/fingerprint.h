/* SPDX-License-Identifier: GPL-2.0-only */
/* Fingerprints: 64 bits for what a packet is on the wire, whatever happens to it between
 * two sightings on one host.
 *
 * In it are the addresses, IPv4 protocol, id, fragment field and total length, IPv6 flow
 * label, next header and payload length, the 96 bytes after the fixed header (IPv4: after
 * the options) and the last 32 bytes. Where nothing numbers packets (IPv6, and IPv4 with
 * id 0), the sum of the bytes between is in it too. Left out is what changes on the way to
 * a copy: TTL and hop limit, TOS and traffic class, IPv4 options, the checksums of IP,
 * TCP, UDP, UDP-Lite, ICMP, ICMPv6 and SCTP (a device may fill them in later), and
 * everything outside the packet: MAC addresses, VLAN tag, mark, device.
 *
 * A packet that stands for several (GSO, GRO) has a fingerprint for each packet that it
 * is on the wire, the same that the packet has when it is cut out: as inet_gso_segment(),
 * tcp_gso_segment() and __udp_gso_segment() do it.
 *
 *	one in the stack:  IP TCP seq=1   [aaaaaaaabbbbbbbbccc] PSH
 *	as fingerprints:   IP TCP seq=1   [aaaaaaaa]            id
 *	                   IP TCP seq=9   [bbbbbbbb]            id + 1
 *	                   IP TCP seq=17  [ccc] PSH             id + 2
 */
#ifndef MIRROR_PROBE_FINGERPRINT_H
#define MIRROR_PROBE_FINGERPRINT_H

#include <linux/in6.h>
#include <linux/types.h>
#include <net/checksum.h>

struct sk_buff;

/* No packet has more fingerprints: 64 KB of 512 bytes each. */
#define FINGERPRINT_MAX 128

#define FINGERPRINT_HEAD 96
#define FINGERPRINT_TAIL 32

/* What is hashed, as much of it as is used. */
struct fingerprint {
	__be32 label;			/* IPv6 */
	__be16 id;			/* IPv4 */
	__be16 frag_off;
	__be16 length;
	__sum16 middle;
	u8 protocol;
	u8 family;
	u8 pad[2];
	/* Addresses, head and tail without gaps: the length says where they begin. */
	u8 bytes[2 * sizeof(struct in6_addr) + FINGERPRINT_HEAD + FINGERPRINT_TAIL];
} __aligned(8);

/* On its way through the packets that one is. */
struct fingerprint_walk {
	const struct sk_buff *skb;
	unsigned int count;		/* of packets on the wire, at most FINGERPRINT_MAX */
	unsigned int next;
	unsigned int at;		/* the transport header */
	unsigned int header;		/* its length, where count is more than 1 */
	unsigned int size;		/* of all payloads but the last */
	unsigned int addresses;		/* bytes of them */
	u8 protocol;			/* the transport's, and what of it to leave out */
	u8 blank_from;
	u8 blank_to;
	bool same_id;
	struct fingerprint print;
};

/* Draws the hash key; once, before the first fingerprint. */
void fingerprint_seed(void);

/* Begin with a packet whose network header is set. Returns 0, or -EINVAL: it is no
 * packet of NFPROTO_IPV4 or NFPROTO_IPV6. Any context, as all below; only reads.
 */
int fingerprint_begin(struct fingerprint_walk *walk, const struct sk_buff *skb,
		      unsigned int family);

/* The next fingerprint, while walk->next < walk->count. Returns 0 or a negative errno. */
int fingerprint_next(struct fingerprint_walk *walk, u64 *print);

/* One for the packet as it is in the stack. Returns 0 or a negative errno. */
int fingerprint_whole(const struct sk_buff *skb, unsigned int family, u64 *print);

#endif
