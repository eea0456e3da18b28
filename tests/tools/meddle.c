// SPDX-License-Identifier: GPL-2.0-only
/*
 * LD_PRELOAD=meddle.so MEDDLE_AT=link|rules|done [MEDDLE=COMMAND] [MEDDLE_ERRNO=N]
 * [MEDDLE_TIMES=N] PROGRAM
 *
 * Somebody else who is faster: just before PROGRAM asks the kernel to make a
 * device, or sends a transaction of rules, COMMAND runs, or the request fails
 * with errno N. The first time, or the first MEDDLE_TIMES. At "done" COMMAND runs
 * just after a transaction of rules, before PROGRAM can look at what it did.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Whatever else was preloaded (a sanitizer) is not for COMMAND. */
static void command_run(const char *command)
{
	char *preload = strdup(getenv("LD_PRELOAD"));

	unsetenv("LD_PRELOAD");
	if (system(command))
		abort();
	setenv("LD_PRELOAD", preload, 1);
	free(preload);
}

/* Both kinds of message have the same number, each in its protocol. */
static bool is_the_moment(int descriptor, const struct nlmsghdr *message, size_t length)
{
	const char *at = getenv("MEDDLE_AT");
	socklen_t size = sizeof(int);
	int protocol = -1;

	getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size);
	if (!at || length < sizeof(*message))
		return false;
	if (!strcmp(at, "link"))
		return protocol == NETLINK_ROUTE && message->nlmsg_type == RTM_NEWLINK &&
		       message->nlmsg_flags & NLM_F_CREATE;
	return protocol == NETLINK_NETFILTER && message->nlmsg_type == NFNL_MSG_BATCH_BEGIN;
}

ssize_t sendto(int descriptor, const void *data, size_t length, int flags,
	       const struct sockaddr *address, socklen_t address_length)
{
	const char *times = getenv("MEDDLE_TIMES"), *number = getenv("MEDDLE_ERRNO");
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
	static int meddled;
	ssize_t result;

	real = dlsym(RTLD_NEXT, "sendto");
	if (is_the_moment(descriptor, data, length) && meddled < (times ? atoi(times) : 1)) {
		meddled++;
		if (!strcmp(getenv("MEDDLE_AT"), "done")) {
			result = real(descriptor, data, length, flags, address, address_length);
			command_run(getenv("MEDDLE"));
			return result;
		}
		if (getenv("MEDDLE"))
			command_run(getenv("MEDDLE"));
		if (number) {
			errno = atoi(number);
			return -1;
		}
	}
	return real(descriptor, data, length, flags, address, address_length);
}
