/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/net/mirror_probe/ of a namespace: what users and programs hold on to.
 *
 * counters: "# mirror_probe 1", the names of the columns, then a line for each combination
 * seen (count.h), sorted by hook, device, pkt_type and family. `bytes` counts from the
 * network header; `copies` are second sightings (copy.h). Writing "reset" begins anew:
 * no lines, and nothing remembered.
 *
 * filter: the program (filter.h), or "all". The text may come in several writes to one
 * open file, since a program can be longer than what a shell writes at once:
 * - a newline ends the text: that write puts it into effect, or fails;
 * - without one, a text takes effect as soon as it is whole; the beginning of a text
 *   waits for more, and is dropped when the file is closed. So end a text with a newline
 *   to be told that half of it is missing.
 * - whatever fails with EINVAL leaves the old filter, and drops what had been collected.
 *
 * stages and events have a header of their own.
 *
 * Everybody may read. Writing takes CAP_NET_ADMIN over the namespace: opening for it fails
 * with EPERM otherwise.
 */
#ifndef MIRROR_PROBE_PROC_H
#define MIRROR_PROBE_PROC_H

struct net;

/* Returns 0 or -ENOMEM; then nothing is left. */
int proc_init(struct net *net);

/* Waits for those inside a read or write; files still open give EIO from then on. */
void proc_exit(struct net *net);

#endif
