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

static int source_take(struct installed_mirror *mirror, const char *device,
		       enum direction direction)
{
	struct source *sources;

	if (!device)
		return 0;
	sources = reallocarray(mirror->sources, mirror->source_count + 1, sizeof(*sources));
	if (!sources)
		return -ENOMEM;
	mirror->sources = sources;
	memset(&sources[mirror->source_count], 0, sizeof(*sources));
	snprintf(sources[mirror->source_count].device, IFNAMSIZ, "%s", device);
	sources[mirror->source_count++].direction = direction;
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

/* What follows PLAN_COMMENT_TO in a comment, or NULL. */
static const char *comment_target(const char *comment)
{
	size_t length = strlen(PLAN_COMMENT_TO);

	return comment && !strncmp(comment, PLAN_COMMENT_TO, length) ?
	       comment + length : NULL;
}

static int copy_rule_take(struct installed_mirror *mirror, const struct nftnl_rule *rule)
{
	const char *comment = nft_rule_comment(rule);
	const char *device = comment_target(comment);
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

static int start_rule_take(struct installed_mirror *mirror, const struct nftnl_rule *rule)
{
	const char *device = comment_target(nft_rule_comment(rule));
	struct installed_target *target;

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

static int chain_take(struct installed *installed, const struct nft_chain_state *chain)
{
	struct installed_mirror *mirror;
	enum plan_chain_role role;
	char name[IFNAMSIZ];
	int error = 0;
	size_t i;

	role = plan_chain_role(chain->name, name);
	if (role == CHAIN_FOREIGN)
		return 0;
	mirror = mirror_entry(installed, name);
	if (!mirror)
		return -ENOMEM;
	switch (role) {
	case CHAIN_MATCH:
		/* The pieces of the match have comments of their own. */
		if (strcmp(chain->name + strlen(PLAN_CHAIN_PREFIX), name))
			return 0;
		return text_append(mirror, nft_chain_comment(chain));
	case CHAIN_COPY:
		for (i = 0; i < chain->rule_count && !error; i++)
			error = copy_rule_take(mirror, chain->rules[i]);
		return error;
	case CHAIN_START:
		for (i = 0; i < chain->rule_count && !error; i++)
			error = start_rule_take(mirror, chain->rules[i]);
		return error;
	case CHAIN_TEXT:
		return text_take(mirror, chain);
	case CHAIN_INGRESS:
		return source_take(mirror, nft_chain_device(chain), DIRECTION_INGRESS);
	case CHAIN_EGRESS:
		return source_take(mirror, nft_chain_device(chain), DIRECTION_EGRESS);
	case CHAIN_FOREIGN:
		break;
	}
	return 0;
}

int installed_read(struct installed *installed, const struct nft_state *state)
{
	int error = 0;
	size_t i;

	for (i = 0; i < state->chain_count && !error; i++)
		error = chain_take(installed, &state->chains[i]);
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
