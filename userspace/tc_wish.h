/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filters of tc as they are to be: those of the mirrors on the tc path that somebody
 * asks for now, and of those that run and stay.
 */
#ifndef TC_WISH_H
#define TC_WISH_H

#include "session.h"
#include "tc_change.h"
#include "tc_plan.h"
#include "wish.h"

struct tc_wish_entry {
	const struct mirror *mirror;	/* the caller's, or the model below */
	struct mirror model;
	bool is_asked;
	struct tc_plan plan;
	enum wish_outcome outcome;
};

struct tc_wish {
	const struct session *session;
	const struct wish_request *request;
	struct tc_wish_entry *entries;
	size_t count;
	struct tc_plan taps;
	bool is_alone;			/* no target has counted anything */
	struct tc_wanted wanted;	/* all that is to be ours */
};

/* Plan it, with @tc zeroed, against the session of @wish, which is the same request's, for
 * what mirrors of both paths have to know of each other. Free it even after an error. Returns 0 or a negative errno,
 * with a record where somebody can help it: where tc cannot do it, and the nft path
 * can, that says so. */
int tc_wish_plan(struct tc_wish *tc, const struct wish *wish,
		 const struct wish_request *request, struct error_list *errors);
void tc_wish_free(struct tc_wish *tc);

/* The same for a definition that nobody else is beside, all of it on the tc path: in the
 * order of the mirrors, and the taps behind. Resolves the sources in @definition. */
int tc_wish_plan_alone(struct tc_plan *plan, struct definition *definition,
		       struct error_list *errors);

#endif
