// SPDX-License-Identifier: GPL-2.0-only
/*
 * oracle ROUND DEVICE PEER TAP EXPRESSION
 *
 * Holds a mirror of DEVICE to libpcap, frame by frame. The mirror is there
 * already; its copies come out of TAP. Frames sent on DEVICE pass its egress,
 * frames sent on PEER, the other end of its cable, pass its ingress.
 *
 * Every frame carries its number in its source address, which no expression
 * reads. Two markers, one a direction, go last: copies arrive in order, so
 * after them nothing is under way. A second mirror takes care that the markers
 * are copied: of "ip host 198.51.100.99".
 *
 * Prints "DECISIONS DIFFERENCES ALLOWED", and each difference on standard
 * error. A frame that is cut short inside a header may be decided either way.
 */
#include <errno.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"

#define MARKER 0xffff
#define WAIT 5000	/* milliseconds */

static const char *const directions[] = { "egress", "ingress" };

struct oracle {
	unsigned int round;
	int sender[2];		/* by direction */
	int tap;
	struct bpf_program program;
	bool never;		/* libpcap sees that nothing can match */
	unsigned int *copies[2];	/* by direction and frame */
	bool marked[2];
	unsigned int differences, allowed, decisions;
};

static void die(const char *what)
{
	fprintf(stderr, "oracle: %s: %s\n", what, strerror(errno));
	exit(2);
}

static size_t numbered_build(const struct oracle *oracle, const struct frame *frame,
			     int direction, unsigned int number, uint8_t *bytes)
{
	struct frame numbered = *frame;

	memcpy(numbered.to, "\x02\0\0\0\0\xfe", 6);
	numbered.from[0] = 0x02;
	numbered.from[1] = direction;
	numbered.from[2] = oracle->round >> 8;
	numbered.from[3] = oracle->round & 0xff;
	numbered.from[4] = number >> 8;
	numbered.from[5] = number & 0xff;
	return frame_build(&numbered, bytes);
}

static void send_frame(const struct oracle *oracle, const struct frame *frame,
		       int direction, unsigned int number)
{
	static uint8_t bytes[FRAME_MAX];
	size_t length;

	length = numbered_build(oracle, frame, direction, number, bytes);
	if (!length || write(oracle->sender[direction], bytes, length) < 0)
		die(frame->name);
}

static void send_all(const struct oracle *oracle)
{
	static const struct frame marker = {
		.name = "marker", .kind = FRAME_IP, .source = "198.51.100.98",
		.destination = "198.51.100.99", .protocol = IPPROTO_ICMP, .payload = 40,
	};
	int direction;
	size_t i;

	for (direction = 0; direction < 2; direction++) {
		for (i = 0; i < edge_frame_count; i++)
			send_frame(oracle, &edge_frames[i], direction, i);
		send_frame(oracle, &marker, direction, MARKER);
	}
}

/* The copy must be the frame, byte for byte. */
static void copy_take(struct oracle *oracle, const uint8_t *bytes, size_t length)
{
	static uint8_t original[FRAME_MAX];
	unsigned int direction = bytes[7], number = bytes[10] << 8 | bytes[11];

	if (bytes[6] != 0x02 || (bytes[8] << 8 | bytes[9]) != (int)oracle->round ||
	    direction > 1)
		return;		/* not of this round */
	if (number == MARKER) {
		oracle->marked[direction] = true;
		return;
	}
	if (number >= edge_frame_count)
		return;
	oracle->copies[direction][number]++;
	if (length == numbered_build(oracle, &edge_frames[number], direction, number,
				     original) && !memcmp(bytes, original, length))
		return;
	fprintf(stderr, "%s: %s: the copy is not the frame\n", directions[direction],
		edge_frames[number].name);
	oracle->differences++;
}

static void receive_all(struct oracle *oracle)
{
	struct pollfd wait = { .fd = oracle->tap, .events = POLLIN };
	static uint8_t bytes[FRAME_MAX];
	bool outgoing;
	int length;

	while (!oracle->marked[0] || !oracle->marked[1]) {
		if (poll(&wait, 1, WAIT) != 1) {
			errno = ETIMEDOUT;
			die("no copy of the marker");
		}
		length = frame_receive(oracle->tap, bytes, sizeof(bytes), &outgoing);
		if (length < 0)
			die("receive");
		if (!outgoing)
			copy_take(oracle, bytes, length);
	}
}

static void frame_judge(struct oracle *oracle, int direction, size_t number)
{
	const struct frame *frame = &edge_frames[number];
	unsigned int copies = oracle->copies[direction][number];
	static uint8_t bytes[FRAME_MAX];
	struct pcap_pkthdr header;
	bool wanted;

	memset(&header, 0, sizeof(header));
	header.caplen = header.len = numbered_build(oracle, frame, direction, number, bytes);
	wanted = !oracle->never && pcap_offline_filter(&oracle->program, &header, bytes);
	oracle->decisions++;
	if (copies == wanted)
		return;
	if (frame->cut_short && copies < 2) {
		oracle->allowed++;
		return;
	}
	oracle->differences++;
	fprintf(stderr, "%s: %s: %u copies, libpcap says %d\n", directions[direction],
		frame->name, copies, wanted);
}

static void expression_compile(struct oracle *oracle, const char *expression)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, FRAME_MAX);

	if (!pcap)
		die("libpcap");
	if (pcap_compile(pcap, &oracle->program, expression, 1, PCAP_NETMASK_UNKNOWN)) {
		oracle->never = strstr(pcap_geterr(pcap), "rejects all packets");
		if (!oracle->never) {
			fprintf(stderr, "oracle: %s: %s\n", expression, pcap_geterr(pcap));
			exit(2);
		}
	}
	pcap_close(pcap);
}

static void open_all(struct oracle *oracle, char **argv)
{
	cpu_set_t one;
	int direction;

	expression_compile(oracle, argv[5]);
	/* One processor, one queue: markers cannot overtake. */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	oracle->round = strtoul(argv[1], NULL, 10);
	oracle->tap = frame_socket(argv[4], true);
	for (direction = 0; direction < 2; direction++) {
		oracle->sender[direction] = frame_socket(argv[2 + direction], false);
		oracle->copies[direction] = calloc(edge_frame_count, sizeof(unsigned int));
		if (oracle->sender[direction] < 0 || !oracle->copies[direction])
			die(argv[2 + direction]);
	}
	if (oracle->tap < 0)
		die(argv[4]);
}

int main(int argc, char **argv)
{
	struct oracle oracle = { 0 };
	int direction;
	size_t i;

	if (argc != 6)
		return 2;
	open_all(&oracle, argv);
	send_all(&oracle);
	receive_all(&oracle);
	for (direction = 0; direction < 2; direction++)
		for (i = 0; i < edge_frame_count; i++)
			frame_judge(&oracle, direction, i);
	printf("%u %u %u\n", oracle.decisions, oracle.differences, oracle.allowed);
	return oracle.differences ? 1 : 0;
}
