/* SPDX-License-Identifier: GPL-2.0-only */
/* Stages: the way of packets and of their copies through the kernel, function by function,
 * while somebody asks for it.
 *
 * Off, it costs nothing: no probe is registered, and the module's own hooks jump over it.
 * Armed, the packets of the armed namespaces are followed, those for which the namespace's
 * filter (filter.h) is true when they are first seen. From then on a packet is known by the
 * address of its sk_buff, whatever becomes of it (encapsulation, say), until it is freed,
 * taken by a protocol, or moves to another namespace.
 *
 * A packet is a copy when, at its first stage, its buffer (skb->head) is that of a packet
 * that is followed: a clone, which is what nft's dup and tc's mirred make. Or when it has
 * the fingerprint of one (copy.h) seen up to 100 ms before: a copy with a buffer of its own,
 * or that came back over a wire. What GSO cuts or GRO joins is a new packet.
 *
 * Nothing here takes a lock on the packet's path or allocates; what is full forgets the
 * oldest. Memory of an armed namespace: about 550 KiB (STAGE_EVENTS of 72 bytes,
 * STAGE_PACKETS of 40, STAGE_SLOTS of 8, STAGE_LINES of 64), up to STAGE_NAMESPACES of
 * them.
 */
#ifndef MIRROR_PROBE_STAGE_H
#define MIRROR_PROBE_STAGE_H

#include <linux/atomic.h>
#include <linux/if.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/types.h>

#define STAGE_EVENTS 4096	/* the last ones; powers of two, all four */
#define STAGE_PACKETS 4096	/* that can be under way at a time */
#define STAGE_SLOTS 8192
#define STAGE_LINES 512
#define STAGE_NAMESPACES 64

/* Later than this a packet with the fingerprint of another is a packet of its own. */
#define STAGE_COPY_MS 100

struct net;
struct net_device;
struct probe_net;
struct seq_file;
struct sk_buff;
struct stage_book;

enum stage_end {
	STAGE_GOES_ON,
	STAGE_DROPPED,		/* with `reason`, 0 where the kernel has none to give */
	STAGE_CONSUMED,		/* freed, and not as a drop */
	STAGE_RELEASED,		/* freed without a word: TCP does that to what it has read */
	STAGE_LEFT,		/* for another namespace */
};

/* What a probe knows besides the packet. */
struct stage_point {
	const char *name;		/* of the function, or NULL: */
	unsigned long address;		/* an address inside it */
	const struct net_device *dev;	/* not at an end: there skb->dev may be anything */
	u32 reason;
	u8 end;				/* enum stage_end */
	bool received;			/* skb->data is where the network header is */
};

/* True while any namespace is armed, for the module's own hooks. */
DECLARE_STATIC_KEY_FALSE(stage_armed);

/* The packet is at this point of its way. Any context, also with interrupts off. */
void stage_see(const struct stage_point *point, const struct net *net, struct sk_buff *skb);

/* The packet ends here, if it is one that is followed. Looks at its address and, but for
 * STAGE_RELEASED, at type, length: nothing else of it can be relied on any more.
 */
void stage_finish(const struct stage_point *point, const struct sk_buff *skb);

/* Draws the hash key; once. */
void stage_seed(void);

/* How a user arms. */
struct stage_wish {
	u32 limit;	/* originals to follow, 0: all; of several users the highest holds */
	bool alone;	/* nobody else may, since the filter is for this user */
	bool again;	/* it has armed before, and begins anew; if it fails, it no longer has */
};

/* Arms a namespace for one more user. Returns 0; -EBUSY: it is armed, and one of the two
 * wants to be alone; -EUSERS: too many namespaces are armed; -ENOMEM. May sleep.
 */
int stage_arm(struct probe_net *pn, struct net *net, const struct stage_wish *wish);

/* One user less; with the last one everything is given back. May sleep. */
void stage_disarm(struct probe_net *pn);

/* Print what `stages` and `events` show (stage_proc.h). pn->lock is held. */
int stage_show(const struct probe_net *pn, struct seq_file *m);

/* The first event there is from number `at` on, or 0: none yet. pn->lock is held. */
u64 stage_event_find(const struct probe_net *pn, u64 at);
void stage_event_show(const struct probe_net *pn, struct seq_file *m, u64 number);

#endif
