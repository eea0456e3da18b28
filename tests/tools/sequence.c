// SPDX-License-Identifier: GPL-2.0-only
/*
 * sequence DEVICE RATE TAP...
 *
 * Sends numbered frames on DEVICE, RATE of them in a second or with 0 as many
 * as go, until its standard input ends, and looks for every number on each TAP.
 * Says "sending" when it does, and in the end a line for each:
 *
 *	TAP: sent N, missing N, twice N, unseen N[, first N]
 *
 * where unseen are those that the capture itself had no room for, which must be 0
 * for the others to mean anything, and first is the first number that was not
 * there just once. The sender keeps to the first processor.
 *
 * A frame is UDP from 192.0.2.1 to 192.0.2.2, from port 7000 to 7777.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"

#define PAYLOAD 20
#define NUMBERS (64u << 20)	/* more than a test sends */
#define TAPS_MAX 8

/* Enough for what arrives while the reader does not run. */
#define RING_FRAME 256
#define RING_BLOCK (1u << 16)
#define RING_BLOCKS 512

struct tap {
	const char *device;
	int descriptor;
	uint8_t *ring;
	size_t next;		/* frame of the ring */
	uint8_t *seen;		/* how often, by number */
	uint64_t arrived;
	uint64_t unseen;
};

static atomic_uint sent;
static atomic_bool enough;

static void die(const char *what)
{
	fprintf(stderr, "sequence: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void tap_open(struct tap *tap, const char *device)
{
	struct tpacket_req request = {
		.tp_block_size = RING_BLOCK, .tp_block_nr = RING_BLOCKS,
		.tp_frame_size = RING_FRAME,
		.tp_frame_nr = RING_BLOCK / RING_FRAME * RING_BLOCKS,
	};
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};
	int version = TPACKET_V2;

	memset(tap, 0, sizeof(*tap));
	tap->device = device;
	tap->descriptor = socket(AF_PACKET, SOCK_RAW, 0);
	if (tap->descriptor < 0 || !address.sll_ifindex ||
	    setsockopt(tap->descriptor, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(tap->descriptor, SOL_PACKET, PACKET_RX_RING, &request,
		       sizeof(request)))
		die(device);
	tap->ring = mmap(NULL, (size_t)RING_BLOCK * RING_BLOCKS, PROT_READ | PROT_WRITE,
			 MAP_SHARED, tap->descriptor, 0);
	tap->seen = mmap(NULL, NUMBERS, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (tap->ring == MAP_FAILED || tap->seen == MAP_FAILED ||
	    bind(tap->descriptor, (struct sockaddr *)&address, sizeof(address)))
		die(device);
}

/* The number in a frame of ours, or NUMBERS. */
static uint32_t frame_number(const uint8_t *bytes, size_t length)
{
	const size_t at = ETH_HLEN + 20 + 8;
	uint32_t number;

	if (length < at + PAYLOAD || bytes[23] != IPPROTO_UDP ||
	    bytes[36] << 8 != (7777 & 0xff00) || bytes[37] != (7777 & 0xff) ||
	    memcmp(bytes + at, "numbered", 8))
		return NUMBERS;
	memcpy(&number, bytes + at + 8, sizeof(number));
	return number < NUMBERS ? number : NUMBERS;
}

/* Take what has arrived. */
static void tap_read(struct tap *tap)
{
	const size_t frames = RING_BLOCK / RING_FRAME * RING_BLOCKS;

	for (;;) {
		uint8_t *at = tap->ring + tap->next * RING_FRAME;
		struct tpacket2_hdr *header = (void *)at;
		uint32_t number;

		if (!(atomic_load((_Atomic uint32_t *)&header->tp_status) & TP_STATUS_USER))
			return;
		number = frame_number(at + header->tp_mac, header->tp_snaplen);
		if (number < NUMBERS) {
			if (tap->seen[number] < 255)
				tap->seen[number]++;
			tap->arrived++;
		}
		atomic_store((_Atomic uint32_t *)&header->tp_status, TP_STATUS_KERNEL);
		tap->next = (tap->next + 1) % frames;
	}
}

static void tap_unseen(struct tap *tap)
{
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof(stats);

	if (getsockopt(tap->descriptor, SOL_PACKET, PACKET_STATISTICS, &stats, &size))
		die(tap->device);
	tap->unseen += stats.tp_drops;
}

static bool tap_report(struct tap *tap)
{
	uint32_t count = atomic_load(&sent), first = NUMBERS, i;
	uint64_t missing = 0, twice = 0;

	tap_unseen(tap);
	for (i = 0; i < count; i++) {
		missing += !tap->seen[i];
		twice += tap->seen[i] > 1;
		if (tap->seen[i] != 1 && first == NUMBERS)
			first = i;
	}
	printf("%s: sent %u, missing %llu, twice %llu, unseen %llu", tap->device, count,
	       (unsigned long long)missing, (unsigned long long)twice,
	       (unsigned long long)tap->unseen);
	if (first != NUMBERS)
		printf(", first %u", first);
	putchar('\n');
	return !missing && !twice && !tap->unseen;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

struct sending {
	int descriptor;
	uint64_t rate;
};

/* Asleep until then: who waits on the processor is the last to get it where there is little. */
static void sleep_until(uint64_t time)
{
	struct timespec end = { time / 1000000000, time % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}

/* A frame is due at its time: late ones follow at once, none is left out. */
static void *send_all(void *data)
{
	const struct sending *sending = data;
	struct frame frame = {
		.kind = FRAME_IP, .to = { 2, 0, 0, 0, 0, 2 }, .from = { 2, 0, 0, 0, 0, 1 },
		.source = "192.0.2.1", .destination = "192.0.2.2",
		.protocol = IPPROTO_UDP, .source_port = 7000, .destination_port = 7777,
		.payload = PAYLOAD,
	};
	static uint8_t bytes[FRAME_MAX];
	size_t length = frame_build(&frame, bytes);
	uint64_t start = now();
	cpu_set_t first;
	uint32_t number;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	pthread_setaffinity_np(pthread_self(), sizeof(first), &first);
	prctl(PR_SET_TIMERSLACK, 1);	/* a nanosecond instead of 50,000 */
	memcpy(bytes + length - PAYLOAD, "numbered", 8);
	for (number = 0; !atomic_load(&enough) && number < NUMBERS; number++) {
		if (sending->rate)
			sleep_until(start + number * 1000000000ull / sending->rate);
		memcpy(bytes + length - PAYLOAD + 8, &number, sizeof(number));
		if (send(sending->descriptor, bytes, length, 0) != (ssize_t)length) {
			if (errno != ENOBUFS)
				die("send");
			number--;	/* it did not leave */
			continue;
		}
		atomic_store(&sent, number + 1);
	}
	return NULL;
}

static bool all_arrived(const struct tap *taps, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!atomic_load(&sent) || !taps[i].seen[atomic_load(&sent) - 1])
			return false;
	return true;
}

/* Until the standard input ends. */
static void take_all(struct tap *taps, size_t count)
{
	struct pollfd polled[TAPS_MAX + 1] = { { .fd = STDIN_FILENO, .events = POLLIN } };
	size_t i;

	for (i = 0; i < count; i++)
		polled[i + 1] = (struct pollfd){ taps[i].descriptor, POLLIN, 0 };
	for (;;) {
		char ignored[64];

		poll(polled, count + 1, 20);
		for (i = 0; i < count; i++)
			tap_read(&taps[i]);
		if (polled[0].revents && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			return;
	}
}

int main(int argc, char **argv)
{
	struct tap taps[TAPS_MAX];
	struct sending sending;
	size_t count = argc - 3, i;
	pthread_t sender;
	uint64_t end;
	bool right = true;

	if (argc < 4 || count > TAPS_MAX)
		return 2;
	sending.rate = strtoul(argv[2], NULL, 10);
	sending.descriptor = frame_socket(argv[1], false);
	if (sending.descriptor < 0)
		die(argv[1]);
	for (i = 0; i < count; i++)
		tap_open(&taps[i], argv[3 + i]);
	if (pthread_create(&sender, NULL, send_all, &sending))
		die("thread");
	puts("sending");
	fflush(stdout);
	take_all(taps, count);
	atomic_store(&enough, true);
	pthread_join(sender, NULL);
	for (end = now() + 2000000000ull; now() < end && !all_arrived(taps, count); usleep(1000))
		for (i = 0; i < count; i++)
			tap_read(&taps[i]);
	for (i = 0; i < count; i++) {
		tap_read(&taps[i]);
		right &= tap_report(&taps[i]);
	}
	return !right;
}
