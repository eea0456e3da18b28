/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking mirrors away.
 */
#ifndef REMOVAL_H
#define REMOVAL_H

#include "session.h"

/* Take away the named mirrors, all of them with @count 0: those of the nft path in one
 * transaction, those of the tc path filter by filter; and then the devices of ours that no
 * other mirror uses. Every name must be known. @warnings may be NULL, see
 * tc_change_send(). Returns 0 or a negative errno with records. */
int removal_apply(struct session *session, char *const *names, size_t count,
		  struct error_list *warnings, struct error_list *errors);

#endif
