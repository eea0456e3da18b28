/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A filter of ours for tc: what it asks of a frame (classic BPF), and what happens then
 * (actions). The middle of the tc path, as struct plan is of the nft path: text and
 * netlink walk the same filters, and what the kernel holds is read back as such.
 *
 * A name cannot be given to a filter of cls_bpf with classic code, and nothing else in it
 * holds a text. So what nft keeps in comments stands behind the program, where no frame
 * gets: instructions "ret #k" with four bytes of the note in each k, and last one whose k
 * says how many there are. The note is lines:
 *
 *	mirror-nft 1
 *	mirror web		or: tap mir0
 *	clsact			the qdisc was made by us, for whoever takes the last
 *				filter away
 *	from eth1:egress	each source as it was written
 *	left lo:ingress		of them, those that need no filter, see overlap.h
 *	rest			what matches is counted by another filter of the hook
 *	match tcp port 443
 *	hosts 3			how many entries; then the ranges while they are few
 *	hosts 10.0.0.0-10.255.255.255
 *	except 1
 *	sample 1/10
 *	limit 1000 packets/second burst 100 packets
 *	to mir0 [TUNNEL]
 *	start 12 3456		the target's own packets and bytes at that time
 */
#ifndef TC_FILTER_H
#define TC_FILTER_H

#include <linux/filter.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mirror.h"

/* The preferences that are ours: from here down the kernel chooses those that nobody
 * asked for. Taps have two of their own. */
#define TC_PREFERENCE 49000
#define TC_PREFERENCE_LAST 49151
#define TC_PREFERENCE_TAP (TC_PREFERENCE - 1)
#define TC_PREFERENCE_LARGE (TC_PREFERENCE - 2)
/* A preference of ours has one filter, which is replaced in its place; of a mirror in
 * parts those of each part, from this handle on. */
#define TC_HANDLE 1

/* The kernel's TCA_ACT_MAX_PRIO. */
#define TC_ACTIONS_MAX 32

enum tc_action_kind {
	TC_ACTION_OTHER,	/* none of ours */
	TC_ACTION_MIRROR,	/* mirred */
	TC_ACTION_REDIRECT,
	TC_ACTION_MARK,		/* skbedit */
	TC_ACTION_DROP,		/* gact */
	TC_ACTION_CHANCE,	/* gact: one of so many goes on to the next action */
	TC_ACTION_LIMIT,	/* police: what is within the rate does */
};

struct tc_action {
	enum tc_action_kind kind;
	int verdict;		/* TC_ACT_*; of the last two: for the others */
	char device[IFNAMSIZ];	/* of the first two */
	unsigned int index;	/* its interface index; read back 0 where it has gone */
	uint32_t mark;
	uint32_t every;
	uint64_t rate;		/* packets or bytes a second */
	uint32_t burst;		/* packets or bytes */
	uint64_t ticks;		/* the burst's time at this rate, in 64 ns */
	bool bytes;
	/* Read back: what got to this action. */
	uint64_t passed_packets, passed_bytes;
};

struct tc_filter {
	char device[IFNAMSIZ];
	unsigned int index;
	enum direction direction;
	unsigned int preference;
	uint32_t handle;
	struct sock_filter *steps;	/* without the note */
	size_t step_count;
	char *note;			/* NULL: none */
	struct tc_action actions[TC_ACTIONS_MAX];
	size_t action_count;
};

/* Append an action and return it, zeroed but for these two, or NULL where the kernel
 * takes no more. */
struct tc_action *tc_filter_act(struct tc_filter *filter, enum tc_action_kind kind,
				int verdict);

/* The whole program, with the note behind it, in an array to free. Returns 0 or
 * -ENOMEM. */
int tc_filter_program(const struct tc_filter *filter, struct sock_filter **steps,
		      size_t *count);

/* Set steps and note of @filter from a program: the reverse. note stays NULL for a
 * program that is not ours. Returns 0 or -ENOMEM. */
int tc_filter_take_program(struct tc_filter *filter, const struct sock_filter *steps,
			   size_t count);

/* Is it the same filter in the same place? What was counted, and where a target's
 * counters stood then, is no difference. */
bool tc_filter_is_same(const struct tc_filter *a, const struct tc_filter *b);
/* The same device, hook, preference and handle? */
bool tc_filter_is_at(const struct tc_filter *a, const struct tc_filter *b);

/* What follows @word and a space in the next line of the note behind @*line that begins
 * so, from the begin with @*line NULL. It ends with the line. NULL where there is no more. */
const char *tc_note_next(const char *note, const char *word, const char **line);
/* The first such line as a text of its own in @text. Returns whether there is one. */
bool tc_note_text(const char *note, const char *word, char *text, size_t size);

int tc_filter_copy(struct tc_filter *to, const struct tc_filter *from);
void tc_filter_free(struct tc_filter *filter);

#endif
