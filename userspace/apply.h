/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wish against the kernel: check and apply a definition.
 */
#ifndef APPLY_H
#define APPLY_H

#include "mirror.h"
#include "session.h"
#include "wish.h"

enum apply_mode {
	APPLY_CHECK,	/* let the kernel validate, change nothing */
	APPLY_CHANGE,
};

struct apply_options {
	enum apply_mode mode;
	bool only;	/* mirrors that the definition does not have go */
	bool tolerant;	/* sources that are not there are left out, and no error */
	bool quiet;	/* nobody asks for warnings */
	double verify;	/* seconds to watch what becomes of the traffic, 0: not at all */
};

struct apply_result {
	bool changed;			/* rules, or the tunnel behind a target */
	enum wish_outcome *outcomes;	/* of each mirror of the definition */
	struct target *made;		/* that did not exist */
	size_t made_count;
	char (*gone)[IFNAMSIZ];		/* mirrors that were taken away */
	size_t gone_count;
	struct error_list warnings;	/* what is worth knowing */
};

/* Make the kernel match @definition, which is validated: devices where they are
 * missing, then the filters of mirrors on the tc path, one by one: see tc_change.h; then
 * the rules of all others in one transaction. Mirrors that it does
 * not have are left alone, unless options->only. What the kernel holds then is read back
 * and compared; with options->verify the traffic is watched, see verify.h, and what
 * speaks against the change is an error. After an error all is as it was.
 * Resolves the sources in @definition. Returns 0 or a negative errno with records.
 * Free @result even then. */
int apply_definition(struct session *session, struct definition *definition,
		     const struct apply_options *options, struct apply_result *result,
		     struct error_list *errors);
void apply_result_free(struct apply_result *result);

/* apply_definition() of one mirror to change, in a session of its own. @outcome
 * may be NULL. */
int apply_alone(struct mirror *mirror, enum wish_outcome *outcome,
		struct error_list *errors);

#endif
