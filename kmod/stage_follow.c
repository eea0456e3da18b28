// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>

#include "stage_follow.h"

#define FOLLOW_WAYS 8
#define FOLLOW_TRIES 4
#define FOLLOW_ID_MASK GENMASK_ULL(FOLLOW_ID_BITS - 1, 0)
#define FOLLOW_TAG_MASK (~FOLLOW_ID_MASK)

enum follow_key {
	FOLLOW_SKB,
	FOLLOW_HEAD,
	FOLLOW_PRINT,
};

static siphash_key_t follow_secret __read_mostly;

void follow_seed(void)
{
	get_random_bytes(&follow_secret, sizeof(follow_secret));
}

static atomic64_t *bucket_of(struct follow *follow, enum follow_key kind, u64 key, u64 *tag)
{
	u64 hash = siphash_2u64(kind, key, &follow_secret);

	*tag = (hash & FOLLOW_TAG_MASK) ?: BIT_ULL(FOLLOW_ID_BITS);
	return &follow->slots[(hash & (STAGE_SLOTS / FOLLOW_WAYS - 1)) * FOLLOW_WAYS];
}

/* The packet with that number, unless another one has taken its place. */
static struct follow_packet *packet_get(struct follow *follow, u32 id)
{
	struct follow_packet *packet = &follow->packets[id % STAGE_PACKETS];

	return READ_ONCE(packet->id) == id ? packet : NULL;
}

static struct follow_packet *id_find(struct follow *follow, enum follow_key kind, u64 key)
{
	atomic64_t *bucket;
	unsigned int i;
	u64 tag, slot;

	bucket = bucket_of(follow, kind, key, &tag);
	for (i = 0; i < FOLLOW_WAYS; i++) {
		slot = atomic64_read(&bucket[i]);
		if ((slot & FOLLOW_TAG_MASK) == tag)
			return packet_get(follow, slot & FOLLOW_ID_MASK);
	}
	return NULL;
}

/* On the key's own place, else on a free one, else on that of the oldest packet. */
static void id_put(struct follow *follow, enum follow_key kind, u64 key, u32 id)
{
	unsigned int i, best, tries;
	u64 slot[FOLLOW_WAYS], tag;
	atomic64_t *bucket;

	bucket = bucket_of(follow, kind, key, &tag);
	for (tries = 0; tries < FOLLOW_TRIES; tries++) {
		best = 0;
		for (i = 0; i < FOLLOW_WAYS; i++) {
			slot[i] = atomic64_read(&bucket[i]);
			if ((slot[i] & FOLLOW_TAG_MASK) == tag) {
				best = i;
				break;
			}
			if ((slot[i] & FOLLOW_ID_MASK) < (slot[best] & FOLLOW_ID_MASK))
				best = i;
		}
		if (atomic64_cmpxchg(&bucket[best], slot[best], tag | id) == slot[best])
			return;
	}
}

/* Takes the key away if it is still this packet's. */
static void id_drop(struct follow *follow, enum follow_key kind, u64 key, u32 id)
{
	atomic64_t *bucket;
	unsigned int i;
	u64 tag;

	bucket = bucket_of(follow, kind, key, &tag);
	for (i = 0; i < FOLLOW_WAYS; i++)
		if (atomic64_cmpxchg(&bucket[i], tag | id, 0) == (tag | id))
			return;
}

struct follow_packet *follow_find(struct follow *follow, const struct sk_buff *skb)
{
	return id_find(follow, FOLLOW_SKB, (unsigned long)skb);
}

/* Whose copy is it? The first packet's, for the copy of a copy too. */
static u32 original_of(struct follow *follow, const struct sk_buff *skb, u64 print)
{
	const struct follow_packet *other;

	other = id_find(follow, FOLLOW_HEAD, (unsigned long)skb->head);
	if (!other && print) {
		other = id_find(follow, FOLLOW_PRINT, print);
		if (other && time_after(jiffies, READ_ONCE(other->since) +
					msecs_to_jiffies(STAGE_COPY_MS)))
			other = NULL;
	}
	if (!other)
		return 0;
	return READ_ONCE(other->copy_of) ?: READ_ONCE(other->id);
}

/* Counts up to a bound and not beyond it. */
static u32 number_take(atomic_t *counter, u32 max)
{
	int last = atomic_read(counter);

	do {
		if ((u32)last >= max)
			return 0;
	} while (!atomic_try_cmpxchg(counter, &last, last + 1));
	return last + 1;
}

struct follow_packet *follow_begin(struct follow *follow, const struct sk_buff *skb, u64 print)
{
	u32 limit = READ_ONCE(follow->limit);
	struct follow_packet *packet;
	u32 copy_of, id;

	copy_of = original_of(follow, skb, print);
	if (!copy_of && !number_take(&follow->originals, limit ?: U32_MAX >> 1))
		return NULL;
	id = number_take(&follow->ids, FOLLOW_ID_MASK);
	if (!id)
		return NULL;
	packet = &follow->packets[id % STAGE_PACKETS];
	WRITE_ONCE(packet->id, id);
	WRITE_ONCE(packet->copy_of, copy_of);
	WRITE_ONCE(packet->since, jiffies);
	packet->head = skb->head;
	id_put(follow, FOLLOW_SKB, (unsigned long)skb, id);
	if (!copy_of) {
		id_put(follow, FOLLOW_HEAD, (unsigned long)skb->head, id);
		if (print)
			id_put(follow, FOLLOW_PRINT, print, id);
	}
	return packet;
}

void follow_again(struct follow *follow, struct follow_packet *packet,
		  const struct sk_buff *skb)
{
	if (packet->head == skb->head)
		return;
	id_drop(follow, FOLLOW_HEAD, (unsigned long)packet->head, packet->id);
	packet->head = skb->head;
	id_put(follow, FOLLOW_HEAD, (unsigned long)skb->head, packet->id);
}

/* The fingerprint stays: a copy may come later than the original's end. */
void follow_end(struct follow *follow, struct follow_packet *packet, const struct sk_buff *skb)
{
	id_drop(follow, FOLLOW_SKB, (unsigned long)skb, packet->id);
	id_drop(follow, FOLLOW_HEAD, (unsigned long)packet->head, packet->id);
}
