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

/* How often an apply is worked out anew because others changed the ruleset. */
#define APPLY_TRIES 10

static int plan_make(struct plan *plan, const struct session *session,
		     const struct mirror *mirror)
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
	error = plan_mirror(plan, mirror, starts);
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
		error = nft_batch_add_chains(&buffer, plan);
	if (!error)
		error = nft_batch_add_rules(&buffer, plan, &session->links);
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

/* One attempt with the session as it was read. -ERESTART asks for another. */
static int apply_once(struct session *session, const struct mirror *mirror,
		      enum apply_mode mode, struct apply_result *result,
		      struct nl_refusal *refusal)
{
	struct plan plan;
	int error;

	memset(refusal, 0, sizeof(*refusal));
	error = plan_make(&plan, session, mirror);
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

static int apply_rules(struct session *session, const struct mirror *mirror,
		       enum apply_mode mode, struct apply_result *result,
		       struct error_list *errors)
{
	struct nl_refusal refusal;
	int tries = APPLY_TRIES;
	size_t i;
	int error;

	for (;;) {
		for (i = 0; mode == APPLY_CHECK && i < result->made_count; i++)
			if (link_table_add_planned(&session->links,
						   result->made[i]->device))
				return -ENOMEM;
		error = apply_once(session, mirror, mode, result, &refusal);
		if (!error)
			return 0;
		if (error != -ERESTART || !tries--)
			break;
		error = session_read(session, errors);
		if (error)
			return error;
	}
	return refusal.error ? nft_explain_refusal(&refusal, errors) : error;
}

int apply_mirror(struct session *session, const struct mirror *mirror,
		 enum apply_mode mode, struct apply_result *result,
		 struct error_list *errors)
{
	const struct installed_mirror *former;
	int error;

	memset(result, 0, sizeof(*result));
	error = targets_check(session, mirror, errors);
	if (!error)
		error = targets_missing(session, mirror, &result->made, &result->made_count);
	if (!error && mode == APPLY_CHANGE)
		error = targets_make(session, mirror, result->made, result->made_count, errors);
	if (error)
		return error;
	error = apply_rules(session, mirror, mode, result, errors);
	if (error) {
		if (mode == APPLY_CHANGE)
			targets_unmake(session, result->made, result->made_count, errors);
		return error;
	}
	former = installed_find(&session->installed, mirror->name);
	if (mode == APPLY_CHANGE && result->outcome == APPLY_REPLACED && former)
		return targets_drop(session, former, errors);
	return 0;
}

