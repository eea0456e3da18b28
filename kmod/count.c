// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_packet.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/u64_stats_sync.h>

#include "count.h"

#define COUNT_OVERFLOW ":overflow"
#define COUNT_KINDS 32			/* 2 hooks, 2 families, 8 pkt_types */
#define COUNT_HINTS 16
#define NAME_WORDS (IFNAMSIZ / sizeof(u64))

#define KIND_LOCAL_OUT BIT(4)
#define KIND_IP6 BIT(3)
#define KIND_PKT_TYPE GENMASK(2, 0)

/* What a line is called. Written once, by who claimed the key, for readers only. */
struct count_line {
	char device[IFNAMSIZ];
	u8 kind;
	bool ready;			/* pairs release with acquire */
};

struct count_cell {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t copies;
};

/* The line that a device's name, as it stands in the device, was found at last. */
struct count_hint {
	u64 name[NAME_WORDS];
	u16 line;
	u8 kind;
	bool set;
};

/* One sequence for a CPU's counters: it costs nothing on 64 bit, and 32 bit readers,
 * who are rare, may well have to try again.
 */
struct count_cpu {
	struct u64_stats_sync sync;
	struct count_hint hints[COUNT_HINTS];
	struct count_cell cells[];	/* lines, then COUNT_KINDS for the overflow */
};

/* Keys stand apart from the rest of a line, so that a search reads few cache lines. */
struct count_table {
	unsigned int lines;		/* a power of two */
	struct count_cpu __percpu *cpus;
	struct count_line *line;
	atomic64_t keys[];		/* 0: free */
};

struct count_sum {
	u64 packets;
	u64 bytes;
	u64 copies;
};

static const char *const pkt_type_name[] = {
	[PACKET_HOST] = "HOST",
	[PACKET_BROADCAST] = "BROADCAST",
	[PACKET_MULTICAST] = "MULTICAST",
	[PACKET_OTHERHOST] = "OTHERHOST",
	[PACKET_OUTGOING] = "OUTGOING",
	[PACKET_LOOPBACK] = "LOOPBACK",
	[PACKET_USER] = "USER",
	[PACKET_KERNEL] = "KERNEL",
};

static siphash_key_t count_key __read_mostly;

const char *count_pkt_type(u8 pkt_type)
{
	return pkt_type_name[pkt_type & KIND_PKT_TYPE];
}

void count_seed(void)
{
	get_random_bytes(&count_key, sizeof(count_key));
}

struct count_table *count_alloc(unsigned int lines)
{
	struct count_table *table;
	struct count_cpu *cpu;
	int i;

	lines = roundup_pow_of_two(clamp_t(unsigned int, lines, COUNT_LINES_MIN, COUNT_LINES_MAX));
	table = kvzalloc(struct_size(table, keys, lines), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->lines = lines;
	table->line = kvcalloc(lines, sizeof(*table->line), GFP_KERNEL_ACCOUNT);
	if (!table->line)
		goto free_table;
	table->cpus = __alloc_percpu_gfp(struct_size(cpu, cells, lines + COUNT_KINDS),
					 __alignof__(*cpu), GFP_KERNEL_ACCOUNT);
	if (!table->cpus)
		goto free_line;
	for_each_possible_cpu(i)
		u64_stats_init(&per_cpu_ptr(table->cpus, i)->sync);
	return table;

free_line:
	kvfree(table->line);
free_table:
	kvfree(table);
	return NULL;
}

void count_free(struct count_table *table)
{
	if (!table)
		return;
	free_percpu(table->cpus);
	kvfree(table->line);
	kvfree(table);
}

/* The bytes of a device's name, with whatever stands behind its end. A rename may be under
 * way on another CPU. Reading twice makes half a name unlikely; it would only be the name
 * of a line of its own.
 */
static void device_name(u64 *words, const struct net_device *dev)
{
	int tries = 3;

	do {
		memcpy(words, dev->name, IFNAMSIZ);
		barrier();
	} while (memcmp(words, dev->name, IFNAMSIZ) && --tries);
}

/* Gives the key's place, a free one if it has none yet, or lines if there is none left.
 * Who loses the race for a free place looks at it again: the winner may have the same key.
 */
static unsigned int line_find(struct count_table *table, u64 key, bool *claimed)
{
	unsigned int mask = table->lines - 1;
	unsigned int i, at;
	u64 there;

	for (i = 0; i <= mask; i++) {
		at = (key + i) & mask;
		there = atomic64_read(&table->keys[at]);
		if (!there) {
			there = atomic64_cmpxchg(&table->keys[at], 0, key);
			*claimed = !there;
			if (!there)
				return at;
		}
		if (there == key)
			return at;
	}
	return table->lines;
}

/* The line is known by a keyed 64 bit hash, because a name cannot be claimed in one
 * atomic step and nobody here may wait for another to have written it.
 */
static unsigned int line_get(struct count_table *table, const u64 *bytes, u8 kind)
{
	u64 words[NAME_WORDS];
	char *name = (char *)words;
	bool claimed = false;
	unsigned int at;
	size_t length;
	u64 key;

	memcpy(words, bytes, sizeof(words));
	length = strnlen(name, IFNAMSIZ - 1);
	memset(name + length, 0, IFNAMSIZ - length);
	key = siphash_3u64(words[0], words[1], kind, &count_key);
	at = line_find(table, key ?: 1, &claimed);
	if (at == table->lines)
		return at + kind;
	if (claimed) {
		memcpy(table->line[at].device, name, IFNAMSIZ);
		table->line[at].kind = kind;
		/* With the name and the kind, for count_show(). */
		smp_store_release(&table->line[at].ready, true);
	}
	return at;
}

/* The cell for a device and a kind: where it was the last time, most often. With softirqs
 * off, on this CPU.
 */
static struct count_cell *cell_get(struct count_table *table, struct count_cpu *cpu,
				   const struct net_device *dev, u8 kind)
{
	u64 words[NAME_WORDS] = { };
	struct count_hint *hint;

	if (dev)
		device_name(words, dev);
	else
		strscpy((char *)words, ":none", sizeof(words));
	hint = &cpu->hints[((dev ? dev->ifindex : 0) ^ kind) % COUNT_HINTS];
	if (hint->set && hint->kind == kind && hint->name[0] == words[0] &&
	    hint->name[1] == words[1])
		return &cpu->cells[hint->line];

	hint->line = line_get(table, words, kind);
	memcpy(hint->name, words, sizeof(words));
	hint->kind = kind;
	/* What found no line may find none the next time either: there is no way back. */
	hint->set = true;
	return &cpu->cells[hint->line];
}

void count_add(struct count_table *table, const struct sk_buff *skb, unsigned int hook,
	       unsigned int family, const struct net_device *dev, bool copy)
{
	struct count_cell *cell;
	struct count_cpu *cpu;
	u8 kind;

	kind = skb->pkt_type & KIND_PKT_TYPE;
	if (hook == NF_INET_LOCAL_OUT)
		kind |= KIND_LOCAL_OUT;
	if (family == NFPROTO_IPV6)
		kind |= KIND_IP6;

	/* LOCAL_OUT in process context may be interrupted by PRE_ROUTING on the same CPU,
	 * in the middle of an addition: no softirq until it is done.
	 */
	local_bh_disable();
	cpu = this_cpu_ptr(table->cpus);
	cell = cell_get(table, cpu, dev, kind);
	u64_stats_update_begin(&cpu->sync);
	u64_stats_inc(&cell->packets);
	u64_stats_add(&cell->bytes, skb->len - skb_network_offset(skb));
	if (copy)
		u64_stats_inc(&cell->copies);
	u64_stats_update_end(&cpu->sync);
	local_bh_enable();
}

/* With softirqs off, since on 32 bit without SMP the sequence alone would not keep the
 * packets of this CPU out.
 */
static void cell_sum(const struct count_table *table, unsigned int at, struct count_sum *sum)
{
	const struct count_cell *cell;
	const struct count_cpu *cpu;
	struct count_sum one;
	unsigned int start;
	int i;

	memset(sum, 0, sizeof(*sum));
	local_bh_disable();
	for_each_possible_cpu(i) {
		cpu = per_cpu_ptr(table->cpus, i);
		cell = &cpu->cells[at];
		do {
			start = u64_stats_fetch_begin(&cpu->sync);
			one.packets = u64_stats_read(&cell->packets);
			one.bytes = u64_stats_read(&cell->bytes);
			one.copies = u64_stats_read(&cell->copies);
		} while (u64_stats_fetch_retry(&cpu->sync, start));
		sum->packets += one.packets;
		sum->bytes += one.bytes;
		sum->copies += one.copies;
	}
	local_bh_enable();
}

static void line_show(const struct count_table *table, struct seq_file *m, unsigned int at,
		      const char *device, u8 kind)
{
	struct count_sum sum;

	/* A line is claimed just before its first packet is counted. */
	cell_sum(table, at, &sum);
	if (!sum.packets)
		return;
	seq_printf(m, "%s %s %s %s %llu %llu %llu\n",
		   kind & KIND_LOCAL_OUT ? "LOCAL_OUT" : "PRE_ROUTING", device,
		   pkt_type_name[kind & KIND_PKT_TYPE], kind & KIND_IP6 ? "ip6" : "ip",
		   sum.packets, sum.bytes, sum.copies);
}

static int line_compare(const void *a, const void *b)
{
	const struct count_line *x = *(const struct count_line *const *)a;
	const struct count_line *y = *(const struct count_line *const *)b;
	int diff;

	diff = (x->kind & KIND_LOCAL_OUT) - (y->kind & KIND_LOCAL_OUT);
	if (!diff)
		diff = strcmp(x->device, y->device);
	if (!diff)
		diff = (x->kind & KIND_PKT_TYPE) - (y->kind & KIND_PKT_TYPE);
	return diff ?: x->kind - y->kind;
}

int count_show(const struct count_table *table, struct seq_file *m)
{
	const struct count_line **order;
	unsigned int i, used = 0;

	order = kvcalloc(table->lines, sizeof(*order), GFP_KERNEL);
	if (!order)
		return -ENOMEM;
	for (i = 0; i < table->lines; i++)
		/* Pairs with the release of line_take(). */
		if (smp_load_acquire(&table->line[i].ready))
			order[used++] = &table->line[i];
	sort(order, used, sizeof(*order), line_compare, NULL);

	seq_puts(m, "# mirror_probe 1\nhook device pkt_type family packets bytes copies\n");
	for (i = 0; i < used; i++)
		line_show(table, m, order[i] - table->line, order[i]->device, order[i]->kind);
	for (i = 0; i < COUNT_KINDS; i++)
		line_show(table, m, table->lines + i, COUNT_OVERFLOW, i);
	kvfree(order);
	return 0;
}
