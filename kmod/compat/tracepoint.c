// SPDX-License-Identifier: GPL-2.0-only
/* Not part of the module: compiles if compat.h, with the numbers it is given, has the
 * functions of this kernel's tracepoints.
 */
#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <trace/events/skb.h>

#include "../compat.h"

#ifdef MIRROR_PROBE_KFREE_SKB
static void probe(COMPAT_KFREE_SKB_ARGS)
{
}

void compat_check(void);
void compat_check(void)
{
	check_trace_callback_type_kfree_skb(probe);
}
#else
static void probe(COMPAT_CONSUME_SKB_ARGS)
{
}

void compat_check(void);
void compat_check(void)
{
	check_trace_callback_type_consume_skb(probe);
}
#endif
