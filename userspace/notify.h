/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The service manager that started us, if it asked to be told how we are: the
 * protocol of sd_notify(3), a datagram of lines to the socket that the environment
 * names. Without one, all of this does nothing.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int socket;		/* -1: nobody asked */
	struct sockaddr_un address;
	socklen_t length;
	uint64_t watchdog;	/* microseconds within which it wants to hear, 0: never */
};

/* Read NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. Returns 0, or a negative errno
 * where a socket is named that cannot be. */
int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* @status is one line for people; here it may be NULL. */
void notify_ready(const struct notify *notify, const char *status);
void notify_reloading(const struct notify *notify);
void notify_status(const struct notify *notify, const char *status);
void notify_stopping(const struct notify *notify);
void notify_watchdog(const struct notify *notify);

/* For tests: a path, or "@" and a name without a file. Returns 0 or -EINVAL. */
int notify_address(const char *text, struct sockaddr_un *address, socklen_t *length);

#endif
