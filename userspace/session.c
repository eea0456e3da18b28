// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "nft_explain.h"

static int owner_check(const struct nft_state *state, struct error_list *errors)
{
	const char *family = state->family == NFPROTO_INET ? "inet" : "netdev";

	if (!state->table_present ||
	    (state->table_comment && !strcmp(state->table_comment, PLAN_TABLE_COMMENT)))
		return 0;
	return error_system(errors, -EEXIST,
			    "the table %s %s is there and not ours (its comment is %s%s%s, not \"%s\"): rename it, or delete it if nobody needs it: nft delete table %s %s",
			    family, PLAN_TABLE, state->table_comment ? "\"" : "",
			    state->table_comment ? state->table_comment : "empty",
			    state->table_comment ? "\"" : "", PLAN_TABLE_COMMENT,
			    family, PLAN_TABLE);
}

static int owners_check(const struct session *session, struct error_list *errors)
{
	int error = owner_check(&session->state, errors);

	return error ? error : owner_check(&session->notrack, errors);
}

static int tables_read(struct session *session, enum nft_reading reading,
		       struct nl_refusal *refusal)
{
	int tries = 20;
	int error;

	do {
		error = nft_state_read(&session->state, session->netfilter, NFPROTO_NETDEV,
				       PLAN_TABLE, reading, refusal);
		if (!error)
			error = nft_state_read(&session->notrack, session->netfilter,
					       NFPROTO_INET, PLAN_TABLE, NFT_READ_ALL, refusal);
	} while (!error && session->state.generation != session->notrack.generation &&
		 tries--);
	return error;
}

int session_hear(struct session *session)
{
	const struct monitor_ports ports = { nl_port(session->route),
					     nl_port(session->netfilter) };

	return monitor_take(session->monitor, &session->links, &session->state, &ports);
}

static int links_read(struct session *session, struct error_list *errors)
{
	struct monitor *monitor = session->monitor;
	int error = 0;

	/* Heard first, since what is read then is newer than that. */
	if (monitor)
		error = session_hear(session);
	if (!error && (!monitor || monitor->links_stale))
		error = link_table_read(&session->links, session->route,
					session->has_counters);
	if (error)
		return error_system(errors, error, "cannot read the devices: %s",
				    strerror(-error));
	if (monitor)
		monitor->links_stale = false;
	return 0;
}

/* Look again at what nobody tells of. */
static void moved_renew(struct session *session)
{
	struct monitor *monitor = session->monitor;
	size_t i;

	for (i = 0; i < monitor->moved_count && !monitor->rules_stale; i++)
		if (nft_state_renew(&session->state, monitor->moved[i]))
			monitor->rules_stale = true;
	monitor->moved_count = 0;
}

static int tc_read(struct session *session, struct error_list *errors)
{
	int tries = 20;
	int error;

	if (session->monitor && session->has_looked_at_tc && !session->looks_at_tc &&
	    !session->tc.filter_count)
		return 0;
	session->has_looked_at_tc = true;
	do {
		error = tc_state_read(&session->tc, &session->links, session->route);
	} while (error == -EINTR && tries--);
	return error ? error_system(errors, error, "cannot read the filters of tc: %s",
				    strerror(-error)) : 0;
}

int session_read(struct session *session, struct error_list *errors)
{
	struct monitor *monitor = session->monitor;
	struct nl_refusal refusal;
	int error;

	error = links_read(session, errors);
	if (error)
		return error;
	if (monitor)
		moved_renew(session);
	session->state.is_followed = monitor;
	if (!monitor || monitor->rules_stale) {
		error = tables_read(session, monitor ? NFT_READ_ALL : session->has_counters ?
				    NFT_READ_COUNTERS : NFT_READ_WISHES, &refusal);
		if (error)
			return nft_explain_refusal(&refusal, errors);
		if (monitor)
			monitor->rules_stale = false;
	}
	error = owners_check(session, errors);
	if (error)
		return error;
	error = tc_read(session, errors);
	if (error)
		return error;
	installed_free(&session->installed);
	error = installed_read(&session->installed, &session->state);
	return error ? error : installed_read_tc(&session->installed, &session->tc);
}

int session_look_again(struct session *session, struct error_list *errors)
{
	struct nl_refusal refusal;
	int error;

	error = tables_read(session, NFT_READ_NAMES, &refusal);
	return error ? nft_explain_refusal(&refusal, errors) : owners_check(session, errors);
}

/* Wait for up to @most nanoseconds, by chance. */
static void pause_by_chance(long most)
{
	struct timespec pause = { 0 };
	uint32_t chance = 0;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = (uint32_t)getpid();
	pause.tv_nsec = chance % most;
	nanosleep(&pause, NULL);
}

/* Up to a millisecond first, and up to 128 of them in the end. */
#define PAUSE_FIRST 1000000L
#define PAUSE_DOUBLINGS 7

int session_retry(struct session *session, unsigned int attempt,
		  struct error_list *errors)
{
	pause_by_chance(PAUSE_FIRST << (attempt < PAUSE_DOUBLINGS ? attempt : PAUSE_DOUBLINGS));
	return session_read(session, errors);
}

/* Asked for again and again, since a flock(2) that waits knows no time limit. */
#define TURN_PAUSE 4000000L

static int turn_take(void)
{
	int turn = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct timespec now, start;

	if (turn < 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		if (!flock(turn, LOCK_EX | LOCK_NB))
			return turn;
		pause_by_chance(TURN_PAUSE);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < SESSION_TURN);
	close(turn);
	return -1;
}

void session_turn_take(struct session *session)
{
	if (session->turn < 0)
		session->turn = turn_take();
}

void session_turn_give(struct session *session)
{
	if (session->turn >= 0)
		close(session->turn);
	session->turn = -1;
}

int session_open(struct session *session, enum session_purpose purpose,
		 struct error_list *errors)
{
	struct nl_refusal refusal = { 0 };
	int error;

	memset(session, 0, sizeof(*session));
	session->turn = -1;
	session->has_counters = purpose == SESSION_LOOK;
	if (purpose == SESSION_CHANGE)
		session_turn_take(session);
	error = nl_open(NETLINK_ROUTE, &session->route);
	if (error)
		return error_system(errors, error, "cannot open a netlink socket: %s",
				    strerror(-error));
	error = nl_open(NETLINK_NETFILTER, &session->netfilter);
	if (error) {
		refusal.error = error;
		return nft_explain_refusal(&refusal, errors);
	}
	return session_read(session, errors);
}

void session_close(struct session *session)
{
	installed_free(&session->installed);
	nft_state_free(&session->state);
	nft_state_free(&session->notrack);
	tc_state_free(&session->tc);
	link_table_free(&session->links);
	nl_close(session->netfilter);
	nl_close(session->route);
	session_turn_give(session);
	memset(session, 0, sizeof(*session));
}
