// SPDX-License-Identifier: GPL-2.0-only
#include "installed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "plan_mirror.h"

static struct installed_mirror *mirror_entry(struct installed *installed, const char *name)
{
	struct installed_mirror *mirrors;

	/* Chains come in the order of nft_state.h: those of one mirror together. */
	if (installed->count &&
	    !strcmp(installed->mirrors[installed->count - 1].name, name))
		return &installed->mirrors[installed->count - 1];
	mirrors = reallocarray(installed->mirrors, installed->count + 1, sizeof(*mirrors));
	if (!mirrors)
		return NULL;
	installed->mirrors = mirrors;
	memset(&mirrors[installed->count], 0, sizeof(*mirrors));
	snprintf(mirrors[installed->count].name, IFNAMSIZ, "%s", name);
	return &mirrors[installed->count++];
}

static struct installed_source *source_entry(struct installed_mirror *mirror,
					     const char *device, size_t length,
					     enum direction direction)
{
	struct installed_source *sources, *source;
	size_t size = mirror->source_count;
	char name[IFNAMSIZ];
	size_t number;

	if (length >= sizeof(name))
		length = sizeof(name) - 1;
	memcpy(name, device, length);
	name[length] = '\0';
	number = names_find(&mirror->source_names, name, direction);
	if (number != NAMES_NONE)
		return &mirror->sources[number];
	/* Room for one more, twice as much each time it is full. */
	if (!(size & (size - 1))) {
		sources = reallocarray(mirror->sources, size ? 2 * size : 1, sizeof(*sources));
		if (!sources)
			return NULL;
		mirror->sources = sources;
	}
	if (names_add(&mirror->source_names, name, direction, size))
		return NULL;
	source = &mirror->sources[mirror->source_count++];
	memset(source, 0, sizeof(*source));
	strcpy(source->device, name);
	source->direction = direction;
	return source;
}

static int hook_take(struct installed_mirror *mirror, const char *device,
		     enum direction direction)
{
	struct installed_source *source;

	/* A chain whose device has gone for good has none. */
	if (!device)
		return 0;
	source = source_entry(mirror, device, strlen(device), direction);
	if (!source)
		return -ENOMEM;
	source->hooked = true;
	return 0;
}

static struct installed_target *target_entry(struct installed_mirror *mirror,
					     const char *device)
{
	struct installed_target *targets;
	size_t i;

	for (i = 0; i < mirror->target_count; i++)
		if (!strcmp(mirror->targets[i].device, device))
			return &mirror->targets[i];
	targets = reallocarray(mirror->targets, mirror->target_count + 1, sizeof(*targets));
	if (!targets)
		return NULL;
	mirror->targets = targets;
	memset(&targets[mirror->target_count], 0, sizeof(*targets));
	snprintf(targets[mirror->target_count].device, IFNAMSIZ, "%s", device);
	return &targets[mirror->target_count++];
}

/* What follows @prefix in a comment, or NULL. */
static const char *comment_rest(const char *comment, const char *prefix)
{
	size_t length = strlen(prefix);

	return comment && !strncmp(comment, prefix, length) ? comment + length : NULL;
}

static int copy_rule_take(struct installed_mirror *mirror, const struct nftnl_rule *rule)
{
	const char *comment = nft_rule_comment(rule);
	const char *device = comment_rest(comment, PLAN_COMMENT_TO);
	struct installed_target *target;
	uint64_t packets, bytes;
	unsigned int index;

	if (device && nft_rule_dup_index(rule, &index)) {
		target = target_entry(mirror, device);
		if (!target)
			return -ENOMEM;
		target->index = index;
	} else if (comment && nft_rule_counter(rule, &packets, &bytes)) {
		bool ingress = !strcmp(comment, PLAN_COMMENT_INGRESS);
		struct traffic *traffic = !strcmp(comment, PLAN_COMMENT_LIMITED) ?
					  &mirror->limited : &mirror->matched;

		traffic->packets += packets;
		/* On ingress the kernel counts without the link header. */
		traffic->bytes += bytes + (ingress ? packets * ETH_HLEN : 0);
	}
	return 0;
}

static int guard_rule_take(struct installed_mirror *mirror, const struct nftnl_rule *rule)
{
	const char *what = comment_rest(nft_rule_comment(rule), PLAN_COMMENT_GUARD);
	struct installed_guard *guards, *guard;

	if (!what)
		return 0;
	guards = reallocarray(mirror->guards, mirror->guard_count + 1, sizeof(*guards));
	if (!guards)
		return -ENOMEM;
	mirror->guards = guards;
	guard = &guards[mirror->guard_count++];
	memset(guard, 0, sizeof(*guard));
	snprintf(guard->what, sizeof(guard->what), "%s", what);
	nft_rule_counter(rule, &guard->traffic.packets, &guard->traffic.bytes);
	mirror->guarded.packets += guard->traffic.packets;
	mirror->guarded.bytes += guard->traffic.bytes;
	return 0;
}

static int source_take(struct installed_mirror *mirror, const char *text)
{
	const char *colon = strrchr(text, ':');

	if (!colon)
		return 0;
	return source_entry(mirror, text, colon - text, strcmp(colon, ":egress") ?
			    DIRECTION_INGRESS : DIRECTION_EGRESS) ? 0 : -ENOMEM;
}

/* How many there were, or one of the ranges, "10.0.0.0-10.255.255.255". */
static int list_take(struct address_list *list, size_t *entries, const char *text)
{
	const char *dash = strchr(text, '-');
	char low[INET6_ADDRSTRLEN];

	if (!dash) {
		*entries = strtoul(text, NULL, 10);
		list->given = true;
		list->entries = *entries;
		return 0;
	}
	snprintf(low, sizeof(low), "%.*s", (int)(dash - text), text);
	return address_list_add_range(list, low, dash + 1);
}

/* "mir0", or "mir0 vxlan,remote=192.0.2.10,id=7". */
static int target_take(struct installed_mirror *mirror, const struct nftnl_rule *rule,
		       const char *text)
{
	static const struct location where = { INSTALLED_FILE, 1, 1 };
	const char *space = strchrnul(text, ' ');
	struct error_list errors = { 0 };
	struct installed_target *target;
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "%.*s", (int)(space - text), text);
	target = target_entry(mirror, name);
	if (!target)
		return -ENOMEM;
	nft_rule_counter(rule, &target->start.packets, &target->start.bytes);
	nft_rule_iif_index(rule, &target->index);
	/* What a later version wrote is a target without a tunnel for this one. */
	if (*space && tunnel_parse(&target->tunnel, name, space + 1, &where, &errors))
		memset(&target->tunnel, 0, sizeof(target->tunnel));
	error_clear(&errors);
	return 0;
}

static void choice_take(struct installed_mirror *installed, const char *sample,
			const char *limit)
{
	static const struct location where = { INSTALLED_FILE, 1, 1 };
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };

	if (sample && !mirror_set_sample(&mirror, sample, &where, &errors))
		installed->sample = mirror.sample;
	if (limit && !mirror_set_limit(&mirror, limit, &where, &errors))
		installed->limit = mirror.limit;
	error_clear(&errors);
}

/* Of a pattern's devices there is nothing to remember. */
static void left_take(struct installed_mirror *mirror, const char *text)
{
	char name[IFNAMSIZ + 16];
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		snprintf(name, sizeof(name), "%s:%s", mirror->sources[i].device,
			 direction_name(mirror->sources[i].direction));
		mirror->sources[i].left |= !strcmp(name, text);
	}
}

static int start_rule_take(struct installed_mirror *mirror, const struct nftnl_rule *rule)
{
	const char *comment = nft_rule_comment(rule);
	const char *rest;

	if ((rest = comment_rest(comment, PLAN_COMMENT_FROM)))
		return source_take(mirror, rest);
	if ((rest = comment_rest(comment, PLAN_COMMENT_LEFT)))
		left_take(mirror, rest);
	if ((rest = comment_rest(comment, PLAN_COMMENT_HOSTS)))
		return list_take(&mirror->host_list, &mirror->hosts, rest);
	if ((rest = comment_rest(comment, PLAN_COMMENT_EXCEPT)))
		return list_take(&mirror->except_list, &mirror->except, rest);
	if ((rest = comment_rest(comment, PLAN_COMMENT_TO)))
		return target_take(mirror, rule, rest);
	choice_take(mirror, comment_rest(comment, PLAN_COMMENT_SAMPLE),
		    comment_rest(comment, PLAN_COMMENT_LIMIT));
	return 0;
}

static int text_append(struct installed_mirror *mirror, const char *piece)
{
	size_t old = mirror->match_text ? strlen(mirror->match_text) : 0;
	char *text;

	if (!piece)
		return 0;
	text = realloc(mirror->match_text, old + strlen(piece) + 1);
	if (!text)
		return -ENOMEM;
	strcpy(text + old, piece);
	mirror->match_text = text;
	return 0;
}

/* The text in pieces replaces the one that the comment had to cut. */
static int text_take(struct installed_mirror *mirror, const struct nft_chain_state *chain)
{
	size_t i;
	int error = 0;

	free(mirror->match_text);
	mirror->match_text = NULL;
	for (i = 0; i < chain->rule_count && !error; i++)
		error = text_append(mirror, nft_rule_comment(chain->rules[i]));
	return error;
}

static int start_take(struct installed_mirror *mirror, const struct nft_chain_state *chain)
{
	size_t i;
	int error = 0;

	for (i = 0; i < chain->rule_count && !error; i++)
		error = start_rule_take(mirror, chain->rules[i]);
	return error;
}

static int chain_take(struct installed_mirror *mirror, const struct nft_chain_state *chain,
		      enum plan_chain_role role)
{
	int error = 0;
	size_t i;

	switch (role) {
	case CHAIN_MATCH:
		/* The pieces of the match have comments of their own. */
		if (strcmp(chain->name + strlen(PLAN_CHAIN_PREFIX), mirror->name))
			return 0;
		return text_append(mirror, nft_chain_comment(chain));
	case CHAIN_COPY:
		for (i = 0; i < chain->rule_count && !error; i++)
			error = copy_rule_take(mirror, chain->rules[i]);
		return error;
	case CHAIN_GUARD:
		for (i = 0; i < chain->rule_count && !error; i++)
			error = guard_rule_take(mirror, chain->rules[i]);
		return error;
	case CHAIN_START:
		break;		/* taken first */
	case CHAIN_TEXT:
		return text_take(mirror, chain);
	case CHAIN_INGRESS:
		return hook_take(mirror, nft_chain_device(chain), DIRECTION_INGRESS);
	case CHAIN_EGRESS:
		return hook_take(mirror, nft_chain_device(chain), DIRECTION_EGRESS);
	case CHAIN_TAP:
	case CHAIN_NEXT:
	case CHAIN_FOREIGN:
		break;
	}
	return 0;
}

static struct installed_tap *tap_entry(struct installed *installed, const char *device)
{
	struct installed_tap *taps;
	size_t i;

	for (i = 0; i < installed->tap_count; i++)
		if (!strcmp(installed->taps[i].device, device))
			return &installed->taps[i];
	taps = reallocarray(installed->taps, installed->tap_count + 1, sizeof(*taps));
	if (!taps)
		return NULL;
	installed->taps = taps;
	memset(&taps[installed->tap_count], 0, sizeof(*taps));
	snprintf(taps[installed->tap_count].device, IFNAMSIZ, "%s", device);
	return &taps[installed->tap_count++];
}

static int tap_take(struct installed *installed, const char *device,
		    const struct nft_chain_state *chain)
{
	struct installed_tap *tap = tap_entry(installed, device);
	unsigned int index;
	size_t i;

	if (!tap)
		return -ENOMEM;
	tap->is_nft = true;
	for (i = 0; i < chain->rule_count; i++) {
		const char *comment = nft_rule_comment(chain->rules[i]);
		uint64_t packets, bytes;

		if (nft_rule_fwd_index(chain->rules[i], &index))
			tap->index = index;
		if (comment && !strcmp(comment, PLAN_COMMENT_LARGE) &&
		    nft_rule_counter(chain->rules[i], &packets, &bytes))
			tap->large += packets;
	}
	return 0;
}

/* A chain on a hook that leads nowhere is left over, see wish_send(). */
static bool is_of_mirror(const struct nft_state *state, const struct nft_chain_state *chain,
			 enum plan_chain_role role)
{
	switch (role) {
	case CHAIN_FOREIGN:
	case CHAIN_TAP:
	case CHAIN_NEXT:
		return false;
	case CHAIN_INGRESS:
	case CHAIN_EGRESS:
		return !nft_state_is_empty(state, chain);
	default:
		return true;
	}
}

/* First what was wished for, which sets the order, then what is there. */
int installed_read(struct installed *installed, const struct nft_state *state)
{
	struct installed_mirror *mirror;
	enum plan_chain_role role;
	char name[IFNAMSIZ];
	size_t i, at = 0;
	int error = 0;

	for (i = 0; i < state->chain_count && !error; i++) {
		role = plan_chain_role(state->chains[i].name, name);
		if (role == CHAIN_TAP)
			error = tap_take(installed, name, &state->chains[i]);
		if (!is_of_mirror(state, &state->chains[i], role))
			continue;
		mirror = mirror_entry(installed, name);
		if (!mirror)
			return -ENOMEM;
		if (role == CHAIN_START)
			error = start_take(mirror, &state->chains[i]);
	}
	for (i = 0; i < state->chain_count && !error; i++) {
		role = plan_chain_role(state->chains[i].name, name);
		if (!is_of_mirror(state, &state->chains[i], role))
			continue;
		while (strcmp(installed->mirrors[at].name, name))
			at++;
		error = chain_take(&installed->mirrors[at], &state->chains[i], role);
	}
	return error;
}

void installed_free(struct installed *installed)
{
	size_t i;

	for (i = 0; i < installed->count; i++) {
		free(installed->mirrors[i].match_text);
		address_list_free(&installed->mirrors[i].host_list);
		address_list_free(&installed->mirrors[i].except_list);
		names_free(&installed->mirrors[i].source_names);
		free(installed->mirrors[i].guards);
		free(installed->mirrors[i].sources);
		free(installed->mirrors[i].targets);
	}
	free(installed->mirrors);
	free(installed->taps);
	memset(installed, 0, sizeof(*installed));
}

const struct installed_mirror *installed_find(const struct installed *installed,
					      const char *name)
{
	size_t i;

	for (i = 0; i < installed->count; i++)
		if (!strcmp(installed->mirrors[i].name, name))
			return &installed->mirrors[i];
	return NULL;
}

bool installed_has_target(const struct installed_mirror *mirror, const char *device)
{
	size_t i;

	for (i = 0; i < mirror->target_count; i++)
		if (!strcmp(mirror->targets[i].device, device))
			return true;
	return false;
}

const struct link *installed_delivering(const struct link_table *links, const char *target,
					bool tunnel)
{
	char name[IFNAMSIZ + sizeof(DEVICE_TUNNEL_SUFFIX)];

	snprintf(name, sizeof(name), "%s%s", target, tunnel ? DEVICE_TUNNEL_SUFFIX : "");
	return link_find(links, name);
}

struct traffic installed_target_count(const struct link *target)
{
	return (struct traffic){ target->counters.tx_packets,
				 target->counters.tx_bytes };
}
