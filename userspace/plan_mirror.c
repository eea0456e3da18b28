// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model to plan: the chains of one mirror, as drawn in plan.h.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "filter_meaning.h"
#include "formula_lower.h"
#include "plan.h"

/* A device's name inside a chain's name: what an nft identifier cannot hold
 * becomes "/" and two hex digits. A device name has no "/" of its own. */
static void device_escape(const char *device, char *out, size_t size)
{
	size_t used = 0;

	for (; *device && used + 4 <= size; device++) {
		unsigned char c = *device;

		if (isalnum(c) || strchr("._-", c))
			out[used++] = c;
		else
			used += snprintf(out + used, size - used, "/%02x", c);
	}
	out[used] = '\0';
}

/* The match text in pieces that fit into rule comments. */
static void text_chain(struct plan *plan, const struct mirror *mirror)
{
	size_t length = strlen(mirror->match_text);
	struct plan_chain *chain;
	size_t offset;

	if (length <= PLAN_COMMENT_MAX)
		return;
	chain = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/match", mirror->name);
	for (offset = 0; offset < length; offset += PLAN_COMMENT_MAX) {
		struct plan_rule *rule = plan_add_rule(plan, chain);

		plan_rule_verdict(plan, rule, VERDICT_RETURN, NULL);
		plan_rule_comment(plan, rule, "%.*s", PLAN_COMMENT_MAX,
				  mirror->match_text + offset);
	}
}

static bool has_direction(const struct mirror *mirror, enum direction direction)
{
	size_t i;

	for (i = 0; i < mirror->source_count; i++)
		if (mirror->sources[i].direction == direction)
			return true;
	return false;
}

/*
 * Count by direction, since the kernel's lengths differ: on ingress the link
 * header is not counted, on egress it is. A hook on egress has no input
 * device, so there the index reads 0.
 */
static void copy_counters(struct plan *plan, struct plan_chain *chain,
			  const struct mirror *mirror)
{
	bool ingress = has_direction(mirror, DIRECTION_INGRESS);
	bool egress = has_direction(mirror, DIRECTION_EGRESS);
	struct plan_rule *rule;

	if (ingress) {
		rule = plan_add_rule(plan, chain);
		if (egress) {
			plan_rule_test_number(plan, rule, FIELD_META_IIF, 0);
			if (rule && rule->count)
				rule->statements[0].test.not_equal = true;
		}
		plan_rule_counter(plan, rule, 0, 0);
		plan_rule_comment(plan, rule, PLAN_COMMENT_INGRESS);
	}
	if (egress) {
		rule = plan_add_rule(plan, chain);
		if (ingress)
			plan_rule_test_number(plan, rule, FIELD_META_IIF, 0);
		plan_rule_counter(plan, rule, 0, 0);
		plan_rule_comment(plan, rule, PLAN_COMMENT_EGRESS);
	}
}

static void copy_targets(struct plan *plan, struct plan_chain *chain,
			 const struct mirror *mirror)
{
	size_t i;

	for (i = 0; i < mirror->target_count; i++) {
		struct plan_rule *rule = plan_add_rule(plan, chain);

		plan_rule_dup(plan, rule, mirror->targets[i].device);
		plan_rule_comment(plan, rule, PLAN_COMMENT_TO "%s",
				  mirror->targets[i].device);
	}
}

/* The kernel has the lists as ranges: how long they were stands here. */
static void list_note(struct plan *plan, struct plan_chain *chain, const char *what,
		      const struct address_list *list)
{
	struct plan_rule *rule;

	if (!list->given)
		return;
	rule = plan_add_rule(plan, chain);
	plan_rule_verdict(plan, rule, VERDICT_RETURN, NULL);
	plan_rule_comment(plan, rule, "%s%zu", what, list->entries);
}

static void start_chain(struct plan *plan, const struct mirror *mirror,
			const struct plan_start *starts)
{
	struct plan_chain *chain;
	size_t i;

	chain = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/start", mirror->name);
	for (i = 0; i < mirror->source_count; i++) {
		struct plan_rule *rule = plan_add_rule(plan, chain);

		plan_rule_verdict(plan, rule, VERDICT_RETURN, NULL);
		plan_rule_comment(plan, rule, PLAN_COMMENT_FROM "%s:%s",
				  mirror->sources[i].device,
				  direction_name(mirror->sources[i].direction));
	}
	list_note(plan, chain, PLAN_COMMENT_HOSTS, &mirror->hosts);
	list_note(plan, chain, PLAN_COMMENT_EXCEPT, &mirror->except);
	for (i = 0; i < mirror->target_count; i++) {
		struct plan_rule *rule = plan_add_rule(plan, chain);

		plan_rule_counter(plan, rule, starts ? starts[i].packets : 0,
				  starts ? starts[i].bytes : 0);
		plan_rule_comment(plan, rule, PLAN_COMMENT_TO "%s",
				  mirror->targets[i].device);
	}
}

static void source_chains(struct plan *plan, const struct mirror *mirror,
			  const struct plan_chain *match)
{
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		const struct source *source = &mirror->sources[i];
		bool ingress = source->direction == DIRECTION_INGRESS;
		char device[3 * IFNAMSIZ + 1];
		struct plan_chain *chain;

		device_escape(source->device, device, sizeof(device));
		chain = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/%s/%s",
				       mirror->name,
				       direction_name(source->direction), device);
		plan_chain_hook(chain,
				ingress ? NF_NETDEV_INGRESS : NF_NETDEV_EGRESS,
				ingress ? PLAN_PRIORITY_INGRESS : PLAN_PRIORITY_EGRESS,
				source->device);
		plan_rule_verdict(plan, plan_add_rule(plan, chain), VERDICT_GOTO, match);
	}
}

/* The match as rules: mirror/NAME and the chains below it. */
static int match_chains(struct plan *plan, const struct mirror *mirror,
			struct plan_chain *chain, const struct plan_chain *copy,
			struct error_list *errors)
{
	const struct plan_set_word words[] = {
		{ "hosts", mirror->hosts.ip.ranges, mirror->hosts.ip.count },
		{ "hosts", mirror->hosts.ip6.ranges, mirror->hosts.ip6.count },
		{ "except", mirror->except.ip.ranges, mirror->except.ip.count },
		{ "except", mirror->except.ip6.ranges, mirror->except.ip6.count },
	};
	const struct location *where = mirror_selection_where(mirror);
	struct formula_space *space = formula_space_new();
	const struct formula *formula;
	int error;

	if (!space)
		return -ENOMEM;
	plan_share_sets(plan, mirror->name, words, sizeof(words) / sizeof(words[0]));
	error = filter_meaning_within(space, mirror->match, &mirror->hosts, &mirror->except,
				      &formula, errors);
	if (!error)
		error = formula_lower(plan, space, mirror->name, chain, formula, copy);
	plan_share_sets(plan, NULL, NULL, 0);
	formula_space_free(space);
	if (error == -E2BIG)
		return error_definition(errors, where,
					"this nests deeper than the 16 chains that nft allows: say it in fewer levels, as several mirrors, or with --path tc");
	if (error == -EMLINK)
		return error_definition(errors, &mirror->match_where,
					"this takes more jumps between chains than kernels allow: say it as several mirrors or with --path tc");
	if (!error && plan->unsupported)
		return error_definition(errors, where,
					"nft has no words for a test in this: --path tc can do it");
	return error;
}

int plan_mirror(struct plan *plan, const struct mirror *mirror,
		const struct plan_start *starts, struct error_list *errors)
{
	struct plan_chain *match, *copy;
	int error;

	match = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s", mirror->name);
	copy = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/copy", mirror->name);
	if (!match || !copy)
		return -ENOMEM;
	if (mirror->match_text) {
		plan_chain_comment(plan, match, mirror->match_text,
				   strlen(mirror->match_text));
		text_chain(plan, mirror);
	}
	error = match_chains(plan, mirror, match, copy, errors);
	if (error)
		return error;
	copy_counters(plan, copy, mirror);
	copy_targets(plan, copy, mirror);
	/* Whoever jumped here goes no further: one copy a frame. */
	plan_rule_verdict(plan, plan_add_rule(plan, copy), VERDICT_ACCEPT, NULL);
	start_chain(plan, mirror, starts);
	source_chains(plan, mirror, match);
	return plan->out_of_memory ? -ENOMEM : 0;
}

enum plan_chain_role plan_chain_role(const char *chain, char *name)
{
	static const struct {
		const char *text;
		enum plan_chain_role role;
	} roles[] = {
		{ "copy", CHAIN_COPY }, { "match", CHAIN_TEXT },
		{ "start", CHAIN_START }, { "ingress/", CHAIN_INGRESS },
		{ "egress/", CHAIN_EGRESS },
	};
	const char *slash;
	size_t length, i;

	if (strncmp(chain, PLAN_CHAIN_PREFIX, strlen(PLAN_CHAIN_PREFIX)))
		return CHAIN_FOREIGN;
	chain += strlen(PLAN_CHAIN_PREFIX);
	slash = strchrnul(chain, '/');
	length = slash - chain;
	if (!length || length >= IFNAMSIZ)
		return CHAIN_FOREIGN;
	memcpy(name, chain, length);
	name[length] = '\0';
	if (!*slash)
		return CHAIN_MATCH;
	slash++;
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		size_t size = strlen(roles[i].text);

		if (roles[i].text[size - 1] == '/' ?
		    !strncmp(slash, roles[i].text, size) :
		    !strcmp(slash, roles[i].text))
			return roles[i].role;
	}
	return CHAIN_MATCH;
}
