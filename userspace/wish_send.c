// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the wish to messages, and to the kernel: up to three transactions.
 *
 *	1  what takes the place of rules with sets of ranges is made beside them,
 *	   as next/NAME: the kernel puts such a set in force a moment later than
 *	   the rules of the same transaction
 *	2  the one in which the old rules end and the new ones begin
 *	3  hooks that lost their rules in the second go: the kernel lets a chain
 *	   that it deletes work for a moment beside the new ones. Where new ones
 *	   stand on the same hooks they take their place instead
 *
 * The first and the third change nothing for any frame, and most wishes need
 * neither. Whoever is cut short between them leaves chains called next/NAME, sets
 * that no rule looks up, or empty hooks; whoever comes next takes those away.
 *
 * What remains: of several chains on one hook a frame passes each in its own moment.
 * So where one mirror takes over from another of the same device what that one
 * copied, and both stay, a frame on its way between the two in the moment itself
 * finds the old rules in the first and the new ones in the second: none of 20,000
 * frames a second in 200 replacements, of 400,000 one in twelve replacements.
 */
#include <errno.h>
#include <stdio.h>		/* for libnftnl */
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "plan_mirror.h"
#include "wish.h"

/* One transaction: the wish against the state that it starts from. */
struct step {
	const struct wish *wish;
	const struct wish_request *request;
	const struct nft_state *state;
	bool is_prepared;
	bool *spare_hooks;	/* for each chain, or NULL: see change.h */
	bool is_end;		/* all is done: what is not in use now is left over */
};

static bool is_asked(const struct wish_request *request, const char *name)
{
	size_t i;

	for (i = 0; i < request->count; i++)
		if (!strcmp(request->mirrors[i].name, name))
			return true;
	return false;
}

/* --- what is left over --- */

static bool has_unit(const struct step *step, const char *name)
{
	size_t i;

	for (i = 0; i < step->wish->count; i++)
		if (!strcmp(step->wish->entries[i].mirror->name, name))
			return true;
	return false;
}

static bool chain_is_left(const struct step *step, const struct nft_chain_state *chain)
{
	bool is_next = !strncmp(chain->name, PLAN_NEXT_PREFIX, strlen(PLAN_NEXT_PREFIX));
	char owner[IFNAMSIZ];

	if (!is_next && !nft_state_is_empty(step->state, chain))
		return false;
	switch (plan_chain_role(chain->name, owner)) {
	case CHAIN_NEXT:
		return !step->is_prepared;
	case CHAIN_INGRESS:
	case CHAIN_EGRESS:
		return step->is_end || !has_unit(step, owner);
	default:
		return false;
	}
}

static bool lookup_visit(struct nftnl_expr *expression, const char *name, void *data)
{
	const char *set = strcmp(name, "lookup") ? NULL :
			  nftnl_expr_get_str(expression, NFTNL_EXPR_LOOKUP_SET);

	return set && !strcmp(set, data);
}

static bool is_looked_up(const struct nft_state *state, char *set)
{
	char owner[IFNAMSIZ];
	size_t i, j;

	for (i = 0; i < state->chain_count; i++) {
		if (plan_chain_role(state->chains[i].name, owner) == CHAIN_NEXT)
			continue;
		/* Who cannot be asked may well look it up. */
		if (nft_state_read_rules(state, &state->chains[i]))
			return true;
		for (j = 0; j < state->chains[i].rule_count; j++)
			if (nft_rule_find(state->chains[i].rules[j], lookup_visit, set))
				return true;
	}
	return false;
}

static bool set_is_left(const struct step *step, const struct nft_set *set)
{
	char owner[IFNAMSIZ];

	if (plan_chain_role(set->name, owner) != CHAIN_MATCH)
		return false;
	if (step->is_end)
		return !is_looked_up(step->state, set->name);
	return !installed_find(&step->wish->session->installed, owner) &&
	       !has_unit(step, owner);
}

static int leftovers_build(const struct step *step, struct nl_buffer *buffer)
{
	const struct nft_state *state = step->state;
	size_t i;
	int error = 0;

	for (i = 0; i < state->chain_count && !error; i++)
		if (chain_is_left(step, &state->chains[i]) &&
		    !nft_state_is_empty(state, &state->chains[i]))
			error = nft_batch_flush_chain(buffer, state->family, state->table,
						      state->chains[i].name);
	for (i = 0; i < state->chain_count && !error; i++)
		if (chain_is_left(step, &state->chains[i]))
			error = nft_batch_delete_chain(buffer, state->family, state->table,
						       state->chains[i].name);
	for (i = 0; i < state->set_count && !error; i++)
		if (set_is_left(step, &state->sets[i]))
			error = nft_batch_delete_set(buffer, state->family, state->table,
						     state->sets[i].name);
	return error;
}

/* --- the rules --- */

static bool has_foreign_chains(const struct nft_state *state)
{
	char name[IFNAMSIZ];
	size_t i;

	for (i = 0; i < state->chain_count; i++)
		if (plan_chain_role(state->chains[i].name, name) == CHAIN_FOREIGN)
			return true;
	return false;
}

static int unit_build(const struct step *step, const struct change_unit *unit,
		      struct nl_buffer *buffer)
{
	struct change_unit one = *unit;
	int wants = 0;

	if (step->is_prepared)
		wants = change_wants_preparation(unit, step->state,
						 &step->wish->session->links);
	if (wants < 0)
		return wants;
	one.is_prepared = wants;
	one.spare_hooks = step->spare_hooks;
	if (one.spare_hooks)
		change_has_spare_hooks(unit, step->state, one.spare_hooks);
	return change_build(buffer, &one, step->state, &step->wish->session->links);
}

static int mirrors_build(const struct step *step, struct nl_buffer *buffer)
{
	const struct installed *installed = &step->wish->session->installed;
	const struct wish *wish = step->wish;
	size_t i;
	int error = 0;

	for (i = 0; i < installed->count && !error; i++) {
		const struct change_unit gone = { .name = installed->mirrors[i].name };

		if (installed->mirrors[i].path == MIRROR_PATH_NFT && step->request->going && step->request->going[i] &&
		    !is_asked(step->request, gone.name))
			error = unit_build(step, &gone, buffer);
	}
	for (i = 0; i < wish->count && !error; i++)
		if (wish->entries[i].outcome != WISH_UNCHANGED)
			error = unit_build(step, &wish->entries[i].unit, buffer);
	return error;
}

static int taps_build(const struct step *step, struct nl_buffer *buffer)
{
	const struct installed *installed = &step->wish->session->installed;
	const struct wish *wish = step->wish;
	size_t i, j;
	int error = 0;

	for (i = 0; i < installed->tap_count && !error; i++) {
		const struct change_unit gone = { .is_tap = true,
						  .name = installed->taps[i].device };

		for (j = 0; j < wish->tap_count && strcmp(wish->taps[j].device, gone.name); j++)
			;
		if (j == wish->tap_count && installed->taps[i].is_nft)
			error = change_build(buffer, &gone, step->state,
					     &wish->session->links);
	}
	for (i = 0; i < wish->tap_count && !error; i++)
		if (!wish->taps[i].is_done)
			error = change_build(buffer, &wish->taps[i].unit, step->state,
					     &wish->session->links);
	return error;
}

/* One chain, for all tunnels: it is there or not. */
static int notrack_build(const struct wish *wish, struct nl_buffer *buffer)
{
	const struct nft_state *state = &wish->session->notrack;
	struct plan plan;
	int error = 0, done;

	plan_init(&plan, NFPROTO_INET, PLAN_TABLE, PLAN_TABLE_COMMENT);
	if (wish->tunnel_count)
		plan_notrack(&plan);
	done = plan.out_of_memory ? -ENOMEM :
	       state->table_present != !!wish->tunnel_count ? 0 :
	       state->chain_count != plan.chain_count ? 0 :
	       nft_state_has_plan(state, &plan, &wish->session->links);
	if (done)
		error = done < 0 ? done : 0;
	else if (state->table_present)
		error = nft_batch_delete_table(buffer, NFPROTO_INET, PLAN_TABLE);
	if (!done && !error && wish->tunnel_count) {
		error = nft_batch_add_table(buffer, &plan);
		if (!error)
			error = nft_batch_add_contents(buffer, &plan, &wish->session->links);
	}
	plan_free(&plan);
	return error;
}

/* --- the transactions, without their ends --- */

static int change_step_build(const struct step *step, struct nl_buffer *buffer)
{
	const struct nft_state *state = step->state;
	const struct wish *wish = step->wish;
	struct plan table;
	int error;

	error = nft_batch_begin(buffer, state->generation);
	if (!error && wish->leaves_nothing && state->table_present &&
	    !has_foreign_chains(state)) {
		error = nft_batch_delete_table(buffer, NFPROTO_NETDEV, PLAN_TABLE);
		return error ? error : notrack_build(wish, buffer);
	}
	if (!error && !state->table_present && !wish->leaves_nothing) {
		plan_init(&table, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
		error = nft_batch_add_table(buffer, &table);
	}
	if (!error)
		error = leftovers_build(step, buffer);
	if (!error)
		error = mirrors_build(step, buffer);
	if (!error)
		error = taps_build(step, buffer);
	return error ? error : notrack_build(wish, buffer);
}

/* 1 if there is something to prepare, which is in @buffer then. */
static int preparation_build(const struct step *step, struct nl_buffer *buffer)
{
	const struct link_table *links = &step->wish->session->links;
	const struct wish *wish = step->wish;
	int error, wants = 0, prepares = 0;
	size_t i;

	/* Where nothing is copied, nothing is missed. */
	if (!wish->session->installed.count)
		return 0;
	error = nft_batch_begin(buffer, step->state->generation);
	if (!error)
		error = leftovers_build(step, buffer);
	for (i = 0; i < wish->count && !error; i++) {
		const struct change_unit *unit = &wish->entries[i].unit;

		if (wish->entries[i].outcome == WISH_UNCHANGED)
			continue;
		wants = change_wants_preparation(unit, step->state, links);
		error = wants < 0 ? wants : 0;
		if (wants > 0)
			error = change_prepare(buffer, unit, step->state, links);
		prepares |= wants > 0;
	}
	return error ? error : prepares;
}

/* --- to the kernel --- */

static int batch_send(const struct wish *wish, struct nl_buffer *buffer, bool dry_run,
		      struct nl_refusal *refusal)
{
	int error = 0;

	/* Without its end the kernel validates a transaction and drops it. */
	if (!dry_run)
		error = nft_batch_end(buffer);
	if (error)
		return refusal->error = error;
	nl_buffer_ask_once(buffer);
	return nl_transact(wish->session->netfilter, buffer, refusal);
}

/* What the kernel holds after @state with one more transaction of ours. */
static int state_follow(struct nft_state *next, const struct wish *wish,
			const struct nft_state *state, struct nl_refusal *refusal)
{
	uint32_t expected = state->generation + 1;
	int error;

	error = nft_state_read(next, wish->session->netfilter, NFPROTO_NETDEV, PLAN_TABLE,
			       NFT_READ_NAMES, refusal);
	if (!error && next->generation != (expected ? expected : 1))
		error = refusal->error = -ERESTART;
	return error;
}

/* Take away what is left over now. Nobody is to know if that cannot be done: it does
 * no harm, and is tried again with the next change. */
static void leftovers_drop(const struct wish *wish, const struct wish_request *request)
{
	struct nl_refusal refusal = { 0 };
	struct nft_state state = { 0 };
	const struct step step = { .wish = wish, .request = request, .state = &state,
				   .is_end = true };
	struct nl_buffer buffer = { 0 };
	unsigned int tries = 3;
	int error;

	do {
		error = nft_state_read(&state, wish->session->netfilter, NFPROTO_NETDEV,
				       PLAN_TABLE, NFT_READ_NAMES, &refusal);
		if (!error)
			error = nft_batch_begin(&buffer, state.generation);
		if (!error)
			error = leftovers_build(&step, &buffer);
		if (!error && buffer.count > 1)
			error = batch_send(wish, &buffer, false, &refusal);
		nl_buffer_free(&buffer);
		nft_state_free(&state);
	} while (error == -ERESTART && tries--);
}

static bool has_going(const struct wish *wish, const struct wish_request *request)
{
	size_t i;

	for (i = 0; request->going && i < wish->session->installed.count; i++)
		if (request->going[i] &&
		    wish->session->installed.mirrors[i].path == MIRROR_PATH_NFT)
			return true;
	return false;
}

/* Do chains on hooks go while others come, which could see the same frame? */
static bool has_hooks_that_go(const struct wish *wish, const struct wish_request *request)
{
	bool going = has_going(wish, request);
	size_t i;

	for (i = 0; i < wish->count; i++)
		if (wish->entries[i].outcome != WISH_UNCHANGED &&
		    (going || change_has_spare_hooks(&wish->entries[i].unit,
						     &wish->session->state, NULL)))
			return true;
	return false;
}

int wish_send(const struct wish *wish, const struct wish_request *request, bool dry_run,
	      bool *sent, struct nl_refusal *refusal)
{
	struct step step = { .wish = wish, .request = request,
			     .state = &wish->session->state };
	struct nft_state prepared = { 0 };
	struct nl_buffer buffer = { 0 };
	bool hooks_go;
	int error;

	memset(refusal, 0, sizeof(*refusal));
	error = dry_run ? 0 : preparation_build(&step, &buffer);
	if (error > 0) {
		step.is_prepared = true;
		error = batch_send(wish, &buffer, false, refusal);
		if (!error)
			error = state_follow(&prepared, wish, step.state, refusal);
		step.state = &prepared;
	}
	nl_buffer_free(&buffer);
	hooks_go = !dry_run && has_hooks_that_go(wish, request);
	if (!error && hooks_go) {
		step.spare_hooks = calloc(step.state->chain_count + 1,
					  sizeof(*step.spare_hooks));
		error = step.spare_hooks ? 0 : -ENOMEM;
	}
	if (!error)
		error = change_step_build(&step, &buffer);
	if (sent)
		*sent = error || step.is_prepared || buffer.count > 1;
	if (!error && buffer.count > 1)
		error = batch_send(wish, &buffer, dry_run, refusal);
	nl_buffer_free(&buffer);
	nft_state_free(&prepared);
	free(step.spare_hooks);
	if (error && !refusal->error)
		refusal->error = error;
	if (step.is_prepared || hooks_go)
		leftovers_drop(wish, request);
	return error;
}
