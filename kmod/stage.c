// SPDX-License-Identifier: GPL-2.0-only
#include <linux/if_vlan.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/seq_file.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/static_key.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "fingerprint.h"
#include "count.h"
#include "drop_reason.h"
#include "filter.h"
#include "probe.h"
#include "stage.h"
#include "stage_follow.h"
#include "stage_probe.h"

/* What is summed up in one line. Hashed as it lies, so zeroed before it is filled in. */
struct stage_seen {
	const char *name;
	u64 address;
	char device[IFNAMSIZ];
	u32 reason;
	u8 end;
	u8 pkt_type;
	u8 is_copy;
	u8 pad;
};

struct stage_record {
	u64 time;			/* ns since arming */
	u32 id;
	u32 copy_of;
	u32 length;
	struct stage_seen seen;
};

struct stage_event {
	atomic64_t number;		/* 0 while it is being written */
	struct stage_record record;
};

/* Claimed by its key; `first` is the number of the event that claimed it, 0 until the
 * line can be read.
 */
struct stage_line {
	atomic64_t key;
	atomic64_t packets;
	u64 first;
	struct stage_seen seen;
};

/* Everything of one armed namespace. */
struct stage_book {
	struct list_head list;		/* of those that are armed, RCU */
	const struct net *net;
	struct probe_net *pn;
	unsigned int users;
	bool alone;			/* that one, and nobody else */
	u64 start;			/* ns */
	u64 oldest;			/* number of its first event */
	atomic64_t last;		/* number of its last event */
	atomic64_t uncounted;		/* events that found no line */
	struct stage_line lines[STAGE_LINES];
	struct stage_event events[STAGE_EVENTS];
	struct follow follow;
};

DEFINE_STATIC_KEY_FALSE(stage_armed);

/* Held for arming and disarming, outside of pn->lock. */
static DEFINE_MUTEX(stage_mutex);
static LIST_HEAD(stage_books);
static unsigned int stage_count;

static siphash_key_t stage_key __read_mostly;

/* A packet as the filter and the fingerprint want it, made from one that must not be
 * touched. Used with interrupts off, and by nobody inside it: the flag sees to that.
 */
struct stage_view {
	struct sk_buff skb;
	bool busy;
};

static DEFINE_PER_CPU(struct stage_view, stage_views);

void stage_seed(void)
{
	follow_seed();
	get_random_bytes(&stage_key, sizeof(stage_key));
}

/* A shallow copy whose data begins at the network header, behind VLAN tags. NULL if the
 * packet is not laid out so; its data is only read.
 */
static struct sk_buff *view_make(struct sk_buff *view, const struct sk_buff *skb, bool received)
{
	const struct vlan_hdr *vlan;
	int offset, tags;

	memcpy(view, skb, sizeof(*view));
	offset = received ? 0 : skb_network_offset(skb);
	for (tags = 0; tags <= 2; tags++) {
		if (offset < 0 || offset > (int)skb_headlen(view))
			return NULL;
		view->data += offset;
		view->len -= offset;
		if (!eth_type_vlan(view->protocol) || skb_headlen(view) < VLAN_HLEN)
			break;
		vlan = (const struct vlan_hdr *)view->data;
		view->protocol = vlan->h_vlan_encapsulated_proto;
		offset = VLAN_HLEN;
	}
	skb_reset_network_header(view);
	return view;
}

static u64 view_print(const struct sk_buff *view)
{
	u64 print;

	if (view->protocol == htons(ETH_P_IP))
		return fingerprint_whole(view, NFPROTO_IPV4, &print) ? 0 : print;
	if (view->protocol == htons(ETH_P_IPV6))
		return fingerprint_whole(view, NFPROTO_IPV6, &print) ? 0 : print;
	return 0;
}

static struct follow_packet *packet_begin(struct stage_book *book, struct stage_view *scratch,
					  const struct sk_buff *skb, bool received)
{
	const struct probe_filter *filter = rcu_dereference(book->pn->filter);
	struct sk_buff *view;

	view = view_make(&scratch->skb, skb, received);
	if (filter && (!view || !filter_match(filter, view)))
		return NULL;
	return follow_begin(&book->follow, skb, view ? view_print(view) : 0);
}

static void line_count(struct stage_book *book, const struct stage_seen *seen, u64 number)
{
	struct stage_line *line;
	unsigned int i;
	u64 key, there;

	key = siphash(seen, sizeof(*seen), &stage_key) ?: 1;
	for (i = 0; i < STAGE_LINES; i++) {
		line = &book->lines[(key + i) % STAGE_LINES];
		there = atomic64_read(&line->key);
		if (!there) {
			there = atomic64_cmpxchg(&line->key, 0, key);
			if (!there) {
				line->seen = *seen;
				/* With what was seen, for book_show(). */
				smp_store_release(&line->first, number);
				there = key;
			}
		}
		if (there == key) {
			atomic64_inc(&line->packets);
			return;
		}
	}
	atomic64_inc(&book->uncounted);
}

static void event_put(struct stage_book *book, const struct follow_packet *packet,
		      const struct stage_point *point, const struct sk_buff *skb)
{
	struct stage_event *event;
	struct stage_record record;
	u64 number;

	memset(&record, 0, sizeof(record));
	record.time = ktime_get_mono_fast_ns() - book->start;
	record.id = packet->id;
	record.copy_of = packet->copy_of;
	record.length = skb->len;
	record.seen.name = point->name;
	record.seen.address = point->address;
	memcpy(record.seen.device, packet->device, IFNAMSIZ);
	record.seen.reason = point->reason;
	record.seen.end = point->end;
	record.seen.pkt_type = skb->pkt_type;
	record.seen.is_copy = !!packet->copy_of;

	number = atomic64_inc_return(&book->last);
	event = &book->events[number % STAGE_EVENTS];
	atomic64_set(&event->number, 0);
	/* No number while the record changes, for stage_event_show(). */
	smp_wmb();
	event->record = record;
	/* The record before its number. */
	smp_wmb();
	atomic64_set(&event->number, number);
	line_count(book, &record.seen, number);
}

static void book_see(struct stage_book *book, struct stage_view *scratch,
		     const struct stage_point *point, const struct sk_buff *skb)
{
	struct follow_packet *packet;

	packet = follow_find(&book->follow, skb);
	if (packet)
		follow_again(&book->follow, packet, skb);
	else
		packet = packet_begin(book, scratch, skb, point->received);
	if (!packet)
		return;
	if (point->dev)
		strscpy_pad(packet->device, point->dev->name, IFNAMSIZ);
	event_put(book, packet, point, skb);
}

static void book_finish(struct stage_book *book, const struct stage_point *point,
			const struct sk_buff *skb)
{
	struct follow_packet *packet;

	packet = follow_find(&book->follow, skb);
	if (!packet)
		return;
	event_put(book, packet, point, skb);
	follow_end(&book->follow, packet, skb);
}

/* Interrupts stay off while a packet is looked at: a kprobe's handler, a softirq and process
 * context share this CPU's view.
 */
void stage_see(const struct stage_point *point, const struct net *net, struct sk_buff *skb)
{
	struct stage_point left = *point;
	struct stage_view *scratch;
	struct stage_book *book;
	unsigned long flags;

	left.end = STAGE_LEFT;
	local_irq_save(flags);
	scratch = this_cpu_ptr(&stage_views);
	if (scratch->busy)
		goto restore;
	scratch->busy = true;
	rcu_read_lock();
	list_for_each_entry_rcu(book, &stage_books, list) {
		if (net_eq(book->net, net))
			book_see(book, scratch, point, skb);
		else
			book_finish(book, &left, skb);
	}
	rcu_read_unlock();
	scratch->busy = false;
restore:
	local_irq_restore(flags);
}

void stage_finish(const struct stage_point *point, const struct sk_buff *skb)
{
	struct stage_view *scratch;
	struct stage_book *book;
	unsigned long flags;

	local_irq_save(flags);
	scratch = this_cpu_ptr(&stage_views);
	if (!scratch->busy) {
		scratch->busy = true;
		rcu_read_lock();
		list_for_each_entry_rcu(book, &stage_books, list)
			book_finish(book, point, skb);
		rcu_read_unlock();
		scratch->busy = false;
	}
	local_irq_restore(flags);
}

static u32 limit_join(u32 a, u32 b)
{
	return a && b ? max(a, b) : 0;
}

static int book_open(struct probe_net *pn, struct net *net, const struct stage_wish *wish)
{
	struct stage_book *book;

	if (stage_count >= STAGE_NAMESPACES)
		return -EUSERS;
	book = kvzalloc(sizeof(*book), GFP_KERNEL_ACCOUNT);
	if (!book)
		return -ENOMEM;
	book->net = net;
	book->pn = pn;
	book->users = 1;
	book->alone = wish->alone;
	book->follow.limit = wish->limit;
	book->start = ktime_get_mono_fast_ns();
	book->oldest = pn->stage_number + 1;
	atomic64_set(&book->last, pn->stage_number);
	mutex_lock(&pn->lock);
	pn->stages = book;
	mutex_unlock(&pn->lock);
	if (!stage_count++)
		static_branch_enable(&stage_armed);
	/* Last, so that the first packet is seen by all probes. */
	stage_probe_register();
	list_add_rcu(&book->list, &stage_books);
	return 0;
}

/* The probes first: after them only the other armed namespaces' packets come here. */
static void book_close(struct probe_net *pn, struct stage_book *book)
{
	list_del_rcu(&book->list);
	if (!--stage_count) {
		static_branch_disable(&stage_armed);
		stage_probe_unregister();
	}
	synchronize_rcu();
	mutex_lock(&pn->lock);
	pn->stages = NULL;
	pn->stage_number = atomic64_read(&book->last);
	mutex_unlock(&pn->lock);
	kvfree(book);
}

static void user_drop(struct probe_net *pn)
{
	if (!--pn->stages->users)
		book_close(pn, pn->stages);
}

static int user_add(struct probe_net *pn, struct net *net, const struct stage_wish *wish)
{
	struct stage_book *book = pn->stages;

	if (!book)
		return book_open(pn, net, wish);
	if (book->alone || wish->alone)
		return -EBUSY;
	book->users++;
	WRITE_ONCE(book->follow.limit, limit_join(book->follow.limit, wish->limit));
	/* Modules may have come since. */
	stage_probe_register();
	return 0;
}

int stage_arm(struct probe_net *pn, struct net *net, const struct stage_wish *wish)
{
	int err;

	mutex_lock(&stage_mutex);
	if (wish->again)
		user_drop(pn);
	err = user_add(pn, net, wish);
	mutex_unlock(&stage_mutex);
	return err;
}

void stage_disarm(struct probe_net *pn)
{
	mutex_lock(&stage_mutex);
	user_drop(pn);
	mutex_unlock(&stage_mutex);
}

/* The name alone, without what compilers and modules add: "ip_rcv_core.isra.0",
 * "veth_xmit [veth]".
 */
static void function_text(const struct stage_seen *seen, char *text, size_t size)
{
	if (seen->name)
		strscpy(text, seen->name, size);
	else
		snprintf(text, size, "%ps", (void *)(unsigned long)seen->address);
	text[strcspn(text, ". +")] = '\0';
}

static void end_text(const struct stage_seen *seen, char *text, size_t size)
{
	static const char *const ends[] = {
		[STAGE_GOES_ON] = "-", [STAGE_DROPPED] = "drop",
		[STAGE_CONSUMED] = "consumed", [STAGE_RELEASED] = "released",
		[STAGE_LEFT] = "left",
	};
	const char *reason;

	if (seen->end != STAGE_DROPPED || !seen->reason) {
		strscpy(text, ends[seen->end], size);
		return;
	}
	reason = drop_reason_name(seen->reason);
	if (reason)
		snprintf(text, size, "drop:%s", reason);
	else
		snprintf(text, size, "drop:%u", seen->reason);
}

struct stage_row {
	char function[64];
	char device[IFNAMSIZ];
	char end[48];
	const char *pkt_type;
	bool is_copy;
	u64 packets;
	u64 first;
};

static bool row_same(const struct stage_row *a, const struct stage_row *b)
{
	return !strcmp(a->function, b->function) && !strcmp(a->device, b->device) &&
	       !strcmp(a->end, b->end) && a->pkt_type == b->pkt_type && a->is_copy == b->is_copy;
}

/* Adds a line to the rows: two places in one function are one row. Returns their number. */
static unsigned int row_add(struct stage_row *rows, unsigned int count,
			    const struct stage_line *line)
{
	struct stage_row *row = &rows[count];
	unsigned int i;

	function_text(&line->seen, row->function, sizeof(row->function));
	strscpy(row->device, *line->seen.device ? line->seen.device : "-", IFNAMSIZ);
	end_text(&line->seen, row->end, sizeof(row->end));
	row->pkt_type = count_pkt_type(line->seen.pkt_type);
	row->is_copy = line->seen.is_copy;
	row->packets = atomic64_read(&line->packets);
	row->first = line->first;
	for (i = 0; i < count; i++) {
		if (!row_same(&rows[i], row))
			continue;
		rows[i].packets += row->packets;
		rows[i].first = min(rows[i].first, row->first);
		return count;
	}
	return count + 1;
}

static int row_compare(const void *a, const void *b)
{
	u64 x = ((const struct stage_row *)a)->first, y = ((const struct stage_row *)b)->first;

	return x < y ? -1 : x > y;
}

static int book_show(const struct stage_book *book, struct seq_file *m)
{
	unsigned int i, count = 0;
	struct stage_row *rows;

	rows = kvcalloc(STAGE_LINES, sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return -ENOMEM;
	for (i = 0; i < STAGE_LINES; i++)
		/* Pairs with the release of line_count(). */
		if (smp_load_acquire(&book->lines[i].first))
			count = row_add(rows, count, &book->lines[i]);
	sort(rows, count, sizeof(*rows), row_compare, NULL);
	for (i = 0; i < count; i++)
		seq_printf(m, "%s %s %s %llu %s %s\n", rows[i].function, rows[i].device,
			   rows[i].pkt_type, rows[i].packets,
			   rows[i].is_copy ? "copy" : "original", rows[i].end);
	kvfree(rows);
	return 0;
}

int stage_show(const struct probe_net *pn, struct seq_file *m)
{
	const struct stage_book *book = pn->stages;
	u64 uncounted;
	int err;

	seq_puts(m, "# mirror_probe stages 1\nfunction device pkt_type packets of end\n");
	if (!book) {
		seq_puts(m, "# off\n");
		return 0;
	}
	err = book_show(book, m);
	if (err)
		return err;
	uncounted = atomic64_read(&book->uncounted);
	if (uncounted)
		seq_printf(m, "# uncounted: %llu\n", uncounted);
	seq_printf(m, "# on: users %u limit %u originals %d\n", book->users,
		   book->follow.limit, atomic_read(&book->follow.originals));
	stage_probe_show(m);
	return 0;
}

u64 stage_event_find(const struct probe_net *pn, u64 at)
{
	const struct stage_book *book = pn->stages;
	u64 last, oldest;

	if (!book)
		return 0;
	last = atomic64_read(&book->last);
	oldest = max(book->oldest, last < STAGE_EVENTS ? 0 : last - STAGE_EVENTS + 1);
	at = max(at, oldest);
	return at <= last ? at : 0;
}

void stage_event_show(const struct probe_net *pn, struct seq_file *m, u64 number)
{
	const struct stage_event *event = &pn->stages->events[number % STAGE_EVENTS];
	char function[64], end[48];
	struct stage_record record;
	u64 before;

	before = atomic64_read(&event->number);
	/* The number before the record, and again behind it: pairs with event_put(). */
	smp_rmb();
	record = event->record;
	/* As above. */
	smp_rmb();
	if (before != number || atomic64_read(&event->number) != number) {
		seq_printf(m, "# lost: %llu\n", number);
		return;
	}
	record.seen.device[IFNAMSIZ - 1] = '\0';
	function_text(&record.seen, function, sizeof(function));
	end_text(&record.seen, end, sizeof(end));
	seq_printf(m, "%llu %llu %u %u %s %s %s %u %s\n", number, record.time, record.id,
		   record.copy_of, function, *record.seen.device ? record.seen.device : "-",
		   count_pkt_type(record.seen.pkt_type), record.length, end);
}
