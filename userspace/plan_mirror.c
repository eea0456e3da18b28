// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model to plan: the chains of one mirror, as drawn in plan.h.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "filter_meaning.h"
#include "formula_lower.h"
#include "guard.h"
#include "plan_mirror.h"

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

/* A part of the mirror, see overlap.h, and the names of its chains: "web" and "",
 * "web/rest1" and "/rest1". */
struct part {
	const struct mirror *mirror;
	const struct overlap_part *share;	/* NULL: all of it */
	char name[IFNAMSIZ + 32];
	char suffix[32];
	struct plan_chain *match;
	bool is_idle;			/* all is left to others */
};

static bool part_has_target(const struct part *part, size_t target)
{
	return !part->share || part->share->targets[target];
}

static bool part_has_hook(const struct part *part, size_t hook)
{
	return !part->share || part->share->hooks[hook];
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

/* Not chosen: on to whoever comes next, as if it had not matched. */
static void copy_sample(struct plan *plan, struct plan_chain *chain,
			const struct sample *sample)
{
	struct plan_rule *rule;

	if (sample->every < 2)
		return;
	rule = plan_add_rule(plan, chain);
	plan_rule_sample(plan, rule, sample->every, sample->flows, true);
	plan_rule_verdict(plan, rule, VERDICT_ACCEPT, NULL);
}

static void copy_limit(struct plan *plan, struct plan_chain *chain,
		       const struct limit *limit)
{
	struct plan_rule *rule;

	if (!limit->rate)
		return;
	rule = plan_add_rule(plan, chain);
	plan_rule_limit(plan, rule, limit->rate, limit->bytes, limit->seconds,
			limit->burst, true);
	plan_rule_counter(plan, rule, 0, 0);
	plan_rule_verdict(plan, rule, VERDICT_ACCEPT, NULL);
	plan_rule_comment(plan, rule, PLAN_COMMENT_LIMITED);
}

static void copy_targets(struct plan *plan, struct plan_chain *chain,
			 const struct part *part)
{
	const struct mirror *mirror = part->mirror;
	size_t i;

	for (i = 0; i < mirror->target_count; i++) {
		struct plan_rule *rule;

		if (!part_has_target(part, i))
			continue;
		rule = plan_add_rule(plan, chain);
		plan_rule_dup(plan, rule, mirror->targets[i].device);
		plan_rule_comment(plan, rule, PLAN_COMMENT_TO "%s",
				  mirror->targets[i].device);
	}
}

/* Who came here goes no further: one copy a frame. */
static void copy_fill(struct plan *plan, struct plan_chain *chain, const struct part *part)
{
	copy_sample(plan, chain, &part->mirror->sample);
	if (!part->share || part->share->counts)
		copy_counters(plan, chain, part->mirror);
	copy_limit(plan, chain, &part->mirror->limit);
	copy_targets(plan, chain, part);
	plan_rule_verdict(plan, plan_add_rule(plan, chain), VERDICT_ACCEPT, NULL);
}

/* One more rule that nobody enters, for its comment. */
static void note_put(struct plan *plan, struct plan_chain *chain, const char *what,
		     const char *text)
{
	struct plan_rule *rule = plan_add_rule(plan, chain);

	plan_rule_verdict(plan, rule, VERDICT_RETURN, NULL);
	plan_rule_comment(plan, rule, "%s%s", what, text);
}

/* "10.0.0.0-10.255.255.255", one family of a list. */
static void ranges_note(struct plan *plan, struct plan_chain *chain, const char *what,
			const struct address_ranges *ranges, int family)
{
	char low[INET6_ADDRSTRLEN], high[INET6_ADDRSTRLEN];
	char text[2 * INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < ranges->count; i++) {
		inet_ntop(family, ranges->ranges[i].low, low, sizeof(low));
		inet_ntop(family, ranges->ranges[i].high, high, sizeof(high));
		snprintf(text, sizeof(text), "%s-%s", low, high);
		note_put(plan, chain, what, text);
	}
}

/* The kernel has the lists as ranges, and only where they matter: how long they
 * were stands here, and while they are short what is in them. */
static void list_note(struct plan *plan, struct plan_chain *chain, const char *what,
		      const struct address_list *list)
{
	char text[24];

	if (!list->given)
		return;
	snprintf(text, sizeof(text), "%zu", list->entries);
	note_put(plan, chain, what, text);
	if (list->ip.count + list->ip6.count > PLAN_ANONYMOUS_MAX)
		return;
	ranges_note(plan, chain, what, &list->ip, AF_INET);
	ranges_note(plan, chain, what, &list->ip6, AF_INET6);
}

static void target_note(struct plan *plan, struct plan_chain *chain,
			const struct target *target, const struct plan_start *start)
{
	struct plan_rule *rule = plan_add_rule(plan, chain);
	char text[TUNNEL_TEXT_MAX] = "";

	/* The device itself, and not only its name: whoever reads this knows whether the
	 * copies go to the one that is called so now, without reading the rules that send
	 * them there. */
	plan_rule_iif(plan, rule, target->device);
	plan_rule_counter(plan, rule, start ? start->packets : 0, start ? start->bytes : 0);
	if (target->kind == TARGET_TUNNEL)
		tunnel_text(&target->tunnel, text, sizeof(text));
	plan_rule_comment(plan, rule, PLAN_COMMENT_TO "%s%s%s", target->device,
			  *text ? " " : "", text);
}

/* Sources without a chain, since all they see is copied elsewhere. */
static void left_note(struct plan *plan, struct plan_chain *chain,
		      const struct part *parts, size_t part_count)
{
	const struct source *hooks;
	size_t count, i, j;
	char text[64];

	hooks = mirror_hooks(parts->mirror, &count);
	for (i = 0; i < count; i++) {
		for (j = 0; j < part_count; j++)
			if (!parts[j].is_idle && part_has_hook(&parts[j], i))
				break;
		if (j < part_count)
			continue;
		snprintf(text, sizeof(text), "%s:%s", hooks[i].device,
			 direction_name(hooks[i].direction));
		note_put(plan, chain, PLAN_COMMENT_LEFT, text);
	}
}

static void start_chain(struct plan *plan, const struct part *parts, size_t part_count,
			const struct plan_surroundings *around)
{
	const struct mirror *mirror = parts->mirror;
	const struct plan_start *starts = around ? around->starts : NULL;
	char text[PLAN_COMMENT_MAX];
	struct plan_chain *chain;
	size_t i;

	chain = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/start", mirror->name);
	for (i = 0; i < mirror->source_count; i++) {
		snprintf(text, sizeof(text), "%s:%s", mirror->sources[i].device,
			 direction_name(mirror->sources[i].direction));
		note_put(plan, chain, PLAN_COMMENT_FROM, text);
	}
	left_note(plan, chain, parts, part_count);
	list_note(plan, chain, PLAN_COMMENT_HOSTS, &mirror->hosts);
	list_note(plan, chain, PLAN_COMMENT_EXCEPT, &mirror->except);
	mirror_sample_text(&mirror->sample, text, sizeof(text));
	if (*text)
		note_put(plan, chain, PLAN_COMMENT_SAMPLE, text);
	mirror_limit_text(&mirror->limit, text, sizeof(text));
	if (*text)
		note_put(plan, chain, PLAN_COMMENT_LIMIT, text);
	for (i = 0; i < mirror->target_count; i++)
		target_note(plan, chain, &mirror->targets[i], starts ? &starts[i] : NULL);
}

static const struct plan_chain *guard_chain(struct plan *plan, const struct mirror *mirror,
					    const struct plan_surroundings *around)
{
	struct plan_chain *chain;

	if (!around || !around->tunnel_count)
		return NULL;
	chain = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/guard", mirror->name);
	guard_rules(plan, chain, around->tunnels, around->tunnel_count);
	return chain;
}

static void hook_chains(struct plan *plan, const struct part *part,
			const struct plan_chain *guard)
{
	const struct source *hooks;
	size_t count, i;

	hooks = mirror_hooks(part->mirror, &count);
	for (i = 0; i < count; i++) {
		bool ingress = hooks[i].direction == DIRECTION_INGRESS;
		char device[3 * IFNAMSIZ + 1];
		struct plan_chain *chain;

		if (!part_has_hook(part, i))
			continue;
		device_escape(hooks[i].device, device, sizeof(device));
		chain = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/%s/%s%s",
				       part->mirror->name,
				       direction_name(hooks[i].direction), device,
				       part->suffix);
		plan_chain_hook(chain,
				ingress ? NF_NETDEV_INGRESS : NF_NETDEV_EGRESS,
				ingress ? PLAN_PRIORITY_INGRESS : PLAN_PRIORITY_EGRESS,
				hooks[i].device);
		if (guard)
			plan_rule_verdict(plan, plan_add_rule(plan, chain),
					  VERDICT_JUMP, guard);
		plan_rule_verdict(plan, plan_add_rule(plan, chain), VERDICT_GOTO,
				  part->match);
	}
}

/* What a part selects: the mirror's match, without what others copy. */
static int part_meaning(struct formula_space *space, const struct part *part,
			const struct formula **formula, struct error_list *errors)
{
	const struct mirror *mirror = part->mirror;
	const struct filter_selection own = {
		.filter = mirror->match, .hosts = &mirror->hosts, .except = &mirror->except,
	};
	size_t i;
	int error;

	error = filter_meaning_of(space, &own, formula, errors);
	for (i = 0; part->share && i < part->share->exclusion_count && !error; i++) {
		const struct overlap_exclusion *exclusion = &part->share->exclusions[i];
		const struct filter_selection other = {
			.tags = exclusion->tags, .tag_count = exclusion->tag_count,
			.filter = exclusion->mirror->match,
			.hosts = &exclusion->mirror->hosts,
			.except = &exclusion->mirror->except,
		};
		const struct formula *theirs;

		error = filter_meaning_of(space, &other, &theirs, errors);
		if (!error)
			*formula = formula_and2(space, *formula,
						formula_not(space, theirs));
	}
	return error ? error : formula_space_error(space);
}

/* The match as rules: mirror/NAME and the chains below it. */
static int match_chains(struct plan *plan, const struct part *part,
			struct formula_space *space, const struct formula *formula,
			const struct plan_chain *copy, struct error_list *errors)
{
	const struct mirror *mirror = part->mirror;
	const struct location *where = mirror_selection_where(mirror);
	int error;

	error = formula_lower(plan, space, part->name, part->match, formula, copy);
	if ((error == -E2BIG || error == -EMLINK) && part->share &&
	    part->share->exclusion_count)
		return error_definition(errors, where,
					"mirror '%s' sends to the same target as '%s', and to leave out what that one copies already takes more rules than nft allows: give one of them another target",
					mirror->name, part->share->exclusions[0].mirror->name);
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

static int part_chains(struct plan *plan, struct part *part, struct formula_space *space,
		       const struct formula *formula, struct error_list *errors)
{
	const struct mirror *mirror = part->mirror;
	struct plan_chain *match, *copy;
	int error;

	match = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s", part->name);
	copy = plan_add_chain(plan, PLAN_CHAIN_PREFIX "%s/copy", part->name);
	if (!match || !copy)
		return -ENOMEM;
	part->match = match;
	if (mirror->match_text && !*part->suffix) {
		plan_chain_comment(plan, match, mirror->match_text,
				   strlen(mirror->match_text));
		text_chain(plan, mirror);
	}
	error = match_chains(plan, part, space, formula, copy, errors);
	if (!error)
		copy_fill(plan, copy, part);
	return error;
}

/* A part to which nothing is left by the others needs no chains, but that of the
 * mirror's own name. */
static int plan_part(struct plan *plan, struct part *part, struct error_list *errors)
{
	struct formula_space *space = formula_space_new();
	const struct formula *formula;
	int error;

	if (!space)
		return -ENOMEM;
	error = part_meaning(space, part, &formula, errors);
	part->is_idle = !error && part->share && part->share->exclusion_count &&
			formula == formula_constant(space, false);
	if (!error && !(part->is_idle && *part->suffix))
		error = part_chains(plan, part, space, formula, errors);
	formula_space_free(space);
	return error;
}

/* Part 0 has the mirror's own name, even where there is nothing for it to do. */
static void part_name(struct part *part, const struct mirror *mirror,
		      const struct overlap *overlap, size_t number)
{
	part->mirror = mirror;
	part->share = overlap ? &overlap->parts[number] : NULL;
	if (number)
		snprintf(part->suffix, sizeof(part->suffix), "/rest%zu", number);
	snprintf(part->name, sizeof(part->name), "%s%s", mirror->name, part->suffix);
}

static int plan_parts(struct plan *plan, struct part *parts, size_t count,
		      const struct plan_surroundings *around, struct error_list *errors)
{
	const struct mirror *mirror = parts->mirror;
	const struct plan_set_word words[] = {
		{ "hosts", mirror->hosts.ip.ranges, mirror->hosts.ip.count },
		{ "hosts", mirror->hosts.ip6.ranges, mirror->hosts.ip6.count },
		{ "except", mirror->except.ip.ranges, mirror->except.ip.count },
		{ "except", mirror->except.ip6.ranges, mirror->except.ip6.count },
	};
	size_t i;
	int error = 0;

	plan_share_sets(plan, mirror->name, words, sizeof(words) / sizeof(words[0]));
	for (i = 0; i < count && !error; i++)
		error = plan_part(plan, &parts[i], errors);
	plan_share_sets(plan, NULL, NULL, 0);
	if (!error)
		start_chain(plan, parts, count, around);
	return error;
}

int plan_mirror(struct plan *body, struct plan *hooks, const struct mirror *mirror,
		const struct plan_surroundings *around, struct error_list *errors)
{
	const struct overlap *overlap = around ? around->overlap : NULL;
	size_t count = overlap ? overlap->count : 1;
	struct part *parts = calloc(count, sizeof(*parts));
	const struct plan_chain *guard;
	size_t i;
	int error;

	if (!parts)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		part_name(&parts[i], mirror, overlap, i);
	error = plan_parts(body, parts, count, around, errors);
	if (error)
		goto out_free;
	guard = guard_chain(body, mirror, around);
	for (i = 0; i < count; i++)
		if (!parts[i].is_idle)
			hook_chains(hooks, &parts[i], guard);
	if (body->out_of_memory || hooks->out_of_memory)
		error = -ENOMEM;
out_free:
	free(parts);
	return error;
}

static void large_drop(struct plan *plan, struct plan_chain *chain,
		       unsigned int ether_type, unsigned int most)
{
	const struct plan_place place = { .field = FIELD_META_LENGTH, .length = 4 };
	const uint32_t low = htonl(most + 1);
	struct plan_range range = { { 0 }, { 0xff, 0xff, 0xff, 0xff } };
	struct plan_rule *rule = plan_add_rule(plan, chain);

	memcpy(range.low, &low, sizeof(low));
	if (ether_type)
		plan_rule_test_number(plan, rule, FIELD_ETHER_TYPE, ether_type);
	plan_rule_test_ranges(plan, rule, &place, NULL, false, &range, 1);
	plan_rule_counter(plan, rule, 0, 0);
	plan_rule_verdict(plan, rule, VERDICT_DROP, NULL);
	plan_rule_comment(plan, rule, PLAN_COMMENT_LARGE);
}

/*
 * A GRE device over IPv6 tells the sender of an IPv6 packet that does not fit to
 * send smaller ones (ICMPv6, packet too big): of a copy that is the sender of the
 * original, whose path MTU to its own peer it lowers. So no such copy may get
 * there.
 */
unsigned int plan_tap_room(const struct tunnel *tunnel, unsigned int mtu)
{
	unsigned int overhead = tunnel_overhead(tunnel);

	if (tunnel->family != AF_INET6 || tunnel->port)
		return 0;
	if (!mtu)
		mtu = ETH_DATA_LEN;
	return mtu > overhead + VLAN_TAG_LENGTH ? mtu - overhead : VLAN_TAG_LENGTH;
}

static void tap_limit(struct plan *plan, struct plan_chain *chain,
		      const struct tunnel *tunnel, unsigned int mtu)
{
	unsigned int room = plan_tap_room(tunnel, mtu);

	if (!room)
		return;
	large_drop(plan, chain, ETH_P_8021Q, room - VLAN_TAG_LENGTH);
	large_drop(plan, chain, ETH_P_8021AD, room - VLAN_TAG_LENGTH);
	large_drop(plan, chain, 0, room);
}

/* A collector that mirrors to us with the same kind and ID sends into our tunnel
 * device: its broadcasts, copies of what we have seen already, would come up into
 * this host's stack a second time. Nothing is to come out of there. */
static void back_chain(struct plan *plan, const char *device, const char *behind)
{
	struct plan_chain *chain = plan_add_chain(plan, PLAN_TAP_PREFIX "%s/back", device);
	struct plan_rule *rule;

	plan_chain_hook(chain, NF_NETDEV_INGRESS, PLAN_PRIORITY_INGRESS, behind);
	rule = plan_add_rule(plan, chain);
	plan_rule_counter(plan, rule, 0, 0);
	plan_rule_verdict(plan, rule, VERDICT_DROP, NULL);
}

void plan_tap(struct plan *plan, const char *device, const struct tunnel *tunnel,
	      unsigned int mtu)
{
	char text[TUNNEL_TEXT_MAX], tap[IFNAMSIZ], behind[IFNAMSIZ];
	struct plan_chain *chain;
	struct plan_rule *rule;

	/* Such names were made to leave room for the suffix. */
	snprintf(tap, sizeof(tap), "%.*s" DEVICE_TAP_SUFFIX,
		 (int)(IFNAMSIZ - sizeof(DEVICE_TAP_SUFFIX)), device);
	snprintf(behind, sizeof(behind), "%.*s" DEVICE_TUNNEL_SUFFIX,
		 (int)(IFNAMSIZ - sizeof(DEVICE_TUNNEL_SUFFIX)), device);
	tunnel_text(tunnel, text, sizeof(text));
	chain = plan_add_chain(plan, PLAN_TAP_PREFIX "%s", device);
	plan_chain_hook(chain, NF_NETDEV_INGRESS, PLAN_PRIORITY_INGRESS, tap);
	tap_limit(plan, chain, tunnel, mtu);
	rule = plan_add_rule(plan, chain);
	plan_rule_mark(plan, rule, GUARD_MARK);
	plan_rule_fwd(plan, rule, behind);
	plan_rule_comment(plan, rule, PLAN_COMMENT_TO "%s", text);
	back_chain(plan, device, behind);
}

/* Connection tracking would keep an entry for each flow inside the tunnel, since
 * the outer source port follows from it. */
void plan_notrack(struct plan *plan)
{
	struct plan_chain *chain = plan_add_chain(plan, PLAN_NOTRACK);
	struct plan_rule *rule;

	plan_chain_hook(chain, NF_INET_LOCAL_OUT, PLAN_PRIORITY_RAW, "");
	rule = plan_add_rule(plan, chain);
	plan_rule_test_number(plan, rule, FIELD_META_MARK, GUARD_MARK);
	plan_rule_notrack(plan, rule);
}

static bool name_take(const char *text, size_t length, char *name)
{
	if (!length || length >= IFNAMSIZ)
		return false;
	memcpy(name, text, length);
	name[length] = '\0';
	return true;
}

/* "rest1/copy" is "copy" of another part of the same mirror. */
static const char *rest_skip(const char *text)
{
	if (strncmp(text, "rest", 4))
		return text;
	text += 4 + strspn(text + 4, "0123456789");
	return *text == '/' ? text + 1 : text;
}

enum plan_chain_role plan_chain_role(const char *chain, char *name)
{
	static const struct {
		const char *text;
		enum plan_chain_role role;
	} roles[] = {
		{ "copy", CHAIN_COPY }, { "match", CHAIN_TEXT },
		{ "guard", CHAIN_GUARD }, { "start", CHAIN_START },
		{ "ingress/", CHAIN_INGRESS }, { "egress/", CHAIN_EGRESS },
	};
	const char *slash;
	bool is_next;
	size_t i;

	if (!strncmp(chain, PLAN_TAP_PREFIX, strlen(PLAN_TAP_PREFIX))) {
		chain += strlen(PLAN_TAP_PREFIX);
		slash = strchrnul(chain, '/');
		return name_take(chain, slash - chain, name) ? CHAIN_TAP : CHAIN_FOREIGN;
	}
	is_next = !strncmp(chain, PLAN_NEXT_PREFIX, strlen(PLAN_NEXT_PREFIX));
	if (!is_next && strncmp(chain, PLAN_CHAIN_PREFIX, strlen(PLAN_CHAIN_PREFIX)))
		return CHAIN_FOREIGN;
	chain += strlen(is_next ? PLAN_NEXT_PREFIX : PLAN_CHAIN_PREFIX);
	slash = strchrnul(chain, '/');
	if (!name_take(chain, slash - chain, name))
		return CHAIN_FOREIGN;
	if (is_next)
		return CHAIN_NEXT;
	if (!*slash)
		return CHAIN_MATCH;
	slash = rest_skip(slash + 1);
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		size_t size = strlen(roles[i].text);

		if (roles[i].text[size - 1] == '/' ?
		    !strncmp(slash, roles[i].text, size) :
		    !strcmp(slash, roles[i].text))
			return roles[i].role;
	}
	return CHAIN_MATCH;
}
