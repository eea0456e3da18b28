// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames send DEVICE [OPTION...]	sends one exact frame, or many
 * frames print [OPTION...]		prints it in hex instead
 * frames length [OPTION...]		prints its length in bytes
 *
 * See the option table for what a frame can have.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <net/ethernet.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"

static const struct option options[] = {
	{ "count", required_argument, NULL, 'c' },
	{ "from-mac", required_argument, NULL, 'f' },
	{ "to-mac", required_argument, NULL, 't' },
	{ "vlan", required_argument, NULL, 'v' },	/* ID or TYPE:ID, twice at most */
	{ "type", required_argument, NULL, 'y' },
	{ "raw", required_argument, NULL, 'r' },	/* hex behind the type */
	{ "arp", no_argument, NULL, 'a' },
	{ "rarp", no_argument, NULL, 'A' },
	{ "source", required_argument, NULL, 's' },
	{ "destination", required_argument, NULL, 'd' },
	{ "options", required_argument, NULL, 'o' },
	{ "hop-by-hop", no_argument, NULL, 'H' },
	{ "fragment-header", no_argument, NULL, 'F' },
	{ "fragment", required_argument, NULL, 'g' },
	{ "more-fragments", no_argument, NULL, 'm' },
	{ "id", required_argument, NULL, 'i' },
	{ "ttl", required_argument, NULL, 'l' },
	{ "protocol", required_argument, NULL, 'P' },	/* tcp, udp, sctp, icmp or a number */
	{ "sport", required_argument, NULL, 'S' },
	{ "dport", required_argument, NULL, 'D' },
	{ "payload", required_argument, NULL, 'p' },
	{ "cut", required_argument, NULL, 'C' },
	{ "pad", required_argument, NULL, 'Z' },
	{ NULL, 0, NULL, 0 },
};

static void die(const char *what)
{
	fprintf(stderr, "frames: %s: %s\n", what, errno ? strerror(errno) : "wrong");
	exit(1);
}

static void mac_read(uint8_t *bytes, const char *text)
{
	struct ether_addr *address = ether_aton(text);

	if (!address)
		die(text);
	memcpy(bytes, address, ETH_ALEN);
}

static void tag_read(struct frame *frame, const char *text)
{
	const char *colon = strchr(text, ':');
	size_t i = frame->tags[0].type ? 1 : 0;

	frame->tags[i].type = colon ? strtoul(text, NULL, 0) : ETH_P_8021Q;
	frame->tags[i].id = strtoul(colon ? colon + 1 : text, NULL, 0);
}

static uint8_t protocol_read(const char *text)
{
	static const struct {
		const char *name;
		uint8_t number;
	} names[] = {
		{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP },
		{ "sctp", IPPROTO_SCTP }, { "icmp", IPPROTO_ICMP },
		{ "icmp6", IPPROTO_ICMPV6 },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, text))
			return names[i].number;
	return strtoul(text, NULL, 0);
}

/* The numbers, by option. */
static bool number_read(struct frame *frame, int option)
{
	unsigned long number = optarg ? strtoul(optarg, NULL, 0) : 0;

	switch (option) {
	case 'y': frame->type = number; break;
	case 'o': frame->options = number; break;
	case 'g': frame->fragment = number; break;
	case 'i': frame->id = number; break;
	case 'l': frame->ttl = number; break;
	case 'S': frame->source_port = number; break;
	case 'D': frame->destination_port = number; break;
	case 'p': frame->payload = number; break;
	case 'C': frame->cut = number; break;
	case 'Z': frame->pad = number; break;
	default: return false;
	}
	return true;
}

static void option_read(struct frame *frame, int option)
{
	if (number_read(frame, option))
		return;
	switch (option) {
	case 'f': mac_read(frame->from, optarg); break;
	case 't': mac_read(frame->to, optarg); break;
	case 'v': tag_read(frame, optarg); break;
	case 'r': frame->raw = optarg; break;
	case 'a': frame->kind = FRAME_ARP; break;
	case 'A': frame->kind = FRAME_RARP; break;
	case 'H': frame->hop_by_hop = true; break;
	case 'F': frame->fragment_header = true; break;
	case 'm': frame->more_fragments = true; break;
	case 'P': frame->protocol = protocol_read(optarg); break;
	case 's': frame->source = optarg; break;
	case 'd': frame->destination = optarg; break;
	default: exit(2);
	}
}

/* Addresses tell the family, unless --arp or --rarp said what it is. */
static void frame_read(struct frame *frame, unsigned long *count, int argc, char **argv)
{
	int option;

	*count = 1;
	mac_read(frame->from, "02:00:00:00:00:01");
	mac_read(frame->to, "02:00:00:00:00:02");
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			*count = strtoul(optarg, NULL, 0);
		else
			option_read(frame, option);
	}
	if (frame->kind == FRAME_RAW && frame->source)
		frame->kind = strchr(frame->source, ':') ? FRAME_IP6 : FRAME_IP;
}

int main(int argc, char **argv)
{
	bool send = argc > 2 && !strcmp(argv[1], "send");
	static uint8_t bytes[FRAME_MAX];
	struct frame frame = { 0 };
	unsigned long count;
	size_t length, i;
	int descriptor;

	if (argc < 2)
		return 2;
	frame_read(&frame, &count, argc - 1 - send, argv + 1 + send);
	errno = 0;
	length = frame_build(&frame, bytes);
	if (!length)
		die("the frame");
	if (!strcmp(argv[1], "length")) {
		printf("%zu\n", length);
		return 0;
	}
	if (!send) {
		for (i = 0; i < length; i++)
			printf("%02x", bytes[i]);
		putchar('\n');
		return 0;
	}
	descriptor = frame_socket(argv[2], false);
	if (descriptor < 0)
		die(argv[2]);
	while (count--)
		if (write(descriptor, bytes, length) != (ssize_t)length)
			die(argv[2]);
	close(descriptor);
	return 0;
}
