// SPDX-License-Identifier: GPL-2.0-only
/*
 * LD_PRELOAD=cut.so [CUT_AT=N] [CUT_COUNT=FILE] PROGRAM
 *
 * Somebody pulls the plug: just before PROGRAM's N-th call into the kernel that
 * could matter to anybody else, it is killed as by kill -9. If it gets to its
 * end, how many calls there were is written to FILE.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned int calls;

static void count_call(void)
{
	const char *at = getenv("CUT_AT");

	if (++calls == (at ? strtoul(at, NULL, 10) : 0))
		kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void count_write(void)
{
	const char *path = getenv("CUT_COUNT");
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "%u\n", calls);
	fclose(file);
}

ssize_t sendto(int descriptor, const void *data, size_t length, int flags,
	       const struct sockaddr *address, socklen_t address_length)
{
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);

	real = dlsym(RTLD_NEXT, "sendto");
	count_call();
	return real(descriptor, data, length, flags, address, address_length);
}

ssize_t recv(int descriptor, void *data, size_t length, int flags)
{
	ssize_t (*real)(int, void *, size_t, int) = dlsym(RTLD_NEXT, "recv");

	count_call();
	return real(descriptor, data, length, flags);
}

ssize_t write(int descriptor, const void *data, size_t length)
{
	ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");

	count_call();
	return real(descriptor, data, length);
}

int ioctl(int descriptor, unsigned long request, ...)
{
	int (*real)(int, unsigned long, void *) = dlsym(RTLD_NEXT, "ioctl");
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	count_call();
	return real(descriptor, request, argument);
}
