/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The match language, pcap-filter(7), as a syntax tree: what was written, with
 * its qualifiers resolved, names looked up and constants folded, before it is
 * asked what bytes that means (filter_meaning.h).
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum filter_kind {
	/* joints: left and right; NOT has left alone */
	FILTER_AND,
	FILTER_OR,
	FILTER_NOT,
	/* primitives */
	FILTER_PROTOCOL,	/* "tcp", "arp", "ip proto 47", "ether proto 0x88cc" */
	FILTER_HOST,		/* "host A", "ether src M", "net N" (a host has all bits) */
	FILTER_PORT,		/* "port N", "portrange N-M" */
	FILTER_BROADCAST,	/* "ether broadcast" */
	FILTER_MULTICAST,	/* "ether multicast", "ip multicast", "ip6 multicast" */
	FILTER_LENGTH,		/* "less N", "greater N", "len >= N": the whole frame */
	FILTER_LOAD,		/* "ip[6:2] & 0x1fff != 0", "tcp[tcpflags] & tcp-syn != 0" */
	FILTER_CONSTANT,	/* a relation between constants: true or false */
	FILTER_VLAN,		/* "vlan", "vlan 10" */
	FILTER_MPLS,		/* "mpls", "mpls 1000" */
	FILTER_PPPOE_DISCOVERY,	/* "pppoed" */
	FILTER_PPPOE_SESSION,	/* "pppoes", "pppoes 0x27" */
	FILTER_LLC,		/* "llc", "llc i", "llc sabme" */
};

/* Protocol qualifiers and names. NONE is "no qualifier". */
enum filter_protocol {
	PROTOCOL_NONE,
	PROTOCOL_ETHER,		/* also link, ppp, slip, fddi, tr, wlan */
	PROTOCOL_IP, PROTOCOL_IP6, PROTOCOL_ARP, PROTOCOL_RARP,
	PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP, PROTOCOL_ICMP, PROTOCOL_ICMP6,
	PROTOCOL_IGMP, PROTOCOL_IGRP, PROTOCOL_PIM, PROTOCOL_VRRP, PROTOCOL_CARP,
	PROTOCOL_AH, PROTOCOL_ESP,
	PROTOCOL_ATALK, PROTOCOL_AARP, PROTOCOL_DECNET, PROTOCOL_LAT,
	PROTOCOL_SCA, PROTOCOL_MOPRC, PROTOCOL_MOPDL,
	PROTOCOL_ISO, PROTOCOL_ESIS, PROTOCOL_ISIS, PROTOCOL_CLNP,
	PROTOCOL_ISIS_L1, PROTOCOL_ISIS_L2, PROTOCOL_ISIS_IIH, PROTOCOL_ISIS_LSP,
	PROTOCOL_ISIS_SNP, PROTOCOL_ISIS_CSNP, PROTOCOL_ISIS_PSNP,
	PROTOCOL_STP, PROTOCOL_IPX, PROTOCOL_NETBEUI,
};

enum filter_direction {
	FILTER_EITHER,		/* "src or dst", and no qualifier */
	FILTER_SOURCE,
	FILTER_DESTINATION,
	FILTER_BOTH,		/* "src and dst" */
};

enum filter_relation {
	RELATION_EQUAL,
	RELATION_NOT_EQUAL,
	RELATION_LESS,
	RELATION_LESS_EQUAL,
	RELATION_GREATER,
	RELATION_GREATER_EQUAL,
};

/* An address with a mask, both in network order. */
struct filter_address {
	uint8_t length;		/* bytes: 4 IPv4, 16 IPv6, 6 hardware, 2 DECnet */
	uint8_t bytes[16];
	uint8_t mask[16];	/* all ones for a host */
};

struct filter {
	enum filter_kind kind;
	struct location where;		/* of its first word */
	struct filter *left, *right;

	enum filter_protocol protocol;	/* the qualifier, or the name itself */
	enum filter_direction direction;
	bool has_number;
	/* PROTOCOL with has_number: the number after "proto"; VLAN, MPLS,
	 * PPPOE_SESSION: the id; LLC: the control field's value, see
	 * filter_llc; CONSTANT: 0 or 1 */
	uint32_t number;
	struct filter_address address;	/* HOST */
	uint16_t low, high;		/* PORT, both included */

	/* LENGTH and LOAD: (value & mask) relation number. LOAD may have a mask
	 * of 0: then the answer does not depend on what is loaded, but still on
	 * its being there. */
	enum filter_relation relation;
	/* LOAD: without the conditions that a load implies. That is what libpcap
	 * makes of one on the right of an operator: "0xf & ip[0] = 5" reads any
	 * frame, "ip[0] & 0xf = 5" IPv4 only. */
	bool unchecked;
	uint32_t offset;		/* LOAD: bytes from the header of @protocol */
	uint8_t size;			/* LOAD: 1, 2 or 4 bytes */
	uint32_t mask;			/* host order; all ones of @size without one */
};

/* FILTER_LLC, in number, with has_number; without it any LLC frame. */
enum filter_llc {
	LLC_I, LLC_S, LLC_U,
	LLC_RR, LLC_RNR, LLC_REJ,
	LLC_UI, LLC_UA, LLC_DISC, LLC_DM, LLC_SABME, LLC_TEST, LLC_XID, LLC_FRMR,
};

/* Deeper parentheses are refused: the parser and its users recurse. "and" and
 * "or" nest to the left without limit, see filter_free(). */
#define FILTER_DEPTH_MAX 256

/* Parse @text; @where is the place of its first character. A text without any
 * word gives NULL, which is always true. Returns 0, -ENOMEM, or -EINVAL with a
 * record in @errors that names the word, what is wrong with it, and what would
 * be right. What libpcap could do but nft cannot is refused here with the words
 * "--path tc" as the way. */
int filter_parse(const char *text, const struct location *where,
		 struct filter **filter, struct error_list *errors);

/* The tree as an expression that libpcap accepts and that means the same, with
 * parentheses where they are needed. Returns a malloc'ed text, or NULL without
 * memory. */
char *filter_print(const struct filter *filter);

/* Without recursion to the left. NULL is fine. */
void filter_free(struct filter *filter);

#endif
