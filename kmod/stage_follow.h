/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is who: gives packets numbers, and finds them again by the address of their sk_buff,
 * by their buffer and by their fingerprint. Of one armed namespace.
 *
 * One table holds all three kinds of keys, as copy.c holds its fingerprints: a slot is one
 * word, a tag of 40 bits and the packet's number in 24. One wrong match in 10^11 look-ups.
 */
#ifndef MIRROR_PROBE_STAGE_FOLLOW_H
#define MIRROR_PROBE_STAGE_FOLLOW_H

#include <linux/atomic.h>
#include <linux/if.h>
#include <linux/types.h>

#include "stage.h"

#define FOLLOW_ID_BITS 24

struct sk_buff;

struct follow_packet {
	u32 id;
	u32 copy_of;			/* 0: an original */
	unsigned long since;		/* jiffies */
	const void *head;
	char device[IFNAMSIZ];		/* where it was last */
};

struct follow {
	atomic_t ids;
	atomic_t originals;
	u32 limit;			/* of originals, 0: none */
	struct follow_packet packets[STAGE_PACKETS];
	atomic64_t slots[STAGE_SLOTS];
};

/* Draws the hash key; once. */
void follow_seed(void);

/* The packet, or NULL if it is not followed. */
struct follow_packet *follow_find(struct follow *follow, const struct sk_buff *skb);

/* Begins to follow it. `print` is its fingerprint, 0 if it has none. NULL: the limit is
 * reached, or all numbers are used up.
 */
struct follow_packet *follow_begin(struct follow *follow, const struct sk_buff *skb, u64 print);

/* Its buffer may have been exchanged meanwhile. */
void follow_again(struct follow *follow, struct follow_packet *packet,
		  const struct sk_buff *skb);

void follow_end(struct follow *follow, struct follow_packet *packet, const struct sk_buff *skb);

#endif
