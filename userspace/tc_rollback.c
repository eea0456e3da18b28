// SPDX-License-Identifier: GPL-2.0-only
#include "tc_rollback.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tc_change.h"

int tc_rollback_note(struct tc_rollback *rollback, const struct session *session)
{
	const struct tc_state *state = &session->tc;
	int error = 0;

	tc_rollback_free(rollback);
	rollback->filters = calloc(state->filter_count + 1, sizeof(*rollback->filters));
	if (!rollback->filters)
		return -ENOMEM;
	while (rollback->count < state->filter_count && !error) {
		error = tc_filter_copy(&rollback->filters[rollback->count],
				       &state->filters[rollback->count]);
		rollback->count += !error;
	}
	rollback->is_noted = !error;
	return error;
}

int tc_rollback_do(const struct tc_rollback *rollback, struct session *session,
		   struct error_list *errors)
{
	struct tc_wanted wanted = { 0 };
	bool sent;
	size_t i;
	int error;

	if (!rollback->is_noted)
		return 0;
	error = session_read(session, errors);
	for (i = 0; i < rollback->count && !error; i++)
		error = tc_wanted_add(&wanted, &rollback->filters[i]);
	if (!error)
		error = tc_change_send(session, &wanted, &sent, NULL, errors);
	tc_wanted_free(&wanted);
	return error;
}

void tc_rollback_free(struct tc_rollback *rollback)
{
	while (rollback->count)
		tc_filter_free(&rollback->filters[--rollback->count]);
	free(rollback->filters);
	memset(rollback, 0, sizeof(*rollback));
}
