/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks: PRE_ROUTING and LOCAL_OUT of IPv4 and IPv6, in one namespace. */
#ifndef MIRROR_PROBE_HOOK_H
#define MIRROR_PROBE_HOOK_H

struct net;

/* Returns 0 or a negative errno; then no hook is left registered. */
int hook_register(struct net *net);

/* Packets may still be inside the hooks until the next RCU grace period ends.
 *
 * The kernel drops the packets that wait in an NFQUEUE of the namespace when any
 * hook is unregistered, this one's too: do not unload while a queue holds packets.
 */
void hook_unregister(struct net *net);

#endif
