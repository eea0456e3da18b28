/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that knows kernels' differences, which Kbuild finds out by compiling and
 * looking. Each block names the version of Linus' tree that ended the need for it.
 * Floor: 5.10.
 */
#ifndef MIRROR_PROBE_COMPAT_H
#define MIRROR_PROBE_COMPAT_H

#include <linux/proc_fs.h>

/* What the tracepoints of freed packets hand over. It changed in stable updates too, so
 * Kbuild asks by compiling compat/tracepoint.c with each of the numbers.
 *
 * kfree_skb: 3 with a socket that is const, 2 with a socket, since 6.11; 1 with a reason,
 * since 5.17; 0 before. consume_skb: 1 with a location, since 6.3.
 */
#if MIRROR_PROBE_KFREE_SKB == 3
#define COMPAT_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location, \
				enum skb_drop_reason reason, const struct sock *sk
#elif MIRROR_PROBE_KFREE_SKB == 2
#define COMPAT_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location, \
				enum skb_drop_reason reason, struct sock *sk
#elif MIRROR_PROBE_KFREE_SKB == 1
#define COMPAT_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location, \
				enum skb_drop_reason reason
#else
#define COMPAT_KFREE_SKB_ARGS	void *data, struct sk_buff *skb, void *location
#endif
#if MIRROR_PROBE_KFREE_SKB
#define COMPAT_KFREE_SKB_REASON	reason
#else
#define COMPAT_KFREE_SKB_REASON	0
#endif

#if MIRROR_PROBE_CONSUME_SKB
#define COMPAT_CONSUME_SKB_ARGS	void *data, struct sk_buff *skb, void *location
#define COMPAT_CONSUME_SKB_LOCATION location
#else
#define COMPAT_CONSUME_SKB_ARGS	void *data, struct sk_buff *skb
#define COMPAT_CONSUME_SKB_LOCATION NULL
#endif

/* Kprobes, and the way to a function's arguments. */
#if defined(CONFIG_KPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)
#define COMPAT_KPROBES
#endif

/* The names of drop reasons, in a header of their own since 6.0, in another since 6.3. */
#if MIRROR_PROBE_DROP_REASON == 2
#include <net/dropreason-core.h>
#elif MIRROR_PROBE_DROP_REASON == 1
#include <net/dropreason.h>
#endif

/* Kbuild compiles compat/pde_data.c: 5.17 made PDE_DATA() a function of its own name, and
 * distributions have carried that back.
 */
#if !MIRROR_PROBE_PDE_DATA
static inline void *pde_data(const struct inode *inode)
{
	return PDE_DATA(inode);
}
#endif

#endif
