/* SPDX-License-Identifier: GPL-2.0-only */
/* What the module keeps for one network namespace. */
#ifndef MIRROR_PROBE_PROBE_H
#define MIRROR_PROBE_PROBE_H

#include <linux/mutex.h>
#include <net/net_namespace.h>

struct probe_book;
struct probe_filter;
struct stage_book;

struct probe_net {
	struct probe_book __rcu *book;		/* never NULL while hooks are registered */
	struct probe_filter __rcu *filter;	/* NULL: every packet counts */
	struct mutex lock;			/* writers of all, and readers in /proc */
	struct stage_book *stages;		/* NULL: not armed */
	u64 stage_number;			/* of the last event before it was armed */
};

/* The namespace's state; valid between the pernet init and exit of the module. */
struct probe_net *probe_net(const struct net *net);

#endif
