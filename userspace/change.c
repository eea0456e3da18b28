// SPDX-License-Identifier: GPL-2.0-only
#include "change.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "plan_mirror.h"

/* For the word that names of chains begin with, and a mirror's or device's own. */
#define PREFIX_ROOM (32 + IFNAMSIZ)

/* Is it called @prefix, or something behind that and a slash? */
static bool is_below(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return !strncmp(name, prefix, length) && (!name[length] || name[length] == '/');
}

/* Of thousands of chains those of a unit; of sets those among which the unit's own are. */
struct neighbours {
	size_t first, end;
};

static void name_prefix(const struct change_unit *unit, char *prefix, size_t size)
{
	snprintf(prefix, size, "%s%s", unit->is_tap ? PLAN_TAP_PREFIX : PLAN_CHAIN_PREFIX,
		 unit->name);
}

static struct neighbours chains_near(const struct nft_state *state, const char *prefix)
{
	struct neighbours near = { .first = nft_state_first(state, prefix) };

	/* By the order of names they follow each other, and no other is among them. */
	near.end = near.first;
	while (near.end < state->chain_count && is_below(state->chains[near.end].name, prefix))
		near.end++;
	return near;
}

static struct neighbours chains_of(const struct change_unit *unit,
				   const struct nft_state *state)
{
	char prefix[PREFIX_ROOM];

	name_prefix(unit, prefix, sizeof(prefix));
	return chains_near(state, prefix);
}

static struct neighbours sets_of(const struct change_unit *unit,
				 const struct nft_state *state)
{
	struct neighbours near;
	char prefix[PREFIX_ROOM];

	name_prefix(unit, prefix, sizeof(prefix));
	near.first = near.end = nft_state_first_set(state, prefix);
	while (near.end < state->set_count &&
	       !strncmp(state->sets[near.end].name, prefix, strlen(prefix)))
		near.end++;
	return near;
}

static const struct plan_chain *plan_find(const struct plan *plan, const char *name)
{
	size_t i;

	for (i = 0; plan && i < plan->chain_count; i++)
		if (!strcmp(plan->chains[i]->name, name))
			return plan->chains[i];
	return NULL;
}

static bool is_hook(const struct nft_chain_state *chain)
{
	return nftnl_chain_is_set(chain->chain, NFTNL_CHAIN_HOOKNUM);
}

/* One chain of a plan, as a plan. */
static struct plan plan_of_chain(const struct plan *plan, size_t chain)
{
	struct plan one = *plan;

	one.chains += chain;
	one.chain_count = 1;
	one.set_count = 0;
	return one;
}

/* How many chains of the unit there are, on hooks or not. */
static size_t chains_count(const struct change_unit *unit, const struct nft_state *state,
			   bool hooks)
{
	struct neighbours near = chains_of(unit, state);
	size_t count = 0;
	size_t i;

	for (i = near.first; i < near.end; i++)
		count += is_hook(&state->chains[i]) == hooks;
	return count;
}

/* The order of sets is another one: others may stand among them. */
static bool set_is_of(const struct change_unit *unit, const struct nft_set *set)
{
	char prefix[PREFIX_ROOM];

	name_prefix(unit, prefix, sizeof(prefix));
	return is_below(set->name, prefix);
}

static size_t sets_count(const struct change_unit *unit, const struct nft_state *state)
{
	struct neighbours near = sets_of(unit, state);
	size_t count = 0;
	size_t i;

	for (i = near.first; i < near.end; i++)
		count += set_is_of(unit, &state->sets[i]);
	return count;
}

static int body_is_there(const struct change_unit *unit, const struct nft_state *state,
			 const struct link_table *links)
{
	struct neighbours near = chains_of(unit, state);
	int error = nft_state_read_rules_of(state, near.first, near.end);

	/* As nft_state_has_plan() takes what has changed meanwhile. */
	if (error)
		return error == -EINTR ? 0 : error;
	return nft_state_has_plan(state, unit->body, links);
}

int change_body_is_done(const struct change_unit *unit, const struct nft_state *state,
			const struct link_table *links)
{
	if (chains_count(unit, state, false) != (unit->body ? unit->body->chain_count : 0) ||
	    sets_count(unit, state) != (unit->body ? unit->body->set_count : 0))
		return 0;
	return unit->body ? body_is_there(unit, state, links) : 1;
}

int change_is_done(const struct change_unit *unit, const struct nft_state *state,
		   const struct link_table *links)
{
	int done = change_body_is_done(unit, state, links);

	if (done <= 0)
		return done;
	if (chains_count(unit, state, true) != (unit->hooks ? unit->hooks->chain_count : 0))
		return 0;
	return unit->hooks ? nft_state_has_plan(state, unit->hooks, links) : 1;
}

static int plan_renew(const struct plan *plan, struct nft_state *state)
{
	size_t i;
	int error = 0;

	for (i = 0; plan && i < plan->chain_count && !error; i++)
		if (!nft_state_find(state, plan->chains[i]->name))
			error = nft_state_renew_chain(state, plan->chains[i]->name);
	return error;
}

int change_renew(const struct change_unit *unit, struct nft_state *state)
{
	struct neighbours near = chains_of(unit, state);
	size_t i;
	int error = 0;

	/* From the end, since those that are gone leave their place to the next. */
	for (i = near.end; i-- > near.first && !error; ) {
		char name[NFT_CHAIN_MAXNAMELEN];

		snprintf(name, sizeof(name), "%s", state->chains[i].name);
		error = nft_state_renew_chain(state, name);
	}
	if (!error)
		error = plan_renew(unit->body, state);
	return error ? error : plan_renew(unit->hooks, state);
}

/* A chain on a hook can stay if all but its rules is as it should be. */
static bool hook_can_stay(const struct nft_chain_state *have, const struct plan_chain *want)
{
	const char *device = nft_chain_device(have);

	return want && want->is_base && is_hook(have) && !nft_chain_comment(have) &&
	       nftnl_chain_get_u32(have->chain, NFTNL_CHAIN_HOOKNUM) == want->hook &&
	       nftnl_chain_get_s32(have->chain, NFTNL_CHAIN_PRIO) == want->priority &&
	       device && !strcmp(device, want->device);
}

/* What is to happen to the chains that are there. */
struct clearing {
	const struct change_unit *unit;
	const struct nft_state *state;
	const struct link_table *links;
	bool body_stays;
	bool *stays;	/* for each chain of the state: nothing happens to its rules */
};

static int clearing_fill(struct clearing *clearing)
{
	const struct nft_state *state = clearing->state;
	const struct plan *hooks = clearing->unit->hooks;
	struct neighbours near = chains_of(clearing->unit, state);
	size_t i;
	int same;

	same = clearing->unit->anew ? 0 :
	       change_body_is_done(clearing->unit, state, clearing->links);
	if (same < 0)
		return same;
	clearing->body_stays = same;
	for (i = near.first; same && i < near.end; i++)
		clearing->stays[i] = !is_hook(&state->chains[i]);
	for (i = 0; same && hooks && i < hooks->chain_count; i++) {
		const struct plan one = plan_of_chain(hooks, i);
		const struct nft_chain_state *have;

		have = nft_state_find(state, hooks->chains[i]->name);
		if (!have)
			continue;
		same = nft_state_is_known(have, hooks->chains[i]) ? 1 :
		       nft_state_has_plan(state, &one, clearing->links);
		if (same < 0)
			return same;
		clearing->stays[have - state->chains] = same;
		same = 1;
	}
	return 0;
}

static bool chain_goes(const struct clearing *clearing, const struct nft_chain_state *have)
{
	if (clearing->stays[have - clearing->state->chains])
		return false;
	if (hook_can_stay(have, plan_find(clearing->unit->hooks, have->name)))
		return false;
	return !(is_hook(have) && clearing->unit->spare_hooks &&
		 !plan_find(clearing->unit->hooks, have->name));
}

static const struct plan_set *plan_find_set(const struct plan *plan, const char *name)
{
	size_t i;

	for (i = 0; plan && i < plan->set_count; i++)
		if (!strcmp(plan->sets[i]->name, name))
			return plan->sets[i];
	return NULL;
}

/* One that was prepared, or that the new rules have in common with the old. */
static bool set_goes(const struct clearing *clearing, const struct nft_set *set)
{
	const struct change_unit *unit = clearing->unit;

	return set_is_of(unit, set) &&
	       !(unit->is_prepared && plan_find_set(unit->body, set->name));
}

/* Rules first, so that no chain or set is in use; hooks go before what they lead
 * to. */
static int clearing_build(struct nl_buffer *buffer, const struct clearing *clearing)
{
	const struct nft_state *state = clearing->state;
	struct neighbours near = chains_of(clearing->unit, state);
	int error = 0, hooks;
	size_t i;

	for (i = near.first; i < near.end && !error; i++)
		if (!clearing->stays[i] && !nft_state_is_empty(state, &state->chains[i]))
			error = nft_batch_flush_chain(buffer, state->family, state->table,
						      state->chains[i].name);
	for (hooks = 1; hooks >= 0; hooks--)
		for (i = near.first; i < near.end && !error; i++)
			if (is_hook(&state->chains[i]) == hooks &&
			    chain_goes(clearing, &state->chains[i]))
				error = nft_batch_delete_chain(buffer, state->family,
							       state->table,
							       state->chains[i].name);
	near = sets_of(clearing->unit, state);
	for (i = near.first; i < near.end && !error && !clearing->body_stays; i++)
		if (set_goes(clearing, &state->sets[i]))
			error = nft_batch_delete_set(buffer, state->family, state->table,
						     state->sets[i].name);
	return error;
}

static const struct nft_chain_state *spare_take(const struct clearing *clearing,
						const struct plan_chain *want)
{
	const struct nft_state *state = clearing->state;
	bool *spare = clearing->unit->spare_hooks;
	size_t i;

	for (i = 0; spare && i < state->chain_count; i++)
		if (spare[i] && hook_can_stay(&state->chains[i], want)) {
			spare[i] = false;
			return &state->chains[i];
		}
	return NULL;
}

/* The rules of a hook that was not there, for a chain that was another's. */
static int spare_build(struct nl_buffer *buffer, const struct clearing *clearing,
		       const struct plan *one, const struct nft_chain_state *spare)
{
	const struct nft_state *state = clearing->state;
	struct plan_chain renamed = *one->chains[0];
	struct plan_chain *chains[] = { &renamed };
	struct plan plan = *one;
	int error;

	renamed.name = spare->name;
	plan.chains = chains;
	error = nft_batch_add_rules(buffer, &plan, clearing->links);
	if (error)
		return error;
	return nft_batch_rename_chain(buffer, state->family, state->table,
				      nftnl_chain_get_u64(spare->chain, NFTNL_CHAIN_HANDLE),
				      one->chains[0]->name);
}

static int hooks_build(struct nl_buffer *buffer, const struct clearing *clearing)
{
	const struct plan *hooks = clearing->unit->hooks;
	size_t i;
	int error = 0;

	for (i = 0; hooks && i < hooks->chain_count && !error; i++) {
		struct plan one = plan_of_chain(hooks, i);
		const struct nft_chain_state *have, *spare;

		one.is_next = clearing->unit->is_prepared && !clearing->body_stays;
		have = nft_state_find(clearing->state, hooks->chains[i]->name);
		if (have && clearing->stays[have - clearing->state->chains])
			continue;
		spare = have ? NULL : spare_take(clearing, hooks->chains[i]);
		if (spare) {
			error = spare_build(buffer, clearing, &one, spare);
			continue;
		}
		if (!have || !hook_can_stay(have, hooks->chains[i]))
			error = nft_batch_add_chains(buffer, &one);
		if (!error)
			error = nft_batch_add_rules(buffer, &one, clearing->links);
	}
	return error;
}

/* By counting, since there may be thousands: those that are there, and those of them
 * that the plan names. */
static size_t spare_hooks_count(const struct change_unit *unit, const struct nft_state *state)
{
	size_t spare = chains_count(unit, state, true);
	size_t i;

	for (i = 0; spare && unit->hooks && i < unit->hooks->chain_count; i++) {
		const struct nft_chain_state *have;

		have = nft_state_find(state, unit->hooks->chains[i]->name);
		spare -= have && is_hook(have);
	}
	return spare;
}

bool change_has_spare_hooks(const struct change_unit *unit, const struct nft_state *state,
			    bool *spare)
{
	size_t left = spare_hooks_count(unit, state);
	struct neighbours near = chains_of(unit, state);
	size_t i;

	if (!left || !spare)
		return left;
	for (i = near.first; i < near.end; i++) {
		const struct nft_chain_state *chain = &state->chains[i];

		/* Empty ones are left over already, and go now. */
		if (is_hook(chain) && !plan_find(unit->hooks, chain->name))
			spare[i] = !nft_state_is_empty(state, chain);
	}
	return true;
}

/* 1 where the kernel gets a set of ranges for a test of the rule. */
static int rule_has_intervals(const struct plan *plan, const struct plan_rule *rule)
{
	struct nft_form *forms;
	size_t i;
	int has = 0;

	if (nft_forms_make(&forms, plan->family, rule))
		return -ENOMEM;
	for (i = 0; i < rule->count && !has; i++)
		has = nft_form_has_set(&forms[i]) && forms[i].compare == COMPARE_INTERVALS;
	free(forms);
	return has;
}

static int plan_has_intervals(const struct plan *plan)
{
	size_t i, j;
	int has = plan->set_count > 0;

	for (i = 0; i < plan->chain_count; i++)
		for (j = 0; j < plan->chains[i]->rule_count && !has; j++)
			has = rule_has_intervals(plan, &plan->chains[i]->rules[j]);
	return has;
}

int change_wants_preparation(const struct change_unit *unit, const struct nft_state *state,
			     const struct link_table *links)
{
	int has, done;

	has = unit->body ? plan_has_intervals(unit->body) : 0;
	if (has <= 0)
		return has;
	done = change_body_is_done(unit, state, links);
	return done < 0 ? done : !done;
}

int change_prepare(struct nl_buffer *buffer, const struct change_unit *unit,
		   const struct nft_state *state, const struct link_table *links)
{
	struct plan next = *unit->body;
	size_t i;
	int error;

	next.set_count = 0;
	next.sets = calloc(unit->body->set_count + 1, sizeof(*next.sets));
	if (!next.sets)
		return -ENOMEM;
	/* What is in a set is told by its name. */
	for (i = 0; i < unit->body->set_count; i++)
		if (!nft_state_find_set(state, unit->body->sets[i]->name))
			next.sets[next.set_count++] = unit->body->sets[i];
	next.is_next = true;
	error = nft_batch_add_contents(buffer, &next, links);
	free(next.sets);
	return error;
}

/* What was prepared gets the names that it is to have. */
static int prepared_take(struct nl_buffer *buffer, const struct clearing *clearing)
{
	const struct nft_state *state = clearing->state;
	char name[NFT_CHAIN_MAXNAMELEN], prefix[PREFIX_ROOM];
	struct neighbours near;
	size_t i;
	int error = 0;

	snprintf(prefix, sizeof(prefix), PLAN_NEXT_PREFIX "%s", clearing->unit->name);
	near = chains_near(state, prefix);
	for (i = near.first; i < near.end && !error; i++) {
		const struct nft_chain_state *have = &state->chains[i];

		snprintf(name, sizeof(name), PLAN_CHAIN_PREFIX "%s",
			 have->name + strlen(PLAN_NEXT_PREFIX));
		error = nft_batch_rename_chain(buffer, state->family, state->table,
					       nftnl_chain_get_u64(have->chain,
								   NFTNL_CHAIN_HANDLE),
					       name);
	}
	return error;
}

int change_build(struct nl_buffer *buffer, const struct change_unit *unit,
		 const struct nft_state *state, const struct link_table *links)
{
	struct clearing clearing = { .unit = unit, .state = state, .links = links };
	int error;

	clearing.stays = calloc(state->chain_count + 1, sizeof(*clearing.stays));
	if (!clearing.stays)
		return -ENOMEM;
	error = clearing_fill(&clearing);
	if (!error)
		error = clearing_build(buffer, &clearing);
	if (!error && unit->body && !clearing.body_stays)
		error = unit->is_prepared ? prepared_take(buffer, &clearing) :
			nft_batch_add_contents(buffer, unit->body, links);
	if (!error)
		error = hooks_build(buffer, &clearing);
	free(clearing.stays);
	return error;
}

static bool text_is(const char *have, const char *want)
{
	return have && want ? !strcmp(have, want) : have == want;
}

static bool says_the_wish(const struct plan_chain *chain)
{
	char owner[IFNAMSIZ];

	switch (plan_chain_role(chain->name, owner)) {
	case CHAIN_START:
	case CHAIN_TEXT:
		return true;
	case CHAIN_MATCH:
		return !strcmp(chain->name + strlen(PLAN_CHAIN_PREFIX), owner);
	default:
		return false;
	}
}

static bool comments_are(const struct nft_chain_state *have, const struct plan_chain *want)
{
	char owner[IFNAMSIZ];
	size_t i;

	if (!text_is(nft_chain_comment(have), want->comment))
		return false;
	/* The match's own rules depend on what is around it. */
	if (plan_chain_role(want->name, owner) == CHAIN_MATCH)
		return true;
	if (have->rule_count != want->rule_count)
		return false;
	for (i = 0; i < want->rule_count; i++)
		if (!text_is(nft_rule_comment(have->rules[i]), want->rules[i].comment))
			return false;
	return true;
}

/* The lists are told by how long they are, and by their sets. */
static bool sets_are(const struct plan *body, const struct nft_state *state)
{
	size_t i;

	for (i = 0; i < body->set_count; i++) {
		const struct nft_set *set = nft_state_find_set(state, body->sets[i]->name);

		if (set && !text_is(set->comment, body->sets[i]->comment))
			return false;
	}
	return true;
}

bool change_is_same_wish(const struct change_unit *unit, const struct nft_state *state)
{
	size_t i;

	for (i = 0; i < unit->body->chain_count; i++) {
		const struct plan_chain *want = unit->body->chains[i];
		const struct nft_chain_state *have;

		if (!says_the_wish(want))
			continue;
		have = nft_state_find(state, want->name);
		if (!have || !comments_are(have, want))
			return false;
	}
	return sets_are(unit->body, state);
}

static void counter_carry(struct plan_rule *rule, const struct nft_chain_state *have)
{
	size_t i, j;

	for (i = 0; i < rule->count; i++) {
		if (rule->statements[i].kind != STATEMENT_COUNTER)
			continue;
		for (j = 0; j < have->rule_count; j++)
			if (text_is(nft_rule_comment(have->rules[j]), rule->comment) &&
			    nft_rule_counter(have->rules[j],
					     &rule->statements[i].counter.packets,
					     &rule->statements[i].counter.bytes))
				break;
	}
}

int change_carry_counters(struct plan *body, const struct nft_state *state)
{
	size_t i, j;
	int error = 0;

	for (i = 0; i < body->chain_count && !error; i++) {
		const struct nft_chain_state *have;

		have = nft_state_find(state, body->chains[i]->name);
		if (have)
			error = nft_state_read_rules(state, have);
		for (j = 0; have && !error && j < body->chains[i]->rule_count; j++)
			if (body->chains[i]->rules[j].comment)
				counter_carry(&body->chains[i]->rules[j], have);
	}
	/* What has changed meanwhile is no base to go on from. */
	return error == -EINTR ? -ERESTART : error;
}
