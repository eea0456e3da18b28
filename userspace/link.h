/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices as the kernel has them: the only place where names become interface
 * indexes.
 */
#ifndef LINK_H
#define LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nl.h"

struct link_counters {
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
	uint64_t rx_dropped;
	uint64_t rx_otherhost_dropped;
	bool has_otherhost;		/* the kernel counts those: since 5.19 */
};

struct link {
	unsigned int index;
	char name[IFNAMSIZ];
	char kind[16];		/* "veth", "dummy", ...; "" for hardware and lo */
	char alias[256];
	unsigned int flags;	/* IFF_* */
	unsigned int mtu;	/* bytes */
	unsigned int peer;	/* index of a veth's other end in this namespace, or 0 */
	unsigned int lower;	/* index of the device that a VLAN device stands on, or 0 */
	uint8_t address[6];	/* hardware address, where it has 6 bytes */
	bool carrier;
	struct link_counters counters;
};

struct link_table {
	struct link *links;
	size_t count;
};

/* Read all devices of the namespace over @route (NETLINK_ROUTE). Returns 0 or
 * a negative errno. */
int link_table_read(struct link_table *table, struct nl_socket *route);
void link_table_free(struct link_table *table);

/* NULL where there is none. */
const struct link *link_find(const struct link_table *table, const char *name);
const struct link *link_find_index(const struct link_table *table, unsigned int index);

/* Enter a device that is still to be made, so that a ruleset can be built and
 * validated: it gets an index that no device has. Returns 0 or -ENOMEM. */
int link_table_add_planned(struct link_table *table, const char *name);

/* The names, for a message: "eth0, lo". Cut with "..." at @size. */
void link_names(const struct link_table *table, char *text, size_t size);

#endif
