/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that knows kernel versions. Newest boundary first; each block names
 * the version that ended the need for it. Floor: 5.10.
 */
#ifndef MIRROR_PROBE_COMPAT_H
#define MIRROR_PROBE_COMPAT_H

#include <linux/proc_fs.h>
#include <linux/version.h>

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

/* 5.17 made PDE_DATA() a function of its own name. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 17, 0)
static inline void *pde_data(const struct inode *inode)
{
	return PDE_DATA(inode);
}
#endif

#endif
