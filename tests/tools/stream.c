// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream receive ADDRESS PORT		prints how many bytes a connection brought
 * stream send ADDRESS PORT BYTES	connects, as soon as somebody listens; when all has
 *					arrived it prints how many bytes the kernel has sent:
 *					more, if it was slow and had to repeat some
 * stream group ADDRESS PORT SIZE COUNT	has the kernel cut COUNT numbered datagrams of
 *					SIZE bytes from one (UDP_SEGMENT of udp(7))
 */
#include <errno.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PIECE 65536

static int die(const char *what)
{
	fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
	return 1;
}

static int stream_receive(int listener, const struct addrinfo *address)
{
	static char piece[PIECE];
	unsigned long total = 0;
	int on = 1, connection;
	ssize_t got;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, address->ai_addr, address->ai_addrlen) ||
	    listen(listener, 1))
		return die("listen");
	connection = accept(listener, NULL, NULL);
	if (connection < 0)
		return die("accept");
	while ((got = read(connection, piece, sizeof(piece))) > 0)
		total += got;
	if (got)
		return die("read");
	printf("%lu\n", total);
	return 0;
}

/* What the peer does at its end is to close, with all that was sent to it acknowledged. */
static int sent_print(int connection)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	char piece;

	if (shutdown(connection, SHUT_WR) || read(connection, &piece, 1))
		return die("waiting for the end");
	if (getsockopt(connection, IPPROTO_TCP, TCP_INFO, &info, &size))
		return die("TCP_INFO");
	printf("%llu\n", (unsigned long long)info.tcpi_bytes_sent);
	return 0;
}

static int stream_send(int connection, const struct addrinfo *address, unsigned long total)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	static char piece[PIECE];
	int tries = 250;

	memset(piece, 'x', sizeof(piece));
	while (connect(connection, address->ai_addr, address->ai_addrlen)) {
		if (errno != ECONNREFUSED || !tries--)
			return die("connect");
		nanosleep(&moment, NULL);
	}
	while (total) {
		size_t size = total < sizeof(piece) ? total : sizeof(piece);
		ssize_t put = write(connection, piece, size);

		if (put < 0)
			return die("write");
		total -= put;
	}
	return sent_print(connection);
}

static int stream_group(int descriptor, const struct addrinfo *address, unsigned int size,
			unsigned int count)
{
	static unsigned char piece[PIECE];
	unsigned int i;

	if (size < sizeof(i) || size * count > sizeof(piece))
		return 2;
	for (i = 0; i < count; i++)
		memcpy(piece + i * size, &i, sizeof(i));
	if (connect(descriptor, address->ai_addr, address->ai_addrlen))
		return die("connect");
	if (setsockopt(descriptor, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
		return die("UDP_SEGMENT");
	return write(descriptor, piece, size * count) < 0 ? die("write") : 0;
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV }, *address;
	int descriptor, status = 2;

	if (argc < 4)
		return 2;
	hints.ai_socktype = !strcmp(argv[1], "group") ? SOCK_DGRAM : SOCK_STREAM;
	if (getaddrinfo(argv[2], argv[3], &hints, &address))
		return 2;
	descriptor = socket(address->ai_family, hints.ai_socktype, 0);
	if (descriptor < 0)
		status = die("socket");
	else if (!strcmp(argv[1], "receive"))
		status = stream_receive(descriptor, address);
	else if (!strcmp(argv[1], "send") && argc > 4)
		status = stream_send(descriptor, address, strtoul(argv[4], NULL, 10));
	else if (!strcmp(argv[1], "group") && argc > 5)
		status = stream_group(descriptor, address, strtoul(argv[4], NULL, 10),
				      strtoul(argv[5], NULL, 10));
	freeaddrinfo(address);
	return status;
}
