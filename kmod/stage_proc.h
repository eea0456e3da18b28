/* SPDX-License-Identifier: GPL-2.0-only */
/* The files `stages` and `events` of a namespace.
 *
 * stages, to be read by everybody: "# mirror_probe stages 1", the names of the columns, then
 * a line for each combination seen since the namespace was armed, in the order of first
 * sight:
 *
 *   function device pkt_type packets of end
 *
 * `of` is "original" or "copy". `end` is "-" while the packet goes on; where it ends, in
 * that function and with the device it was at last: "drop:REASON" in the kernel's words
 * ("drop" where the kernel has none, before 5.17), "consumed": freed as done with,
 * "released": freed without a word, "left": for another namespace, by that device. Comments
 * follow: "# off", or "# on: users N limit N originals N"; "# missing: FUNCTION: why" for
 * each stage that this kernel does not show; "# uncounted: N" when there were more than
 * STAGE_LINES combinations.
 *
 * Writing "on" to it arms the namespace, "on N" to follow N packets and their copies and
 * no more. It stays armed until "off" is written to the same open file, or until that is
 * closed, however its owner ends; with several users until the last is gone. Then what was
 * seen is forgotten. "alone" or "alone N" instead of "on" is for who needs the filter for
 * himself: while others have it armed it is EBUSY, and so is theirs from then on. Written
 * to a file that is on already, each of them begins anew. "off" when it is not is EINVAL.
 *
 * events: "# mirror_probe events 1", the names of the columns, then an event a line:
 *
 *   number time packet copy_of function device pkt_type length end
 *
 * `time` in ns since arming; packets are numbered from 1, and `copy_of` is 0 for an
 * original. Each open file has a place of its own: whoever reads on after its end gets
 * what has come since. The last STAGE_EVENTS events are kept; numbers that are missing are
 * events that were lost to a slow reader ("# lost: N" for one that was just being written).
 *
 * Opening `stages` for writing takes CAP_NET_ADMIN in the machine's first user namespace,
 * since the probes slow down all of its namespaces; opening `events`, which shows single
 * packets, takes CAP_NET_ADMIN over the namespace. Both fail with EPERM otherwise.
 */
#ifndef MIRROR_PROBE_STAGE_PROC_H
#define MIRROR_PROBE_STAGE_PROC_H

struct net;
struct proc_dir_entry;

/* Returns 0 or -ENOMEM; the files go with the folder. */
int stage_proc_init(struct net *net, struct proc_dir_entry *dir);

#endif
