// SPDX-License-Identifier: GPL-2.0-only
#include "apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "judge.h"
#include "nft_explain.h"
#include "rollback.h"
#include "sources.h"
#include "targets.h"
#include "tc_rollback.h"
#include "tc_try.h"
#include "tc_wish.h"
#include "verify.h"

/* One apply, over all its attempts. */
struct application {
	struct session *session;
	struct definition *definition;
	const struct apply_options *options;
	struct apply_result *result;
	/* The devices that mirrors sent to before, and that no wish names any more. */
	struct installed_mirror former;
	bool sent;		/* the rules have changed */
	struct rollback rollback;
	struct tc_rollback tc_rollback;
	unsigned int mismatches;	/* what was read back was not what was sent */
	struct verify verify;
	/* Targets with the tunnels that stood behind them before. */
	struct target *replaced;
	size_t replaced_count;
};

/* The mirrors that run beside those of the definition. */
static const struct installed *others(const struct application *application)
{
	static const struct installed none;

	return application->options->only ? &none : &application->session->installed;
}

/* Every mirror's sources and targets against what is there. */
static int devices_check(const struct application *application, struct error_list *errors)
{
	struct definition *definition = application->definition;
	struct session *session = application->session;
	size_t i;
	int error = 0;

	for (i = 0; i < definition->count; i++) {
		struct mirror *mirror = &definition->mirrors[i];
		int wrong;

		wrong = sources_resolve(mirror, &session->links, definition->mirrors,
					definition->count, others(application));
		if (wrong)
			return wrong;
		if (application->options->tolerant)
			sources_drop_missing(mirror, &session->links);
		else
			error = sources_check(mirror, &session->links, errors) ?: error;
		error = targets_check(session, mirror, errors) ?: error;
	}
	return error ? error : judge_session(session, others(application),
					     definition->mirrors, definition->count,
					     errors, NULL);
}

/* Remember a target that was made, once. */
static int made_note(struct apply_result *result, const struct target *target)
{
	struct target *made;
	size_t i;

	for (i = 0; i < result->made_count; i++)
		if (!strcmp(result->made[i].device, target->device))
			return 0;
	made = reallocarray(result->made, result->made_count + 1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	result->made = made;
	made[result->made_count++] = *target;
	return 0;
}

/* Put other tunnels in the place of those behind pairs of ours. What stood there
 * before is noted, to be put back if the rules are refused. */
static int tunnels_replace(struct application *application, const struct mirror *mirror,
			   struct error_list *errors)
{
	struct session *session = application->session;
	size_t replaced, i;

	for (i = 0; i < mirror->target_count; i++) {
		struct target *replacements, *former;
		const struct link *pair, *tunnel;

		if (device_fit(&session->links, &mirror->targets[i]) != DEVICE_OTHER_TUNNEL)
			continue;
		replacements = reallocarray(application->replaced,
					    application->replaced_count + 1,
					    sizeof(*replacements));
		if (!replacements)
			return -ENOMEM;
		application->replaced = replacements;
		former = &replacements[application->replaced_count++];
		*former = mirror->targets[i];
		pair = link_find(&session->links, former->device);
		tunnel = pair ? device_tunnel_of(&session->links, pair) : NULL;
		if (tunnel)
			former->tunnel = tunnel->tunnel.tunnel;
		else
			application->replaced_count--;	/* nothing to put back */
	}
	return targets_replace(session, mirror, &replaced, errors);
}

static int targets_ready(struct application *application, const struct mirror *mirror,
			 struct error_list *errors)
{
	struct session *session = application->session;
	const struct target **missing;
	size_t count, i;
	int error;

	error = targets_missing(session, mirror, &missing, &count);
	if (error)
		return error;
	for (i = 0; i < count && !error; i++)
		error = made_note(application->result, missing[i]);
	if (error)
		goto out_free;
	if (application->options->mode == APPLY_CHECK) {
		error = targets_plan(session, missing, count);
	} else {
		error = targets_make(session, mirror, missing, count, errors);
		if (!error)
			error = tunnels_replace(application, mirror, errors);
	}
out_free:
	free(missing);
	return error;
}

static bool is_wished(const struct application *application,
		      const struct installed_target *target)
{
	const struct definition *definition = application->definition;
	const struct link *link = link_find(&application->session->links, target->device);
	size_t i, j;

	/* It may be called otherwise by now, and what has its name is another one. */
	if (target->index && (!link || link->index != target->index))
		return false;
	for (i = 0; i < definition->count; i++)
		for (j = 0; j < definition->mirrors[i].target_count; j++)
			if (!strcmp(definition->mirrors[i].targets[j].device, target->device))
				return true;
	return false;
}

static int former_add(struct application *application, const struct installed_mirror *have)
{
	struct installed_mirror *former = &application->former;
	struct installed_target *targets;
	size_t i;

	targets = reallocarray(former->targets, former->target_count + have->target_count + 1,
			       sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	former->targets = targets;
	for (i = 0; i < have->target_count; i++)
		if (!is_wished(application, &have->targets[i]))
			targets[former->target_count++] = have->targets[i];
	return 0;
}

/* Keep the targets of the mirrors that are about to change or go: reading the
 * session again forgets them. */
static int former_keep(struct application *application, const bool *going)
{
	const struct installed *installed = &application->session->installed;
	size_t i, j;
	int error = 0;

	/* Another attempt, after nothing was changed. */
	if (!application->sent)
		application->former.target_count = 0;
	for (i = 0; i < installed->count && !error; i++) {
		const struct installed_mirror *have = &installed->mirrors[i];
		bool asked = going && going[i];

		for (j = 0; j < application->definition->count && !asked; j++)
			asked = !strcmp(application->definition->mirrors[j].name, have->name);
		if (asked)
			error = former_add(application, have);
	}
	return error;
}

/* With options->only: a flag for each installed mirror, or NULL. */
static int going_find(const struct application *application, bool **going)
{
	const struct installed *installed = &application->session->installed;
	const struct definition *definition = application->definition;
	struct apply_result *result = application->result;
	char (*gone)[IFNAMSIZ];
	size_t i, j;

	*going = NULL;
	if (!application->options->only)
		return 0;
	*going = calloc(installed->count + 1, sizeof(**going));
	/* Another attempt, after something was changed, goes on with the list. */
	if (!application->sent)
		result->gone_count = 0;
	gone = reallocarray(result->gone, result->gone_count + installed->count + 1,
			    sizeof(*gone));
	if (gone)
		result->gone = gone;
	if (!*going || !gone)
		return -ENOMEM;
	for (i = 0; i < installed->count; i++) {
		for (j = 0; j < definition->count &&
			    strcmp(definition->mirrors[j].name, installed->mirrors[i].name); j++)
			;
		(*going)[i] = j == definition->count;
		if ((*going)[i])
			memcpy(result->gone[result->gone_count++],
			       installed->mirrors[i].name, IFNAMSIZ);
	}
	return 0;
}

/* What was done first counts: a second attempt finds much of it done. */
static void outcome_note(struct application *application, const struct mirror *mirror,
			 enum wish_outcome outcome)
{
	enum wish_outcome *noted = &application->result->outcomes[mirror -
				   application->definition->mirrors];

	if (!application->sent || *noted == WISH_UNCHANGED)
		*noted = outcome;
}

static void outcomes_note(struct application *application, const struct wish *wish,
			  const struct tc_wish *tc)
{
	size_t i;

	for (i = 0; i < wish->count; i++)
		if (wish->entries[i].is_asked)
			outcome_note(application, wish->entries[i].mirror,
				     wish->entries[i].outcome);
	for (i = 0; i < tc->count; i++)
		if (tc->entries[i].is_asked)
			outcome_note(application, tc->entries[i].mirror,
				     tc->entries[i].outcome);
}

/* Note down the way back, before the first change. Where the rules do not tell it, that
 * is bad only for those who count on it. */
static int rollback_prepare(struct application *application, const struct wish *wish,
			    const struct wish_request *request, struct error_list *errors)
{
	const struct apply_options *options = application->options;
	struct error_list complaints = { 0 };
	int error;

	if (options->mode == APPLY_CHECK || application->sent ||
	    application->session->monitor)
		return 0;
	error = tc_rollback_note(&application->tc_rollback, application->session);
	if (error)
		return error;
	error = rollback_note(&application->rollback, wish, request, &complaints);
	if (error == -EINVAL && !options->verify)
		error = 0;
	if (error)
		error_move(errors, &complaints);
	error_clear(&complaints);
	return error;
}

static int rules_send(struct application *application, const struct wish *wish,
		      const struct wish_request *request, struct error_list *errors)
{
	struct nl_refusal refusal = { 0 };
	bool sent = false;
	int error;

	error = wish_send(wish, request, application->options->mode == APPLY_CHECK, &sent,
			  &refusal);
	application->sent |= sent && !error;
	if (refusal.error && refusal.error != -ERESTART)
		return nft_explain_refusal(&refusal, errors);
	return error;
}

/* One by one: the kernel validates nothing of tc without doing it. */
static int filters_send(struct application *application, const struct tc_wish *tc,
			struct error_list *errors)
{
	bool sent;
	int error;

	if (application->options->mode == APPLY_CHECK)
		return tc_try(tc, errors);
	error = tc_change_send(application->session, &tc->wanted, &sent,
			       &application->result->warnings, errors);
	application->sent |= sent && !error;
	return error;
}

static int rules_change(struct application *application, const bool *going,
			struct wish *wish, struct error_list *errors)
{
	const struct wish_request request = {
		.mirrors = application->definition->mirrors,
		.count = application->definition->count,
		.going = going,
	};
	struct tc_wish tc = { 0 };
	int error;

	error = wish_plan(wish, application->session, &request, errors);
	if (!error)
		error = tc_wish_plan(&tc, wish, &request, errors);
	if (!error)
		error = rollback_prepare(application, wish, &request, errors);
	/* Filters first: what they change can be undone to the last of them. */
	if (!error) {
		outcomes_note(application, wish, &tc);
		error = filters_send(application, &tc, errors);
	}
	if (!error)
		error = rules_send(application, wish, &request, errors);
	tc_wish_free(&tc);
	return error;
}

/* Do the devices that the rules now send to still exist? Somebody may have
 * taken one away between our look and our change. */
static int targets_verify(const struct application *application)
{
	const struct definition *definition = application->definition;
	const struct session *session = application->session;
	size_t i, j;
	int error = 0;

	for (i = 0; i < definition->count && !error; i++)
		for (j = 0; j < definition->mirrors[i].target_count && !error; j++) {
			const char *device = definition->mirrors[i].targets[j].device;
			const struct link *was = link_find(&session->links, device);
			struct link now;

			error = link_read(&now, device, session->route);
			if (error == -ENODEV || (!error && (!was || was->index != now.index)))
				error = -ERESTART;
		}
	return error;
}

/* Is what was sent to tc there? */
static int filters_verify(const struct application *application, const struct wish *wish,
			  bool *is_there, struct error_list *errors)
{
	const struct wish_request request = {
		.mirrors = application->definition->mirrors,
		.count = application->definition->count,
	};
	struct tc_wish tc = { 0 };
	int error;

	error = tc_wish_plan(&tc, wish, &request, errors);
	*is_there = !error && tc_change_is_done(&application->session->tc, &tc.wanted);
	tc_wish_free(&tc);
	return error;
}

/* Filters are known by the mirrors that were read with them. */
static bool has_filters(const struct application *application)
{
	const struct definition *definition = application->definition;
	size_t i;

	for (i = 0; i < definition->count; i++)
		if (definition->mirrors[i].path == MIRROR_PATH_TC)
			return true;
	return application->session->tc.filter_count;
}

static bool is_gone(const struct application *application, const char *name)
{
	const struct session *session = application->session;
	const struct change_unit nothing = { .name = name };

	return change_body_is_done(&nothing, &session->state, &session->links) > 0 &&
	       !(has_filters(application) && installed_find(&session->installed, name));
}

/* Is all that was sent there, and nothing that was to go? */
static int wish_verify(const struct application *application, struct wish *wish,
		       bool *is_there, struct error_list *errors)
{
	const struct apply_result *result = application->result;
	bool is_done = false;
	size_t i;
	int error;

	error = filters_verify(application, wish, is_there, errors);
	if (!error)
		error = wish_is_done(wish, &is_done);
	*is_there &= is_done;
	for (i = 0; i < result->gone_count; i++)
		*is_there &= is_gone(application, result->gone[i]);
	return error;
}

/* What others change while it is looked at is looked at again. */
#define LOOKS_MOST 20

static int change_read(struct application *application, const struct wish *wish,
		       struct error_list *errors)
{
	struct session *session = application->session;
	int done;

	if (has_filters(application))
		return session_read(session, errors);
	/* Of those that are gone the wish knows nothing. */
	done = application->result->gone_count ? 0 : wish_renew(wish, &session->state);
	if (done < 0)
		return error_system(errors, done, "cannot read the rules: %s", strerror(-done));
	return done ? 0 : session_look_again(session, errors);
}

static int change_look(struct application *application, struct wish *wish, bool *is_there,
		       struct error_list *errors)
{
	struct session *session = application->session;
	unsigned int looks = 0;
	int error;

	do {
		error = change_read(application, wish, errors);
		if (!error)
			error = wish_verify(application, wish, is_there, errors);
	} while (!error && !*is_there && nft_state_check(&session->state) == -EINTR &&
		 ++looks < LOOKS_MOST);
	return error;
}

/* How often what is read back may differ: somebody else may change it at once. */
#define MISMATCHES_MOST 3

/* Does the kernel hold what was sent? Who goes on listening hears of it anyway. */
static int applied_verify(struct application *application, struct wish *wish,
			  struct error_list *errors)
{
	bool is_there;
	int error;

	if (application->session->monitor)
		return 0;
	error = change_look(application, wish, &is_there, errors);
	if (error || is_there)
		return error;
	if (++application->mismatches < MISMATCHES_MOST)
		return -ERESTART;
	return error_system(errors, -EIO, "the rules that the kernel holds are not those that it was given, %u times in a row: something else changes them, or this kernel does not understand them as we do",
			    MISMATCHES_MOST);
}

/* One attempt with the session as it was read: devices first, then rules. */
static int attempt(struct application *application, struct error_list *errors)
{
	const struct definition *definition = application->definition;
	struct wish wish = { 0 };
	bool *going = NULL;
	size_t i;
	int error;

	error = devices_check(application, errors);
	if (!error && application->options->verify && !application->verify.seconds)
		error = verify_begin(&application->verify, application->session, definition,
				     application->options->verify, errors);
	for (i = 0; i < definition->count && !error; i++)
		error = targets_ready(application, &definition->mirrors[i], errors);
	if (!error)
		error = going_find(application, &going);
	if (!error)
		error = former_keep(application, going);
	if (!error)
		error = rules_change(application, going, &wish, errors);
	if (!error && application->options->mode == APPLY_CHANGE && application->sent)
		error = targets_verify(application) ?:
			applied_verify(application, &wish, errors);
	wish_free(&wish);
	free(going);
	return error;
}

/* A kernel that does not have something says -ENOENT as well, and so often that is
 * no race. */
#define GONE_TRIES 5

/* Refusals that only say that somebody else was faster: a ruleset that changed,
 * a device that came or went. Before 6.16 a chain goes with its device, and there is
 * none for a device that does not exist. */
static bool is_race(const struct application *application, int error, unsigned int tries)
{
	if (error == -ENOENT && application->options->tolerant)
		return tries < GONE_TRIES;
	return error == -ERESTART || error == -EEXIST || error == -ENODEV ||
	       error == -EINTR;
}

static int attempts(struct application *application, struct error_list *errors)
{
	unsigned int tries = 0;
	int error;

	for (;;) {
		struct error_list complaints = { 0 };

		error = attempt(application, &complaints);
		if (!is_race(application, error, tries) || tries == SESSION_TRIES) {
			error_move(errors, &complaints);
			break;
		}
		error_clear(&complaints);
		error = session_retry(application->session, tries++, errors);
		if (error)
			return error;
	}
	if (error == -ERESTART)
		nft_explain_refusal(&(struct nl_refusal){ .error = error }, errors);
	return error;
}

static void made_undo(struct application *application, struct error_list *errors)
{
	struct apply_result *result = application->result;
	const struct target **made = calloc(result->made_count + 1, sizeof(*made));
	size_t i;

	for (i = 0; made && i < result->made_count; i++)
		made[i] = &result->made[i];
	if (made)
		targets_unmake(application->session, made, result->made_count, errors);
	free(made);
	for (i = 0; i < application->replaced_count; i++)
		if (!session_read(application->session, errors))
			device_replace_tunnel(application->session->route,
					      &application->session->links,
					      &application->replaced[i], errors);
}

/* Back to what was there, and say in the one record what came of it. */
static int change_undo(struct application *application, int error,
		       struct error_list *complaints, struct error_list *errors)
{
	struct error_list more = { 0 };
	const char *why;

	if (application->sent && !application->session->monitor) {
		why = error_text(complaints, 0);
		if (rollback_do(&application->rollback, application->session, &more) ||
		    tc_rollback_do(&application->tc_rollback, application->session, &more))
			error_system(errors, error, "%s; and what was there before could not be put back: %s",
				     why ? why : strerror(-error), error_text(&more, 0) ?: "?");
		else
			error_system(errors, error, "%s; all is as it was before",
				     why ? why : strerror(-error));
		error_clear(complaints);
		error_clear(&more);
	}
	error_move(errors, complaints);
	made_undo(application, errors);
	return error;
}

/* Change it, and see what the traffic says. */
static int change_watched(struct application *application, struct error_list *errors)
{
	int error;

	error = attempts(application, errors);
	if (!error && application->options->verify && application->sent)
		error = verify_watch(&application->verify, application->session,
				     application->definition,
				     &application->result->warnings, errors);
	return error;
}

int apply_definition(struct session *session, struct definition *definition,
		     const struct apply_options *options, struct apply_result *result,
		     struct error_list *errors)
{
	struct application application = {
		.session = session, .definition = definition,
		.options = options, .result = result,
	};
	struct error_list complaints = { 0 };
	int error;

	memset(result, 0, sizeof(*result));
	result->outcomes = calloc(definition->count + 1, sizeof(*result->outcomes));
	if (!result->outcomes)
		return -ENOMEM;
	error = change_watched(&application, &complaints);
	if (!error && !options->quiet)
		error = judge_session(session, others(&application), definition->mirrors,
				      definition->count, NULL,
				      &result->warnings);
	if (error && options->mode == APPLY_CHANGE)
		error = change_undo(&application, error, &complaints, errors);
	else if (options->mode == APPLY_CHANGE && application.sent &&
		 application.former.target_count)
		error = targets_drop(session, &application.former, errors);
	error_move(errors, &complaints);
	result->changed = options->mode == APPLY_CHANGE &&
			  (application.sent || application.replaced_count);
	rollback_free(&application.rollback);
	tc_rollback_free(&application.tc_rollback);
	verify_free(&application.verify);
	free(application.former.targets);
	free(application.replaced);
	return error;
}

void apply_result_free(struct apply_result *result)
{
	free(result->outcomes);
	free(result->made);
	free(result->gone);
	error_clear(&result->warnings);
	memset(result, 0, sizeof(*result));
}

int apply_alone(struct mirror *mirror, enum wish_outcome *outcome,
		struct error_list *errors)
{
	const struct apply_options options = { .mode = APPLY_CHANGE };
	struct definition definition = { .mirrors = mirror, .count = 1 };
	struct apply_result result = { 0 };
	struct session session;
	int error;

	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		error = apply_definition(&session, &definition, &options, &result, errors);
	if (outcome)
		*outcome = error ? WISH_UNCHANGED : result.outcomes[0];
	apply_result_free(&result);
	session_close(&session);
	return error;
}
