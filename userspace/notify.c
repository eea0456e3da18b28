// SPDX-License-Identifier: GPL-2.0-only
#include "notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int notify_address(const char *text, struct sockaddr_un *address, socklen_t *length)
{
	size_t size = strlen(text);

	if ((text[0] != '/' && text[0] != '@') || size < 2 || size >= sizeof(address->sun_path))
		return -EINVAL;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, text, size);
	*length = offsetof(struct sockaddr_un, sun_path) + size;
	/* A name without a file begins with a NUL and has none at its end. */
	if (text[0] == '@')
		address->sun_path[0] = '\0';
	else
		++*length;
	return 0;
}

/* The watchdog may be meant for another process of the same service. */
static uint64_t watchdog_read(void)
{
	const char *process = getenv("WATCHDOG_PID");
	const char *time = getenv("WATCHDOG_USEC");
	char *end;
	uint64_t value;

	if (!time || (process && strtoul(process, NULL, 10) != (unsigned long)getpid()))
		return 0;
	errno = 0;
	value = strtoull(time, &end, 10);
	return errno || *end ? 0 : value;
}

int notify_open(struct notify *notify)
{
	static const struct timeval patience = { .tv_sec = 1 };
	const char *text = getenv("NOTIFY_SOCKET");
	int error;

	memset(notify, 0, sizeof(*notify));
	notify->socket = -1;
	if (!text || !*text)
		return 0;
	error = notify_address(text, &notify->address, &notify->length);
	if (error)
		return error;
	notify->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->socket < 0)
		return -errno;
	setsockopt(notify->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	notify->watchdog = watchdog_read();
	return 0;
}

void notify_close(struct notify *notify)
{
	if (notify->socket >= 0)
		close(notify->socket);
	notify->socket = -1;
}

/* A manager that does not listen is no reason to stop. */
static void say(const struct notify *notify, const char *text)
{
	if (notify->socket >= 0)
		sendto(notify->socket, text, strlen(text), MSG_NOSIGNAL,
		       (const struct sockaddr *)&notify->address, notify->length);
}

void notify_ready(const struct notify *notify, const char *status)
{
	char text[512];

	snprintf(text, sizeof(text), "READY=1%s%.400s", status ? "\nSTATUS=" : "",
		 status ? status : "");
	say(notify, text);
}

void notify_reloading(const struct notify *notify)
{
	struct timespec now;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	say(notify, text);
}

void notify_status(const struct notify *notify, const char *status)
{
	char text[512];

	snprintf(text, sizeof(text), "STATUS=%.400s", status);
	say(notify, text);
}

void notify_stopping(const struct notify *notify)
{
	say(notify, "STOPPING=1");
}

void notify_watchdog(const struct notify *notify)
{
	say(notify, "WATCHDOG=1");
}
