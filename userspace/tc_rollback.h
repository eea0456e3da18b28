/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way back on the tc path: the filters as they were before a change.
 */
#ifndef TC_ROLLBACK_H
#define TC_ROLLBACK_H

#include "session.h"

struct tc_rollback {
	struct tc_filter *filters;
	size_t count;
	bool is_noted;
};

/* Note down what the session has read. Returns 0 or -ENOMEM. */
int tc_rollback_note(struct tc_rollback *rollback, const struct session *session);

/* Make it so again, in the session that is read anew. Where nothing was noted, nothing
 * was changed. Returns 0 or a negative errno with a record. */
int tc_rollback_do(const struct tc_rollback *rollback, struct session *session,
		   struct error_list *errors);
void tc_rollback_free(struct tc_rollback *rollback);

#endif
