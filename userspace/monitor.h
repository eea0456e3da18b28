/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells of devices, rules and filters while nobody asks. What was read once is
 * kept up to date by it: a dump of a thousand devices takes long, and never ends well
 * while devices come and go.
 */
#ifndef MONITOR_H
#define MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "nft_state.h"
#include "nl.h"

/* What has happened that has to do with us, until somebody clears it. */
struct monitor_news {
	bool links;		/* a device came, went, or is another one */
	bool rules;		/* somebody else changed a table of ours */
	bool filters;		/* somebody else changed filters of tc, maybe ours */
	bool lost;		/* something was lost, and may have been anything */
	char who[32];		/* the program that changed the rules, or "" */
	uint32_t who_id;	/* its process, as the kernel counts them */
};

/* With more of them all is read anew. */
#define MONITOR_MOVED 64

struct monitor {
	struct nl_socket *route, *netfilter;
	struct monitor_news news;
	/* What is known does not follow from what was told, and is to be read. */
	bool links_stale, rules_stale;
	/* Devices that went or were renamed: chains on them may have gone as well, or be on
	 * another one, and nobody tells. */
	char moved[MONITOR_MOVED][IFNAMSIZ];
	size_t moved_count;
	/* The messages of a transaction whose end has not come yet. */
	uint8_t *held;
	size_t held_used, held_size;
	bool held_over;		/* there are more than are held */
	bool touched;		/* some are about a table of ours */
	bool hears_filters;
};

/* Hear of the current namespace from now on. Nothing is known yet. Free it even after
 * an error. Returns 0 or a negative errno. */
int monitor_open(struct monitor *monitor);
void monitor_close(struct monitor *monitor);

/* Hear of filters of tc too, from now on; before, what others do with tc wakes nobody.
 * Returns 0 or a negative errno. */
int monitor_hear_filters(struct monitor *monitor);

/* The netlink addresses of the sockets that our own changes are sent by, which are no
 * news. */
struct monitor_ports {
	uint32_t route, netfilter;
};

/* Take what has arrived into @links and @rules, the table netdev mirror_nft. Returns 0
 * or a negative errno. */
int monitor_take(struct monitor *monitor, struct link_table *links, struct nft_state *rules,
		 const struct monitor_ports *ports);

/* For tests: one message. The first two return 0 or -ENOMEM. */
int monitor_take_link(struct monitor *monitor, const struct nlmsghdr *message,
		      struct link_table *links);
int monitor_take_rules(struct monitor *monitor, const struct nlmsghdr *message,
		       struct nft_state *rules, uint32_t port);
void monitor_take_filters(struct monitor *monitor, const struct nlmsghdr *message,
			  uint32_t port);

#endif
