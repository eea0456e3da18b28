/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way back: the mirrors as they were before a change.
 */
#ifndef ROLLBACK_H
#define ROLLBACK_H

#include "wish.h"

struct rollback {
	struct mirror *models;		/* of those that the change replaces or removes */
	size_t count;
	char (*created)[IFNAMSIZ];	/* that were not there */
	size_t created_count;
};

/* Note down what @wish is about to change, while the kernel still holds it; what was
 * noted before is forgotten. Returns 0, -ENOMEM, -EINTR where the ruleset has
 * changed since it was read, or -EINVAL with a record where the rules do not tell what
 * was wished for; nothing is noted then. */
int rollback_note(struct rollback *rollback, const struct wish *wish,
		  const struct wish_request *request, struct error_list *errors);

/* Make it so again, in one transaction like any other, but for devices: those of the
 * former targets have to be there still. Returns 0 or a negative errno with a
 * record. */
int rollback_do(const struct rollback *rollback, struct session *session,
		struct error_list *errors);
void rollback_free(struct rollback *rollback);

#endif
