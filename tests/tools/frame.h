/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames in words, and as bytes on the wire.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 65536
#define FRAME_TAGS_MAX 2

enum frame_kind {
	FRAME_RAW,	/* nothing but .raw behind the Ethernet header */
	FRAME_IP,
	FRAME_IP6,
	FRAME_ARP,
	FRAME_RARP,
};

struct frame_tag {
	uint16_t type;		/* 0x8100 or 0x88a8 */
	uint16_t id;
};

/* What is 0 or NULL is left out of the frame, or has its usual value. */
struct frame {
	const char *name;
	enum frame_kind kind;
	uint8_t to[6], from[6];		/* hardware addresses */
	struct frame_tag tags[FRAME_TAGS_MAX];
	uint16_t type;			/* of the payload; below 1536 it is an LLC length */
	const char *raw;		/* hex, between the type and the network header */
	const char *source, *destination;	/* network addresses */
	uint8_t options;		/* IPv4, bytes, a multiple of 4 */
	bool hop_by_hop;		/* IPv6 */
	bool fragment_header;		/* IPv6 */
	bool more_fragments;
	uint16_t fragment;		/* offset in units of 8 bytes */
	uint16_t id;			/* IPv4 */
	uint8_t ttl;
	uint8_t protocol;		/* IPPROTO_* */
	uint16_t source_port, destination_port;
	uint16_t payload;		/* bytes behind the transport header */
	uint8_t version;		/* a wrong one */
	uint16_t network_length;	/* a wrong IPv4 total or IPv6 payload length */
	uint16_t cut;			/* bytes that are left of the frame */
	uint16_t pad;			/* bytes that the frame has at least */
	bool cut_short;			/* ends inside a header: nft may differ from libpcap */
};

/* Write @frame to @bytes, of FRAME_MAX, and return its length; 0 if a word in
 * it is wrong. */
size_t frame_build(const struct frame *frame, uint8_t *bytes);

/* A socket for whole frames of @device: to send them, and with @receive to see
 * them pass in both directions. -1 on failure. */
int frame_socket(const char *device, bool receive);

/* The next frame of @descriptor with its VLAN tag where the wire had it, which
 * the kernel keeps beside the data. @outgoing tells its direction. Returns its
 * length, or -1 with errno. */
int frame_receive(int descriptor, uint8_t *bytes, size_t size, bool *outgoing);

/* The frames on which packet filters disagree. */
extern const struct frame edge_frames[];
extern const size_t edge_frame_count;

#endif
