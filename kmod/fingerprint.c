// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "fingerprint.h"

static siphash_key_t fingerprint_key __read_mostly;

void fingerprint_seed(void)
{
	BUILD_BUG_ON(sizeof(struct fingerprint) != 176);
	get_random_bytes(&fingerprint_key, sizeof(fingerprint_key));
}

/* Where the transport header has its checksum; nothing for other protocols. */
static void checksum_blank(struct fingerprint_walk *walk)
{
	switch (walk->protocol) {
	case IPPROTO_TCP:
		walk->blank_from = 16;
		walk->blank_to = 18;
		break;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		walk->blank_from = 6;
		walk->blank_to = 8;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		walk->blank_from = 2;
		walk->blank_to = 4;
		break;
	case IPPROTO_SCTP:
		walk->blank_from = 8;
		walk->blank_to = 12;
		break;
	}
}

static void blank_move(struct fingerprint_walk *walk, unsigned int by)
{
	walk->blank_from += by;
	walk->blank_to += by;
}

static int ip_begin(struct fingerprint_walk *walk)
{
	unsigned int at = skb_network_offset(walk->skb);
	struct fingerprint *print = &walk->print;
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(walk->skb, at, sizeof(buf), &buf);
	if (!ip || ip->ihl < 5)
		return -EINVAL;
	walk->addresses = 2 * sizeof(ip->saddr);
	memcpy(print->bytes, &ip->saddr, walk->addresses);
	print->id = ip->id;
	print->frag_off = ip->frag_off;
	print->length = ip->tot_len;
	print->protocol = ip->protocol;
	walk->at = at + ip->ihl * 4;
	if (!(ip->frag_off & htons(IP_OFFSET))) {
		walk->protocol = ip->protocol;
		checksum_blank(walk);
	}
	return 0;
}

/* Extension headers belong to the body, the fragment's id among them; they are walked
 * only to find the checksum.
 */
static int ip6_begin(struct fingerprint_walk *walk)
{
	unsigned int at = skb_network_offset(walk->skb);
	struct fingerprint *print = &walk->print;
	const struct ipv6hdr *ip6;
	struct ipv6hdr buf;
	__be16 frag_off;
	u8 protocol;
	int found;

	ip6 = skb_header_pointer(walk->skb, at, sizeof(buf), &buf);
	if (!ip6)
		return -EINVAL;
	walk->addresses = 2 * sizeof(ip6->saddr);
	memcpy(print->bytes, &ip6->saddr, walk->addresses);
	print->label = ip6_flowlabel(ip6);
	print->length = ip6->payload_len;
	print->protocol = ip6->nexthdr;
	walk->at = at + sizeof(*ip6);
	protocol = ip6->nexthdr;
	found = ipv6_skip_exthdr(walk->skb, walk->at, &protocol, &frag_off);
	if (found < 0 || frag_off & htons(IP6_OFFSET))
		return 0;
	walk->protocol = protocol;
	checksum_blank(walk);
	/* Counted from where the body begins; within the head, or left as it is. */
	found -= walk->at;
	if (found + walk->blank_to > FINGERPRINT_HEAD)
		walk->blank_to = walk->blank_from;
	else
		blank_move(walk, found);
	return 0;
}

/* The length of the transport header that is repeated in each packet, or 0: such packets
 * are not understood, and count as one.
 */
static unsigned int repeated_header(const struct fingerprint_walk *walk)
{
	const unsigned int understood = SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN |
					SKB_GSO_TCP_FIXEDID | SKB_GSO_DODGY |
					SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST;
	const struct tcphdr *tcp;
	struct tcphdr buf;

	if ((unsigned int)skb_shinfo(walk->skb)->gso_type & ~understood)
		return 0;
	/* No extension headers between. */
	if (walk->protocol != walk->print.protocol)
		return 0;
	if (walk->protocol == IPPROTO_UDP)
		return sizeof(struct udphdr);
	if (walk->protocol != IPPROTO_TCP)
		return 0;
	tcp = skb_header_pointer(walk->skb, walk->at, sizeof(buf), &buf);
	return tcp && tcp->doff >= 5 ? tcp->doff * 4 : 0;
}

static void segments_begin(struct fingerprint_walk *walk)
{
	const struct skb_shared_info *info = skb_shinfo(walk->skb);
	unsigned int header, count;

	if (!info->gso_size || info->gso_size == GSO_BY_FRAGS)
		return;
	header = repeated_header(walk);
	if (!header || walk->at + header >= walk->skb->len)
		return;
	count = DIV_ROUND_UP(walk->skb->len - walk->at - header, info->gso_size);
	if (count < 2)
		return;
	walk->header = header;
	walk->size = info->gso_size;
	walk->count = min_t(unsigned int, count, FINGERPRINT_MAX);
	walk->same_id = info->gso_type & SKB_GSO_TCP_FIXEDID;
}

int fingerprint_begin(struct fingerprint_walk *walk, const struct sk_buff *skb,
		      unsigned int family)
{
	int err;

	memset(walk, 0, offsetof(struct fingerprint_walk, print.bytes));
	walk->skb = skb;
	walk->count = 1;
	walk->print.family = family;
	err = family == NFPROTO_IPV6 ? ip6_begin(walk) : ip_begin(walk);
	if (err)
		return err;
	if (walk->at > skb->len)
		return -EINVAL;
	if (skb_is_gso(skb))
		segments_begin(walk);
	return 0;
}

/* The IP header of a packet whose transport header and payload have @length bytes. */
static void ip_adjust(struct fingerprint_walk *walk, unsigned int index, unsigned int length)
{
	struct fingerprint *print = &walk->print;
	unsigned int before = walk->at - skb_network_offset(walk->skb);

	if (print->family == NFPROTO_IPV6)
		before -= sizeof(struct ipv6hdr);
	else if (index && !walk->same_id)
		print->id = htons(ntohs(print->id) + 1);
	print->length = htons(before + length);
}

static void transport_adjust(struct fingerprint_walk *walk, unsigned int index, bool last,
			     unsigned int length)
{
	struct fingerprint *print = &walk->print;
	struct tcphdr *tcp = (struct tcphdr *)(print->bytes + walk->addresses);

	if (walk->protocol == IPPROTO_UDP) {
		((struct udphdr *)tcp)->len = htons(length);
		return;
	}
	tcp->seq = htonl(ntohl(tcp->seq) + index * walk->size);
	if (!last) {
		tcp->fin = 0;
		tcp->psh = 0;
	}
	if (index)
		tcp->cwr = 0;
}

/* Head and tail of `header` bytes at the transport header and `payload` bytes at `from`.
 * Returns how much there is to hash, or a negative errno.
 */
static int body_read(struct fingerprint_walk *walk, unsigned int header, unsigned int from,
		     unsigned int payload)
{
	struct fingerprint *print = &walk->print;
	u8 *to = print->bytes + walk->addresses;
	const struct sk_buff *skb = walk->skb;
	unsigned int head, tail, used, i;
	int err;

	head = min_t(unsigned int, payload, FINGERPRINT_HEAD - header);
	tail = min_t(unsigned int, payload - head, FINGERPRINT_TAIL);
	err = header ? skb_copy_bits(skb, walk->at, to, header) : 0;
	err = err ?: skb_copy_bits(skb, from, to + header, head);
	if (tail)
		err = err ?: skb_copy_bits(skb, from + payload - tail, to + header + head, tail);
	if (err)
		return err;
	for (i = walk->blank_from; i < min_t(unsigned int, walk->blank_to, header + head); i++)
		to[i] = 0;
	if (!print->id && payload > head + tail)
		print->middle = csum_fold(skb_checksum(skb, from + head,
						       payload - head - tail, 0));
	else
		print->middle = 0;
	/* Up to whole words. */
	used = walk->addresses + header + head + tail;
	memset(print->bytes + used, 0, round_up(used, 8) - used);
	return offsetof(struct fingerprint, bytes) + round_up(used, 8);
}

int fingerprint_next(struct fingerprint_walk *walk, u64 *print)
{
	unsigned int index = walk->next++, from, payload;
	bool last;
	int used;

	if (walk->count == 1) {
		used = body_read(walk, 0, walk->at, walk->skb->len - walk->at);
	} else {
		from = walk->at + walk->header + index * walk->size;
		payload = min(walk->skb->len - from, walk->size);
		last = from + payload == walk->skb->len;
		ip_adjust(walk, index, walk->header + payload);
		used = body_read(walk, walk->header, from, payload);
		transport_adjust(walk, index, last, walk->header + payload);
	}
	if (used < 0)
		return used;
	*print = siphash(&walk->print, used, &fingerprint_key);
	return 0;
}

int fingerprint_whole(const struct sk_buff *skb, unsigned int family, u64 *print)
{
	struct fingerprint_walk walk;
	int err;

	err = fingerprint_begin(&walk, skb, family);
	if (err)
		return err;
	walk.count = 1;
	return fingerprint_next(&walk, print);
}
