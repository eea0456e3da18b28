/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One look at the machine: the sockets, and what the kernel holds.
 */
#ifndef SESSION_H
#define SESSION_H

#include "error.h"
#include "installed.h"
#include "link.h"
#include "monitor.h"
#include "nft_state.h"
#include "tc_state.h"

struct session {
	struct nl_socket *route;
	struct nl_socket *netfilter;
	struct link_table links;
	bool has_counters;		/* devices and mirrors are read with what they count */
	struct nft_state state;		/* the table netdev mirror_nft */
	struct nft_state notrack;	/* the table inet mirror_nft */
	struct tc_state tc;		/* filters of ours, and what is around them */
	struct installed installed;
	/* Who keeps devices and rules up to date once they were read; NULL: nobody, and
	 * they are read anew each time. */
	struct monitor *monitor;
	/* With a monitor: look at tc each time; else the first time, and then as long as
	 * there were filters of ours. */
	bool looks_at_tc;
	bool has_looked_at_tc;
	int turn;	/* of a change: the lock below; -1 without */
};

enum session_purpose {
	SESSION_LOOK,
	SESSION_CHANGE,
};

/* Open the sockets and read devices, table and mirrors of the current network
 * namespace. The table must be ours or absent. Returns 0 or a negative errno
 * with a record.
 *
 * For SESSION_CHANGE it first waits for its turn, for at most SESSION_TURN
 * seconds: a flock(2) on /proc/self/ns/net, one for each network namespace,
 * which the kernel takes back however we end. It is courtesy among our own
 * kind, so that many hands do not make each other begin anew; what holds
 * against everybody is the ruleset's generation in each transaction. So
 * without /proc, or behind somebody who holds it for ever, it goes on all the
 * same. */
int session_open(struct session *session, enum session_purpose purpose,
		 struct error_list *errors);
#define SESSION_TURN 10

/* Wait for the turn, as above, and give it back: for a session that stays open from
 * change to change. */
void session_turn_take(struct session *session);
void session_turn_give(struct session *session);

/* Begin anew after somebody else was faster, for the @attempt-th time: wait a
 * little, by chance, so that many hands do not keep tripping over each other,
 * and read again. Returns 0 or a negative errno with a record. */
int session_retry(struct session *session, unsigned int attempt,
		  struct error_list *errors);
/* How often to begin anew before giving up. */
#define SESSION_TRIES 40

/* Take what the monitor has heard. Returns 0 or a negative errno. */
int session_hear(struct session *session);

/* Know again, after a change, what there is: read it, or where there is a monitor hear
 * of it. */
int session_read(struct session *session, struct error_list *errors);
/* Know again only what chains and sets there are, for who knows which of them to look at:
 * devices, filters and mirrors stay as they were read. */
int session_look_again(struct session *session, struct error_list *errors);
void session_close(struct session *session);

#endif
