/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Of the mirrors that run, those whose work what is asked for may change. They send to
 * one of its targets, see frames that it sees (overlap.h), or see frames that one of
 * those sees.
 */
#ifndef WISH_COMPANY_H
#define WISH_COMPANY_H

#include "wish.h"

/* Mark in @concerned, which has a place for each of session->installed and is all false,
 * those on the nft path that stay and have to be planned. The taps of @wish have been
 * planned, and tunnels_change is known. Returns 0 or -ENOMEM. */
int wish_concerned(bool *concerned, const struct wish *wish,
		   const struct wish_request *request);

/* Does every target of an installed mirror stand where its rules send to, and its tunnel
 * too? False where there is no such mirror. */
bool wish_targets_stand(const struct wish *wish, const struct installed_mirror *installed);

#endif
