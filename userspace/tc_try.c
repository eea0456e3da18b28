// SPDX-License-Identifier: GPL-2.0-only
#include "tc_try.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "tc_explain.h"
#include "tc_wire.h"

#define LOOPBACK_INDEX 1	/* in every namespace */

static int send_one(struct nl_socket *route, int built, struct nl_buffer *buffer,
		    struct error_list *errors)
{
	struct nl_refusal refusal = { .error = built };

	if (!built)
		nl_transact(route, buffer, &refusal);
	nl_buffer_free(buffer);
	return refusal.error ? tc_explain_refusal(&refusal, errors) : 0;
}

static int filter_try(struct nl_socket *route, const struct tc_filter *filter,
		      struct error_list *errors)
{
	struct nl_buffer buffer = { 0 };
	struct tc_filter one;
	size_t i;
	int error;

	error = tc_filter_copy(&one, filter);
	if (error)
		return error;
	one.index = LOOPBACK_INDEX;
	for (i = 0; i < one.action_count; i++)
		one.actions[i].index = LOOPBACK_INDEX;
	error = send_one(route, tc_wire_put_filter(&buffer, &one, false), &buffer, errors);
	tc_filter_free(&one);
	return error;
}

static int filters_try(const struct tc_wish *tc, struct error_list *errors)
{
	const struct tc_wanted *wanted = &tc->wanted;
	const char *device = wanted->filters[0]->device;
	struct nl_socket *route = NULL;
	struct nl_buffer buffer = { 0 };
	size_t i;
	int error;

	error = nl_open(NETLINK_ROUTE, &route);
	if (error)
		return error_system(errors, error, "cannot open a netlink socket: %s",
				    strerror(-error));
	error = send_one(route, tc_wire_add_clsact(&buffer, LOOPBACK_INDEX, device), &buffer,
			 errors);
	for (i = 0; i < wanted->count && !error; i++) {
		const struct tc_filter *have;

		have = tc_state_find(&tc->session->tc, wanted->filters[i]);
		if (!have || !tc_filter_is_same(have, wanted->filters[i]))
			error = filter_try(route, wanted->filters[i], errors);
	}
	nl_close(route);
	return error;
}

int tc_try(const struct tc_wish *tc, struct error_list *errors)
{
	int here, error = 0;

	if (!tc->wanted.count)
		return 0;
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (here < 0)
		return 0;
	if (!unshare(CLONE_NEWNET)) {
		error = filters_try(tc, errors);
		if (setns(here, CLONE_NEWNET))
			error = error_system(errors, -errno, "cannot return to the network namespace: %s",
					     strerror(errno));
	}
	close(here);
	return error;
}
