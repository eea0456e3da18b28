/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what the kernel holds to what a plan wants, and no message more.
 *
 * A unit is all that one mirror, or the tap of one target, has in the table: a
 * body, and chains on hooks that lead into it. A body that differs in anything is
 * made anew; a chain on a hook stays where it stands and gets other rules, so
 * that a frame meets either the old rules or the new ones, and never both: a hook
 * that is taken away and planted again has a moment in which both are there.
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "nft_state.h"

struct change_unit {
	bool is_tap;
	const char *name;		/* of the mirror, or of the target */
	const struct plan *body;	/* NULL, as hooks: nothing is wanted */
	const struct plan *hooks;
	bool anew;			/* make the body again even if it is as it should be */
	/* What change_prepare() made is there, and takes its place. */
	bool is_prepared;
	/* NULL: chains on hooks that have to go are deleted at once. Else they lose their
	 * rules, and go later: the kernel lets a chain that it deletes work for a moment
	 * beside what is new. And true for each chain of the state that somebody has no
	 * use for any more: one that stands on the right hook gets the new rules and
	 * another name, so that no frame passes both an old and a new one. */
	bool *spare_hooks;
};

/* Does the kernel hold the unit, and nothing beside it? Returns 1, 0 or a
 * negative errno. */
int change_is_done(const struct change_unit *unit, const struct nft_state *state,
		   const struct link_table *links);

/* The same of all but its hooks. */
int change_body_is_done(const struct change_unit *unit, const struct nft_state *state,
			const struct link_table *links);
/* Has the unit chains on hooks that it is not to have? Those are marked in @spare, one
 * for each chain of @state, if that is not NULL. */
bool change_has_spare_hooks(const struct change_unit *unit, const struct nft_state *state,
			    bool *spare);

/* Has the body to be made anew, with sets of ranges in it? The kernel puts those in
 * force a moment after the rules that look them up (6.18; from 7.0 on because
 * it searches an array that is exchanged last), and a frame in that moment would
 * not be found in them. Returns 1, 0 or a negative errno. */
int change_wants_preparation(const struct change_unit *unit, const struct nft_state *state,
			     const struct link_table *links);

/* Append the messages that make the body beside the one that is there, under names
 * of its own, and its sets. No frame gets there yet. Returns 0 or -ENOMEM. */
int change_prepare(struct nl_buffer *buffer, const struct change_unit *unit,
		   const struct nft_state *state, const struct link_table *links);

/* Read again what @state holds of the unit, see nft_state_step(). Returns 0 or a negative
 * errno. */
int change_renew(const struct change_unit *unit, struct nft_state *state);

/* Append the messages that make it so. Returns 0 or a negative errno. */
int change_build(struct nl_buffer *buffer, const struct change_unit *unit,
		 const struct nft_state *state, const struct link_table *links);

/* Have the unit's rules in @state been made from the same wish as @body, whatever
 * has changed around it? By the comments that say what was wished for. */
bool change_is_same_wish(const struct change_unit *unit, const struct nft_state *state);

/* Let the counters of @body go on from where those in @state stand: a rule is
 * known by its chain and its comment. Returns 0 or a negative errno; -ERESTART where
 * @state is not what is there any more. */
int change_carry_counters(struct plan *body, const struct nft_state *state);

#endif
