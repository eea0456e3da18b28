/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dedicated device: a private veth pair that takes the copies.
 *
 *	dup to mir0 --> [mir0] ===== [mir0-tap] --> the sensor reads here
 *
 * No addresses, no IPv6, no ARP on either end. On mir0 transmit checksums,
 * scatter-gather and segmentation offloads are off, so that every copy leaves
 * it as the wire would show it: segmented, with its checksums done.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "error.h"
#include "link.h"

/* Behind the name of the end that takes the copies. */
#define DEVICE_TAP_SUFFIX "-tap"
/* Every device that we make carries an alias that begins so. */
#define DEVICE_ALIAS_MARK "mirror-nft: "

/* True for the end that takes the copies of a pair that device_make() made. The
 * tap may have moved on into a sensor's own namespace. */
bool device_is_ours(const struct link *link);

/* Can a pair called @name be made: is the name short enough for its tap, and
 * is the tap's name free? Returns 0 or -EINVAL with a record. */
int device_check_name(const char *name, const struct link_table *table,
		      const struct location *where, struct error_list *errors);

/* Make the pair @name and @name-tap and set it up. Either both ends are ready
 * or nothing is there. Returns 0 or a negative errno with a record. */
int device_make(struct nl_socket *route, const char *name, unsigned int mtu,
		struct error_list *errors);

/* Delete the device with @index (a pair goes with either end). Returns 0 or a
 * negative errno with a record. */
int device_delete(struct nl_socket *route, const struct link *link,
		  struct error_list *errors);

#endif
