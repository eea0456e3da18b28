// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acknowledgements made by hand, for what a kernel says rarely or never.
 */
#include "../../userspace/nl.c"

#include "harness.h"

#include <linux/rtnetlink.h>
#include <unistd.h>

#include "link.h"

/* An acknowledgement under construction. */
struct ack {
	union {
		struct nlmsghdr header;
		uint8_t bytes[4096];
	};
};

static void ack_begin(struct ack *ack, uint32_t sequence, int error, uint16_t flags,
		      size_t original)
{
	struct nlmsgerr *body;

	memset(ack, 0, sizeof(*ack));
	ack->header.nlmsg_type = NLMSG_ERROR;
	ack->header.nlmsg_seq = sequence;
	ack->header.nlmsg_flags = flags;
	ack->header.nlmsg_len = NLMSG_HDRLEN + sizeof(*body);
	body = mnl_nlmsg_get_payload(&ack->header);
	body->error = error;
	body->msg.nlmsg_len = original;
	if (!(flags & NLM_F_CAPPED))
		ack->header.nlmsg_len += NLMSG_ALIGN(original) - NLMSG_HDRLEN;
}

static void ack_attribute(struct ack *ack, uint16_t type, const void *data, size_t length)
{
	struct nlattr *attribute = (void *)(ack->bytes + NLMSG_ALIGN(ack->header.nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = MNL_ATTR_HDRLEN + length;
	memcpy((uint8_t *)attribute + MNL_ATTR_HDRLEN, data, length);
	ack->header.nlmsg_len += MNL_ALIGN(attribute->nla_len);
}

/* A buffer of @count messages called m1, m2 ..., each asking for an answer. */
static void buffer_make(struct nl_buffer *buffer, size_t count)
{
	char name[16];
	size_t i;

	memset(buffer, 0, sizeof(*buffer));
	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "m%u", (unsigned int)i + 1);
		nl_message_end(buffer, nl_message_begin(buffer, NLMSG_NOOP, NLM_F_ACK,
							(int)i, name));
	}
}

static void take(const struct nl_buffer *buffer, struct ack *ack, struct nl_refusal *refusal)
{
	struct exchange exchange = { .buffer = buffer, .refusal = refusal };

	memset(refusal, 0, sizeof(*refusal));
	message_take(&exchange, &ack->header);
}

static void test_extended_ack(void)
{
	struct nl_refusal refusal;
	struct nl_buffer buffer;
	char longer[400];
	struct ack ack;

	buffer_make(&buffer, 3);
	ack_begin(&ack, 2, -ENOENT, NLM_F_ACK_TLVS | NLM_F_CAPPED, 100);
	ack_attribute(&ack, NLMSGERR_ATTR_OFFS, &(uint32_t){ 20 }, 4);
	ack_attribute(&ack, NLMSGERR_ATTR_MSG, "No such thing", 14);
	take(&buffer, &ack, &refusal);
	check_number("the errno of a capped answer", -ENOENT, refusal.error);
	check_text("the kernel's words, capped", "No such thing", refusal.text);
	check_text("the message to blame", "m2", refusal.note.name);

	ack_begin(&ack, 3, -EINVAL, NLM_F_ACK_TLVS, 50);
	ack_attribute(&ack, NLMSGERR_ATTR_MSG, "Behind it", 10);
	take(&buffer, &ack, &refusal);
	check_text("the kernel's words behind the whole message", "Behind it", refusal.text);

	ack_begin(&ack, 1, -EPERM, NLM_F_CAPPED, 100);
	ack_attribute(&ack, NLMSGERR_ATTR_MSG, "Not announced", 14);
	take(&buffer, &ack, &refusal);
	check_text("no words without the flag", "", refusal.text);

	ack_begin(&ack, 1, -EPERM, NLM_F_ACK_TLVS | NLM_F_CAPPED, 100);
	ack_attribute(&ack, NLMSGERR_ATTR_MSG, "no NUL", 6);
	take(&buffer, &ack, &refusal);
	check_text("words without a NUL", "no NUL", refusal.text);

	memset(longer, 'x', sizeof(longer));
	ack_begin(&ack, 1, -EPERM, NLM_F_ACK_TLVS | NLM_F_CAPPED, 100);
	ack_attribute(&ack, NLMSGERR_ATTR_MSG, longer, sizeof(longer));
	take(&buffer, &ack, &refusal);
	check_number("long words are cut", sizeof(refusal.text) - 1, strlen(refusal.text));

	ack_begin(&ack, 1, -EPERM, NLM_F_ACK_TLVS, 60000);
	ack.header.nlmsg_len = NLMSG_HDRLEN + sizeof(struct nlmsgerr);
	take(&buffer, &ack, &refusal);
	check_text("a length beyond the answer gives no words", "", refusal.text);
	check_number("but the errno", -EPERM, refusal.error);

	ack_begin(&ack, 99, -EPERM, NLM_F_CAPPED, 100);
	take(&buffer, &ack, &refusal);
	check_text("an unknown sequence number blames nobody", "", refusal.note.name);
	nl_buffer_free(&buffer);
}

static void test_ledger(void)
{
	struct nl_refusal refusal = { 0 };
	struct nl_buffer buffer;
	struct exchange exchange = { .buffer = &buffer, .refusal = &refusal };
	struct ack ack;

	buffer_make(&buffer, 3);
	nl_message_end(&buffer, nl_message_begin(&buffer, NLMSG_NOOP, 0, 0, "silent"));
	check_number("answers are expected where asked for", 3, answers_expected(&buffer));
	ack_begin(&ack, 1, 0, NLM_F_CAPPED, 20);
	message_take(&exchange, &ack.header);
	check_number("a yes is no refusal", 0, refusal.error);
	ack_begin(&ack, 2, -EBUSY, NLM_F_CAPPED, 20);
	message_take(&exchange, &ack.header);
	ack_begin(&ack, 3, -EPERM, NLM_F_CAPPED, 20);
	message_take(&exchange, &ack.header);
	check_number("all answers are counted", 3, exchange.answered);
	check_number("the first refusal is the one", -EBUSY, refusal.error);
	check_text("with its message", "m2", refusal.note.name);
	ack.header.nlmsg_len = NLMSG_HDRLEN + 2;
	check_number("an answer that is too short", -EBADMSG,
		     message_take(&exchange, &ack.header));
	ack.header.nlmsg_type = NLMSG_DONE;
	message_take(&exchange, &ack.header);
	check(exchange.done, "the end of a dump", "it goes on");
	ack.header.nlmsg_flags = NLM_F_DUMP_INTR;
	ack.header.nlmsg_type = NLMSG_NOOP;
	message_take(&exchange, &ack.header);
	check(exchange.interrupted, "an interrupted dump", "it is not");
	nl_buffer_free(&buffer);
}

/* Several answers in one datagram, and one that is cut. */
static void test_datagrams(void)
{
	struct nl_refusal refusal = { 0 };
	struct nl_socket socket = { 0 };
	struct nl_buffer buffer;
	struct exchange exchange = { .buffer = &buffer, .refusal = &refusal };
	uint8_t bytes[8192];
	struct ack ack;
	size_t length;
	int pair[2];

	buffer_make(&buffer, 2);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return;
	socket.mnl = mnl_socket_fdopen(pair[0]);
	check_number("no datagram yet", -EAGAIN,
		     datagram_take(&socket, &exchange, bytes, sizeof(bytes), MSG_DONTWAIT));
	ack_begin(&ack, 1, 0, NLM_F_CAPPED, 20);
	length = ack.header.nlmsg_len;
	memcpy(bytes, ack.bytes, length);
	ack_begin(&ack, 2, -EEXIST, NLM_F_CAPPED, 20);
	memcpy(bytes + length, ack.bytes, length);
	send(pair[1], bytes, 2 * length, 0);
	datagram_take(&socket, &exchange, bytes, sizeof(bytes), MSG_DONTWAIT);
	check_number("two answers in one datagram", 2, exchange.answered);
	check_number("with a refusal", -EEXIST, refusal.error);
	send(pair[1], ack.bytes, length - 1, 0);
	datagram_take(&socket, &exchange, bytes, sizeof(bytes), MSG_DONTWAIT);
	check_number("a cut answer is none", 2, exchange.answered);
	send(pair[1], ack.bytes, 0, 0);
	check_number("an empty datagram", 0,
		     datagram_take(&socket, &exchange, bytes, sizeof(bytes), MSG_DONTWAIT));
	mnl_socket_close(socket.mnl);
	close(pair[1]);
	nl_buffer_free(&buffer);
}

static void test_buffer(void)
{
	struct nl_buffer buffer = { 0 };
	struct nlmsghdr *message;
	char name[200];
	size_t i, wrong = 0;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < 1000; i++) {
		message = nl_message_begin(&buffer, RTM_NEWLINK, NLM_F_ACK, 1, name);
		mnl_attr_put_u32(message, 1, i);
		nl_message_end(&buffer, message);
	}
	for (i = 0; i < 1000; i++) {
		message = (void *)(buffer.data + buffer.notes[i].offset);
		wrong += message->nlmsg_seq != i + 1 ||
			 mnl_attr_get_u32(mnl_nlmsg_get_payload(message)) != i;
	}
	check_number("a buffer grows and keeps its messages", 0, wrong);
	check_number("a long name is cut", sizeof(buffer.notes[0].name) - 1,
		     strlen(buffer.notes[0].name));
	nl_buffer_reset(&buffer);
	for (i = 0, wrong = 0; i < buffer.size; i++)
		wrong += buffer.data[i] != 0;
	check_number("its room is zero for the next ones", 0, wrong);
	message = nl_message_begin(&buffer, RTM_NEWLINK, NLM_F_ACK, 1, "next");
	check_number("which begin anew", 1, message->nlmsg_seq == 1 && buffer.count == 1 &&
		     (void *)message == buffer.data);
	nl_buffer_free(&buffer);
}

/* The kernel itself: what needs no privilege. */
static void test_kernel(void)
{
	struct link_table links = { 0 };
	struct nl_buffer buffer = { 0 };
	struct nl_refusal refusal;
	struct nl_socket *socket;
	struct nlmsghdr *message;
	struct ifinfomsg *header;

	if (!check_number("a socket", 0, nl_open(NETLINK_ROUTE, &socket)))
		return;
	check_number("the devices are read", 0, link_table_read(&links, socket, true));
	check(link_find(&links, "lo"), "lo is among them", "it is not");
	check(!link_find(&links, ""), "no device has an empty name", "one has");
	check(!link_find_index(&links, 0), "no device has index 0", "one has");
	link_table_free(&links);
	message = nl_message_begin(&buffer, RTM_GETLINK, NLM_F_ACK, 3, "no such device");
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->ifi_index = INT32_MAX;
	nl_message_end(&buffer, message);
	check_number("a refusal", -ENODEV, nl_transact(socket, &buffer, &refusal));
	check_text("names the message", "no such device", refusal.note.name);
	check_number("and its kind", 3, refusal.note.kind);
	nl_buffer_free(&buffer);
	nl_close(socket);
	nl_close(NULL);
	check_number("a protocol that is none", -EPROTONOSUPPORT, nl_open(4711, &socket));
}

int main(void)
{
	test_extended_ack();
	test_ledger();
	test_datagrams();
	test_buffer();
	test_kernel();
	return harness_end();
}
