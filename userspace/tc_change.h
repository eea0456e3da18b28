/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the filters that are there to those that are to be.
 *
 * The kernel has no transactions for tc: each message takes effect by itself. So what
 * can be kept is, in this order: what is new is put first, in its place, where it takes
 * over from the filter that stood there with no frame missed and none copied twice (see
 * tc_wire.h); then what nobody wants is deleted; then clsact, where it is ours and nobody
 * has a filter on it. A mirror keeps its preference, so a change of its definition is
 * the first of these on each hook. Between two hooks, and between two mirrors, a frame
 * on its way can meet the new filter at one and the old one at the other.
 * After a refusal, what was done is undone the same way, backwards.
 */
#ifndef TC_CHANGE_H
#define TC_CHANGE_H

#include "session.h"
#include "tc_state.h"

/* All filters that are to be ours. */
struct tc_wanted {
	const struct tc_filter **filters;
	size_t count;
};

/* Returns 0 or -ENOMEM. */
int tc_wanted_add(struct tc_wanted *wanted, const struct tc_filter *filter);
void tc_wanted_free(struct tc_wanted *wanted);

/* Does @state hold exactly these? */
bool tc_change_is_done(const struct tc_state *state, const struct tc_wanted *wanted);

/* Make it so, from what @session has read. A limit of packets is read back: police before
 * Linux 5.13 takes it and limits nothing. Nothing is sent where there is nothing to do:
 * @sent tells. @warnings, which
 * may be NULL, gets a record for each clsact of ours that stays for others. Returns 0, or
 * a negative errno with a record; all is as it was then, or a second record says what
 * is not. */
int tc_change_send(const struct session *session, const struct tc_wanted *wanted,
		   bool *sent, struct error_list *warnings, struct error_list *errors);

#endif
