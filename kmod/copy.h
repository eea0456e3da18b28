/* SPDX-License-Identifier: GPL-2.0-only */
/* Recognises copies: a packet is a copy when the same packet was seen in the same
 * namespace, at either hook and on any device, at most copy_ms milliseconds before: 100
 * unless the module was given another number.
 *
 * The same packet: the same on the wire, see fingerprint.h. One that stands for several
 * (GSO, GRO) puts each of them into the memory and is a copy if the first of them was seen
 * before. So a copy is recognised that was cut for a device without TSO or UDP GSO, and one
 * that GRO has joined, as one packet.
 *
 * Each later sighting counts, so that two copies of a packet count two, and where a copy
 * on another CPU comes to the hook before its original, it is the original that counts: on
 * two CPUs one of some 20,000 that were mirrored as they came in and led back at once. Also
 * counted, since they are second sightings as well:
 * - traffic over lo, once at LOCAL_OUT and then at PRE_ROUTING, and other traffic that
 *   returns to its own namespace; what multicast and broadcast senders hear of themselves;
 * - what passes a hook twice by way of a VRF;
 * - a sender's exact repetition within that time: IPv6, or IPv4 with id 0, and the same
 *   bytes again. A retransmission by TCP is none: it has a new IPv4 id, and over IPv6 a
 *   new timestamp or a delay of 200 ms. (Without TCP timestamps, a fast retransmission
 *   over IPv6 counts.)
 *
 * Not recognised, so that copies are too few:
 * - a copy that was cut or joined otherwise: IP fragmentation, GSO of SCTP or behind an
 *   encapsulation or IPv6 extension headers, and more than 128 packets in one; also one
 *   translated by NAT, or encapsulated: that is another packet;
 * - one whose inner checksum, behind an encapsulation or more than 78 bytes of extension
 *   headers, was filled in between;
 * - one that comes later;
 * - one whose original was evicted before, because more than 8 packets of that
 *   time share its bucket. The memory holds copy_slots packets: 2048 of them last 20 ms
 *   at 100,000 distinct packets a second;
 * - sometimes, one that passes at the same instant as its original on another CPU.
 *
 * Taken for a copy, though it is none: one distinct packet in 10^12, since 44 bits of a
 * keyed hash are compared with 8 others. Nobody who does not know the key can aim at it.
 * Distinct means in the fingerprint's bytes; packets that have no number and differ only
 * behind their first 96 bytes and before their last 32 are told apart by a 16-bit sum,
 * 65,534 times in 65,535. Also, a packet like one of 18 minutes ago (or a multiple), if
 * that was not evicted.
 */
#ifndef MIRROR_PROBE_COPY_H
#define MIRROR_PROBE_COPY_H

#include <linux/types.h>

#define COPY_SLOTS_MAX 1048576U
#define COPY_MS_MIN 1U
#define COPY_MS_MAX 10000U

struct copy_memory;
struct sk_buff;

/* Slots are rounded up to a power of two, at least 64, at most COPY_SLOTS_MAX; 8 bytes
 * each. A packet is remembered for that many milliseconds, COPY_MS_MIN to COPY_MS_MAX.
 * NULL: no memory.
 */
struct copy_memory *copy_alloc(unsigned int slots, unsigned int ms);
void copy_free(struct copy_memory *memory);

/* Was this packet seen before? Remembers it if not. The memory may be NULL: no.
 * Any context; takes no lock, does not sleep, only reads the packet.
 */
bool copy_seen(struct copy_memory *memory, const struct sk_buff *skb, unsigned int family);

#endif
