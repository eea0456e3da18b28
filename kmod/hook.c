// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "book.h"
#include "copy.h"
#include "count.h"
#include "filter.h"
#include "hook.h"
#include "probe.h"
#include "stage.h"

/* Before everything that changes, drops, joins or reroutes a packet: defragmentation
 * (-400), raw and notrack (-300), conntrack (-200), NAT, and nft chains at any priority
 * that people use. Fragments are thus seen as they came.
 *
 * One later than the very first, though: br_netfilter sits at INT_MIN to keep bridged
 * packets that were shown to PRE_ROUTING once from being shown a second time. In front
 * of it, each of them would look like a copy.
 */
#define HOOK_PRIORITY (INT_MIN + 1)

static noinline void hook_stage(struct sk_buff *skb, const struct nf_hook_state *state,
				const struct net_device *dev)
{
	const struct stage_point point = {
		.name = state->hook == NF_INET_PRE_ROUTING ? "PRE_ROUTING" : "LOCAL_OUT",
		.dev = dev,
		.received = true,
	};

	stage_see(&point, state->net, skb);
}

/* Runs in softirq, and for LOCAL_OUT in process context as well, always inside
 * rcu_read_lock() of the netfilter core.
 */
static unsigned int hook_see(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct probe_net *pn = probe_net(state->net);
	const struct probe_book *book;
	const struct net_device *dev;
	bool copy;

	dev = state->hook == NF_INET_PRE_ROUTING ? state->in : state->out;
	if (static_branch_unlikely(&stage_armed))
		hook_stage(skb, state, dev);
	if (!filter_match(rcu_dereference(pn->filter), skb))
		return NF_ACCEPT;

	book = rcu_dereference(pn->book);
	copy = copy_seen(book->copies, skb, state->pf);
	count_add(book->counts, skb, state->hook, state->pf, dev, copy);
	return NF_ACCEPT;
}

#define HOOK_OPS(family, where) {	\
	.hook = hook_see,		\
	.pf = family,			\
	.hooknum = where,		\
	.priority = HOOK_PRIORITY,	\
}

static const struct nf_hook_ops hook_ops[] = {
	HOOK_OPS(NFPROTO_IPV4, NF_INET_PRE_ROUTING),
	HOOK_OPS(NFPROTO_IPV4, NF_INET_LOCAL_OUT),
	HOOK_OPS(NFPROTO_IPV6, NF_INET_PRE_ROUTING),
	HOOK_OPS(NFPROTO_IPV6, NF_INET_LOCAL_OUT),
};

int hook_register(struct net *net)
{
	return nf_register_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}

void hook_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
}
