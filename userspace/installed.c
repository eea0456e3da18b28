// SPDX-License-Identifier: GPL-2.0-only
#include "installed.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		source = &mirror->sources[i];
		if (source->direction == direction && strlen(source->device) == length &&
		    !memcmp(source->device, device, length))
			return source;
	}
	sources = reallocarray(mirror->sources, mirror->source_count + 1, sizeof(*sources));
	if (!sources)
		return NULL;
	mirror->sources = sources;
	source = &sources[mirror->source_count++];
	memset(source, 0, sizeof(*source));
	snprintf(source->device, IFNAMSIZ, "%.*s", (int)length, device);
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
		if (!strncmp(comment, PLAN_COMMENT_GUARD, strlen(PLAN_COMMENT_GUARD))) {
			mirror->guarded.packets += packets;
			mirror->guarded.bytes += bytes;
			return 0;
		}
		mirror->matched.packets += packets;
		mirror->matched.bytes += bytes;
		/* On ingress the kernel counts without the link header. */
		if (!strcmp(comment, PLAN_COMMENT_INGRESS))
			mirror->matched.bytes += packets * ETH_HLEN;
	}
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

static int start_rule_take(struct installed_mirror *mirror, const struct nftnl_rule *rule)
{
	const char *comment = nft_rule_comment(rule);
	const char *source = comment_rest(comment, PLAN_COMMENT_FROM);
	const char *device = comment_rest(comment, PLAN_COMMENT_TO);
	const char *hosts = comment_rest(comment, PLAN_COMMENT_HOSTS);
	const char *except = comment_rest(comment, PLAN_COMMENT_EXCEPT);
	struct installed_target *target;

	if (source)
		return source_take(mirror, source);
	if (hosts)
		mirror->hosts = strtoul(hosts, NULL, 10);
	if (except)
		mirror->except = strtoul(except, NULL, 10);
	if (!device)
		return 0;
	target = target_entry(mirror, device);
	if (!target)
		return -ENOMEM;
	nft_rule_counter(rule, &target->start.packets, &target->start.bytes);
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
	case CHAIN_START:
		break;		/* taken first */
	case CHAIN_TEXT:
		return text_take(mirror, chain);
	case CHAIN_INGRESS:
		return hook_take(mirror, nft_chain_device(chain), DIRECTION_INGRESS);
	case CHAIN_EGRESS:
		return hook_take(mirror, nft_chain_device(chain), DIRECTION_EGRESS);
	case CHAIN_FOREIGN:
		break;
	}
	return 0;
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
		if (role == CHAIN_FOREIGN)
			continue;
		mirror = mirror_entry(installed, name);
		if (!mirror)
			return -ENOMEM;
		if (role == CHAIN_START)
			error = start_take(mirror, &state->chains[i]);
	}
	for (i = 0; i < state->chain_count && !error; i++) {
		role = plan_chain_role(state->chains[i].name, name);
		if (role == CHAIN_FOREIGN)
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
		free(installed->mirrors[i].sources);
		free(installed->mirrors[i].targets);
	}
	free(installed->mirrors);
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

struct traffic installed_target_count(const struct link *target)
{
	return (struct traffic){ target->counters.tx_packets,
				 target->counters.tx_bytes };
}
