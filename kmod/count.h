/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters: one line for each combination of hook, device, pkt_type and family.
 *
 * A line belongs to the name of a device. A device that is deleted and made again counts
 * on its old line; one that is renamed begins a new line and leaves the old one. Lines of
 * devices that are gone stay until a reset. (A packet that passes while its device is
 * being renamed can be counted under either name.)
 *
 * A table is bounded: when all its lines are taken, the packets of further combinations
 * are counted, by hook, pkt_type and family, on lines of the device ":overflow", which no
 * device can be named. A reset makes room. Such packets are counted right, but more
 * slowly, since the whole table is searched first.
 *
 * Memory: 24 bytes a line (and for 32 lines more) and CPU, 28 bytes a line once.
 */
#ifndef MIRROR_PROBE_COUNT_H
#define MIRROR_PROBE_COUNT_H

#include <linux/types.h>

#define COUNT_LINES_MIN 16
#define COUNT_LINES_MAX 1024U	/* all of a CPU's counters must fit in one per-CPU allocation */

struct count_table;
struct net_device;
struct seq_file;
struct sk_buff;

/* Draws the hash key; once, before the first table. */
void count_seed(void);

/* Lines are clamped to the bounds above and rounded up to a power of two. NULL: no memory. */
struct count_table *count_alloc(unsigned int lines);
void count_free(struct count_table *table);

/* Counts one packet. Any context but hard interrupt; takes no lock, does not sleep. */
void count_add(struct count_table *table, const struct sk_buff *skb, unsigned int hook,
	       unsigned int family, const struct net_device *dev, bool copy);

/* Prints the table, sorted. Returns 0 or -ENOMEM. May sleep. */
int count_show(const struct count_table *table, struct seq_file *m);

/* "HOST", "OTHERHOST", ... */
const char *count_pkt_type(u8 pkt_type);

#endif
