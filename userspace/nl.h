/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink: the only file that owns sockets. Builders fill a buffer and can
 * fail; only then is anything sent.
 */
#ifndef NL_H
#define NL_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

struct nl_socket;

/* What a message is about, for whoever explains a refusal of it. */
struct nl_note {
	int kind;		/* the builder's own */
	char name[160];
	uint32_t sequence;
	size_t offset;		/* of the message in the buffer */
};

/* Messages one after the other, each with a sequence number of its own. */
struct nl_buffer {
	uint8_t *data;
	size_t used, size;	/* bytes */
	struct nl_note *notes;
	size_t count;
};

/* The kernel's no: which message, which errno, and the extended ACK's text. */
struct nl_refusal {
	int error;		/* negative errno */
	struct nl_note note;	/* empty name where no message was to blame */
	char text[256];		/* the kernel's own words, or "" */
};

/* Open a socket of a netlink protocol (NETLINK_ROUTE, ...), with extended ACKs
 * on. Returns 0 or a negative errno. */
int nl_open(int protocol, struct nl_socket **socket);
void nl_close(struct nl_socket *socket);

/* The socket's own address, by which the kernel says whose change it reports. */
uint32_t nl_port(const struct nl_socket *socket);
/* An empty buffer for one question, which is the socket's own until the next: its room of
 * zeros is made once, and most who ask, ask thousands of times. */
struct nl_buffer *nl_question(struct nl_socket *socket);
/* For poll(2). */
int nl_descriptor(const struct nl_socket *socket);

/* Hear of what is sent to a multicast group (RTNLGRP_LINK, ...), with room for @room
 * bytes of it, the kernel's own overhead included. Such a socket asks nothing. Returns
 * 0 or a negative errno. */
int nl_join(struct nl_socket *socket, unsigned int group, size_t room);

/* Hand what has arrived to @callback, without waiting for more; a lot at once is left
 * for the next call. Returns 0, -ENOBUFS where something was lost, or another negative
 * errno. */
int nl_listen(struct nl_socket *socket, mnl_cb_t callback, void *data);

/* Begin a message with room for 64 KiB of attributes; @what is noted down for
 * a refusal. NULL without memory. */
struct nlmsghdr *nl_message_begin(struct nl_buffer *buffer, uint16_t type,
				  uint16_t flags, int kind, const char *what);
/* Account for the message begun last, now that it is complete. */
void nl_message_end(struct nl_buffer *buffer, const struct nlmsghdr *message);
/* Forget the messages and keep the room, for those that come next. */
void nl_buffer_reset(struct nl_buffer *buffer);
void nl_buffer_free(struct nl_buffer *buffer);

/* Of the messages that ask for an answer let only the last do so: for a transaction, in
 * which all succeed or none. Those that fail are told of anyway. */
void nl_buffer_ask_once(struct nl_buffer *buffer);

/* Send the whole buffer at once and read what comes back until every message
 * with NLM_F_ACK is answered. Returns 0, or the first refusal's negative
 * errno, with @refusal filled in. */
int nl_transact(struct nl_socket *socket, const struct nl_buffer *buffer,
		struct nl_refusal *refusal);

/* The same for one request that answers with data: every data message goes to
 * @callback. For a dump that other changes interrupted, -EINTR: begin anew. */
int nl_query(struct nl_socket *socket, const struct nl_buffer *buffer,
	     mnl_cb_t callback, void *data, struct nl_refusal *refusal);

#endif
