/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table as it is to be: the mirrors of the nft path that somebody asks for now, and
 * those that run and stay, with what each needs to know of the others. Those of the tc
 * path, see tc_wish.h, only have tunnels here, since all guard against all.
 */
#ifndef WISH_H
#define WISH_H

#include "change.h"
#include "mirror.h"
#include "overlap.h"
#include "plan_mirror.h"
#include "session.h"

enum wish_outcome {
	WISH_UNCHANGED,		/* the kernel holds it already */
	WISH_CREATED,
	WISH_REPLACED,
};

struct wish_entry {
	const struct mirror *mirror;	/* the caller's, or the model below */
	struct mirror model;		/* of one that runs and is not asked for now */
	bool is_asked;
	struct overlap overlap;
	struct plan body, hooks;
	struct change_unit unit;
	enum wish_outcome outcome;
};

/* A target with a tunnel, which has a chain of its own. */
struct wish_tap {
	char device[IFNAMSIZ];
	struct tunnel tunnel;
	struct plan plan;
	struct change_unit unit;
	bool is_done;
};

struct wish {
	const struct session *session;
	struct wish_entry *entries;	/* of those that may have to change */
	size_t count;
	struct tunnel *tunnels;		/* of all mirrors, each once */
	size_t tunnel_count;
	struct wish_tap *taps;
	size_t tap_count;
	bool leaves_nothing;		/* no mirror is left in the table */
	bool tunnels_change;		/* others are guarded now than will be */
};

/* Which of the running mirrors go: those with a true in @going, one for each of
 * session->installed. NULL for none. */
struct wish_request {
	const struct mirror *mirrors;	/* to be there, with their hooks resolved */
	size_t count;
	const bool *going;
};

/* Does the installed mirror of that number run on, neither asked for nor going? */
bool wish_stays(const struct session *session, const struct wish_request *request,
		size_t number);

/* Plan it all against @session, as it was read. Free it even after an error.
 * Returns 0 or a negative errno, with records where somebody can help it. */
int wish_plan(struct wish *wish, const struct session *session,
	      const struct wish_request *request, struct error_list *errors);
void wish_free(struct wish *wish);

/* Read again what @state, that of its session, holds of what the wish is about. Returns 1;
 * 0 where all of @state is to be read; or a negative errno. */
int wish_renew(const struct wish *wish, struct nft_state *state);

/* Does the kernel hold all of it, as its session was read again meanwhile? Returns 0 or a
 * negative errno. */
int wish_is_done(struct wish *wish, bool *is_done);

/* The same for a definition that nobody else is beside: everything in one plan, and the other table's in another.
 * Resolves the sources in @definition. */
int wish_plan_alone(struct plan *plan, struct plan *notrack,
		    struct definition *definition, struct error_list *errors);

/* A session that only knows the devices, with the sources of @definition resolved, and a
 * wish that only knows its tunnels; for those who plan alone. Returns 0 or -ENOMEM. */
int wish_begin_alone(struct wish *wish, struct session *alone,
		     struct definition *definition);
void wish_end_alone(struct wish *wish, struct session *alone);

/* What each target of @mirror has counted by now, in an array to free. Returns 0 or
 * -ENOMEM. */
int wish_starts(struct plan_start **starts, const struct session *session,
		const struct mirror *mirror);

/* How large outer packets of @tunnel may be, by the routes of now; 0 where nobody
 * knows. */
unsigned int wish_tap_mtu(const struct session *session, const struct tunnel *tunnel);

/* Send the transaction that makes it so, or with @dry_run have the kernel validate
 * it and drop it. Nothing is sent where there is nothing to do: @sent, which may be
 * NULL, tells. Returns 0 or a negative errno, with @refusal filled in; -ERESTART where
 * somebody else was faster. */
int wish_send(const struct wish *wish, const struct wish_request *request, bool dry_run,
	      bool *sent, struct nl_refusal *refusal);

#endif
