// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream receive ADDRESS PORT		prints how many bytes a connection brought
 * stream send ADDRESS PORT BYTES	connects, as soon as somebody listens
 */
#include <arpa/inet.h>
#include <errno.h>
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

static int stream_receive(int listener, const struct sockaddr_in *address)
{
	static char piece[PIECE];
	unsigned long total = 0;
	int on = 1, connection;
	ssize_t got;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (const struct sockaddr *)address, sizeof(*address)) ||
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

static int stream_send(int connection, const struct sockaddr_in *address, unsigned long total)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	static char piece[PIECE];
	int tries = 250;

	memset(piece, 'x', sizeof(piece));
	while (connect(connection, (const struct sockaddr *)address, sizeof(*address))) {
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
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int descriptor;

	if (argc < 4 || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)
		return 2;
	address.sin_port = htons(strtoul(argv[3], NULL, 10));
	descriptor = socket(AF_INET, SOCK_STREAM, 0);
	if (descriptor < 0)
		return die("socket");
	if (!strcmp(argv[1], "receive"))
		return stream_receive(descriptor, &address);
	if (argc < 5)
		return 2;
	return stream_send(descriptor, &address, strtoul(argv[4], NULL, 10));
}
