/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The match language, pcap-filter(7), as an expression tree.
 *
 * This version reads terms joined by "and" (or "&&"):
 *
 *	[ip|ip6] [tcp|udp] [src|dst] port N
 *	[ip|ip6] [src|dst] host ADDRESS
 *	ip | ip6 | tcp | udp
 *
 * The tree has the shape of the whole language: nodes "and", "or" and "not"
 * above primitives.
 */
#ifndef MATCH_H
#define MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum match_kind {
	MATCH_AND,
	MATCH_PROTOCOL,		/* family and/or transport alone */
	MATCH_PORT,
	MATCH_HOST,
};

/* Which network protocols a primitive may be carried by, as bits. */
enum match_family {
	MATCH_FAMILY_IP = 1 << 0,
	MATCH_FAMILY_IP6 = 1 << 1,
};

/* Which transport protocols, as bits. */
enum match_transport {
	MATCH_TRANSPORT_TCP = 1 << 0,
	MATCH_TRANSPORT_UDP = 1 << 1,
	MATCH_TRANSPORT_SCTP = 1 << 2,
};

/* "src", "dst", or both bits: either of the two. */
enum match_side {
	MATCH_SIDE_SOURCE = 1 << 0,
	MATCH_SIDE_DESTINATION = 1 << 1,
};

struct match {
	enum match_kind kind;
	struct match *left, *right;	/* MATCH_AND */
	unsigned int families;
	unsigned int transports;	/* 0: any, MATCH_PROTOCOL and MATCH_HOST */
	unsigned int sides;
	uint16_t port;			/* host byte order */
	/* ip host also means ARP and RARP sender or target, unless "ip" stands
	 * before it; RFC 826 header offsets, see match_lower.c. */
	uint8_t address[16];		/* network byte order */
	size_t address_length;		/* 4 or 16 */
	int with_arp;
};

/* Parse @text. @where is the place of its first character; a text on one line
 * is assumed, line breaks in it count up the line. Returns 0 and the tree in
 * @match, -ENOMEM, or -EINVAL with a record in @errors that names the word. */
int match_parse(const char *text, const struct location *where,
		struct match **match, struct error_list *errors);

/* The tree as an expression that libpcap accepts and that means the same.
 * Returns a malloc'ed text or NULL without memory. */
char *match_to_pcap(const struct match *match);

void match_free(struct match *match);

#endif
