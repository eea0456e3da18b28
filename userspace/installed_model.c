// SPDX-License-Identifier: GPL-2.0-only
/*
 * From what the kernel holds back to the model.
 */
#include <errno.h>
#include <stdio.h>		/* for libnftnl, too */
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "installed.h"
#include "plan_mirror.h"

static const struct location where = { INSTALLED_FILE, 1, 1 };

static int sources_model(struct mirror *mirror, const struct installed_mirror *installed,
			 struct error_list *errors)
{
	char text[IFNAMSIZ + 16];
	size_t i;
	int error = 0;

	for (i = 0; i < installed->source_count && !error; i++) {
		snprintf(text, sizeof(text), "%s:%s", installed->sources[i].device,
			 direction_name(installed->sources[i].direction));
		error = mirror_add_source(mirror, text, &where, errors);
	}
	return error;
}

static int targets_model(struct mirror *mirror, const struct installed_mirror *installed,
			 struct error_list *errors)
{
	size_t i;
	int error = 0;

	for (i = 0; i < installed->target_count && !error; i++) {
		const struct installed_target *have = &installed->targets[i];
		struct target target = { .where = where };

		snprintf(target.device, sizeof(target.device), "%s", have->device);
		target.tunnel = have->tunnel;
		target.kind = have->tunnel.kind ? TARGET_TUNNEL : TARGET_ANY;
		error = mirror_put_target(mirror, &target, errors);
	}
	return error;
}

/* A long list is in the table's sets alone: what they hold, as ranges. Elements
 * are begins, and ends that are the first address behind. */
static int set_take(struct address_ranges *ranges, const struct nft_set *set)
{
	size_t size = set->key_length + 1;
	struct plan_range *range = NULL;
	size_t i, byte;

	ranges->ranges = calloc(set->count + 1, sizeof(*ranges->ranges));
	if (!ranges->ranges)
		return -ENOMEM;
	ranges->room = set->count + 1;
	for (i = 0; i < set->count; i++) {
		const uint8_t *key = set->elements + i * size;

		if (!key[set->key_length]) {
			range = &ranges->ranges[ranges->count++];
			memcpy(range->low, key, set->key_length);
			memset(range->high, 0xff, set->key_length);
			if (!(set->flags & NFT_SET_INTERVAL))
				memcpy(range->high, key, set->key_length);
		} else if (range) {
			memcpy(range->high, key, set->key_length);
			for (byte = set->key_length; byte-- && !range->high[byte]--;)
				;
		}
	}
	return 0;
}

struct set_search {
	const char *begins;	/* the set's name */
	const char *found;
};

static bool lookup_visit(struct nftnl_expr *expression, const char *name, void *data)
{
	struct set_search *search = data;
	const char *set;

	if (strcmp(name, "lookup"))
		return false;
	set = nftnl_expr_get_str(expression, NFTNL_EXPR_LOOKUP_SET);
	if (!set || strncmp(set, search->begins, strlen(search->begins)))
		return false;
	search->found = set;
	return true;
}

/* The set of @mirror whose name begins so and that it looks up: another one may be left
 * over from somebody who was cut short. */
static int set_find(struct nft_set **set, const struct nft_state *state, const char *mirror,
		    const char *begins)
{
	struct set_search search = { .begins = begins };
	char owner[IFNAMSIZ], first[sizeof(PLAN_CHAIN_PREFIX) + IFNAMSIZ];
	size_t i, j;
	int error;

	*set = NULL;
	snprintf(first, sizeof(first), PLAN_CHAIN_PREFIX "%s", mirror);
	for (i = nft_state_first(state, first); i < state->chain_count && !search.found; i++) {
		const struct nft_chain_state *chain = &state->chains[i];
		enum plan_chain_role role = plan_chain_role(chain->name, owner);

		if (role == CHAIN_FOREIGN || strcmp(owner, mirror))
			break;
		if (role != CHAIN_MATCH)
			continue;
		error = nft_state_read_rules(state, chain);
		if (error)
			return error;
		for (j = 0; j < chain->rule_count && !search.found; j++)
			nft_rule_find(chain->rules[j], lookup_visit, &search);
	}
	if (search.found)
		*set = (struct nft_set *)nft_state_find_set(state, search.found);
	return 0;
}

static int ranges_model(struct address_ranges *ranges, const struct nft_state *state,
			const char *mirror, const char *word, const char *family)
{
	struct nft_set *set;
	char begins[64];
	int error;

	snprintf(begins, sizeof(begins), PLAN_CHAIN_PREFIX "%s/%s-%s-", mirror, word, family);
	error = set_find(&set, state, mirror, begins);
	if (error || !set)
		return error;
	error = nft_state_read_elements(state, set);
	return error ? error : set_take(ranges, set);
}

static int list_model(struct address_list *list, const struct address_list *small,
		      size_t entries, const struct installed_mirror *installed,
		      const struct nft_state *state, const char *word,
		      struct error_list *errors)
{
	int error;

	list->given = small->given;
	list->entries = entries;
	list->where = where;
	error = address_list_copy(list, small);
	if (error || !small->given || small->ip.count || small->ip6.count)
		return error;
	if (installed->path == MIRROR_PATH_NFT)
		error = ranges_model(&list->ip, state, installed->name, word, "ip");
	if (!error && installed->path == MIRROR_PATH_NFT)
		error = ranges_model(&list->ip6, state, installed->name, word, "ip6");
	if (error || list->ip.count || list->ip6.count)
		return error;
	return error_definition(errors, NULL,
				"mirror '%s' has to change with this, and its rules do not tell any more what its '%s' are: apply it again in the same definition file",
				installed->name, word);
}

int installed_outline(struct mirror *mirror, const struct installed_mirror *installed,
		      struct error_list *errors)
{
	int error;

	memset(mirror, 0, sizeof(*mirror));
	mirror->path = installed->path;
	error = mirror_set_name(mirror, installed->name, &where, errors);
	if (!error)
		error = sources_model(mirror, installed, errors);
	if (!error)
		error = targets_model(mirror, installed, errors);
	if (!error && installed->match_text)
		error = mirror_set_match(mirror, installed->match_text, &where);
	mirror->hosts.given = installed->hosts;
	mirror->except.given = installed->except;
	mirror->sample = installed->sample;
	mirror->limit = installed->limit;
	if (error)
		mirror_free(mirror);
	return error;
}

int installed_model(struct mirror *mirror, const struct installed_mirror *installed,
		    const struct nft_state *state, struct error_list *errors)
{
	int error;

	error = installed_outline(mirror, installed, errors);
	if (!error)
		error = list_model(&mirror->hosts, &installed->host_list, installed->hosts,
				   installed, state, "hosts", errors);
	if (!error)
		error = list_model(&mirror->except, &installed->except_list,
				   installed->except, installed, state, "except", errors);
	if (!error)
		error = mirror_parse_match(mirror, errors);
	if (error)
		mirror_free(mirror);
	return error;
}
