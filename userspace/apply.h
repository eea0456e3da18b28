/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wish against the kernel: check and apply a mirror.
 */
#ifndef APPLY_H
#define APPLY_H

#include "mirror.h"
#include "session.h"

enum apply_mode {
	APPLY_CHECK,	/* let the kernel validate, change nothing */
	APPLY_CHANGE,
};

enum apply_outcome {
	APPLY_UNCHANGED,	/* the kernel holds it already */
	APPLY_CREATED,
	APPLY_REPLACED,
};

struct apply_result {
	enum apply_outcome outcome;
	const struct target **made;	/* targets that did not exist, in @mirror */
	size_t made_count;
};

/* Make the kernel match @mirror: its rules in one transaction, other mirrors
 * left alone. After an error all is as it was. Returns 0 or a negative errno
 * with records. Free result->made. */
int apply_mirror(struct session *session, const struct mirror *mirror,
		 enum apply_mode mode, struct apply_result *result,
		 struct error_list *errors);

/* apply_mirror() to change, in a session of its own. @outcome may be NULL. */
int apply_alone(const struct mirror *mirror, enum apply_outcome *outcome,
		struct error_list *errors);

/* Add lines to @warnings for what is worth knowing before @mirror runs. */
void apply_warn(const struct session *session, const struct mirror *mirror,
		struct error_list *warnings);

#endif
