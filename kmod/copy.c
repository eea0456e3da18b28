// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/log2.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "copy.h"
#include "fingerprint.h"

#define COPY_WAYS 8			/* of 8 bytes: a bucket is one cache line */
#define COPY_SLOTS_MIN 64
#define COPY_TRIES 4

/* A slot is a tag in the upper 44 bits and a time in the lower 20, in units of 2^20 ns,
 * which is a millisecond for a shift instead of a division. Zero is free; no tag is zero.
 */
#define SLOT_TIME_BITS 20
#define SLOT_TIME_MASK GENMASK_ULL(SLOT_TIME_BITS - 1, 0)
#define SLOT_TAG_MASK (~SLOT_TIME_MASK)
#define SLOT_TIME_SHIFT 20

/* A slot may be this much younger than the packet that finds it: between reading the
 * clock and looking, an interrupt or another CPU can come first.
 */
#define SLOT_TIME_SLACK 16

struct copy_memory {
	u64 mask;			/* of buckets */
	u32 window;			/* in units of a slot's time, SLOT_TIME_SLACK included */
	atomic64_t *slots;
};

struct copy_memory *copy_alloc(unsigned int slots, unsigned int ms)
{
	struct copy_memory *memory;

	slots = clamp_t(unsigned int, slots, COPY_SLOTS_MIN, COPY_SLOTS_MAX);
	slots = roundup_pow_of_two(slots);
	memory = kmalloc(sizeof(*memory), GFP_KERNEL_ACCOUNT);
	if (!memory)
		return NULL;
	/* On its own: a power of two that is a multiple of a cache line is aligned to it. */
	memory->slots = kvcalloc(slots, sizeof(*memory->slots), GFP_KERNEL_ACCOUNT);
	if (!memory->slots)
		goto free_memory;
	memory->mask = slots / COPY_WAYS - 1;
	ms = clamp_t(unsigned int, ms, COPY_MS_MIN, COPY_MS_MAX);
	memory->window = ((u64)ms * NSEC_PER_MSEC >> SLOT_TIME_SHIFT) + SLOT_TIME_SLACK;
	return memory;

free_memory:
	kfree(memory);
	return NULL;
}

void copy_free(struct copy_memory *memory)
{
	if (!memory)
		return;
	kvfree(memory->slots);
	kfree(memory);
}

/* Age plus slack. */
static u32 slot_age(u64 slot, u64 now)
{
	return (now + SLOT_TIME_SLACK - slot) & SLOT_TIME_MASK;
}

/* Looks the tag up in its bucket and puts it there if it is new: on a free place, or on
 * the oldest. Two CPUs with the same packet find the same place, and the loser of the
 * exchange looks again and finds it taken by its own tag.
 */
static bool bucket_seen(atomic64_t *bucket, u64 tag, u64 now, u32 window)
{
	unsigned int i, oldest, tries;
	u64 slot[COPY_WAYS];
	u32 age, worst;

	for (tries = 0; tries < COPY_TRIES; tries++) {
		oldest = 0;
		worst = 0;
		for (i = 0; i < COPY_WAYS; i++) {
			slot[i] = atomic64_read(&bucket[i]);
			age = slot[i] ? slot_age(slot[i], now) : U32_MAX;
			if ((slot[i] & SLOT_TAG_MASK) == tag) {
				if (age <= window)
					return true;
				age = U32_MAX;
			}
			if (age > worst) {
				worst = age;
				oldest = i;
			}
		}
		if (atomic64_cmpxchg(&bucket[oldest], slot[oldest], tag | now) == slot[oldest])
			return false;
	}
	return false;
}

bool copy_seen(struct copy_memory *memory, const struct sk_buff *skb, unsigned int family)
{
	struct fingerprint_walk walk;
	u64 hash, tag, now;

	if (!memory || fingerprint_begin(&walk, skb, family))
		return false;
	now = (ktime_get_coarse_ns() >> SLOT_TIME_SHIFT) & SLOT_TIME_MASK;
	while (walk.next < walk.count) {
		if (fingerprint_next(&walk, &hash))
			return false;
		tag = (hash & SLOT_TAG_MASK) ?: BIT_ULL(SLOT_TIME_BITS);
		/* The first one decides; the others have been seen with it, then. */
		if (bucket_seen(&memory->slots[(hash & memory->mask) * COPY_WAYS], tag, now,
				memory->window) &&
		    walk.next == 1)
			return true;
	}
	return false;
}
