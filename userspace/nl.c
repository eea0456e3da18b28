// SPDX-License-Identifier: GPL-2.0-only
#include "nl.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define MESSAGE_ROOM 65536
/* What an acknowledgement takes of the receive buffer, by the kernel's way of
 * accounting (the message with its shared overhead). */
#define ACK_ROOM 1024

struct nl_socket {
	struct mnl_socket *mnl;
	uint8_t *room;		/* MESSAGE_ROOM, for what is received */
	size_t send_size, receive_size;	/* what the kernel was asked to have room for */
	struct nl_buffer question;
};

int nl_open(int protocol, struct nl_socket **out)
{
	struct nl_socket *socket;
	int on = 1;
	int error;

	socket = calloc(1, sizeof(*socket));
	if (!socket)
		return -ENOMEM;
	socket->room = malloc(MESSAGE_ROOM);
	if (!socket->room)
		goto fail;
	socket->mnl = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	if (!socket->mnl)
		goto fail;
	if (mnl_socket_bind(socket->mnl, 0, MNL_SOCKET_AUTOPID) < 0)
		goto fail;
	/* Without extended ACKs (before 4.12) only the words are missing. */
	mnl_socket_setsockopt(socket->mnl, NETLINK_EXT_ACK, &on, sizeof(on));
	*out = socket;
	return 0;

fail:
	error = -errno;
	nl_close(socket);
	return error;
}

void nl_close(struct nl_socket *socket)
{
	if (!socket)
		return;
	if (socket->mnl)
		mnl_socket_close(socket->mnl);
	nl_buffer_free(&socket->question);
	free(socket->room);
	free(socket);
}

uint32_t nl_port(const struct nl_socket *socket)
{
	return mnl_socket_get_portid(socket->mnl);
}

int nl_descriptor(const struct nl_socket *socket)
{
	return mnl_socket_get_fd(socket->mnl);
}

struct nl_buffer *nl_question(struct nl_socket *socket)
{
	nl_buffer_reset(&socket->question);
	return &socket->question;
}

static int buffer_reserve(struct nl_buffer *buffer, size_t room)
{
	size_t size = buffer->size ? buffer->size : 2 * MESSAGE_ROOM;
	uint8_t *data;

	while (buffer->used + room > size)
		size *= 2;
	if (size == buffer->size)
		return 0;
	data = realloc(buffer->data, size);
	if (!data)
		return -ENOMEM;
	/* What stands between attributes is not written, and would be anything. */
	memset(data + buffer->size, 0, size - buffer->size);
	buffer->data = data;
	buffer->size = size;
	return 0;
}

struct nlmsghdr *nl_message_begin(struct nl_buffer *buffer, uint16_t type,
				  uint16_t flags, int kind, const char *what)
{
	struct nlmsghdr *message;
	struct nl_note *notes, *note;

	if (buffer_reserve(buffer, MESSAGE_ROOM))
		return NULL;
	notes = reallocarray(buffer->notes, buffer->count + 1, sizeof(*notes));
	if (!notes)
		return NULL;
	buffer->notes = notes;
	note = &notes[buffer->count++];
	note->kind = kind;
	snprintf(note->name, sizeof(note->name), "%s", what);
	note->sequence = buffer->count;
	note->offset = buffer->used;
	message = mnl_nlmsg_put_header(buffer->data + buffer->used);
	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = note->sequence;
	return message;
}

void nl_message_end(struct nl_buffer *buffer, const struct nlmsghdr *message)
{
	buffer->used += NLMSG_ALIGN(message->nlmsg_len);
}

void nl_buffer_reset(struct nl_buffer *buffer)
{
	if (buffer->used)
		memset(buffer->data, 0, buffer->used);
	buffer->used = 0;
	buffer->count = 0;
}

void nl_buffer_free(struct nl_buffer *buffer)
{
	free(buffer->data);
	free(buffer->notes);
	memset(buffer, 0, sizeof(*buffer));
}

/* @asked is what was asked for before, and enough for most. */
static void set_size(int descriptor, int option, int forced, size_t size, size_t *asked)
{
	int value = size > INT32_MAX / 2 ? INT32_MAX / 2 : (int)size;
	socklen_t length = sizeof(value);
	int have = 0;

	if (size <= *asked)
		return;
	*asked = size;
	if (!getsockopt(descriptor, SOL_SOCKET, option, &have, &length) && have >= value)
		return;
	if (setsockopt(descriptor, SOL_SOCKET, forced, &value, sizeof(value)))
		setsockopt(descriptor, SOL_SOCKET, option, &value, sizeof(value));
}

static int buffer_send(struct nl_socket *socket, const struct nl_buffer *buffer)
{
	int descriptor = mnl_socket_get_fd(socket->mnl);
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	set_size(descriptor, SO_SNDBUF, SO_SNDBUFFORCE, buffer->used + MESSAGE_ROOM,
		 &socket->send_size);
	set_size(descriptor, SO_RCVBUF, SO_RCVBUFFORCE,
		 buffer->count * ACK_ROOM + 4 * MESSAGE_ROOM, &socket->receive_size);
	if (sendto(descriptor, buffer->data, buffer->used, 0,
		   (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

/* The text of an extended ACK: its attributes stand behind the error and the
 * original message, of which only the header is there when it is capped. */
static void extended_ack_text(const struct nlmsghdr *message, char *text, size_t size)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	size_t skip = sizeof(*error);
	const struct nlattr *attribute;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (mnl_nlmsg_get_payload_len(message) < skip)
		return;
	mnl_attr_for_each(attribute, message, skip)
		if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_get_payload_len(attribute))
			snprintf(text, size, "%.*s",
				 (int)mnl_attr_get_payload_len(attribute),
				 mnl_attr_get_str(attribute));
}

static void refusal_note(const struct nl_buffer *buffer,
			 const struct nlmsghdr *message, struct nl_refusal *refusal)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	uint32_t sequence = message->nlmsg_seq;

	if (refusal->error)
		return;		/* the first refusal is the cause */
	refusal->error = error->error;
	if (sequence >= 1 && sequence <= buffer->count)
		refusal->note = buffer->notes[sequence - 1];
	extended_ack_text(message, refusal->text, sizeof(refusal->text));
}

static struct nlmsghdr *message_of(const struct nl_buffer *buffer, size_t number)
{
	return (void *)(buffer->data + buffer->notes[number].offset);
}

void nl_buffer_ask_once(struct nl_buffer *buffer)
{
	bool asked = false;
	size_t i;

	for (i = buffer->count; i-- > 0; ) {
		struct nlmsghdr *message = message_of(buffer, i);

		if (asked)
			message->nlmsg_flags &= ~NLM_F_ACK;
		asked |= message->nlmsg_flags & NLM_F_ACK;
	}
}

/* How many messages of @buffer ask for an answer. */
static size_t answers_expected(const struct nl_buffer *buffer)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < buffer->count; i++)
		count += !!(message_of(buffer, i)->nlmsg_flags & NLM_F_ACK);
	return count;
}

struct exchange {
	const struct nl_buffer *buffer;
	struct nl_refusal *refusal;
	mnl_cb_t callback;
	void *data;
	size_t answered;
	bool done;		/* the end of a dump */
	bool interrupted;
};

static int message_take(struct exchange *exchange, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		exchange->interrupted = true;
	switch (message->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
		if (mnl_nlmsg_get_payload_len(message) < sizeof(*error))
			return -EBADMSG;
		exchange->answered++;
		if (error->error)
			refusal_note(exchange->buffer, message, exchange->refusal);
		return 0;
	case NLMSG_DONE:
		exchange->done = true;
		return 0;
	default:
		if (exchange->callback &&
		    exchange->callback(message, exchange->data) < MNL_CB_STOP)
			return -ENOMEM;
		return 0;
	}
}

/* Read one datagram and take its messages. */
static int datagram_take(struct nl_socket *socket, struct exchange *exchange,
			 uint8_t *data, size_t size, int flags)
{
	const struct nlmsghdr *message = (const void *)data;
	ssize_t got;
	int left;
	int error;

	got = recv(mnl_socket_get_fd(socket->mnl), data, size, flags);
	if (got < 0)
		return -errno;
	left = got;
	while (mnl_nlmsg_ok(message, left)) {
		error = message_take(exchange, message);
		if (error)
			return error;
		message = mnl_nlmsg_next(message, &left);
	}
	return 0;
}

/* The kernel works on a request inside sendto(), so by now every answer is
 * queued: an empty queue before the last answer means that there is none. */
int nl_transact(struct nl_socket *socket, const struct nl_buffer *buffer,
		struct nl_refusal *refusal)
{
	struct exchange exchange = { .buffer = buffer, .refusal = refusal };
	int error;

	memset(refusal, 0, sizeof(*refusal));
	error = buffer_send(socket, buffer);
	if (error)
		goto out_error;
	do {
		error = datagram_take(socket, &exchange, socket->room, MESSAGE_ROOM, MSG_DONTWAIT);
	} while (!error || error == -EINTR);
	if (error != -EAGAIN)
		goto out_error;
	if (refusal->error)
		return refusal->error;
	if (exchange.answered >= answers_expected(buffer))
		return 0;
	error = -EPROTO;
out_error:
	if (!refusal->error)
		refusal->error = error;
	return refusal->error;
}

int nl_query(struct nl_socket *socket, const struct nl_buffer *buffer,
	     mnl_cb_t callback, void *data, struct nl_refusal *refusal)
{
	struct exchange exchange = {
		.buffer = buffer, .refusal = refusal,
		.callback = callback, .data = data,
	};
	int error;

	memset(refusal, 0, sizeof(*refusal));
	error = buffer_send(socket, buffer);
	while (!error && !exchange.done && !exchange.answered) {
		error = datagram_take(socket, &exchange, socket->room, MESSAGE_ROOM, 0);
		if (error == -EINTR)
			error = 0;
	}
	if (!error)
		error = refusal->error;
	if (!error && exchange.interrupted)
		error = -EINTR;
	if (!refusal->error)
		refusal->error = error;
	return error;
}

int nl_join(struct nl_socket *socket, unsigned int group, size_t room)
{
	set_size(nl_descriptor(socket), SO_RCVBUF, SO_RCVBUFFORCE, room, &socket->receive_size);
	if (mnl_socket_setsockopt(socket->mnl, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return -errno;
	return 0;
}

/* So that a flood of news does not keep the reader from acting on them. */
#define LISTEN_DATAGRAMS 4096

int nl_listen(struct nl_socket *socket, mnl_cb_t callback, void *data)
{
	struct nl_refusal ignored = { 0 };
	struct nl_buffer none = { 0 };
	struct exchange exchange = {
		.buffer = &none, .refusal = &ignored, .callback = callback, .data = data,
	};
	unsigned int count = 0;
	bool lost = false;
	int error = 0;

	while (!error && count++ < LISTEN_DATAGRAMS) {
		error = datagram_take(socket, &exchange, socket->room, MESSAGE_ROOM, MSG_DONTWAIT);
		lost |= error == -ENOBUFS;
		if (error == -ENOBUFS || error == -EINTR)
			error = 0;
	}
	if (error && error != -EAGAIN)
		return error;
	return lost ? -ENOBUFS : 0;
}
