// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_cost out ADDRESS COUNT	UDP datagrams from here, which pass LOCAL_OUT
 * hook_cost in DEVICE MAC COUNT	frames by a packet socket on DEVICE, whose other end takes
 *				them in as PRE_ROUTING does
 *
 * Sends COUNT of them, all different, and prints the nanoseconds that each took, whatever
 * of the kernel runs for it included: in a guest whose clock counts instructions, these are
 * instructions. A tenth as many go before, not counted, so that caches are warm.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT 9
#define PAYLOAD 64

struct frame {
	uint8_t to[6], from[6];
	uint16_t type;
	struct iphdr ip;
	struct udphdr udp;
	uint8_t payload[PAYLOAD];
} __attribute__((packed));

static struct frame frame;

static int die(const char *what)
{
	fprintf(stderr, "hook_cost: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint16_t ip_checksum(const uint8_t *bytes)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < sizeof(struct iphdr); i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void frame_number(uint32_t number)
{
	frame.ip.id = htons(number);
	frame.ip.check = 0;
	frame.ip.check = ip_checksum((const uint8_t *)&frame + ETH_HLEN);
	memcpy(frame.payload, &number, sizeof(number));
}

static int out_open(const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int descriptor = socket(AF_INET, SOCK_DGRAM, 0);

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		exit(2);
	if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&to, sizeof(to)))
		die(address);
	return descriptor;
}

static int in_open(const char *device, const char *mac)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = 0 };
	int descriptor = socket(AF_PACKET, SOCK_RAW, 0);

	at.sll_ifindex = if_nametoindex(device);
	if (descriptor < 0 || !at.sll_ifindex ||
	    bind(descriptor, (struct sockaddr *)&at, sizeof(at)))
		die(device);
	if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &frame.to[0], &frame.to[1], &frame.to[2],
		   &frame.to[3], &frame.to[4], &frame.to[5]) != 6)
		exit(2);
	frame.from[0] = 2;
	frame.type = htons(ETH_P_IP);
	frame.ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
				   .tot_len = htons(sizeof(frame) - ETH_HLEN),
				   .saddr = htonl(0xc0000209), .daddr = htonl(0xc6336401) };
	frame.udp = (struct udphdr){ .source = htons(7), .dest = htons(PORT),
				     .len = htons(sizeof(frame.udp) + PAYLOAD) };
	return descriptor;
}

static void send_all(int descriptor, bool whole, uint32_t first, uint32_t count)
{
	const void *bytes = whole ? (const void *)&frame : frame.payload;
	size_t size = whole ? sizeof(frame) : PAYLOAD;
	uint32_t number;

	for (number = first; number < first + count; number++) {
		frame_number(number);
		if (send(descriptor, bytes, size, 0) != (ssize_t)size)
			die("sending");
	}
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

int main(int argc, char **argv)
{
	bool whole = argc == 5 && !strcmp(argv[1], "in");
	uint32_t count;
	int descriptor;
	int64_t start;

	if (!whole && (argc != 4 || strcmp(argv[1], "out")))
		return 2;
	count = strtoul(argv[argc - 1], NULL, 10);
	descriptor = whole ? in_open(argv[2], argv[3]) : out_open(argv[2]);
	send_all(descriptor, whole, 0, count / 10);
	start = now();
	send_all(descriptor, whole, count, count);
	printf("%.1f\n", (double)(now() - start) / count);
	return 0;
}
