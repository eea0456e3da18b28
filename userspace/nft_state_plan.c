// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is what the kernel holds what a plan wants?
 */
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"
#include "nft_state.h"

#define RULE_ROOM 65536

/* What only one side says of an expression: what was counted, the number by which
 * a set goes until it has a name, and zero where nothing was meant. */
static bool own_clear(struct nftnl_expr *expression, const char *name, void *data)
{
	(void)data;
	if (!strcmp(name, "counter")) {
		nftnl_expr_set_u64(expression, NFTNL_EXPR_CTR_PACKETS, 0);
		nftnl_expr_set_u64(expression, NFTNL_EXPR_CTR_BYTES, 0);
	} else if (!strcmp(name, "lookup")) {
		nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_SET_ID, 0);
		nftnl_expr_set_u32(expression, NFTNL_EXPR_LOOKUP_FLAGS,
				   nftnl_expr_get_u32(expression, NFTNL_EXPR_LOOKUP_FLAGS));
	}
	return false;
}

/* Two rules as messages. All of it is zero between uses: what stands between attributes
 * is not written, and compared all the same. */
struct rule_room {
	struct nlmsghdr *left, *right;
};

static struct rule_room *room_make(void)
{
	struct rule_room *room = calloc(1, sizeof(*room));

	if (!room)
		return NULL;
	room->left = calloc(1, RULE_ROOM);
	room->right = calloc(1, RULE_ROOM);
	if (room->left && room->right)
		return room;
	nft_state_free_room(room);
	return NULL;
}

void nft_state_free_room(struct rule_room *room)
{
	if (!room)
		return;
	free(room->left);
	free(room->right);
	free(room);
}

static void message_clear(struct nlmsghdr *message)
{
	memset(message, 0, NLMSG_ALIGN(message->nlmsg_len));
}

/* A rule's message without what only the kernel knows: handle, position, and
 * what was counted. Two rules that serialise alike are alike. */
static void rule_serialise(struct nftnl_rule *rule, struct nlmsghdr *message)
{
	nftnl_rule_unset(rule, NFTNL_RULE_HANDLE);
	nftnl_rule_unset(rule, NFTNL_RULE_POSITION);
	nft_rule_find(rule, own_clear, NULL);
	mnl_nlmsg_put_header(message);
	nftnl_rule_nlmsg_build_payload(message, rule);
}

/* The kernel's rule, as a copy by its own message, against the wish. */
static int rule_is(const struct nftnl_rule *have, struct nftnl_rule *want,
		   const struct rule_room *room)
{
	struct nftnl_rule *copy = nftnl_rule_alloc();
	int result = -ENOMEM;

	if (!copy)
		return result;
	mnl_nlmsg_put_header(room->left);
	mnl_nlmsg_put_extra_header(room->left, sizeof(struct nfgenmsg));
	nftnl_rule_nlmsg_build_payload(room->left, (struct nftnl_rule *)have);
	if (nftnl_rule_nlmsg_parse(room->left, copy) < 0)
		goto out_free;
	nftnl_rule_unset(copy, NFTNL_RULE_FAMILY);
	message_clear(room->left);
	rule_serialise(copy, room->left);
	rule_serialise(want, room->right);
	result = room->left->nlmsg_len == room->right->nlmsg_len &&
		 !memcmp(room->left, room->right, room->left->nlmsg_len);
out_free:
	message_clear(room->left);
	message_clear(room->right);
	nftnl_rule_free(copy);
	return result;
}

/* More than any rule of a plan has. */
#define COUNTERS_MOST 4

struct counted {
	uint64_t packets[COUNTERS_MOST], bytes[COUNTERS_MOST];
	size_t count, given;
};

static bool counted_take(struct nftnl_expr *expression, const char *name, void *data)
{
	struct counted *counted = data;

	if (strcmp(name, "counter"))
		return false;
	if (counted->count == COUNTERS_MOST)
		return true;
	counted->packets[counted->count] = nftnl_expr_get_u64(expression, NFTNL_EXPR_CTR_PACKETS);
	counted->bytes[counted->count++] = nftnl_expr_get_u64(expression, NFTNL_EXPR_CTR_BYTES);
	return false;
}

static bool counted_give(struct nftnl_expr *expression, const char *name, void *data)
{
	struct counted *counted = data;

	if (strcmp(name, "counter") || counted->given == counted->count)
		return false;
	nftnl_expr_set_u64(expression, NFTNL_EXPR_CTR_PACKETS, counted->packets[counted->given]);
	nftnl_expr_set_u64(expression, NFTNL_EXPR_CTR_BYTES, counted->bytes[counted->given++]);
	return false;
}

/* The same where no set is looked up, which is most rules by far: instead of a copy of
 * the kernel's rule without what only the kernel knows, the wish gets just that. */
static int rule_is_plain(const struct nftnl_rule *have, struct nftnl_rule *want,
			 const struct rule_room *room)
{
	static const uint16_t kernels[] = { NFTNL_RULE_HANDLE, NFTNL_RULE_POSITION };
	struct counted counted = { .count = 0 };
	size_t i;
	int result;

	if (nft_rule_find(have, counted_take, &counted))
		return 0;
	nft_rule_find(want, counted_give, &counted);
	for (i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++)
		if (nftnl_rule_is_set(have, kernels[i]))
			nftnl_rule_set_u64(want, kernels[i], nftnl_rule_get_u64(have, kernels[i]));
	mnl_nlmsg_put_header(room->left);
	nftnl_rule_nlmsg_build_payload(room->left, (struct nftnl_rule *)have);
	mnl_nlmsg_put_header(room->right);
	nftnl_rule_nlmsg_build_payload(room->right, want);
	result = room->left->nlmsg_len == room->right->nlmsg_len &&
		 !memcmp(room->left, room->right, room->left->nlmsg_len);
	message_clear(room->left);
	message_clear(room->right);
	return result;
}

/* The names of the sets that a rule looks up, in the order of its tests. */
struct lookups {
	const char **names;
	size_t count, room;	/* more than there is room for are counted only */
};

static bool lookup_visit(struct nftnl_expr *expression, const char *name, void *data)
{
	struct lookups *lookups = data;

	if (!strcmp(name, "lookup")) {
		if (lookups->count < lookups->room)
			lookups->names[lookups->count] =
				nftnl_expr_get_str(expression, NFTNL_EXPR_LOOKUP_SET);
		lookups->count++;
	}
	return false;
}

static int lookups_take(struct lookups *lookups, const struct nftnl_rule *rule,
			const struct nft_form *forms, size_t count)
{
	size_t i;

	memset(lookups, 0, sizeof(*lookups));
	for (i = 0; i < count; i++)
		lookups->room += nft_form_has_set(&forms[i]);
	lookups->names = calloc(lookups->room + 1, sizeof(*lookups->names));
	if (!lookups->names)
		return -ENOMEM;
	nft_rule_find(rule, lookup_visit, lookups);
	return 0;
}

static int sets_are(const struct nft_state *state, const struct lookups *lookups,
		    const struct nft_form *forms)
{
	size_t i;
	int same = 1;

	for (i = 0; i < lookups->count && same > 0; i++, forms++) {
		struct nft_set *set;

		while (!nft_form_has_set(forms))
			forms++;
		/* What is in it is compared once, not by every rule. */
		if (forms->set) {
			same = !strcmp(lookups->names[i], forms->set->name);
			continue;
		}
		set = (struct nft_set *)nft_state_find_set(state, lookups->names[i]);
		if (!set)
			return 0;
		same = nft_state_read_elements(state, set);
		same = same ? same : nft_set_is(set, forms);
	}
	return same;
}

/* What a rule does, with its sets as they are called. */
static int rule_does(const struct nftnl_rule *have, const struct plan *plan,
		     const struct plan_chain *chain, const struct plan_rule *want,
		     const struct nft_form *forms, const struct lookups *lookups,
		     const struct link_table *links, const struct nft_state *state)
{
	struct nftnl_rule *rule;
	int same;

	if (lookups->count != lookups->room)
		return 0;
	rule = nft_rule_build(plan, chain, want, forms, links, 0, lookups->names);
	if (!rule)
		return -ENOMEM;
	same = lookups->count ? rule_is(have, rule, state->room) :
	       rule_is_plain(have, rule, state->room);
	nftnl_rule_free(rule);
	return same;
}

/* Two looks at each rule: at what it does, and later, since that may take long, at
 * what is in its sets. */
enum look {
	LOOK_RULES,
	LOOK_SETS,
};

static int rule_look(const struct nft_state *state, const struct nftnl_rule *have,
		     const struct plan *plan, const struct plan_chain *chain,
		     const struct plan_rule *want, const struct link_table *links,
		     enum look look)
{
	struct lookups lookups;
	struct nft_form *forms;
	int same;

	if (nft_forms_make(&forms, plan->family, want))
		return -ENOMEM;
	same = lookups_take(&lookups, have, forms, want->count);
	if (!same)
		same = look == LOOK_SETS ? sets_are(state, &lookups, forms) :
		       rule_does(have, plan, chain, want, forms, &lookups, links, state);
	free(lookups.names);
	free(forms);
	return same;
}

static bool text_is(const char *have, const char *want)
{
	return have && want ? !strcmp(have, want) : have == want;
}

static bool chain_is(const struct nft_chain_state *have, const struct plan_chain *want)
{
	bool is_base = nftnl_chain_is_set(have->chain, NFTNL_CHAIN_HOOKNUM);

	if (is_base != want->is_base || have->rule_count != want->rule_count ||
	    !text_is(nft_chain_comment(have), want->comment))
		return false;
	if (!is_base)
		return true;
	return text_is(nftnl_chain_get_str(have->chain, NFTNL_CHAIN_TYPE), "filter") &&
	       nftnl_chain_get_u32(have->chain, NFTNL_CHAIN_HOOKNUM) == want->hook &&
	       nftnl_chain_get_s32(have->chain, NFTNL_CHAIN_PRIO) == want->priority &&
	       nftnl_chain_get_u32(have->chain, NFTNL_CHAIN_POLICY) == NF_ACCEPT &&
	       text_is(nft_chain_device(have), *want->device ? want->device : NULL);
}

/* FNV-1a, of 64 bits. */
static uint64_t digest_add(uint64_t digest, const void *data, size_t size)
{
	const uint8_t *byte = data;

	while (size--)
		digest = (digest ^ *byte++) * 0x100000001b3u;
	return digest;
}

static uint64_t digest_add_text(uint64_t digest, const char *text)
{
	return digest_add(digest, text ? text : "", text ? strlen(text) + 1 : 1);
}

static uint64_t digest_add_rule(uint64_t digest, const struct plan_rule *rule)
{
	const struct plan_verdict *verdict = &rule->statements[0].verdict;

	digest = digest_add(digest, &verdict->kind, sizeof(verdict->kind));
	digest = digest_add_text(digest, verdict->chain);
	return digest_add_text(digest, rule->comment);
}

/* Of a chain that only leads elsewhere, as those on hooks do, of which there are
 * thousands and which are looked at again and again. 0 for any other. */
static uint64_t chain_digest(const struct plan_chain *chain)
{
	uint64_t digest = 0xcbf29ce484222325u;
	size_t i;

	digest = digest_add(digest, &chain->is_base, sizeof(chain->is_base));
	digest = digest_add(digest, &chain->hook, sizeof(chain->hook));
	digest = digest_add(digest, &chain->priority, sizeof(chain->priority));
	digest = digest_add_text(digest, chain->device);
	digest = digest_add_text(digest, chain->comment);
	for (i = 0; i < chain->rule_count; i++) {
		if (chain->rules[i].count != 1 ||
		    chain->rules[i].statements[0].kind != STATEMENT_VERDICT)
			return 0;
		digest = digest_add_rule(digest, &chain->rules[i]);
	}
	return digest;
}

bool nft_state_is_known(const struct nft_chain_state *have, const struct plan_chain *want)
{
	return want->digest && have->same_as == want->digest;
}

static int chain_look(const struct nft_state *state, const struct plan *plan,
		      const struct plan_chain *want,
		      const struct link_table *links, enum look look)
{
	struct nft_chain_state *have;
	uint64_t digest;
	size_t i;
	int same;

	if (!want->digest)
		((struct plan_chain *)want)->digest = chain_digest(want);
	digest = want->digest;
	if (digest && look == LOOK_SETS)
		return 1;
	have = (struct nft_chain_state *)nft_state_find(state, want->name);
	if (!have)
		return 0;
	if (nft_state_is_known(have, want))
		return 1;
	same = nft_state_read_rules(state, have);
	if (same)
		return same;
	if (!chain_is(have, want))
		return 0;
	same = 1;
	for (i = 0; i < want->rule_count && same > 0; i++)
		same = rule_look(state, have->rules[i], plan, want, &want->rules[i], links,
				 look);
	if (same > 0)
		have->same_as = digest;
	return same;
}

static int plan_look(const struct nft_state *state, const struct plan *plan,
		     const struct link_table *links, enum look look)
{
	size_t i;
	int same = 1;

	for (i = 0; i < plan->chain_count && same > 0; i++)
		same = chain_look(state, plan, plan->chains[i], links, look);
	return same;
}

/* What is in a set with a name is told by its comment. */
static int has_sets(const struct nft_state *state, const struct plan *plan)
{
	struct nft_form form;
	size_t i;
	int same = 1;

	for (i = 0; i < plan->set_count && same > 0; i++) {
		const struct nft_set *set = nft_state_find_set(state, plan->sets[i]->name);

		nft_form_of_set(&form, plan->sets[i]);
		same = set ? nft_set_is(set, &form) : 0;
	}
	return same;
}

int nft_state_has_plan(const struct nft_state *state, const struct plan *plan,
		       const struct link_table *links)
{
	struct nft_state *keeper = (struct nft_state *)state;
	int same;

	if (!keeper->room)
		keeper->room = room_make();
	if (!keeper->room)
		return -ENOMEM;
	same = plan_look(state, plan, links, LOOK_RULES);
	if (same > 0)
		same = has_sets(state, plan);
	if (same > 0)
		same = plan_look(state, plan, links, LOOK_SETS);
	/* What has changed meanwhile is not the plan any more: whoever goes on
	 * from here is told so by the generation. */
	return same == -EINTR ? 0 : same;
}
