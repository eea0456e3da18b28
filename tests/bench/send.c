// SPDX-License-Identifier: GPL-2.0-only
/*
 * send [OPTION...] DEVICE...	sends a fixed set of frames by each device in turn
 *
 * Prints a line for each device: its name, and what a frame took in each round, in
 * nanoseconds of this thread's CPU time. The kernel's work for a frame, up to where a
 * veth's other end has received it, is done before sendmmsg(2) returns and counts as
 * this thread's (softirqs run at the end of the transmit path), if the kernel does not
 * account for interrupts apart (CONFIG_IRQ_TIME_ACCOUNTING).
 *
 * Frames are UDP over IPv4. The addresses and ports of a set are drawn by a generator
 * with a fixed seed: the same frames in every run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define SIZE_LEAST (sizeof(struct ether_header) + sizeof(struct iphdr) + sizeof(struct udphdr))
#define SIZE_MOST 1514

enum { ROUNDS = 'r', FRAMES = 'f', SET = 'n', SIZE = 's', TO = 't', STEP = 'e',
	ADDRESSES = 'a', PORT = 'p', PORTS = 'q', BYPASS = 'b', CPU = 'c' };

static const struct option options[] = {
	{ "rounds", required_argument, NULL, ROUNDS },
	{ "frames", required_argument, NULL, FRAMES },	/* a device and round */
	{ "set", required_argument, NULL, SET },	/* different frames */
	{ "size", required_argument, NULL, SIZE },	/* bytes, without FCS */
	{ "to", required_argument, NULL, TO },		/* the first destination */
	{ "step", required_argument, NULL, STEP },	/* from one to the next */
	{ "addresses", required_argument, NULL, ADDRESSES },	/* how many */
	{ "port", required_argument, NULL, PORT },	/* the first destination port */
	{ "ports", required_argument, NULL, PORTS },	/* how many */
	{ "bypass", no_argument, NULL, BYPASS },	/* PACKET_QDISC_BYPASS, no egress hooks */
	{ "cpu", required_argument, NULL, CPU },	/* stay on this one */
	{ NULL, 0, NULL, 0 },
};

/* What was asked for; numbers by their letter. */
static unsigned long asked[128] = {
	[ROUNDS] = 7, [FRAMES] = 65536, [SET] = 1024, [SIZE] = 60, [STEP] = 1,
	[ADDRESSES] = 1, [PORT] = 9091, [PORTS] = 1,
};

static int die(const char *what)
{
	fprintf(stderr, "send: %s: %s\n", what, errno ? strerror(errno) : "wrong");
	exit(1);
}

/* xorshift32 */
static uint32_t draw(void)
{
	static uint32_t state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static void frame_write(uint8_t *frame)
{
	/* Nobody's address, so that a stack that receives it lets it go at once. */
	struct ether_header ethernet = {
		.ether_dhost = { 2, 0, 0, 0, 0, 0xfe }, .ether_shost = { 2, 0, 0, 0, 0, 0xff },
		.ether_type = htons(ETHERTYPE_IP),
	};
	size_t length = asked[SIZE] - sizeof(ethernet);
	struct iphdr ip = {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.tot_len = htons(length), .saddr = htonl(0xc6120001),
		.daddr = htonl(asked[TO] + draw() % asked[ADDRESSES] * asked[STEP]),
	};
	struct udphdr udp = {
		.source = htons(40000), .dest = htons(asked[PORT] + draw() % asked[PORTS]),
		.len = htons(length - sizeof(ip)),
	};

	memcpy(frame, &ethernet, sizeof(ethernet));
	memcpy(frame + sizeof(ethernet), &ip, sizeof(ip));
	memcpy(frame + sizeof(ethernet) + sizeof(ip), &udp, sizeof(udp));
}

static int device_open(const char *device)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(device) };
	int on = 1, descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (descriptor < 0 || !address.sll_ifindex ||
	    bind(descriptor, (struct sockaddr *)&address, sizeof(address)))
		die(device);
	if (asked[BYPASS] &&
	    setsockopt(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		die("PACKET_QDISC_BYPASS");
	return descriptor;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* What one frame took. */
static double round_send(int descriptor, struct mmsghdr *messages)
{
	double start = now();
	unsigned long sent;
	int got;

	for (sent = 0; sent < asked[FRAMES]; sent += got) {
		unsigned long at = sent % asked[SET], count = asked[SET] - at;

		if (count > BATCH)
			count = BATCH;
		if (count > asked[FRAMES] - sent)
			count = asked[FRAMES] - sent;
		got = sendmmsg(descriptor, messages + at, count, 0);
		if (got < 0)
			die("sendmmsg");
	}
	return (now() - start) / asked[FRAMES];
}

static void cpu_stay(unsigned long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("--cpu");
}

static void options_read(int argc, char **argv)
{
	struct in_addr address;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		errno = 0;
		if (option == '?')
			exit(2);
		if (option == BYPASS)
			asked[BYPASS] = 1;
		else if (option == TO && inet_pton(AF_INET, optarg, &address) == 1)
			asked[TO] = ntohl(address.s_addr);
		else
			asked[option] = strtoul(optarg, NULL, 0);
		if (option == CPU)
			cpu_stay(asked[CPU]);
	}
	if (optind == argc || asked[SIZE] < SIZE_LEAST || asked[SIZE] > SIZE_MOST ||
	    !asked[SET] || !asked[ADDRESSES] || !asked[PORTS] || !asked[ROUNDS] || !asked[FRAMES]) {
		fprintf(stderr, "send: wrong, see the options in send.c\n");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	unsigned long i, round, devices;
	struct mmsghdr *messages;
	struct iovec *vectors;
	uint8_t *frames;
	double *took;
	int *opened;

	options_read(argc, argv);
	devices = argc - optind;
	frames = calloc(asked[SET], asked[SIZE]);
	vectors = calloc(asked[SET], sizeof(*vectors));
	messages = calloc(asked[SET], sizeof(*messages));
	took = calloc(devices * asked[ROUNDS], sizeof(*took));
	opened = calloc(devices, sizeof(*opened));
	if (!frames || !vectors || !messages || !took || !opened)
		die("memory");
	for (i = 0; i < asked[SET]; i++) {
		vectors[i] = (struct iovec){ frames + i * asked[SIZE], asked[SIZE] };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = vectors + i, .msg_iovlen = 1 };
		frame_write(vectors[i].iov_base);
	}
	for (i = 0; i < devices; i++)
		opened[i] = device_open(argv[optind + i]);
	for (round = 0; round < asked[ROUNDS]; round++)
		for (i = 0; i < devices; i++)
			took[i * asked[ROUNDS] + round] = round_send(opened[i], messages);
	for (i = 0; i < devices; i++) {
		printf("%s", argv[optind + i]);
		for (round = 0; round < asked[ROUNDS]; round++)
			printf(" %.1f", took[i * asked[ROUNDS] + round]);
		printf("\n");
	}
	return 0;
}
