/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mirrors and their plans for the tests of what comes after parsing.
 */
#ifndef WISH_H
#define WISH_H

#include <linux/netfilter.h>
#include <stdlib.h>

#include "link.h"
#include "mirror.h"
#include "plan_mirror.h"

struct wish {
	const char *name;
	const char *from[4], *match, *to[3];
};

/* Every shape that a plan can have. */
static const struct wish wishes[] = {
	{ "web", { "eth1" }, "tcp port 80", { "mir0" } },
	{ "in", { "eth1:ingress" }, NULL, { "mir0" } },
	{ "out", { "eth1:egress" }, "host 192.0.2.1", { "mir0" } },
	{ "two", { "eth1:ingress", "eth2", "eth3:egress" }, "udp", { "mir0", "mir1" } },
	{ "long", { "eth1" },
	  "ip and tcp and src host 192.0.2.1 and dst host 192.0.2.2 and src port 40000 and "
	  "dst port 80 and host 192.0.2.1 and host 192.0.2.2 and port 80 and port 40000 and ip tcp",
	  { "mir0" } },
	{ "six", { "eth1" }, "ip6 and host 2001:db8::1 and udp port 53", { "mir0" } },
	{ "a-b", { "a@b:egress", "1x+y:ingress" }, "ip6 tcp", { "fifteen-letters" } },
};

#define WISHES (sizeof(wishes) / sizeof(wishes[0]))

/* The devices that the wishes copy to. */
static inline void wish_links(struct link_table *links)
{
	static const char *const names[] = { "mir0", "mir1", "fifteen-letters" };
	size_t i;

	memset(links, 0, sizeof(*links));
	for (i = 0; i < 3; i++) {
		link_table_add_planned(links, names[i]);
		links->links[i].index = 100 + i;
	}
}

static inline int wish_mirror(const struct wish *wish, struct mirror *mirror,
			      struct error_list *errors)
{
	static const struct location where = { "test", 1, 1 };
	int error;
	size_t i;

	memset(mirror, 0, sizeof(*mirror));
	error = mirror_set_name(mirror, wish->name, &where, errors);
	for (i = 0; !error && i < 4 && wish->from[i]; i++)
		error = mirror_add_source(mirror, wish->from[i], &where, errors);
	if (!error && wish->match)
		error = mirror_set_match(mirror, wish->match, &where);
	for (i = 0; !error && i < 3 && wish->to[i]; i++)
		error = mirror_add_target(mirror, wish->to[i], &where, errors);
	if (!error)
		error = mirror_validate(mirror, &where, errors);
	return error;
}

static inline int wish_plan(const struct wish *wish, struct plan *plan,
			    const struct plan_start *starts)
{
	const struct plan_surroundings around = { .starts = starts };
	struct error_list errors = { 0 };
	struct mirror mirror;
	int error;

	plan_init(plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = wish_mirror(wish, &mirror, &errors);
	if (!error)
		error = plan_mirror(plan, plan, &mirror, &around, &errors);
	mirror_free(&mirror);
	error_clear(&errors);
	return error;
}

#endif
