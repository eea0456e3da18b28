/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of a mirror: judged against what is there, made where they are
 * missing, dropped with the last mirror that uses them.
 */
#ifndef TARGETS_H
#define TARGETS_H

#include "mirror.h"
#include "session.h"

/* Every source must exist; a target must exist or be possible to make, and
 * must not lead back into a source. Returns 0 or -EINVAL with records. */
int targets_check(const struct session *session, const struct mirror *mirror,
		  struct error_list *errors);

/* The targets that do not exist yet, pointers into @mirror. Free *missing.
 * Returns 0 or -ENOMEM. */
int targets_missing(const struct session *session, const struct mirror *mirror,
		    const struct target ***missing, size_t *count);

/* Make a private pair for each of @missing and read the session again. After
 * an error none of them is there. Returns 0 or a negative errno with records. */
int targets_make(struct session *session, const struct mirror *mirror,
		 const struct target **missing, size_t count,
		 struct error_list *errors);

/* Take back what targets_make() made, unless another mirror uses it by now. */
void targets_unmake(struct session *session, const struct target **made,
		    size_t count, struct error_list *errors);

/* Read the session again and delete the pairs of ours that no mirror sends to:
 * those that @former used, or all of them with NULL. Existing devices of
 * others are never touched. Returns 0 or a negative errno with records. */
int targets_drop(struct session *session, const struct installed_mirror *former,
		 struct error_list *errors);

#endif
