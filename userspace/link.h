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
#include "tunnel.h"

struct link_counters {
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
	uint64_t rx_dropped, rx_errors;
	uint64_t tx_dropped, tx_errors;
	uint64_t tx_carrier_errors;	/* of tunnels: there was no route */
	uint64_t rx_otherhost_dropped;
	bool has_otherhost;		/* the kernel counts those: since 5.19 */
};

/* What the kernel says of a tunnel device. */
struct link_tunnel {
	struct tunnel tunnel;	/* TUNNEL_NONE for devices that are none */
	bool is_external;	/* each packet says where to (collect metadata); only
				 * the kind and the port are true then */
	bool learns;		/* vxlan: takes remotes from what it receives */
	bool fragments;		/* large frames leave in fragments, not with DF set */
};

struct link {
	unsigned int index;
	char name[IFNAMSIZ];
	char kind[16];		/* "veth", "dummy", ...; "" for hardware and lo */
	char alias[256];
	char qdisc[16];		/* "noqueue", "fq_codel", ... */
	unsigned int flags;	/* IFF_* */
	unsigned int mtu;	/* bytes */
	unsigned int group;
	unsigned int master;	/* index of its bridge, bond, VRF, ..., or 0 */
	unsigned int peer;	/* index of a veth's other end in this namespace, or 0 */
	/* Index of the device in this namespace that this one stands on: of a VLAN
	 * device, a macvlan, an ipvlan, and of a tunnel that is bound to one. */
	unsigned int lower;
	bool lower_elsewhere;	/* peer or lower is in the namespace below */
	int namespace_id;	/* of this namespace's numbers; -1: not assigned */
	uint16_t type;		/* ARPHRD_* */
	uint16_t vlan_id;	/* of a VLAN device */
	uint16_t vlan_protocol;	/* its tag's type, host order: 0x8100 or 0x88a8 */
	uint8_t operstate;	/* IF_OPER_* of linux/if.h */
	uint8_t address[6];	/* hardware address, where it has 6 bytes */
	bool carrier;
	bool is_gone;		/* see link_table_remove() */
	struct link_tunnel tunnel;
	bool has_counters;
	struct link_counters counters;
};

struct link_table {
	struct link *links;	/* those read, then those planned */
	size_t count;
	size_t read_count;
	bool is_unsettled;
	uint32_t *by_name;	/* places of those read, sorted */
	uint32_t *by_index;
};

/* Read all devices of the namespace over @route (NETLINK_ROUTE); without @counters, what
 * they have counted is 0. Returns 0 or a negative errno. */
int link_table_read(struct link_table *table, struct nl_socket *route, bool counters);
void link_table_free(struct link_table *table);

/* Keep a table up to date: a device that is new or has changed, or one that is gone. Until
 * link_table_settle() only link_find_index() finds what changed. Return 0 or -ENOMEM. */
int link_table_put(struct link_table *table, const struct link *link);
void link_table_remove(struct link_table *table, unsigned int index);
int link_table_settle(struct link_table *table);

/* Read the counters of a device of a table that was read without them, or with @now as they
 * are by now: for a table that is kept up to date. They stay as they are where it cannot be
 * read. */
void link_renew_counters(const struct link *link, bool now, struct nl_socket *route);

/* Read the one device @name. Returns 0, -ENODEV, or another negative errno. */
int link_read(struct link *link, const char *name, struct nl_socket *route);

/* Read what an RTM_NEWLINK says. Returns 0, or -EBADMSG for another message. */
int link_parse(const struct nlmsghdr *message, struct link *link);

/* NULL where there is none. */
const struct link *link_find(const struct link_table *table, const char *name);
const struct link *link_find_index(const struct link_table *table, unsigned int index);

/* Enter a device that is still to be made, so that a ruleset can be built and
 * validated: it is up, an Ethernet, and gets an index that no device has. Returns 0
 * or -ENOMEM. */
int link_table_add_planned(struct link_table *table, const char *name);

/* The names, for a message: "eth0, lo". Cut with "..." at @size. */
void link_names(const struct link_table *table, char *text, size_t size);

#endif
