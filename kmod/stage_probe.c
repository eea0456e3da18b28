// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/netdevice.h>
#include <linux/seq_file.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_tables.h>
#include <trace/events/net.h>
#include <trace/events/skb.h>

#include "compat.h"
#include "stage.h"
#include "stage_probe.h"

static void device_see(const char *name, struct sk_buff *skb, const struct net_device *dev,
		       bool received)
{
	const struct stage_point point = { .name = name, .dev = dev, .received = received };

	if (dev)
		stage_see(&point, dev_net(dev), skb);
}

/* A return address is one instruction behind the call, maybe in the next function. */
static void free_see(const char *name, const struct sk_buff *skb, void *location, u8 end,
		     u32 reason)
{
	const struct stage_point point = {
		.name = location ? NULL : name,
		.address = location ? (unsigned long)location - 1 : 0,
		.end = end,
		.reason = reason,
	};

	stage_finish(&point, skb);
}

/* --- tracepoints --- */

static void probe_queue(void *data, struct sk_buff *skb)
{
	device_see("dev_queue_xmit", skb, skb->dev, false);
}

/* The kernel's symbols know the driver's function. */
static void probe_start_xmit(void *data, const struct sk_buff *skb, const struct net_device *dev)
{
	const struct stage_point point = {
		.address = (unsigned long)dev->netdev_ops->ndo_start_xmit,
		.dev = dev,
	};

	stage_see(&point, dev_net(dev), (struct sk_buff *)skb);
}

static void probe_netif_rx(void *data, struct sk_buff *skb)
{
	device_see("netif_rx", skb, skb->dev, true);
}

static void probe_receive(void *data, struct sk_buff *skb)
{
	device_see("__netif_receive_skb", skb, skb->dev, true);
}

static void probe_kfree(COMPAT_KFREE_SKB_ARGS)
{
	free_see("kfree_skb", skb, location, STAGE_DROPPED, COMPAT_KFREE_SKB_REASON);
}

static void probe_consume(COMPAT_CONSUME_SKB_ARGS)
{
	free_see("consume_skb", skb, COMPAT_CONSUME_SKB_LOCATION, STAGE_CONSUMED, 0);
}

struct stage_tracepoint {
	const char *name;
	const char *function;		/* as it is missed */
	void *probe;
	struct tracepoint *tp;		/* while registered */
	int err;
};

enum { QUEUE_TRACEPOINT };

static struct stage_tracepoint tracepoints[] = {
	/* Only in the place of a kprobe. */
	[QUEUE_TRACEPOINT] = { "net_dev_queue", "dev_queue_xmit", probe_queue },
	{ "net_dev_start_xmit", "ndo_start_xmit", probe_start_xmit },
	{ "netif_rx", "netif_rx", probe_netif_rx },
	{ "netif_receive_skb", "__netif_receive_skb", probe_receive },
	{ "kfree_skb", "kfree_skb", probe_kfree },
	{ "consume_skb", "consume_skb", probe_consume },
};

/* The table above has no types; these lines are the compiler's check of them. */
static void __maybe_unused probes_check(void)
{
	check_trace_callback_type_net_dev_queue(probe_queue);
	check_trace_callback_type_net_dev_start_xmit(probe_start_xmit);
	check_trace_callback_type_netif_rx(probe_netif_rx);
	check_trace_callback_type_netif_receive_skb(probe_receive);
	check_trace_callback_type_kfree_skb(probe_kfree);
	check_trace_callback_type_consume_skb(probe_consume);
}

struct tracepoint_search {
	const char *name;
	struct tracepoint *found;
};

static void tracepoint_compare(struct tracepoint *tp, void *data)
{
	struct tracepoint_search *search = data;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/* By name, since not every kernel exports each of them to modules. */
static void tracepoint_register(struct stage_tracepoint *t)
{
	struct tracepoint_search search = { .name = t->name };

	if (t->tp)
		return;
	for_each_kernel_tracepoint(tracepoint_compare, &search);
	t->err = -ENOENT;
	if (search.found)
		t->err = tracepoint_probe_register(search.found, t->probe, NULL);
	if (!t->err)
		t->tp = search.found;
}

static void tracepoint_unregister(struct stage_tracepoint *t)
{
	if (!t->tp)
		return;
	tracepoint_probe_unregister(t->tp, t->probe, NULL);
	t->tp = NULL;
}

/* --- kprobes --- */

enum stage_argument {
	ARGUMENT_SKB,		/* the packet is the first argument */
	ARGUMENT_NFT,		/* what nft_pktinfo has it */
	ARGUMENT_LIST,		/* a list of packets */
	ARGUMENT_END,		/* the packet is being freed */
};

struct stage_kprobe {
	const char *symbol;
	const char *name;	/* as it is shown */
	enum stage_argument argument;
	bool received;
	bool registered;
	int err;
#ifdef COMPAT_KPROBES
	struct kprobe kp;
#endif
};

enum { QUEUE_KPROBE };

static struct stage_kprobe kprobes[] = {
	[QUEUE_KPROBE] = { "__dev_queue_xmit", "dev_queue_xmit", ARGUMENT_SKB, false },
	{ "tcf_mirred_act", "tcf_mirred_act", ARGUMENT_SKB, false },
	{ "nf_dup_netdev_egress", "nf_dup_netdev_egress", ARGUMENT_NFT, false },
	{ "nf_fwd_netdev_egress", "nf_fwd_netdev_egress", ARGUMENT_NFT, false },
	{ "ip_rcv", "ip_rcv", ARGUMENT_SKB, true },
	{ "ip_list_rcv", "ip_list_rcv", ARGUMENT_LIST, true },
	{ "ipv6_rcv", "ipv6_rcv", ARGUMENT_SKB, true },
	{ "ipv6_list_rcv", "ipv6_list_rcv", ARGUMENT_LIST, true },
	{ "ip_local_deliver", "ip_local_deliver", ARGUMENT_SKB, true },
	{ "ip6_input", "ip6_input", ARGUMENT_SKB, true },
	{ "ip_forward", "ip_forward", ARGUMENT_SKB, true },
	{ "ip6_forward", "ip6_forward", ARGUMENT_SKB, true },
	{ "skb_release_head_state", "skb_release_head_state", ARGUMENT_END, false },
};

#ifdef COMPAT_KPROBES
static void list_see(const struct stage_kprobe *p, const struct list_head *head)
{
	struct sk_buff *skb;

	list_for_each_entry(skb, head, list)
		device_see(p->name, skb, skb->dev, p->received);
}

/* At the function's entry, with preemption off. Never changes where it goes on. */
static int kprobe_see(struct kprobe *kp, struct pt_regs *regs)
{
	const struct stage_kprobe *p = container_of(kp, struct stage_kprobe, kp);
	void *argument = (void *)regs_get_kernel_argument(regs, 0);
	struct sk_buff *skb = argument;

	switch (p->argument) {
	case ARGUMENT_LIST:
		list_see(p, argument);
		break;
	case ARGUMENT_END:
		free_see(p->name, skb, NULL, STAGE_RELEASED, 0);
		break;
	case ARGUMENT_NFT:
		skb = ((const struct nft_pktinfo *)argument)->skb;
		fallthrough;
	case ARGUMENT_SKB:
		device_see(p->name, skb, skb->dev, p->received);
		break;
	}
	return 0;
}

NOKPROBE_SYMBOL(kprobe_see);

static void kprobe_register(struct stage_kprobe *p)
{
	if (p->registered)
		return;
	memset(&p->kp, 0, sizeof(p->kp));
	p->kp.symbol_name = p->symbol;
	p->kp.pre_handler = kprobe_see;
	p->err = register_kprobe(&p->kp);
	p->registered = !p->err;
}

static void kprobes_unregister(void)
{
	struct kprobe *list[ARRAY_SIZE(kprobes)];
	unsigned int i, count = 0;

	for (i = 0; i < ARRAY_SIZE(kprobes); i++) {
		if (!kprobes[i].registered)
			continue;
		list[count++] = &kprobes[i].kp;
		kprobes[i].registered = false;
	}
	/* One grace period for all of them. */
	if (count)
		unregister_kprobes(list, count);
}
#else
static void kprobe_register(struct stage_kprobe *p)
{
	p->err = -EOPNOTSUPP;
}

static void kprobes_unregister(void)
{
}
#endif

void stage_probe_register(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kprobes); i++)
		if (i != QUEUE_KPROBE || !tracepoints[QUEUE_TRACEPOINT].tp)
			kprobe_register(&kprobes[i]);
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++)
		if (i != QUEUE_TRACEPOINT || !kprobes[QUEUE_KPROBE].registered)
			tracepoint_register(&tracepoints[i]);
}

static void probes_unregister(struct work_struct *work)
{
	unsigned int i;

	kprobes_unregister();
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++)
		tracepoint_unregister(&tracepoints[i]);
	tracepoint_synchronize_unregister();
}

/* To take a kprobe off ftrace the kernel allocates (__disarm_kprobe_ftrace()). Refused, it
 * warns and leaves the kprobe in its table, for whoever walks there after the module is
 * gone. The user whose end disarms may be one that is killed for want of memory, which is
 * refused even that little; a worker is not.
 */
void stage_probe_unregister(void)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, probes_unregister);
	schedule_work(&work);
	flush_work(&work);
	destroy_work_on_stack(&work);
}

static const char *why(int err)
{
	switch (err) {
	case -ENOENT:
		return "no such function here, or its module is not loaded";
	case -EOPNOTSUPP:
		return "a kernel without kprobes";
	case -EINVAL:
		return "the kernel allows no probe there";
	case -ENOMEM:
		return "no memory for a probe there";
	default:
		return "the kernel refuses a probe there";
	}
}

void stage_probe_show(struct seq_file *m)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kprobes); i++)
		if (!kprobes[i].registered &&
		    (i != QUEUE_KPROBE || !tracepoints[QUEUE_TRACEPOINT].tp))
			seq_printf(m, "# missing: %s: %s\n", kprobes[i].name, why(kprobes[i].err));
	for (i = 0; i < ARRAY_SIZE(tracepoints); i++)
		if (!tracepoints[i].tp && i != QUEUE_TRACEPOINT)
			seq_printf(m, "# missing: %s: %s\n", tracepoints[i].function,
				   why(tracepoints[i].err));
}
