// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "book.h"
#include "copy.h"
#include "count.h"
#include "probe.h"

/* The first namespace has the devices and the traffic of the host, the others most often
 * two devices: it gets this many times the lines and slots.
 */
#define HOST_FACTOR 8

static unsigned int lines = 128;
module_param(lines, uint, 0444);
MODULE_PARM_DESC(lines, "Lines of counters in a namespace, 16 to 1024 (128; the first namespace: 8 times as many, up to 1024)");

static unsigned int copy_slots = 2048;
module_param(copy_slots, uint, 0444);
MODULE_PARM_DESC(copy_slots, "Recent packets remembered in a namespace, 8 bytes each, up to 1048576, 0 for none (2048; the first namespace: 8 times as many)");

static unsigned int copy_ms = 100;
module_param(copy_ms, uint, 0444);
MODULE_PARM_DESC(copy_ms, "Milliseconds after a packet in which the same one is its copy, 1 to 10000 (100)");

static void book_free(struct probe_book *book)
{
	if (!book)
		return;
	copy_free(book->copies);
	count_free(book->counts);
	kfree(book);
}

static struct probe_book *book_alloc(const struct net *net)
{
	unsigned int factor = net_eq(net, &init_net) ? HOST_FACTOR : 1;
	struct probe_book *book;

	book = kzalloc(sizeof(*book), GFP_KERNEL_ACCOUNT);
	if (!book)
		return NULL;
	book->counts = count_alloc(min(lines, COUNT_LINES_MAX) * factor);
	if (!book->counts)
		goto free_book;
	if (!copy_slots)
		return book;
	book->copies = copy_alloc(min(copy_slots, COPY_SLOTS_MAX) * factor, copy_ms);
	if (!book->copies)
		goto free_book;
	return book;

free_book:
	book_free(book);
	return NULL;
}

int book_init(struct probe_net *pn, const struct net *net)
{
	struct probe_book *book = book_alloc(net);

	if (!book)
		return -ENOMEM;
	rcu_assign_pointer(pn->book, book);
	return 0;
}

void book_exit(struct probe_net *pn)
{
	book_free(rcu_dereference_protected(pn->book, true));
}

int book_reset(struct probe_net *pn, const struct net *net)
{
	struct probe_book *book = book_alloc(net);

	if (!book)
		return -ENOMEM;
	mutex_lock(&pn->lock);
	book = rcu_replace_pointer(pn->book, book, lockdep_is_held(&pn->lock));
	mutex_unlock(&pn->lock);
	synchronize_rcu();
	book_free(book);
	return 0;
}
