/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the match language that mean something by themselves, and the
 * look-up of the names that do not: hosts, networks, services, protocols.
 */
#ifndef FILTER_NAMES_H
#define FILTER_NAMES_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter.h"

enum word_kind {
	WORD_END,
	WORD_WRONG,		/* cannot be a word: number is an enum word_wrong */
	WORD_NUMBER,		/* also "tcp-syn" and its like */
	WORD_NAME,		/* anything else, and "\anything" */
	WORD_IPV4,		/* 2 to 4 numbers with dots between */
	WORD_IPV6,
	WORD_HARDWARE,
	WORD_MARK,		/* number is the character, or an enum word_mark */
	/* keywords */
	WORD_AND, WORD_OR, WORD_NOT,
	WORD_PROTOCOL,		/* number is an enum filter_protocol */
	WORD_SOURCE, WORD_DESTINATION,
	WORD_TYPE,		/* number is an enum filter_type */
	WORD_MASK,
	WORD_BROADCAST, WORD_MULTICAST,
	WORD_LESS, WORD_GREATER, WORD_LENGTH, WORD_BYTE,
	WORD_VLAN, WORD_MPLS, WORD_PPPOE_DISCOVERY, WORD_PPPOE_SESSION, WORD_LLC,
	WORD_REFUSED,		/* number is an enum filter_refusal */
};

/* What stands between the protocol and the value. */
enum filter_type {
	TYPE_NONE,		/* means a host */
	TYPE_HOST, TYPE_NET, TYPE_PORT, TYPE_PORTRANGE, TYPE_PROTO,
};

/* Why a keyword cannot be used. */
enum filter_refusal {
	REFUSAL_PROTOCHAIN, REFUSAL_GATEWAY, REFUSAL_DIRECTION, REFUSAL_INTERFACE,
	REFUSAL_TUNNEL, REFUSAL_PF, REFUSAL_WIRELESS, REFUSAL_RADIO, REFUSAL_ATM,
	REFUSAL_SS7,
};

struct filter_keyword {
	const char *text;
	enum word_kind kind;
	uint32_t number;
};

/* The keyword that is exactly these bytes, or NULL. */
const struct filter_keyword *filter_keyword_find(const char *text, size_t length);

/* The keyword that was probably meant by an unknown word, or NULL. */
const char *filter_keyword_near(const char *text, size_t length);

/* As it is written, "tcp". */
const char *filter_protocol_name(enum filter_protocol protocol);

/* The second word of "llc sabme", in any case. */
bool filter_llc_find(const char *text, size_t length, enum filter_llc *type);
const char *filter_llc_name(enum filter_llc type);

/* What was found is in the last argument; the answer is 0, -ENOENT if there is
 * no such name, or -ENOMEM. */

/* All addresses of a host; freeaddrinfo() is the caller's. */
int filter_name_host(const char *name, struct addrinfo **found);

/* The hardware address of a host, from ethers(5). */
int filter_name_hardware(const char *name, uint8_t bytes[6]);

/* A network from networks(5), as it stands there, in host byte order. */
int filter_name_network(const char *name, uint32_t *number);

/* A service or a number. @protocol becomes TCP or UDP if it has a port of that
 * number for this one only, else NONE. */
int filter_name_port(const char *name, uint32_t *port, enum filter_protocol *protocol);

/* What is after "proto": @qualifier tells whose numbers they are. */
int filter_name_protocol(const char *name, enum filter_protocol qualifier,
			 uint32_t *number);

#endif
