// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "notify.h"

#define HEAD offsetof(struct sockaddr_un, sun_path)

static void addresses(void)
{
	struct sockaddr_un address;
	socklen_t length = 0;
	char text[sizeof(address.sun_path) + 2];

	check_number("a path is taken", 0, notify_address("/run/x", &address, &length));
	check_text("as it is", "/run/x", address.sun_path);
	check_number("with its end", HEAD + 7, length);
	check_number("a name without a file is taken", 0,
		     notify_address("@abc", &address, &length));
	check(!memcmp(address.sun_path, "\0abc", 4), "behind a NUL", " ");
	check_number("without its end", HEAD + 4, length);
	check_number("it is a Unix socket's", AF_UNIX, address.sun_family);
	check_number("nothing is no address", -EINVAL, notify_address("", &address, &length));
	check_number("a slash is none", -EINVAL, notify_address("/", &address, &length));
	check_number("an @ is none", -EINVAL, notify_address("@", &address, &length));
	check_number("another kind is none", -EINVAL,
		     notify_address("vsock:2:1234", &address, &length));
	memset(text, 'x', sizeof(text));
	text[0] = '/';
	text[sizeof(address.sun_path) - 1] = '\0';
	check_number("the longest path fits", 0, notify_address(text, &address, &length));
	text[sizeof(address.sun_path) - 1] = 'x';
	text[sizeof(address.sun_path)] = '\0';
	check_number("a longer one does not", -EINVAL, notify_address(text, &address, &length));
}

static uint64_t watchdog(const char *time, const char *process)
{
	struct notify notify;
	uint64_t value;

	setenv("NOTIFY_SOCKET", "@mirror-nft-unit", 1);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", time, 1);
	if (process)
		setenv("WATCHDOG_PID", process, 1);
	if (notify_open(&notify))
		return 12345;
	value = notify.watchdog;
	notify_close(&notify);
	return value;
}

int main(void)
{
	struct notify notify;
	char process[32];

	addresses();
	unsetenv("NOTIFY_SOCKET");
	check_number("without a socket there is nobody to tell", 0, notify_open(&notify));
	check_number("and no socket", -1, notify.socket);
	notify_ready(&notify, "nobody hears this");
	notify_close(&notify);
	setenv("NOTIFY_SOCKET", "nowhere", 1);
	check_number("a wrong address is an error", -EINVAL, notify_open(&notify));
	snprintf(process, sizeof(process), "%d", (int)getpid());
	check_number("a watchdog is read", 30000000, watchdog("30000000", NULL));
	check_number("one of this process too", 1000, watchdog("1000", process));
	check_number("one of another is not ours", 0, watchdog("1000", "1"));
	check_number("what is no number is none", 0, watchdog("1s", NULL));
	return harness_end();
}
