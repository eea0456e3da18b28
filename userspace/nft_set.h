/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sets of nf_tables: anonymous ones, { 80, 443 } in a rule, which come and go
 * with the rule that looks them up, and those that have a name in the table.
 */
#ifndef NFT_SET_H
#define NFT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nft_form.h"
#include "nl.h"

/* What a rule calls its anonymous set by until the kernel has named it. */
#define NFT_SET_NAME "__set%d"

/* The kernel's bound for a key. */
#define NFT_KEY_MAX 64

/* A key of a set; of intervals the first key in or the first behind. */
struct nft_element {
	uint8_t key[NFT_KEY_MAX];
	bool is_end;
};

/* A set as the kernel has it. */
struct nft_set {
	char *name;
	char *comment;			/* or NULL */
	uint32_t flags;			/* NFT_SET_* */
	uint32_t key_length;		/* bytes */
	/* Elements of an anonymous set: a key and a byte that tells ends, one after
	 * the other. In the order of these bytes once the set is sorted. */
	uint8_t *elements;
	size_t count, room;
	bool is_read;			/* the elements, and sorted */
	bool is_odd;			/* holds what we never put into a set */
};

/* Put the set of @form and its elements into a batch, for a rule of the same
 * batch to look up as @id, or by its name. @what is for whom a refusal is told. Returns 0 or
 * -ENOMEM. */
int nft_set_put(struct nl_buffer *buffer, const struct plan *plan, const char *what,
		const struct nft_form *form, uint32_t id);

/* Read a message about a set, or about elements of one, as the kernel sends it.
 * Both return 0 or -ENOMEM. */
int nft_set_take(struct nft_set *set, const struct nlmsghdr *message);
int nft_set_take_elements(struct nft_set *set, const struct nlmsghdr *message);
/* Put the elements in order: the kernel's may be that of a hash. */
void nft_set_sort(struct nft_set *set);
void nft_set_free(struct nft_set *set);

/* Is @set, which is sorted, the set of @form? Returns 1, 0 or -ENOMEM. */
int nft_set_is(const struct nft_set *set, const struct nft_form *form);

#endif
