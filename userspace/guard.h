/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must never be copied: what our own copies cause.
 *
 *	source --dup--> mir0 == mir0-tap --mark, fwd--> mir0-tun --> outer packet
 *	   ^                                                             |
 *	   +-------- leaves by the same NIC, or comes back as an error --+
 *
 * By mark: the outer packet keeps the mark of the copy inside, over every device
 * of this namespace that it passes. By outer flow, both directions, since the
 * collector may mirror to us as well, with whatever kind of tunnel: its address,
 * and any tunnel's port, or GRE, and the later fragments, which have no ports. By consequence: ICMP errors that quote a
 * packet to or from the collector, from whoever sends them, and ARP and
 * neighbour discovery about it.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdio.h>

#include "plan.h"
#include "tunnel.h"

/* "mnft". The whole mark, not some bits: what is in the copy's mark from before
 * must not decide on the route of the outer packet either. */
#define GUARD_MARK 0x6d6e6674

/* Append the rules for @tunnels to @chain: each counts, with a comment that
 * begins with PLAN_COMMENT_GUARD, and accepts. */
void guard_rules(struct plan *plan, struct plan_chain *chain,
		 const struct tunnel *tunnels, size_t count);

/* The same by outer flow and by consequence as a pcap-filter(7) expression, which is
 * true for what must not be copied, behind a VLAN tag as well. It says "vlan", so
 * nothing may stand after it. */
void guard_expression(const struct tunnel *tunnels, size_t count, FILE *out);

#endif
