/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What else is on the machine that has to do with a mirror: the kernel's version,
 * who reads frames, and who takes frames away before our rules see them.
 */
#ifndef SURROUNDINGS_H
#define SURROUNDINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nl.h"

struct flowtable {
	char family[8];		/* "ip", "inet", ... */
	char table[64];
	char name[64];
	int priority;
	bool offloads;		/* into the hardware */
	char (*devices)[IFNAMSIZ];
	size_t device_count;
};

/* Something of tc at a device's ingress that can take frames away. */
struct catcher {
	char device[IFNAMSIZ];
	char what[96];		/* in words: "the BPF program cil_from_netdev" */
};

struct surroundings {
	char release[65];	/* of the kernel, as uname -r */
	bool readers_known;	/* /proc/net/packet was there */
	unsigned int *readers;	/* interface indexes with a packet socket, 0: all */
	size_t reader_count;
	struct flowtable *flowtables;
	size_t flowtable_count;
	struct catcher *catchers;
	size_t catcher_count;
};

/* Each of them adds what it finds, and nothing where this kernel or this user
 * cannot tell. Return 0 or -ENOMEM. */
int surroundings_release(struct surroundings *surroundings);
int surroundings_readers(struct surroundings *surroundings);
int surroundings_flowtables(struct surroundings *surroundings,
			    struct nl_socket *netfilter);
/* @index and @device: whose ingress is looked at. */
int surroundings_catchers(struct surroundings *surroundings, struct nl_socket *route,
			  unsigned int index, const char *device);

/* Does anybody read what passes a device? */
bool surroundings_has_reader(const struct surroundings *surroundings, unsigned int index);

void surroundings_free(struct surroundings *surroundings);

/* For tests. Returns 0, -EINVAL for text that is not /proc/net/packet, or -ENOMEM. */
int surroundings_readers_parse(struct surroundings *surroundings, const char *text);

#endif
