// SPDX-License-Identifier: GPL-2.0-only
#include "rollback.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nft_explain.h"
#include "sources.h"

static int model_take(struct rollback *rollback, const struct session *session,
		      const struct installed_mirror *installed, struct error_list *errors)
{
	int error;

	error = installed_model(&rollback->models[rollback->count], installed,
				&session->state, errors);
	if (!error)
		rollback->count++;
	return error;
}

static int mirror_note(struct rollback *rollback, const struct session *session,
		       const struct mirror *mirror, struct error_list *errors)
{
	const struct installed_mirror *installed;

	installed = installed_find(&session->installed, mirror->name);
	if (installed)
		return model_take(rollback, session, installed, errors);
	memcpy(rollback->created[rollback->created_count++], mirror->name, IFNAMSIZ);
	return 0;
}

/* Those of the tc path are put back otherwise, see tc_rollback.h, but the guards of all
 * others follow from their tunnels. */
static int tc_note(struct rollback *rollback, const struct wish *wish,
		   const struct wish_request *request, struct error_list *errors)
{
	size_t i;
	int error = 0;

	for (i = 0; i < request->count && wish->tunnels_change && !error; i++)
		if (request->mirrors[i].path == MIRROR_PATH_TC)
			error = mirror_note(rollback, wish->session, &request->mirrors[i],
					    errors);
	return error;
}

int rollback_note(struct rollback *rollback, const struct wish *wish,
		  const struct wish_request *request, struct error_list *errors)
{
	const struct installed *installed = &wish->session->installed;
	size_t i;
	int error = 0;

	rollback_free(rollback);
	rollback->models = calloc(installed->count + 1, sizeof(*rollback->models));
	rollback->created = calloc(wish->count + request->count + 1,
				   sizeof(*rollback->created));
	if (!rollback->models || !rollback->created)
		error = -ENOMEM;
	for (i = 0; i < wish->count && !error; i++)
		if (wish->entries[i].is_asked && wish->entries[i].outcome != WISH_UNCHANGED)
			error = mirror_note(rollback, wish->session, wish->entries[i].mirror,
					    errors);
	if (!error)
		error = tc_note(rollback, wish, request, errors);
	for (i = 0; request->going && i < installed->count && !error; i++)
		if (request->going[i] && (installed->mirrors[i].path == MIRROR_PATH_NFT ||
					  wish->tunnels_change))
			error = model_take(rollback, wish->session, &installed->mirrors[i],
					   errors);
	if (error)
		rollback_free(rollback);
	return error;
}

/* Which of those that run now go. */
static bool *going_make(const struct rollback *rollback, const struct installed *installed)
{
	bool *going = calloc(installed->count + 1, sizeof(*going));
	size_t i, j;

	for (i = 0; going && i < installed->count; i++)
		for (j = 0; j < rollback->created_count; j++)
			going[i] |= !strcmp(installed->mirrors[i].name, rollback->created[j]);
	return going;
}

static int attempt(const struct rollback *rollback, struct session *session,
		   struct nl_refusal *refusal, struct error_list *errors)
{
	struct wish_request request = { .mirrors = rollback->models,
					.count = rollback->count };
	struct wish wish = { 0 };
	bool *going;
	size_t i;
	int error;

	error = session_read(session, errors);
	if (error)
		return error;
	/* What has gone meanwhile cannot be mirrored again. */
	for (i = 0; i < rollback->count && !error; i++) {
		error = sources_resolve(&rollback->models[i], &session->links,
					rollback->models, rollback->count,
					&session->installed);
		if (!error)
			sources_drop_missing(&rollback->models[i], &session->links);
	}
	going = going_make(rollback, &session->installed);
	request.going = going;
	if (!going)
		error = -ENOMEM;
	if (!error)
		error = wish_plan(&wish, session, &request, errors);
	if (!error)
		error = wish_send(&wish, &request, false, NULL, refusal);
	wish_free(&wish);
	free(going);
	return error;
}

int rollback_do(const struct rollback *rollback, struct session *session,
		struct error_list *errors)
{
	struct nl_refusal refusal = { 0 };
	unsigned int tries = 0;
	int error;

	if (!rollback->models)
		return error_system(errors, -ENODATA, "its rules did not tell what it was");
	if (!rollback->count && !rollback->created_count)
		return 0;
	do {
		memset(&refusal, 0, sizeof(refusal));
		error = attempt(rollback, session, &refusal, errors);
	} while ((error == -ERESTART || error == -EINTR) && tries++ < SESSION_TRIES);
	return refusal.error ? nft_explain_refusal(&refusal, errors) : error;
}

void rollback_free(struct rollback *rollback)
{
	while (rollback->count)
		mirror_free(&rollback->models[--rollback->count]);
	free(rollback->models);
	free(rollback->created);
	memset(rollback, 0, sizeof(*rollback));
}
