/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TC_MATCH_H
#define TC_MATCH_H

#include "mirror.h"
#include "tunnel.h"

/* What the filters of a mirror know besides: the tunnels whose packets are guarded. */
struct tc_guard {
	const struct tunnel *tunnels;
	size_t count;
};

/* The classic BPF text of @mirror's match, malloc'ed. @guard may be NULL for none.
 * Returns 0, -ENOMEM, or -EINVAL with libpcap's words. */
int tc_match_code(const struct mirror *mirror, const struct tc_guard *guard, char **code,
		  struct error_list *errors);

/* What of @mirror has no counterpart in tc, by name: part of mirror_validate(). Returns 0
 * or -EINVAL with records. */
int tc_match_check(const struct mirror *mirror, struct error_list *errors);

#endif
