/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter of a namespace: a classic BPF program, as text as a user writes it and as the
 * kernel's own checker and compiler make of it. A packet for which it returns 0 is neither
 * counted nor remembered.
 *
 * Text: the number of instructions, then each one as code, jt, jf and k, all decimal,
 * separated by commas: "4,48 0 0 9,21 0 1 6,6 0 0 65535,6 0 0 0". A comma and a newline at
 * the end are allowed. "all" is no filter.
 */
#ifndef MIRROR_PROBE_FILTER_H
#define MIRROR_PROBE_FILTER_H

#include <linux/types.h>

/* More than the longest program of BPF_MAXINSNS instructions in its longest form. */
#define FILTER_TEXT_MAX (128 * 1024)

struct probe_filter;
struct probe_net;
struct seq_file;
struct sk_buff;

/* Makes a filter of text. Returns 0 and the filter, NULL for "all"; -EAGAIN if the text is
 * only the beginning of one; -EINVAL if it can be none or the kernel's checker refuses it;
 * -ENOMEM. May sleep.
 */
int filter_parse(const char *text, size_t len, struct probe_filter **filter);

/* Puts the filter, or NULL, in the place of the namespace's; takes it over. pn->lock is
 * held. May sleep.
 */
void filter_set(struct probe_net *pn, struct probe_filter *filter);

/* Prints the text. pn->lock is held. */
void filter_show(struct probe_net *pn, struct seq_file *m);

/* Frees the namespace's filter; no packet may be in the hooks any more. */
void filter_exit(struct probe_net *pn);

/* Does the packet count? The filter may be NULL: yes. Inside rcu_read_lock(). */
bool filter_match(const struct probe_filter *filter, struct sk_buff *skb);

#endif
