/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of devices, each with a number: for lists of thousands that must hold no name
 * twice.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>
#include <stdint.h>

#define NAMES_NONE SIZE_MAX

struct names {
	struct names_entry *entries;
	size_t count;
	uint32_t *slots;	/* numbers of entries, from 1; 0: free */
	size_t slot_count;	/* a power of two */
};

/* The number that goes with @name and @kind, NAMES_NONE where there is none. */
size_t names_find(const struct names *names, const char *name, unsigned int kind);

/* Add what is not there yet. Returns 0 or -ENOMEM. */
int names_add(struct names *names, const char *name, unsigned int kind, size_t number);

/* Forget all of them, and free. */
void names_free(struct names *names);

#endif
