// SPDX-License-Identifier: GPL-2.0-only
#include "removal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nft_explain.h"
#include "targets.h"
#include "tc_wish.h"
#include "wish.h"

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

static int removal_send(const struct session *session, const bool *going,
			struct error_list *warnings, struct error_list *errors)
{
	const struct wish_request request = { .going = going };
	struct nl_refusal refusal = { 0 };
	struct tc_wish tc = { 0 };
	struct wish wish;
	bool sent;
	int error;

	error = wish_plan(&wish, session, &request, errors);
	if (!error)
		error = tc_wish_plan(&tc, &wish, &request, errors);
	if (!error)
		error = wish_send(&wish, &request, false, NULL, &refusal);
	if (refusal.error && refusal.error != -ERESTART)
		nft_explain_refusal(&refusal, errors);
	if (!error)
		error = tc_change_send(session, &tc.wanted, &sent, warnings, errors);
	tc_wish_free(&tc);
	wish_free(&wish);
	return error;
}

int removal_apply(struct session *session, char *const *names, size_t count,
		  struct error_list *warnings, struct error_list *errors)
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
			error = removal_send(session, going, warnings, errors);
		if (error != -ERESTART && error != -EINTR)
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
	for (i = 0; i < gone.count && count && !error; i++)
		if (going[i])
			error = targets_drop(session, &gone.mirrors[i], errors);
	if (!count && !error)
		error = targets_drop(session, NULL, errors);
	installed_free(&gone);
out_free:
	free(going);
	return error;
}
