// SPDX-License-Identifier: GPL-2.0-only
#include "tc_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tc_explain.h"
#include "tc_wire.h"

int tc_wanted_add(struct tc_wanted *wanted, const struct tc_filter *filter)
{
	const struct tc_filter **filters;

	filters = reallocarray(wanted->filters, wanted->count + 1, sizeof(*filters));
	if (!filters)
		return -ENOMEM;
	wanted->filters = filters;
	filters[wanted->count++] = filter;
	return 0;
}

void tc_wanted_free(struct tc_wanted *wanted)
{
	free(wanted->filters);
	memset(wanted, 0, sizeof(*wanted));
}

static bool is_wanted_in_place(const struct tc_wanted *wanted, const struct tc_filter *filter)
{
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (wanted->filters[i]->index == filter->index &&
		    wanted->filters[i]->direction == filter->direction &&
		    wanted->filters[i]->preference == filter->preference)
			return true;
	return false;
}

static bool is_wanted_at(const struct tc_wanted *wanted, const struct tc_filter *filter)
{
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (tc_filter_is_at(wanted->filters[i], filter))
			return true;
	return false;
}

static bool is_there(const struct tc_state *state, const struct tc_filter *filter)
{
	const struct tc_filter *have = tc_state_find(state, filter);

	return have && tc_filter_is_same(have, filter);
}

bool tc_change_is_done(const struct tc_state *state, const struct tc_wanted *wanted)
{
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (!is_there(state, wanted->filters[i]))
			return false;
	for (i = 0; i < state->filter_count; i++)
		if (!is_wanted_at(wanted, &state->filters[i]))
			return false;
	return true;
}

/* --- steps --- */

enum step_kind {
	STEP_ADD_CLSACT,
	STEP_PUT,
	STEP_DELETE,
	STEP_DELETE_CLSACT,
};

struct step {
	enum step_kind kind;
	const struct tc_filter *filter;	/* of the last: any on the device */
	const struct tc_filter *before;	/* what stands in its place, or NULL */
	bool alone;			/* of STEP_DELETE: in its preference */
};

struct steps {
	struct step *steps;
	size_t count;
};

static int step_add(struct steps *steps, enum step_kind kind,
		    const struct tc_filter *filter, const struct tc_filter *before,
		    bool alone)
{
	struct step *grown = reallocarray(steps->steps, steps->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	steps->steps = grown;
	grown[steps->count++] = (struct step){ kind, filter, before, alone };
	return 0;
}

static bool has_step(const struct steps *steps, enum step_kind kind, unsigned int index)
{
	size_t i;

	for (i = 0; i < steps->count; i++)
		if (steps->steps[i].kind == kind && steps->steps[i].filter->index == index)
			return true;
	return false;
}

static int puts_plan(struct steps *steps, const struct tc_state *state,
		     const struct tc_wanted *wanted)
{
	size_t i;
	int error = 0;

	for (i = 0; i < wanted->count && !error; i++) {
		const struct tc_filter *filter = wanted->filters[i];

		if (is_there(state, filter))
			continue;
		if (!tc_state_device(state, filter->index) &&
		    !has_step(steps, STEP_ADD_CLSACT, filter->index))
			error = step_add(steps, STEP_ADD_CLSACT, filter, NULL, false);
		if (!error)
			error = step_add(steps, STEP_PUT, filter,
					 tc_state_find(state, filter), false);
	}
	return error;
}

static int deletes_plan(struct steps *steps, const struct tc_state *state,
			const struct tc_wanted *wanted)
{
	size_t i;
	int error = 0;

	for (i = 0; i < state->filter_count && !error; i++) {
		const struct tc_filter *filter = &state->filters[i];
		const struct tc_place *place;

		if (is_wanted_at(wanted, filter))
			continue;
		place = tc_state_place(state, filter->index, filter->direction,
				       filter->preference);
		error = step_add(steps, STEP_DELETE, filter, NULL, place && !place->others &&
				 !is_wanted_in_place(wanted, filter));
	}
	return error;
}

static bool is_wanted_on(const struct tc_wanted *wanted, unsigned int index)
{
	size_t i;

	for (i = 0; i < wanted->count; i++)
		if (wanted->filters[i]->index == index)
			return true;
	return false;
}

static int clsacts_plan(struct steps *steps, const struct tc_state *state,
			const struct tc_wanted *wanted, struct error_list *warnings)
{
	size_t i;
	int error = 0;

	for (i = 0; i < state->filter_count && !error; i++) {
		const struct tc_filter *filter = &state->filters[i];

		if (!tc_state_device(state, filter->index)->is_ours ||
		    is_wanted_on(wanted, filter->index) ||
		    has_step(steps, STEP_DELETE_CLSACT, filter->index))
			continue;
		if (!tc_state_has_others(state, filter->index))
			error = step_add(steps, STEP_DELETE_CLSACT, filter, NULL, false);
		else if (warnings && (!i || state->filters[i - 1].index != filter->index))
			error_system(warnings, 0, "%s: the qdisc clsact, which we made, stays: others have filters there now",
				     filter->device);
	}
	return error;
}

/* --- to the kernel --- */

static int message_send(int built, struct nl_buffer *buffer, struct nl_socket *route,
			struct nl_refusal *refusal)
{
	memset(refusal, 0, sizeof(*refusal));
	if (built)
		refusal->error = built;
	else
		nl_transact(route, buffer, refusal);
	nl_buffer_free(buffer);
	return refusal->error;
}

static int step_do(const struct step *step, struct nl_socket *route,
		   struct nl_refusal *refusal)
{
	const struct tc_filter *filter = step->filter;
	struct nl_buffer buffer = { 0 };
	int built = 0;

	switch (step->kind) {
	case STEP_ADD_CLSACT:
		built = tc_wire_add_clsact(&buffer, filter->index, filter->device);
		break;
	case STEP_PUT:
		built = tc_wire_put_filter(&buffer, filter, !step->before);
		break;
	case STEP_DELETE:
		built = tc_wire_delete_filter(&buffer, filter, step->alone);
		break;
	case STEP_DELETE_CLSACT:
		built = tc_wire_delete_clsact(&buffer, filter->index, filter->device);
		break;
	}
	return message_send(built, &buffer, route, refusal);
}

/* The other way round. */
static int step_undo(const struct step *step, struct nl_socket *route,
		     struct nl_refusal *refusal)
{
	struct step back = { .filter = step->filter };

	switch (step->kind) {
	case STEP_ADD_CLSACT:
		back.kind = STEP_DELETE_CLSACT;
		break;
	case STEP_PUT:
		back.kind = step->before ? STEP_PUT : STEP_DELETE;
		back.before = step->before;
		if (step->before)
			back.filter = step->before;
		break;
	case STEP_DELETE:
		back.kind = STEP_PUT;
		break;
	case STEP_DELETE_CLSACT:
		back.kind = STEP_ADD_CLSACT;
		break;
	}
	return step_do(&back, route, refusal);
}

/* What has gone with its device is gone. */
static bool is_gone(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -EINVAL;
}

static void steps_undo(const struct steps *steps, size_t done, struct nl_socket *route,
		       struct error_list *errors)
{
	struct nl_refusal refusal;

	while (done--)
		if (step_undo(&steps->steps[done], route, &refusal))
			tc_explain_refusal(&refusal, errors);
}

static int steps_run(const struct steps *steps, struct nl_socket *route,
		     struct error_list *errors)
{
	struct nl_refusal refusal;
	size_t done;
	int error;

	for (done = 0; done < steps->count; done++) {
		error = step_do(&steps->steps[done], route, &refusal);
		if (!error || (steps->steps[done].kind >= STEP_DELETE && is_gone(error)))
			continue;
		tc_explain_refusal(&refusal, errors);
		steps_undo(steps, done, route, errors);
		return error;
	}
	return 0;
}

static bool limits_packets(const struct tc_filter *filter)
{
	size_t i;

	for (i = 0; i < filter->action_count; i++)
		if (filter->actions[i].kind == TC_ACTION_LIMIT && !filter->actions[i].bytes)
			return true;
	return false;
}

static int limits_check(const struct steps *steps, const struct session *session,
			struct error_list *errors)
{
	struct tc_state now = { 0 };
	size_t i;
	int error = 0;

	for (i = 0; i < steps->count && !error; i++) {
		const struct step *step = &steps->steps[i];
		const struct tc_filter *have;

		if (step->kind != STEP_PUT || !limits_packets(step->filter))
			continue;
		if (!now.device_count)
			error = tc_state_read(&now, &session->links, session->route);
		have = error ? NULL : tc_state_find(&now, step->filter);
		if (have && !limits_packets(have))
			error = error_system(errors, -EOPNOTSUPP, "%s: this kernel's tc limits no packets: it needs Linux 5.13; limit bytes, or choose the path nft",
					     step->filter->device);
	}
	tc_state_free(&now);
	if (error)
		steps_undo(steps, steps->count, session->route, errors);
	return error;
}

int tc_change_send(const struct session *session, const struct tc_wanted *wanted,
		   bool *sent, struct error_list *warnings, struct error_list *errors)
{
	const struct tc_state *state = &session->tc;
	struct steps steps = { 0 };
	int error;

	*sent = false;
	error = puts_plan(&steps, state, wanted);
	if (!error)
		error = deletes_plan(&steps, state, wanted);
	if (!error)
		error = clsacts_plan(&steps, state, wanted, warnings);
	if (!error)
		error = steps_run(&steps, session->route, errors);
	if (!error)
		error = limits_check(&steps, session, errors);
	*sent = !error && steps.count;
	free(steps.steps);
	return error;
}
