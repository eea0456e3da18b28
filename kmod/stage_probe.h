/* SPDX-License-Identifier: GPL-2.0-only */
/* Where packets are seen: the kernel's tracepoints, and kprobes at the entry of functions
 * that have none. All of them are for the whole machine, and registered while any
 * namespace is armed.
 *
 * function                     by
 * dev_queue_xmit               kprobe __dev_queue_xmit, since the tracepoint
 *                              net_dev_queue comes after tc's and nft's egress hooks;
 *                              without the kprobe it has to do
 * tcf_mirred_act, nf_dup_netdev_egress, nf_fwd_netdev_egress
 *                              kprobes: the original, about to be mirrored
 * the driver's transmit        tracepoint net_dev_start_xmit: loopback_xmit, veth_xmit, ...
 * netif_rx, __netif_receive_skb
 *                              tracepoints netif_rx, netif_receive_skb
 * ip_rcv, ip_list_rcv, ipv6_rcv, ipv6_list_rcv   kprobes
 * PRE_ROUTING, LOCAL_OUT       the module's own hooks (hook.c)
 * ip_local_deliver, ip_forward, ip6_input, ip6_forward   kprobes
 * the end                      tracepoints kfree_skb, consume_skb, and for what is freed
 *                              without them a kprobe on skb_release_head_state
 */
#ifndef MIRROR_PROBE_STAGE_PROBE_H
#define MIRROR_PROBE_STAGE_PROBE_H

struct seq_file;

/* Registers what is not registered yet and can be; what cannot is remembered with its
 * reason, and tried again next time: its module may have been loaded since. Not both at a
 * time. May sleep.
 */
void stage_probe_register(void);

/* When it returns no probe runs any more. May sleep. */
void stage_probe_unregister(void);

/* "# missing: FUNCTION: why" for each that cannot be had. */
void stage_probe_show(struct seq_file *m);

#endif
