// SPDX-License-Identifier: GPL-2.0-only
#include "removal.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "nft_explain.h"
#include "targets.h"

bool removal_chain_is_of(const struct nft_chain_state *chain, const char *mirror)
{
	char name[IFNAMSIZ];

	return plan_chain_role(chain->name, name) != CHAIN_FOREIGN &&
	       !strcmp(name, mirror);
}

bool removal_set_is_of(const struct nft_set *set, const char *mirror)
{
	char name[IFNAMSIZ];

	return plan_chain_role(set->name, name) != CHAIN_FOREIGN && !strcmp(name, mirror);
}

/* Rules first, so that no chain or set is in use; hooks go before what they lead to. */
int removal_build(struct nl_buffer *buffer, const struct nft_state *state,
		  const char *mirror)
{
	const unsigned int family = NFPROTO_NETDEV;
	int error = 0, bases;
	size_t i;

	for (i = 0; i < state->chain_count && !error; i++)
		if (removal_chain_is_of(&state->chains[i], mirror))
			error = nft_batch_flush_chain(buffer, family, PLAN_TABLE,
						      state->chains[i].name);
	for (bases = 1; bases >= 0; bases--)
		for (i = 0; i < state->chain_count && !error; i++)
			if (removal_chain_is_of(&state->chains[i], mirror) &&
			    !!nft_chain_device(&state->chains[i]) == bases)
				error = nft_batch_delete_chain(buffer, family, PLAN_TABLE,
							       state->chains[i].name);
	for (i = 0; i < state->set_count && !error; i++)
		if (removal_set_is_of(&state->sets[i], mirror))
			error = nft_batch_delete_set(buffer, family, PLAN_TABLE,
						     state->sets[i].name);
	return error;
}


/* Which of the installed mirrors go: @going has a flag for each. */
static int mirrors_select(const struct session *session, char *const *names,
			  size_t count, bool *going, struct error_list *errors)
{
	const struct installed *installed = &session->installed;
	size_t before = errors->count;
	char known[256] = "none runs";
	size_t used = 0;
	size_t i;

	for (i = 0; i < installed->count && used < sizeof(known) - 2 * IFNAMSIZ; i++)
		used += snprintf(known + used, sizeof(known) - used, "%s%s",
				 i ? ", " : "there is ", installed->mirrors[i].name);
	for (i = 0; i < installed->count; i++)
		going[i] = !count;
	for (i = 0; i < count; i++) {
		const struct installed_mirror *mirror;

		mirror = installed_find(installed, names[i]);
		if (mirror)
			going[mirror - installed->mirrors] = true;
		else
			error_definition(errors, NULL, "no mirror '%.64s', %s",
					 names[i], known);
	}
	return errors->count > before ? -EINVAL : 0;
}

/* Nothing is left in the table once the mirrors in @going are gone. */
static bool table_empties(const struct session *session, const bool *going)
{
	char name[IFNAMSIZ];
	size_t i;

	for (i = 0; i < session->installed.count; i++)
		if (!going[i])
			return false;
	for (i = 0; i < session->state.chain_count; i++)
		if (plan_chain_role(session->state.chains[i].name, name) == CHAIN_FOREIGN)
			return false;
	return session->state.table_present;
}

static int removal_send(struct session *session, const bool *going,
			struct error_list *errors)
{
	struct nl_refusal refusal = { 0 };
	struct nl_buffer buffer = { 0 };
	size_t i;
	int error;

	error = nft_batch_begin(&buffer, session->state.generation);
	if (!error && table_empties(session, going))
		error = nft_batch_delete_table(&buffer, NFPROTO_NETDEV, PLAN_TABLE);
	else
		for (i = 0; i < session->installed.count && !error; i++)
			if (going[i])
				error = removal_build(&buffer, &session->state,
						      session->installed.mirrors[i].name);
	if (!error)
		error = nft_batch_end(&buffer);
	if (!error && buffer.count > 2)
		error = nl_transact(session->netfilter, &buffer, &refusal);
	nl_buffer_free(&buffer);
	if (refusal.error && refusal.error != -ERESTART)
		return nft_explain_refusal(&refusal, errors);
	return error;
}

int removal_apply(struct session *session, char *const *names, size_t count,
		  struct error_list *errors)
{
	struct nl_refusal restart = { .error = -ERESTART };
	unsigned int tries = 0;
	struct installed gone;
	bool *going;
	size_t i;
	int error;

	do {
		going = calloc(session->installed.count + 1, sizeof(*going));
		if (!going)
			return -ENOMEM;
		error = mirrors_select(session, names, count, going, errors);
		if (!error)
			error = removal_send(session, going, errors);
		if (error != -ERESTART)
			break;
		free(going);
		going = NULL;
		error = session_retry(session, tries, errors);
		if (error)
			return error;
		error = -ERESTART;
	} while (tries++ < SESSION_TRIES);
	if (error == -ERESTART)
		return nft_explain_refusal(&restart, errors);
	if (error)
		goto out_free;
	/* Reading again forgets the mirrors that are gone: keep them here. */
	gone = session->installed;
	memset(&session->installed, 0, sizeof(session->installed));
	for (i = 0; i < gone.count && !error; i++)
		if (going[i])
			error = targets_drop(session, count ? &gone.mirrors[i] : NULL,
					     errors);
	if (!count && !error)
		error = targets_drop(session, NULL, errors);
	installed_free(&gone);
out_free:
	free(going);
	return error;
}
