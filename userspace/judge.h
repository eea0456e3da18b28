/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A wish is judged against the machine before anything of it is applied: loops
 * are refused (loop.h), as is what cannot work (misfit.h), and what would leave
 * somebody wondering is said (warn.h).
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "error.h"
#include "session.h"
#include "surroundings.h"
#include "topology.h"

/* Judge the whole wish. @surroundings may be NULL where nothing of it was read.
 * @errors may be NULL for a wish that was judged before, @warnings where none are
 * asked for. Returns 0, a negative errno with records in @errors, or -ENOMEM. */
int topology_judge(const struct topology_input *input,
		   const struct surroundings *surroundings, struct error_list *errors,
		   struct error_list *warnings);

/* The same with the facts of a session: asks for routes, and for warnings looks
 * around. Mirrors of @installed that are not replaced by the wish count as well. */
int judge_session(const struct session *session, const struct installed *installed,
		  const struct mirror *mirrors, size_t count, struct error_list *errors,
		  struct error_list *warnings);

#endif
