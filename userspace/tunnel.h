/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tunnel to a sensor on another host, as the user says it and as the kernel
 * makes it. Copies do not go straight into it, see targets.h.
 */
#ifndef TUNNEL_H
#define TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum tunnel_kind {
	TUNNEL_NONE,
	TUNNEL_VXLAN,	/* RFC 7348 */
	TUNNEL_GRETAP,	/* RFC 2784, 2890, with Ethernet inside; ip6gretap for IPv6 */
	TUNNEL_ERSPAN,	/* draft-foschiano-erspan, version 1 (type II) or 2 (type III) */
	TUNNEL_GENEVE,	/* RFC 8926 */
};

#define TUNNEL_PORT_VXLAN 4789
#define TUNNEL_PORT_GENEVE 6081
#define TUNNEL_TEXT_MAX 200	/* what tunnel_text() needs at most, with the NUL */

/* All of it canonical: two tunnels that do the same compare equal with
 * tunnel_is_same(), whatever was left out or written otherwise. */
struct tunnel {
	enum tunnel_kind kind;
	uint8_t family;		/* AF_INET or AF_INET6, of both addresses */
	uint8_t remote[16];	/* network order; IPv4 takes the first 4 */
	uint8_t local[16];	/* all zero: the kernel chooses by the route */
	uint32_t id;		/* vxlan, geneve: VNI, 24 bits; gretap: the key;
				 * erspan: the session, 10 bits */
	bool has_key;		/* the id was given; only gretap can do without */
	uint16_t port;		/* vxlan, geneve: UDP, host order */
	uint8_t version;	/* erspan: 1 or 2 */
	uint32_t index;		/* erspan 1: 20 bits, as on the wire */
	uint8_t direction;	/* erspan 2: 0 ingress, 1 egress */
	uint8_t hardware;	/* erspan 2: 6 bits */
	uint8_t ttl;		/* of the outer packet */
};

/* "vxlan", ...; NULL for TUNNEL_NONE. And back; TUNNEL_NONE where it is none. */
const char *tunnel_kind_name(enum tunnel_kind kind);
enum tunnel_kind tunnel_kind_find(const char *name, size_t length);

/* Defaults of a kind: port, version, ttl. */
void tunnel_init(struct tunnel *tunnel, enum tunnel_kind kind);

/* Set one key from text: remote, local, id, key, session, port, version, index,
 * direction, hardware, ttl. @where is where the value stands, @key_where the key.
 * Returns 0 or -EINVAL with a record: a key that this kind does not have, a
 * number out of its bounds, addresses of two families. */
int tunnel_set(struct tunnel *tunnel, const char *key, const struct location *key_where,
	       const char *value, const struct location *where,
	       struct error_list *errors);

/* Is all there that the kind needs, and nothing that its version does not have?
 * Returns 0 or -EINVAL with records. */
int tunnel_validate(const struct tunnel *tunnel, const struct location *where,
		    struct error_list *errors);

/* Read "vxlan,remote=192.0.2.10,id=7", whole. Columns count from @where on.
 * @name receives the value of "name=", IFNAMSIZ bytes, or "": the device that takes
 * the copies, of which a pair is to be made. Returns 0 or -EINVAL with records. */
int tunnel_parse(struct tunnel *tunnel, char *name, const char *text,
		 const struct location *where, struct error_list *errors);

/* The canonical text, without a name, which tunnel_parse() reads back to the same
 * tunnel: defaults are left out. */
void tunnel_text(const struct tunnel *tunnel, char *text, size_t size);

bool tunnel_is_same(const struct tunnel *a, const struct tunnel *b);

/* By how many bytes the outer IP packet is longer than what follows the Ethernet
 * header of a frame: 50 for vxlan over IPv4. A frame without a tag from a device of
 * MTU 1500 becomes a packet of 1550 bytes. */
unsigned int tunnel_overhead(const struct tunnel *tunnel);

#endif
