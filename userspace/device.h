/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dedicated device that takes the copies. A private veth pair:
 *
 *	dup to mir0 --> [mir0] ===== [mir0-tap] --> the sensor reads here
 *
 * with a tunnel behind it, for which an ingress chain on mir0-tap passes them on:
 *
 *	dup to mir0 --> [mir0] ===== [mir0-tap] --fwd--> [mir0-tun] --> outer packets
 *
 * or a dummy or an ifb, mir0 alone. No addresses, no IPv6, no ARP on any of them.
 * On mir0 transmit checksums, scatter-gather and segmentation offloads are off, so
 * that every copy leaves it as the wire would show it: segmented, with its
 * checksums done. The way through the pair also takes the route from a copy that
 * the original has given to it, which a tunnel would lower the path MTU of.
 *
 * What we make is born in a group of its own, and leaves it when it is ready and
 * has its alias, in one message. So whatever is cut short leaves only devices that
 * we know again, and a device of somebody else never gets our mark.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "error.h"
#include "link.h"
#include "mirror.h"

/* Behind the name of the end that takes the copies. */
#define DEVICE_TAP_SUFFIX "-tap"
#define DEVICE_TUNNEL_SUFFIX "-tun"
/* Every device that we made carries an alias that begins so. */
#define DEVICE_ALIAS_MARK "mirror-nft: "
/* The group of devices that are being made. */
#define DEVICE_GROUP_UNFINISHED 0x6d6e6674

/* True for the device that takes the copies, if device_make() made it. The tap of
 * a pair may have moved on into a sensor's own namespace. */
bool device_is_ours(const struct link *link);

/* True for what was left behind half made, of any of the three. */
bool device_is_unfinished(const struct link *link);

/* The tunnel device behind a pair of ours; NULL where there is none. */
const struct link *device_tunnel_of(const struct link_table *links,
				    const struct link *pair);

/* True for a tunnel device of ours whose pair is gone. */
bool device_is_orphan(const struct link_table *links, const struct link *link);

/* What is there under a target's name, against what it is to be, as the kernel
 * says it. */
enum device_fit {
	DEVICE_ABSENT,		/* to be made */
	DEVICE_FITS,
	DEVICE_UNFINISHED,	/* ours, half made: to be made anew */
	DEVICE_OTHER_TUNNEL,	/* ours, and the tunnel behind it is another or gone */
	DEVICE_OTHER,		/* something else */
};

enum device_fit device_fit(const struct link_table *links, const struct target *target);

/* Can @target be had: does what is there fit, or can it be made? Returns 0 or -EINVAL
 * with a record that says what is in the way. */
int device_check(const struct link_table *links, const struct target *target,
		 struct error_list *errors);

/* Enter what device_make() would make, so that a ruleset can be validated. Returns 0
 * or -ENOMEM. */
int device_plan(struct link_table *links, const struct target *target);

/* Make @target's devices and set them up; they pass frames of devices with @mtu bytes.
 * Either all of them are ready or none is there. Returns 0 or a negative errno
 * with a record. */
int device_make(struct nl_socket *route, const struct target *target, unsigned int mtu,
		struct error_list *errors);

/* For DEVICE_OTHER_TUNNEL: put @target's tunnel in the place of the one that is behind
 * its pair, under the same name and index, so that rules need no change; chains on
 * the tunnel device itself are gone with the old one. After an error the old one
 * is back. Returns 0 or a negative errno with a record. */
int device_replace_tunnel(struct nl_socket *route, const struct link_table *links,
			  const struct target *target, struct error_list *errors);

/* Delete @link, and with a pair both of its ends and the tunnel behind it. Returns 0
 * or a negative errno with a record. */
int device_delete(struct nl_socket *route, const struct link_table *links,
		  const struct link *link, struct error_list *errors);

#endif
