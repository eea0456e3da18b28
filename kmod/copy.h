/* SPDX-License-Identifier: GPL-2.0-only */
/* Recognises copies: a packet is a copy when the same packet was seen in the same
 * namespace, at either hook and on any device, at most 100 ms before.
 *
 * The same packet: equal in addresses, IPv4 protocol, id, fragment field and total
 * length, IPv6 flow label, next header and payload length, in the 96 bytes after the
 * fixed header (IPv4: after the options), and in its last 32 bytes. Not compared is what
 * changes on the way to a copy: TTL and hop limit, TOS and traffic class, IPv4 options,
 * the checksums of IP, TCP, UDP, UDP-Lite, ICMP, ICMPv6 and SCTP (a device may fill them
 * in later), and everything outside the packet: MAC addresses, VLAN tag, mark, device.
 *
 * Each later sighting counts, so that two copies of a packet count two. Also counted,
 * since they are second sightings as well:
 * - traffic over lo, once at LOCAL_OUT and then at PRE_ROUTING, and other traffic that
 *   returns to its own namespace; what multicast and broadcast senders hear of themselves;
 * - what passes a hook twice by way of a VRF;
 * - a sender's exact repetition within 100 ms: IPv6, or IPv4 with id 0, and the same
 *   bytes again. A retransmission by TCP is none: it has a new IPv4 id, and over IPv6 a
 *   new timestamp or a delay of 200 ms. (Without TCP timestamps, a fast retransmission
 *   over IPv6 counts.)
 *
 * Not recognised, so that copies are too few:
 * - a copy that was cut or joined on its way (GSO at the target device, GRO at its peer,
 *   IP fragmentation), translated by NAT, or encapsulated: that is another packet;
 * - one whose inner checksum, behind an encapsulation, was filled in between;
 * - one that comes later than 100 ms;
 * - one whose original was evicted before, because more than 8 packets of the last
 *   100 ms share its bucket. The memory holds copy_slots packets: 2048 of them last 20 ms
 *   at 100,000 distinct packets a second;
 * - sometimes, one that passes at the same instant as its original on another CPU.
 *
 * Taken for a copy, though it is none: one distinct packet in 10^12, since 44 bits of a
 * keyed hash are compared with 8 others. Nobody who does not know the key can aim at it.
 * Also, a packet like one of 18 minutes ago (or a multiple), if that was not evicted.
 */
#ifndef MIRROR_PROBE_COPY_H
#define MIRROR_PROBE_COPY_H

#include <linux/types.h>

#define COPY_SLOTS_MAX 1048576

struct copy_memory;
struct sk_buff;

/* Draws the hash key; once, before the first memory. */
void copy_seed(void);

/* Slots are rounded up to a power of two, at least 64, at most COPY_SLOTS_MAX; 8 bytes
 * each. NULL: no memory.
 */
struct copy_memory *copy_alloc(unsigned int slots);
void copy_free(struct copy_memory *memory);

/* Was this packet seen before? Remembers it if not. The memory may be NULL: no.
 * Any context; takes no lock, does not sleep, only reads the packet.
 */
bool copy_seen(struct copy_memory *memory, const struct sk_buff *skb, unsigned int family);

/* The fingerprint of a packet whose network header is where its data begins. Returns 0, or
 * a negative errno: it has none. Any context.
 */
int copy_print(const struct sk_buff *skb, unsigned int family, u64 *print);

#endif
