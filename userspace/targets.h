/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of a mirror: judged against what is there, made where they are
 * missing, dropped with the last mirror that uses them.
 */
#ifndef TARGETS_H
#define TARGETS_H

#include "mirror.h"
#include "session.h"

/* A target must exist or be possible to make. Where the copies get to is judged by
 * judge.h. Returns 0 or -EINVAL with records. */
int targets_check(const struct session *session, const struct mirror *mirror,
		  struct error_list *errors);

/* The targets that do not exist yet, or are left half made, pointers into @mirror.
 * Free *missing. Returns 0 or -ENOMEM. */
int targets_missing(const struct session *session, const struct mirror *mirror,
		    const struct target ***missing, size_t *count);

/* Make the devices of each of @missing and read the session again. After an error
 * none of them is there. Returns 0 or a negative errno with records. */
int targets_make(struct session *session, const struct mirror *mirror,
		 const struct target **missing, size_t count,
		 struct error_list *errors);

/* Enter the devices that targets_make() would make into session->links. Returns 0 or
 * -ENOMEM. */
int targets_plan(struct session *session, const struct target **missing, size_t count);

/* Where a pair of ours has another tunnel behind it than @mirror wants, or none, put
 * the right one there, see device_replace_tunnel(), and read the session again. After
 * an error that one is as it was. Returns 0 or a negative errno with records. */
int targets_replace(struct session *session, const struct mirror *mirror, size_t *replaced,
		    struct error_list *errors);

/* Take back what targets_make() made, unless another mirror uses it by now. */
void targets_unmake(struct session *session, const struct target **made,
		    size_t count, struct error_list *errors);

/* Read the session again and delete the devices of ours that no mirror sends to, each
 * with all that belongs to it: those that @former used, or with NULL all of them and
 * what is left half made. Existing devices of others are never touched. Returns 0 or a negative errno with records. */
int targets_drop(struct session *session, const struct installed_mirror *former,
		 struct error_list *errors);

#endif
