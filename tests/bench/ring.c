// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring DEVICE FILTER-FILE	copies frames as a sensor of its own would, by a ring
 *
 * A ring of 64 blocks of 1 MiB is shared with the kernel (TPACKET_V3, packet(7)), which
 * writes the frames that the program lets through into it; FILTER-FILE has that program as
 * `tcpdump -ddd` prints it. Each frame is copied once more, as for a file. Prints
 * "ready"; ends on a signal, and prints then "FRAMES LOST CPU": read, without room in the
 * ring, and the nanoseconds of CPU time that all of it took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS 64
#define BLOCK_BYTES (1u << 20)

static volatile sig_atomic_t ended;
static uint8_t file[65536];	/* where a frame is copied to */

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static int die(const char *what)
{
	fprintf(stderr, "ring: %s: %s\n", what, errno ? strerror(errno) : "wrong");
	exit(1);
}

static void filter_attach(int descriptor, const char *path)
{
	struct sock_fprog program = { 0 };
	unsigned int code, jt, jf, k;
	FILE *stream = fopen(path, "re");
	int i;

	if (!stream || fscanf(stream, "%hu", &program.len) != 1)
		die(path);
	program.filter = calloc(program.len, sizeof(*program.filter));
	for (i = 0; program.filter && i < program.len; i++) {
		if (fscanf(stream, "%u %u %u %u", &code, &jt, &jf, &k) != 4)
			die(path);
		program.filter[i] = (struct sock_filter){ code, jt, jf, k };
	}
	fclose(stream);
	if (!program.filter ||
	    setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
		die("SO_ATTACH_FILTER");
	free(program.filter);
}

/* The filter comes before the socket hears anything: without a protocol it is deaf. */
static uint8_t *ring_open(int descriptor, const char *device)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device) };
	struct tpacket_req3 request = { .tp_block_size = BLOCK_BYTES, .tp_block_nr = BLOCKS,
		.tp_frame_size = 2048, .tp_frame_nr = BLOCKS * (BLOCK_BYTES / 2048),
		.tp_retire_blk_tov = 10 };
	int version = TPACKET_V3;
	void *ring;

	if (setsockopt(descriptor, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(descriptor, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		die("PACKET_RX_RING");
	ring = mmap(NULL, (size_t)BLOCKS * BLOCK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
		    descriptor, 0);
	if (ring == MAP_FAILED)
		die("mmap");
	if (!address.sll_ifindex || bind(descriptor, (struct sockaddr *)&address, sizeof(address)))
		die(device);
	return ring;
}

/* All frames of a block that the kernel has handed over; it gets the block back. */
static unsigned long block_read(struct tpacket_block_desc *block)
{
	struct tpacket_hdr_v1 *head = &block->hdr.bh1;
	uint8_t *at = (uint8_t *)block + head->offset_to_first_pkt;
	unsigned long frames = head->num_pkts, i;

	for (i = 0; i < frames; i++) {
		struct tpacket3_hdr *frame = (struct tpacket3_hdr *)at;
		size_t length = frame->tp_snaplen < sizeof(file) ? frame->tp_snaplen : sizeof(file);

		memcpy(file, at + frame->tp_mac, length);
		__asm__ volatile("" : : "r"(file) : "memory"); /* a copy that is made */
		at += frame->tp_next_offset;
	}
	__atomic_store_n(&head->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	return frames;
}

static unsigned long frames_read(int descriptor, uint8_t *ring)
{
	struct pollfd readable = { .fd = descriptor, .events = POLLIN };
	unsigned long frames = 0, next = 0;
	struct tpacket_block_desc *block;

	for (;;) {
		block = (struct tpacket_block_desc *)(ring + next * BLOCK_BYTES);
		if (__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) {
			frames += block_read(block);
			next = (next + 1) % BLOCKS;
		} else if (ended) {
			return frames;
		} else {
			poll(&readable, 1, 50);
		}
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };
	struct tpacket_stats_v3 stats;
	socklen_t length = sizeof(stats);
	struct timespec took;
	unsigned long frames;
	uint8_t *ring;
	int descriptor;

	if (argc != 3) {
		fprintf(stderr, "ring: wrong, see ring.c\n");
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		die("socket");
	filter_attach(descriptor, argv[2]);
	ring = ring_open(descriptor, argv[1]);
	printf("ready\n");
	fflush(stdout);
	frames = frames_read(descriptor, ring);
	if (getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, &stats, &length))
		die("PACKET_STATISTICS");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &took);
	printf("%lu %u %lld\n", frames, stats.tp_drops,
	       took.tv_sec * 1000000000LL + took.tv_nsec);
	return 0;
}
