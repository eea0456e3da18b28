// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/log2.h>
#include <linux/netfilter.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "copy.h"

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
#define COPY_WINDOW ((100 * NSEC_PER_MSEC) >> SLOT_TIME_SHIFT)

/* A slot may be this much younger than the packet that finds it: between reading the
 * clock and looking, an interrupt or another CPU can come first.
 */
#define SLOT_TIME_SLACK 16

#define HEAD_BYTES 96
#define TAIL_BYTES 32

struct copy_memory {
	u64 mask;			/* of buckets */
	atomic64_t *slots;
};

/* What is hashed. Without holes, and zeroed where a packet has nothing to put. */
struct fingerprint {
	union {
		struct {
			struct in6_addr saddr6;
			struct in6_addr daddr6;
		};
		struct {
			__be32 saddr;
			__be32 daddr;
		};
	};
	__be32 label;			/* IPv6 */
	__be16 id;			/* IPv4 */
	__be16 frag_off;
	__be16 length;
	u8 protocol;
	u8 family;
	u8 head[HEAD_BYTES];
	u8 tail[TAIL_BYTES];
	u8 pad[4];
} __aligned(8);

/* The bytes to leave out, as offsets in the packet. */
struct blank {
	unsigned int from;
	unsigned int to;
};

static siphash_key_t copy_key __read_mostly;

void copy_seed(void)
{
	BUILD_BUG_ON(sizeof(struct fingerprint) != 176);
	get_random_bytes(&copy_key, sizeof(copy_key));
}

struct copy_memory *copy_alloc(unsigned int slots)
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

/* Where the transport header at `at` has the checksum; nothing for other protocols. */
static struct blank checksum_blank(u8 protocol, unsigned int at)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return (struct blank){ at + 16, at + 18 };
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return (struct blank){ at + 6, at + 8 };
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return (struct blank){ at + 2, at + 4 };
	case IPPROTO_SCTP:
		return (struct blank){ at + 8, at + 12 };
	default:
		return (struct blank){ };
	}
}

static int piece_read(const struct sk_buff *skb, unsigned int at, u8 *to, unsigned int len,
		      const struct blank *blank)
{
	unsigned int i;
	int err;

	err = skb_copy_bits(skb, at, to, len);
	if (err)
		return err;
	for (i = max(blank->from, at); i < min(blank->to, at + len); i++)
		to[i - at] = 0;
	return 0;
}

/* The head from `at`, and the end of the packet as far as the head does not reach it. */
static int body_read(struct fingerprint *print, const struct sk_buff *skb, unsigned int at,
		     const struct blank *blank)
{
	unsigned int len, rest;
	int err;

	if (at > skb->len)
		return -EINVAL;
	rest = skb->len - at;
	len = min_t(unsigned int, rest, HEAD_BYTES);
	err = piece_read(skb, at, print->head, len, blank);
	if (err)
		return err;
	len = min_t(unsigned int, rest - len, TAIL_BYTES);
	return piece_read(skb, skb->len - len, print->tail, len, blank);
}

static int fingerprint_ip(struct fingerprint *print, const struct sk_buff *skb)
{
	unsigned int at = skb_network_offset(skb);
	struct blank blank = { };
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!ip || ip->ihl < 5)
		return -EINVAL;
	print->saddr = ip->saddr;
	print->daddr = ip->daddr;
	print->id = ip->id;
	print->frag_off = ip->frag_off;
	print->length = ip->tot_len;
	print->protocol = ip->protocol;
	at += ip->ihl * 4;
	if (!(ip->frag_off & htons(IP_OFFSET)))
		blank = checksum_blank(ip->protocol, at);
	return body_read(print, skb, at, &blank);
}

/* Extension headers belong to the body, the fragment's id among them; they are walked
 * only to find the checksum.
 */
static int fingerprint_ip6(struct fingerprint *print, const struct sk_buff *skb)
{
	unsigned int at = skb_network_offset(skb);
	const struct ipv6hdr *ip6;
	struct blank blank = { };
	struct ipv6hdr buf;
	__be16 frag_off;
	u8 protocol;
	int found;

	ip6 = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!ip6)
		return -EINVAL;
	print->saddr6 = ip6->saddr;
	print->daddr6 = ip6->daddr;
	print->label = ip6_flowlabel(ip6);
	print->length = ip6->payload_len;
	print->protocol = ip6->nexthdr;
	at += sizeof(*ip6);
	protocol = ip6->nexthdr;
	found = ipv6_skip_exthdr(skb, at, &protocol, &frag_off);
	if (found >= 0 && !(frag_off & htons(IP6_OFFSET)))
		blank = checksum_blank(protocol, found);
	return body_read(print, skb, at, &blank);
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
static bool bucket_seen(atomic64_t *bucket, u64 tag, u64 now)
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
				if (age <= COPY_WINDOW + SLOT_TIME_SLACK)
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

int copy_print(const struct sk_buff *skb, unsigned int family, u64 *hash)
{
	struct fingerprint print;
	int err;

	memset(&print, 0, sizeof(print));
	print.family = family;
	if (family == NFPROTO_IPV6)
		err = fingerprint_ip6(&print, skb);
	else
		err = fingerprint_ip(&print, skb);
	if (!err)
		*hash = siphash(&print, sizeof(print), &copy_key);
	return err;
}

bool copy_seen(struct copy_memory *memory, const struct sk_buff *skb, unsigned int family)
{
	u64 hash, tag;

	if (!memory || copy_print(skb, family, &hash))
		return false;
	tag = (hash & SLOT_TAG_MASK) ?: BIT_ULL(SLOT_TIME_BITS);
	return bucket_seen(&memory->slots[(hash & memory->mask) * COPY_WAYS], tag,
			   (ktime_get_coarse_ns() >> SLOT_TIME_SHIFT) & SLOT_TIME_MASK);
}
