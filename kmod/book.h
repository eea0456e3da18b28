/* SPDX-License-Identifier: GPL-2.0-only */
/* A book is what was seen since the last reset: the counters, and the memory of recent
 * packets that copies are recognised with. A reset opens a new book, so that no counter
 * is ever zeroed under the packets that count on it.
 */
#ifndef MIRROR_PROBE_BOOK_H
#define MIRROR_PROBE_BOOK_H

struct copy_memory;
struct count_table;
struct net;
struct probe_net;

struct probe_book {
	struct count_table *counts;
	struct copy_memory *copies;	/* NULL: copies are not looked for */
};

/* Opens the first book of a namespace. Returns 0 or -ENOMEM. */
int book_init(struct probe_net *pn, const struct net *net);

/* Closes the book for good; no packet may be in the hooks any more. */
void book_exit(struct probe_net *pn);

/* Opens a new book. Returns 0, or -ENOMEM and the old one goes on. May sleep. */
int book_reset(struct probe_net *pn, const struct net *net);

#endif
