// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

struct names_entry {
	char name[IFNAMSIZ];
	unsigned int kind;
	size_t number;
};

/* FNV-1a. */
static size_t hash(const char *name, unsigned int kind)
{
	uint32_t hash = 2166136261u ^ kind;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash ^ hash >> 15;
}

/* The slot that holds it, or the free one where it would be. */
static uint32_t *slot_find(const struct names *names, const char *name, unsigned int kind)
{
	size_t mask = names->slot_count - 1;
	size_t at = hash(name, kind) & mask;

	for (; names->slots[at]; at = (at + 1) & mask) {
		const struct names_entry *entry = &names->entries[names->slots[at] - 1];

		if (entry->kind == kind && !strcmp(entry->name, name))
			break;
	}
	return &names->slots[at];
}

size_t names_find(const struct names *names, const char *name, unsigned int kind)
{
	uint32_t slot = names->count ? *slot_find(names, name, kind) : 0;

	return slot ? names->entries[slot - 1].number : NAMES_NONE;
}

/* Half of the slots stay free. */
static int grow(struct names *names)
{
	size_t slot_count = names->slot_count ? 2 * names->slot_count : 32;
	struct names_entry *entries;
	uint32_t *slots;
	size_t i;

	entries = reallocarray(names->entries, slot_count / 2, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	names->entries = entries;
	slots = calloc(slot_count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(names->slots);
	names->slots = slots;
	names->slot_count = slot_count;
	for (i = 0; i < names->count; i++)
		*slot_find(names, entries[i].name, entries[i].kind) = i + 1;
	return 0;
}

int names_add(struct names *names, const char *name, unsigned int kind, size_t number)
{
	struct names_entry *entry;
	uint32_t *slot;

	if (names->count == names->slot_count / 2 && grow(names))
		return -ENOMEM;
	slot = slot_find(names, name, kind);
	if (*slot)
		return 0;
	entry = &names->entries[names->count++];
	strncpy(entry->name, name, sizeof(entry->name) - 1);
	entry->name[sizeof(entry->name) - 1] = '\0';
	entry->kind = kind;
	entry->number = number;
	*slot = names->count;
	return 0;
}

void names_free(struct names *names)
{
	free(names->entries);
	free(names->slots);
	memset(names, 0, sizeof(*names));
}
