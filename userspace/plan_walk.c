// SPDX-License-Identifier: GPL-2.0-only
#include "plan_walk.h"

#include <errno.h>
#include <stdlib.h>

/* The kernel's NFT_JUMP_STACK_SIZE is 16 with the base chain: so many more jumps
 * and gotos can lie between the first chain and the last. */
#define JUMPS_ON_A_WAY 14
/* On all ways together. Kernels since 6.19 allow 65536 in a network namespace
 * that is not the machine's own, and all walk them one by one. */
#define JUMPS_MAX 30000

struct station {
	const struct plan_chain *chain;
	unsigned int height;	/* jumps on the longest way from here */
	unsigned long jumps;	/* on all ways from here */
	bool known;
};

struct walk {
	struct station *stations;	/* by the address of the chain's name */
	size_t count;
};

static int station_compare(const void *left, const void *right)
{
	const struct station *a = left, *b = right;

	if (a->chain->name == b->chain->name)
		return 0;
	return a->chain->name < b->chain->name ? -1 : 1;
}

static struct station *station_find(const struct walk *walk, const char *name)
{
	const struct plan_chain chain = { .name = (char *)name };
	const struct station wish = { .chain = &chain };

	return bsearch(&wish, walk->stations, walk->count, sizeof(wish), station_compare);
}

static void station_visit(const struct walk *walk, struct station *station);

static void way_visit(const struct walk *walk, struct station *from, const char *name)
{
	struct station *to = station_find(walk, name);

	if (!to)
		return;
	station_visit(walk, to);
	if (to->height + 1 > from->height)
		from->height = to->height + 1;
	if (from->jumps <= JUMPS_MAX)
		from->jumps += 1 + to->jumps;
}

/* Chains lead to each other without circles. */
static void station_visit(const struct walk *walk, struct station *station)
{
	const struct plan_chain *chain = station->chain;
	size_t i;

	if (station->known)
		return;
	station->known = true;
	for (i = 0; i < chain->rule_count; i++) {
		const struct plan_rule *rule = &chain->rules[i];
		const struct plan_statement *last;

		if (!rule->count)
			continue;
		last = &rule->statements[rule->count - 1];
		if (last->kind == STATEMENT_VERDICT && last->verdict.chain)
			way_visit(walk, station, last->verdict.chain);
	}
}

int plan_walk_check(const struct plan *plan, const struct plan_chain *first)
{
	struct walk walk = { .count = plan->chain_count };
	struct station *station;
	size_t i;
	int error;

	walk.stations = calloc(plan->chain_count, sizeof(*walk.stations));
	if (!walk.stations)
		return -ENOMEM;
	for (i = 0; i < plan->chain_count; i++)
		walk.stations[i].chain = plan->chains[i];
	qsort(walk.stations, walk.count, sizeof(*walk.stations), station_compare);
	station = station_find(&walk, first->name);
	station_visit(&walk, station);
	error = station->height > JUMPS_ON_A_WAY ? -E2BIG :
		station->jumps > JUMPS_MAX ? -EMLINK : 0;
	free(walk.stations);
	return error;
}
