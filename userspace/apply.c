// SPDX-License-Identifier: GPL-2.0-only
#include "apply.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "nft_explain.h"
#include "removal.h"
#include "targets.h"

static int plan_make(struct plan *plan, const struct session *session,
		     const struct mirror *mirror, struct error_list *errors)
{
	struct plan_start *starts = calloc(mirror->target_count, sizeof(*starts));
	size_t i;
	int error;

	if (!starts)
		return -ENOMEM;
	for (i = 0; i < mirror->target_count; i++) {
		const struct link *link;
		struct traffic count;

		link = link_find(&session->links, mirror->targets[i].device);
		if (!link)
			continue;
		count = installed_target_count(link);
		starts[i].packets = count.packets;
		starts[i].bytes = count.bytes;
	}
	plan_init(plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = plan_mirror(plan, mirror, starts, errors);
	free(starts);
	return error;
}

/* Is @plan what the kernel holds of @mirror, and nothing beside it? */
static int is_unchanged(const struct session *session, const struct mirror *mirror,
			const struct plan *plan)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < session->state.chain_count; i++)
		count += removal_chain_is_of(&session->state.chains[i], mirror->name);
	if (count != plan->chain_count)
		return 0;
	for (count = 0, i = 0; i < session->state.set_count; i++)
		count += removal_set_is_of(&session->state.sets[i], mirror->name);
	if (count != plan->set_count)
		return 0;
	return nft_state_has_plan(&session->state, plan, &session->links);
}

static int change_send(struct session *session, const struct mirror *mirror,
		       const struct plan *plan, enum apply_mode mode,
		       struct nl_refusal *refusal)
{
	struct nl_buffer buffer = { 0 };
	int error;

	memset(refusal, 0, sizeof(*refusal));
	error = nft_batch_begin(&buffer, session->state.generation);
	if (!error)
		error = session->state.table_present ?
			removal_build(&buffer, &session->state, mirror->name) :
			nft_batch_add_table(&buffer, plan);
	if (!error)
		error = nft_batch_add_contents(&buffer, plan, &session->links);
	/* Without its end the kernel validates a transaction and drops it. */
	if (!error && mode == APPLY_CHANGE)
		error = nft_batch_end(&buffer);
	if (error)
		refusal->error = error;
	else
		error = nl_transact(session->netfilter, &buffer, refusal);
	nl_buffer_free(&buffer);
	return error;
}

static int apply_once(struct session *session, const struct mirror *mirror,
		      enum apply_mode mode, struct apply_result *result,
		      struct nl_refusal *refusal, struct error_list *errors)
{
	struct plan plan;
	int error;

	memset(refusal, 0, sizeof(*refusal));
	error = plan_make(&plan, session, mirror, errors);
	if (error)
		goto out_free;
	error = is_unchanged(session, mirror, &plan);
	if (error) {
		result->outcome = APPLY_UNCHANGED;
		error = error < 0 ? error : 0;
		goto out_free;
	}
	result->outcome = installed_find(&session->installed, mirror->name) ?
			  APPLY_REPLACED : APPLY_CREATED;
	error = change_send(session, mirror, &plan, mode, refusal);
out_free:
	plan_free(&plan);
	return error;
}

/* Remember a target that was made, once. */
static void made_note(struct apply_result *result, const struct target *target)
{
	size_t i;

	for (i = 0; i < result->made_count; i++)
		if (result->made[i] == target)
			return;
	result->made[result->made_count++] = target;
}

/* Do the devices that the rules now send to still exist? Somebody may have
 * taken one away between our look and our change. */
static int targets_verify(struct session *session, const struct mirror *mirror)
{
	struct link_table links = { 0 };
	size_t i;
	int error;

	error = link_table_read(&links, session->route);
	for (i = 0; i < mirror->target_count && !error; i++) {
		const struct link *was, *now;

		was = link_find(&session->links, mirror->targets[i].device);
		now = link_find(&links, mirror->targets[i].device);
		if (!was || !now || was->index != now->index)
			error = -ERESTART;
	}
	link_table_free(&links);
	return error;
}

/* One attempt with the session as it was read: devices first, then rules. */
static int attempt(struct session *session, const struct mirror *mirror,
		   enum apply_mode mode, struct apply_result *result,
		   struct error_list *errors)
{
	const struct target **missing = NULL;
	struct nl_refusal refusal;
	size_t count, i;
	int error;

	error = targets_check(session, mirror, errors);
	if (!error)
		error = targets_missing(session, mirror, &missing, &count);
	if (error)
		return error;
	for (i = 0; i < count; i++)
		made_note(result, missing[i]);
	if (mode == APPLY_CHANGE)
		error = targets_make(session, mirror, missing, count, errors);
	else
		for (i = 0; i < count && !error; i++)
			error = link_table_add_planned(&session->links, missing[i]->device);
	free(missing);
	if (error)
		return error;
	error = apply_once(session, mirror, mode, result, &refusal, errors);
	if (error && error != -ERESTART && refusal.error)
		return nft_explain_refusal(&refusal, errors);
	if (!error && mode == APPLY_CHANGE)
		error = targets_verify(session, mirror);
	return error;
}

/* Refusals that only say that somebody else was faster: a ruleset that changed,
 * a device that came or went. */
static bool is_race(int error)
{
	return error == -ERESTART || error == -EEXIST || error == -ENODEV;
}

int apply_mirror(struct session *session, const struct mirror *mirror,
		 enum apply_mode mode, struct apply_result *result,
		 struct error_list *errors)
{
	const struct installed_mirror *former;
	unsigned int tries = 0;
	int error;

	memset(result, 0, sizeof(*result));
	result->made = calloc(mirror->target_count, sizeof(*result->made));
	if (!result->made)
		return -ENOMEM;
	for (;;) {
		struct error_list complaints = { 0 };

		error = attempt(session, mirror, mode, result, &complaints);
		if (!is_race(error) || tries == SESSION_TRIES) {
			error_move(errors, &complaints);
			break;
		}
		error_clear(&complaints);
		error = session_retry(session, tries++, errors);
		if (error)
			break;
	}
	if (error) {
		if (error == -ERESTART)
			nft_explain_refusal(&(struct nl_refusal){ .error = error }, errors);
		if (mode == APPLY_CHANGE)
			targets_unmake(session, result->made, result->made_count, errors);
		return error;
	}
	former = installed_find(&session->installed, mirror->name);
	if (mode == APPLY_CHANGE && result->outcome == APPLY_REPLACED && former)
		return targets_drop(session, former, errors);
	return 0;
}

int apply_alone(const struct mirror *mirror, enum apply_outcome *outcome,
		struct error_list *errors)
{
	struct apply_result result = { 0 };
	struct session session;
	int error;

	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		error = apply_mirror(&session, mirror, APPLY_CHANGE, &result, errors);
	if (outcome)
		*outcome = result.outcome;
	free(result.made);
	session_close(&session);
	return error;
}
