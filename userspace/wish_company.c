// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which mirrors that run and stay have to be planned with what is asked for. A table
 * may hold a thousand, and most have nothing to do with it.
 */
#include "wish_company.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sources.h"

/* What is looked at together: what is asked for, and outlines of those that run. */
struct company {
	const struct wish *wish;
	const struct wish_request *request;
	const struct mirror **mirrors;
	size_t count;
	bool *reached;			/* one for each of them */
	bool *stays;			/* one for each of the installed */
	struct mirror *models;		/* of those that run */
	size_t *numbers;		/* which one of the installed each model is */
	size_t model_count;
};

static bool share_target(const struct installed_mirror *a, const struct installed_mirror *b)
{
	size_t i;

	for (i = 0; i < a->target_count; i++)
		if (installed_has_target(b, a->targets[i].device))
			return true;
	return false;
}

static bool is_nft(enum mirror_path path)
{
	return path == MIRROR_PATH_NFT;
}

/* Does it send to the target of one that is asked for, or of one that goes or will be
 * another one? */
static bool has_common_target(const struct company *company, size_t number)
{
	const struct installed *installed = &company->wish->session->installed;
	const struct wish_request *request = company->request;
	const struct installed_mirror *mirror = &installed->mirrors[number];
	size_t i, j;

	for (i = 0; i < request->count; i++)
		for (j = 0; is_nft(request->mirrors[i].path) &&
			    j < request->mirrors[i].target_count; j++)
			if (installed_has_target(mirror, request->mirrors[i].targets[j].device))
				return true;
	for (i = 0; i < installed->count; i++)
		if (i != number && !company->stays[i] &&
		    share_target(mirror, &installed->mirrors[i]))
			return true;
	return false;
}

/* Is anybody there but those that are asked for or go? Most often, nobody is. */
static int stays_find(struct company *company, bool *has_others)
{
	const struct installed *installed = &company->wish->session->installed;
	size_t i;

	*has_others = false;
	company->stays = calloc(installed->count + 1, sizeof(*company->stays));
	if (!company->stays)
		return -ENOMEM;
	for (i = 0; i < installed->count; i++)
		company->stays[i] = wish_stays(company->wish->session, company->request, i);
	for (i = 0; i < installed->count && !*has_others; i++)
		*has_others = company->stays[i] && is_nft(installed->mirrors[i].path) &&
			      has_common_target(company, i);
	return 0;
}

static int company_add(struct company *company, size_t number, bool reached)
{
	const struct session *session = company->wish->session;
	struct mirror *model = &company->models[company->model_count];
	struct error_list errors = { 0 };
	int error;

	error = installed_outline(model, &session->installed.mirrors[number], &errors);
	error_clear(&errors);
	if (error)
		return error;
	company->numbers[company->model_count++] = number;
	company->reached[company->count] = reached;
	company->mirrors[company->count++] = model;
	error = sources_resolve(model, &session->links, company->request->mirrors,
				company->request->count, &session->installed);
	if (!error)
		sources_drop_missing(model, &session->links);
	return error;
}

static int company_find(struct company *company)
{
	const struct wish *wish = company->wish;
	const struct installed *installed = &wish->session->installed;
	size_t room = company->request->count + installed->count + 1, i;
	int error = 0;

	company->mirrors = calloc(room, sizeof(*company->mirrors));
	company->reached = calloc(room, sizeof(*company->reached));
	company->models = calloc(installed->count + 1, sizeof(*company->models));
	company->numbers = calloc(installed->count + 1, sizeof(*company->numbers));
	if (!company->mirrors || !company->reached || !company->models || !company->numbers)
		return -ENOMEM;
	for (i = 0; i < company->request->count; i++) {
		if (!is_nft(company->request->mirrors[i].path))
			continue;
		company->reached[company->count] = true;
		company->mirrors[company->count++] = &company->request->mirrors[i];
	}
	for (i = 0; i < installed->count && !error; i++) {
		const struct installed_mirror *mirror = &installed->mirrors[i];
		bool stays = company->stays[i];

		/* Where a target is another device by now, its mirrors' rules begin anew. */
		if (is_nft(mirror->path) && (!stays || has_common_target(company, i)))
			error = company_add(company, i, !stays ||
					    !wish_targets_stand(wish, mirror));
	}
	return error;
}

static void company_free(struct company *company)
{
	size_t i;

	for (i = 0; i < company->model_count; i++)
		mirror_free(&company->models[i]);
	free(company->models);
	free(company->numbers);
	free(company->reached);
	free(company->stays);
	free(company->mirrors);
}

/* Behind what is asked for the models follow, in their order. */
static void concerned_mark(bool *concerned, const struct company *company)
{
	const bool *reached = company->reached + company->count - company->model_count;
	size_t i;

	for (i = 0; i < company->model_count; i++)
		concerned[company->numbers[i]] = reached[i] &&
						 company->stays[company->numbers[i]];
}

int wish_concerned(bool *concerned, const struct wish *wish,
		   const struct wish_request *request)
{
	const struct installed *installed = &wish->session->installed;
	struct company company = { .wish = wish, .request = request };
	struct overlap_map map = { 0 };
	bool has_others;
	size_t i;
	int error;

	if (wish->tunnels_change) {	/* all guard against all */
		for (i = 0; i < installed->count; i++)
			concerned[i] = is_nft(installed->mirrors[i].path) &&
				       wish_stays(wish->session, request, i);
		return 0;
	}
	error = stays_find(&company, &has_others);
	if (error || !has_others)
		goto out_free;
	error = company_find(&company);
	if (!error)
		error = overlap_map_make(&map, company.mirrors, company.count,
					 &wish->session->links);
	if (!error)
		error = overlap_reach(&map, company.reached);
	if (!error)
		concerned_mark(concerned, &company);
	overlap_map_free(&map);
out_free:
	company_free(&company);
	return error;
}
