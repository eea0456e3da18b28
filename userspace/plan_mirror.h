/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Model to plan: the chains of one mirror, and those of the targets that have
 * any. Each of these units can be planned, compared and replaced by itself.
 *
 * Mirror "web", in the table netdev mirror_nft:
 *
 *	mirror/web/ingress/eth1   hook ingress   --goto-->  mirror/web
 *	mirror/web/egress/eth1    hook egress    --goto-->  mirror/web
 *	mirror/web/guard          jumped to first, where there are tunnels: what
 *	                          must not be copied, see guard.h
 *	mirror/web                the match, its text as comment
 *	mirror/web/ip, /ip6, /1   pieces of the match, see formula_lower.h
 *	mirror/web/copy           counts, then one dup for each target
 *	mirror/web/rest1          the same again, for hooks or targets that other
 *	                          mirrors serve as well, see overlap.h: its pieces
 *	                          are mirror/web/rest1/ip ..., its hooks
 *	                          mirror/web/ingress/eth1/rest1
 *	mirror/web/match          only where the text is too long for a comment:
 *	                          never entered, holds the text in pieces
 *	mirror/web/start          never entered: what was asked for, since the
 *	                          kernel may delete a chain with its device, and
 *	                          the targets' own counters as they stood then
 *
 * Its sets are called "mirror/web/hosts-ip-1f2e3d4c" and alike, see plan_share_sets().
 *
 * Every mirror has hooks of its own, so "accept" ends that mirror's work on a
 * frame and nothing else.
 *
 * A target with a tunnel behind its tap, in the same table, and for all of them
 * together one chain in the table inet mirror_nft:
 *
 *	tap/mir0                  hook ingress on mir0-tap: marks the copy and
 *	                          hands it to mir0-tun
 *	tap/mir0/back             hook ingress on mir0-tun: drops what comes back
 *	untracked                 hook output, before connection tracking: what
 *	                          has the mark is not tracked
 */
#ifndef PLAN_MIRROR_H
#define PLAN_MIRROR_H

#include "overlap.h"
#include "plan.h"

#define PLAN_TAP_PREFIX "tap/"
#define PLAN_NOTRACK "untracked"
#define PLAN_PRIORITY_RAW (-300)

enum plan_chain_role {
	CHAIN_MATCH,		/* mirror/web and mirror/web/1 ... */
	CHAIN_COPY,
	CHAIN_INGRESS,
	CHAIN_EGRESS,
	CHAIN_GUARD,
	CHAIN_TEXT,
	CHAIN_START,
	CHAIN_TAP,		/* of a target: its device is the name */
	CHAIN_NEXT,		/* not in use yet, or left over: see wish_send() */
	CHAIN_FOREIGN,		/* not of a mirror */
};

/* Split a chain's or a set's name. @name receives the mirror's name, or the
 * target's for CHAIN_TAP, IFNAMSIZ bytes. */
enum plan_chain_role plan_chain_role(const char *chain, char *name);

/* Comments of rules that are read back. In mirror/NAME/copy: */
#define PLAN_COMMENT_INGRESS "matched ingress"
#define PLAN_COMMENT_EGRESS "matched egress"
#define PLAN_COMMENT_LIMITED "over the limit"
#define PLAN_COMMENT_TO "to "
/* In tap/DEV: */
#define PLAN_COMMENT_LARGE "too large for the way"
/* In mirror/NAME/guard: */
#define PLAN_COMMENT_GUARD "guard "
/* In mirror/NAME/start: DEV:ingress, DEV:egress, and those of them that other hooks
 * do the work of, see overlap.h; DEV or DEV TUNNEL; how many
 * entries the lists had when they were read, and the lists while they are
 * short; sample and limit as mirror_sample_text() and mirror_limit_text(). */
#define PLAN_COMMENT_FROM "from "
#define PLAN_COMMENT_LEFT "left "
#define PLAN_COMMENT_HOSTS "hosts "
#define PLAN_COMMENT_EXCEPT "except "
#define PLAN_COMMENT_SAMPLE "sample "
#define PLAN_COMMENT_LIMIT "limit "

/* Where our hooks stand among others on a device: first on ingress and last on
 * egress, so that the sensor sees what the wire sees. */
#define PLAN_PRIORITY_INGRESS (-300)
#define PLAN_PRIORITY_EGRESS 300

/* What a target has counted so far, so that delivery counts from here. */
struct plan_start {
	uint64_t packets;
	uint64_t bytes;
};

/* What a mirror's rules depend on beside the mirror itself. */
struct plan_surroundings {
	/* Of all mirrors of the table, each once. */
	const struct tunnel *tunnels;
	size_t tunnel_count;
	/* An entry for each of the mirror's targets, NULL: zero. */
	const struct plan_start *starts;
	/* How the work is divided, NULL: nobody else is there. */
	const struct overlap *overlap;
};

/* Append the chains of @mirror: those on its hooks to @hooks, which may be the same
 * plan, and all others to @body, which has to live as long. @around may be NULL for
 * nothing. Returns 0, -ENOMEM, or -EINVAL with a record for a match that cannot
 * become rules. */
int plan_mirror(struct plan *body, struct plan *hooks, const struct mirror *mirror,
		const struct plan_surroundings *around, struct error_list *errors);

/* Append the chain of a target of kind TARGET_TUNNEL, whose copies arrive at
 * @device's tap. Outer packets have room for @mtu bytes, 0: not known. */
void plan_tap(struct plan *plan, const char *device, const struct tunnel *tunnel,
	      unsigned int mtu);

/* How long a copy may be to be handed to the tunnel's device, without its Ethernet
 * header; 0: any length. The outermost tag is beside the frame on a tap and is put
 * into it later, so there are VLAN_TAG_LENGTH bytes less for a frame that has one. */
unsigned int plan_tap_room(const struct tunnel *tunnel, unsigned int mtu);
#define VLAN_TAG_LENGTH 4

/* Append the one chain of the table inet mirror_nft. */
void plan_notrack(struct plan *plan);

#endif
