// SPDX-License-Identifier: GPL-2.0-only
/*
 * datagrams ADDRESS: a service manager's end of sd_notify(3). Prints each datagram on
 * a line, its own lines with "|" between them. ADDRESS is a path, or "@" and a name.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char bytes[4096], *line;
	size_t length;
	ssize_t size;
	int socket_;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	length = strlen(argv[1]);
	memcpy(address.sun_path, argv[1], length);
	if (*argv[1] == '@')
		address.sun_path[0] = '\0';
	socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (socket_ < 0 || bind(socket_, (struct sockaddr *)&address,
				offsetof(struct sockaddr_un, sun_path) + length)) {
		perror(argv[1]);
		return 1;
	}
	puts("listening");
	fflush(stdout);
	while ((size = recv(socket_, bytes, sizeof(bytes) - 1, 0)) >= 0) {
		bytes[size] = '\0';
		for (line = bytes; (line = strchr(line, '\n')); )
			*line = '|';
		puts(bytes);
		fflush(stdout);
	}
	return 0;
}
