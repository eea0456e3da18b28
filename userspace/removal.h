/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking mirrors away.
 */
#ifndef REMOVAL_H
#define REMOVAL_H

#include <stdbool.h>

#include "session.h"

/* Does @chain belong to the mirror called @mirror? */
bool removal_chain_is_of(const struct nft_chain_state *chain, const char *mirror);

/* Does @set, which is no anonymous one? */
bool removal_set_is_of(const struct nft_set *set, const char *mirror);

/* Append the messages that delete all chains and sets of @mirror. Returns 0 or -ENOMEM. */
int removal_build(struct nl_buffer *buffer, const struct nft_state *state,
		  const char *mirror);

/* Take away the named mirrors in one transaction, all of them with @count 0,
 * and then the devices of ours that no other mirror uses. Every name must be
 * known. Returns 0 or a negative errno with records. */
int removal_apply(struct session *session, char *const *names, size_t count,
		  struct error_list *errors);

#endif
