// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_namespace.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOPBACK_INDEX 1	/* in every namespace */

/* See capabilities(7) and proc(5). */
bool doctor_namespace_is_privileged(void)
{
	unsigned long long effective = 0;
	FILE *in = fopen("/proc/self/status", "re");
	char line[256];

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	if (in)
		fclose(in);
	return effective >> CAP_NET_ADMIN & 1;
}

static bool file_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : write(file, text, strlen(text));

	if (file >= 0)
		close(file);
	return length == (ssize_t)strlen(text);
}

/* Root stays root when it runs tc and ip, where a user without a name in the namespace
 * would lose the capabilities. */
static bool root_become(uid_t user, gid_t group)
{
	char users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1", user);
	snprintf(groups, sizeof(groups), "0 %u 1", group);
	return file_write("/proc/self/uid_map", users) &&
	       file_write("/proc/self/setgroups", "deny") &&
	       file_write("/proc/self/gid_map", groups);
}

static bool namespace_make(bool privileged)
{
	uid_t user = geteuid();
	gid_t group = getegid();

	/* With the right to make one, and none to change it, everything would seem to be
	 * missing. */
	if (privileged && !unshare(CLONE_NEWNET))
		return true;
	return !unshare(CLONE_NEWUSER | CLONE_NEWNET) && root_become(user, group);
}

/* Security modules can leave a user namespace without its capabilities. Asked by setting
 * up the new namespace's loopback, which is no loss. */
static bool namespace_is_ours(struct nl_socket *route)
{
	struct nl_refusal refusal = { 0 };
	struct nl_buffer buffer = { 0 };
	struct nlmsghdr *message;
	struct ifinfomsg *header;
	bool ours = false;

	message = nl_message_begin(&buffer, RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, 0, "lo");
	if (message) {
		header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
		header->ifi_index = LOOPBACK_INDEX;
		header->ifi_flags = header->ifi_change = IFF_UP;
		nl_message_end(&buffer, message);
		ours = !nl_transact(route, &buffer, &refusal);
	}
	nl_buffer_free(&buffer);
	return ours;
}

void doctor_namespace_enter(bool privileged, struct nl_socket **route)
{
	*route = NULL;
	if (!namespace_make(privileged) || nl_open(NETLINK_ROUTE, route))
		return;
	if (!namespace_is_ours(*route)) {
		nl_close(*route);
		*route = NULL;
	}
}
