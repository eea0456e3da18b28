// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel would hold, read back: the messages of a batch have the form
 * of the kernel's own, so they go straight into the readers of nft_state.c.
 */
#include "../../userspace/nft_state.c"

#include "harness.h"

#include "installed.h"
#include "wish.h"

/* "/" first, then bytes; a name before the names that go on from it. */
static void test_order(void)
{
	static const char *const names[] = {
		"", "/", "mirror", "mirror/", "mirror/a", "mirror/a/", "mirror/a/1",
		"mirror/a/copy", "mirror/a/ingress/e/40", "mirror/a-b", "mirror/a-b/copy",
		"mirror/a.b", "mirror/ab", "mirror/ab/1", "mirror-a", "mirror\xff",
	};
	const size_t count = sizeof(names) / sizeof(names[0]);
	struct nft_state state = { 0 };
	size_t i, j, wrong = 0;
	char *swapped;

	state.chains = calloc(count, sizeof(*state.chains));
	state.chain_count = count;
	for (i = 0; i < count; i++)
		state.chains[count - 1 - i].name = (char *)names[i];
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			struct nft_chain_state left = { .name = (char *)names[i] };
			struct nft_chain_state right = { .name = (char *)names[j] };
			int order = name_compare(&left, &right);

			wrong += (order > 0) - (order < 0) != (i > j) - (i < j);
		}
	check_number("every pair of names is in order", 0, wrong);
	qsort(state.chains, count, sizeof(*state.chains), name_compare);
	for (i = wrong = 0; i < count; i++)
		wrong += strcmp(state.chains[i].name, names[i]) != 0;
	check_number("names are sorted", 0, wrong);
	for (i = wrong = 0; i < count; i++)
		wrong += nft_state_find(&state, names[i]) != &state.chains[i];
	check_number("every name is found", 0, wrong);
	check(!nft_state_find(&state, "mirror/b"), "another name is not", "it is");
	swapped = state.chains[0].name;
	free(state.chains);
	check_text("the empty name is first", "", swapped);
	check(!nft_state_find(&(struct nft_state){ 0 }, "a"), "nothing is found in nothing",
	      "something is");
}

/* A rule as the kernel has it: its sets have names by now, from @first on. */
static size_t named_rule_take(struct nft_state *state, const struct plan *plan,
			      const struct plan_chain *chain, const struct plan_rule *rule,
			      const struct link_table *links, size_t first)
{
	char room[8][16], bytes[65536] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct nftnl_rule *object;
	struct nft_form *forms;
	const char *names[8];
	size_t i, count = 0;

	nft_forms_make(&forms, plan->family, rule);
	for (i = 0; i < rule->count; i++)
		count += nft_form_has_set(&forms[i]);
	for (i = 0; i < count; i++) {
		snprintf(room[i], sizeof(room[i]), "__set%zu", first + i);
		names[i] = room[i];
	}
	object = nft_rule_build(plan, chain, rule, forms, links, 0, names);
	mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	nftnl_rule_nlmsg_build_payload(message, object);
	rule_take(message, state);
	nftnl_rule_free(object);
	free(forms);
	return first + count;
}

static void message_take(struct nft_state *state, const struct nlmsghdr *message)
{
	struct nft_set *set;

	switch (message->nlmsg_type & 0xff) {
	case NFT_MSG_NEWTABLE:
		table_take(message, state);
		break;
	case NFT_MSG_NEWCHAIN:
		chain_take(message, state);
		break;
	case NFT_MSG_NEWSET:
		set_take(message, state);
		set = &state->sets[state->set_count - 1];
		free(set->name);
		if (asprintf(&set->name, "__set%zu", state->set_count - 1) < 0)
			abort();
		break;
	case NFT_MSG_NEWSETELEM:
		elements_take(message, &state->sets[state->set_count - 1]);
		break;
	}
}

/* The kernel's state after @plan was applied. */
static void state_make(struct nft_state *state, const struct plan *plan,
		       const struct link_table *links)
{
	struct nl_buffer buffer = { 0 };
	size_t i, j, set = 0;

	nft_batch_add_table(&buffer, plan);
	nft_batch_add_chains(&buffer, plan);
	nft_batch_add_rules(&buffer, plan, links);
	for (i = 0; i < buffer.count; i++)
		message_take(state, (const void *)(buffer.data + buffer.notes[i].offset));
	qsort(state->chains, state->chain_count, sizeof(*state->chains), name_compare);
	for (i = 0; i < plan->chain_count; i++)
		for (j = 0; j < plan->chains[i]->rule_count; j++)
			set = named_rule_take(state, plan, plan->chains[i],
					      &plan->chains[i]->rules[j], links, set);
	for (i = 0; i < state->set_count; i++)
		nft_set_sort(&state->sets[i]);
	if (state->set_count)
		qsort(state->sets, state->set_count, sizeof(*state->sets), set_name_compare);
	nl_buffer_free(&buffer);
}

static bool mirror_same(const struct mirror *wish, const struct installed_mirror *have)
{
	bool same = have && wish->source_count == have->source_count &&
		    wish->target_count == have->target_count &&
		    (wish->match_text && have->match_text ?
		     !strcmp(wish->match_text, have->match_text) :
		     wish->match_text == have->match_text);
	size_t i, j;

	for (i = 0; same && i < wish->source_count; i++) {
		for (j = 0; j < have->source_count; j++)
			if (!strcmp(wish->sources[i].device, have->sources[j].device) &&
			    wish->sources[i].direction == have->sources[j].direction)
				break;
		same = j < have->source_count;
	}
	for (i = 0; same && i < wish->target_count; i++)
		same = !strcmp(wish->targets[i].device, have->targets[i].device) &&
		       have->targets[i].index >= 100 &&
		       have->targets[i].start.packets == i + 1 &&
		       have->targets[i].start.bytes == 1ull << 40;
	return same;
}

static void test_read_back(const struct wish *wish)
{
	static const struct plan_start starts[] = { { 1, 1ull << 40 }, { 2, 1ull << 40 } };
	struct installed installed = { 0 };
	struct error_list errors = { 0 };
	struct nft_state state = { 0 };
	struct link_table links;
	struct mirror mirror;
	struct plan plan;
	char name[64];

	wish_links(&links);
	wish_mirror(wish, &mirror, &errors);
	wish_plan(wish, &plan, starts);
	state_make(&state, &plan, &links);
	snprintf(name, sizeof(name), "%s is what was wished", wish->name);
	check_number(name, 1, nft_state_has_plan(&state, &plan, &links));
	check_text(name, PLAN_TABLE_COMMENT, state.table_comment);
	snprintf(name, sizeof(name), "%s is read back", wish->name);
	check_number(name, 0, installed_read(&installed, &state));
	check_number(name, 1, installed.count);
	check(mirror_same(&mirror, installed_find(&installed, wish->name)), name,
	      "it is another");
	installed_free(&installed);
	nft_state_free(&state);
	plan_free(&plan);
	mirror_free(&mirror);
	link_table_free(&links);
}

/* Any difference but a counter's is one. */
static void test_differences(void)
{
	static const struct wish base = { "m", { "eth1" }, "tcp port 80", { "mir0" } };
	static const struct {
		const char *name;
		struct wish wish;
		int same;
	} cases[] = {
		{ "the same", { "m", { "eth1" }, "tcp port 80", { "mir0" } }, 1 },
		{ "another port", { "m", { "eth1" }, "tcp port 81", { "mir0" } }, 0 },
		{ "other words for the same", { "m", { "eth1" }, "tcp  and port 80", { "mir0" } }, 0 },
		{ "no match", { "m", { "eth1" }, NULL, { "mir0" } }, 0 },
		{ "another device", { "m", { "eth2" }, "tcp port 80", { "mir0" } }, 0 },
		{ "another direction", { "m", { "eth1:egress" }, "tcp port 80", { "mir0" } }, 0 },
		{ "another target", { "m", { "eth1" }, "tcp port 80", { "mir1" } }, 0 },
		{ "one more target", { "m", { "eth1" }, "tcp port 80", { "mir0", "mir1" } }, 0 },
		{ "another name", { "n", { "eth1" }, "tcp port 80", { "mir0" } }, 0 },
	};
	struct plan_start start = { 5, 300 };
	struct nft_state state = { 0 };
	struct link_table links;
	struct plan plan;
	size_t i;

	wish_links(&links);
	wish_plan(&base, &plan, &start);
	state_make(&state, &plan, &links);
	plan_free(&plan);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wish_plan(&cases[i].wish, &plan, NULL);
		check_number(cases[i].name, cases[i].same,
			     nft_state_has_plan(&state, &plan, &links));
		plan_free(&plan);
	}
	wish_plan(&base, &plan, NULL);
	links.links[0].index = 200;
	check_number("a target that was made anew", 0, nft_state_has_plan(&state, &plan, &links));
	plan_free(&plan);
	nft_state_free(&state);
	link_table_free(&links);
}

static const struct plan_range ports[] = {
	{ { 0, 22 }, { 0, 23 } }, { { 0, 80 }, { 0, 80 } }, { { 0xff, 0 }, { 0xff, 0xff } },
};

static void sets_plan(struct plan *plan, const struct plan_range *ranges, size_t count,
		      bool negated, enum plan_field field)
{
	const struct plan_place place = { .field = field };
	struct plan_rule *rule;

	plan_init(plan, NFPROTO_NETDEV, PLAN_TABLE, NULL);
	rule = plan_add_rule(plan, plan_add_chain(plan, "c"));
	plan_rule_test_ranges(plan, rule, &place, NULL, negated, ranges, count);
	plan_rule_test_ranges(plan, rule, &(struct plan_place){ .field = FIELD_TH_SOURCE },
			      NULL, false, ports, 2);
}

/* What a rule looks up is compared by content. */
static void test_sets(void)
{
	static const struct plan_range others[] = {
		{ { 0, 22 }, { 0, 23 } }, { { 0, 80 }, { 0, 81 } }, { { 0xff, 0 }, { 0xff, 0xff } },
	};
	static const struct plan_range values[] = {
		{ { 0, 22 }, { 0, 22 } }, { { 0, 80 }, { 0, 80 } },
	};
	static const struct {
		const char *name;
		const struct plan_range *ranges;
		size_t count;
		bool negated;
		enum plan_field field;
		int same;
	} cases[] = {
		{ "the same set", ports, 3, false, FIELD_TH_DESTINATION, 1 },
		{ "one port more", others, 3, false, FIELD_TH_DESTINATION, 0 },
		{ "a range less", ports, 2, false, FIELD_TH_DESTINATION, 0 },
		{ "no set", ports, 1, false, FIELD_TH_DESTINATION, 0 },
		{ "a set of values", values, 2, false, FIELD_TH_DESTINATION, 0 },
		{ "all others", ports, 3, true, FIELD_TH_DESTINATION, 0 },
		{ "another field", ports, 3, false, FIELD_IP_FRAGMENT, 0 },
	};
	struct link_table links = { 0 };
	struct nft_state state = { 0 };
	struct plan plan;
	size_t i;

	sets_plan(&plan, ports, 3, false, FIELD_TH_DESTINATION);
	state_make(&state, &plan, &links);
	plan_free(&plan);
	check_number("a rule has two sets", 2, state.set_count);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sets_plan(&plan, cases[i].ranges, cases[i].count, cases[i].negated,
			  cases[i].field);
		check_number(cases[i].name, cases[i].same,
			     nft_state_has_plan(&state, &plan, &links));
		plan_free(&plan);
	}
	sets_plan(&plan, ports, 3, false, FIELD_TH_DESTINATION);
	state.sets[0].is_odd = true;
	check_number("what we never put into a set", 0,
		     nft_state_has_plan(&state, &plan, &links));
	state.sets[0].is_odd = false;
	free(state.sets[0].name);
	state.sets[0].name = strdup("__map0");
	check_number("a set that is not there", 0, nft_state_has_plan(&state, &plan, &links));
	plan_free(&plan);
	nft_state_free(&state);
}

static void rows_plan(struct plan *plan, const uint8_t (*values)[PLAN_VALUE_MAX],
		      bool negated)
{
	static const struct plan_place places[] = {
		{ .field = FIELD_META_LENGTH }, { .field = FIELD_TH_DESTINATION },
	};

	plan_init(plan, NFPROTO_NETDEV, PLAN_TABLE, NULL);
	plan_rule_test_rows(plan, plan_add_rule(plan, plan_add_chain(plan, "c")), places, 2,
			    negated, values, 2);
}

/* Rows are compared by content, whatever their order. */
static void test_rows(void)
{
	static const struct {
		const char *name;
		uint8_t values[4][PLAN_VALUE_MAX];
		bool negated;
		int same;
	} cases[] = {
		{ "the same rows", { { 0, 0, 1 }, { 0, 80 }, { 0, 0, 2 }, { 0, 22 } }, false, 1 },
		{ "in another order", { { 0, 0, 2 }, { 0, 22 }, { 0, 0, 1 }, { 0, 80 } }, false, 1 },
		{ "one is another", { { 0, 0, 1 }, { 0, 80 }, { 0, 0, 2 }, { 0, 23 } }, false, 0 },
		{ "none of the rows", { { 0, 0, 1 }, { 0, 80 }, { 0, 0, 2 }, { 0, 22 } }, true, 0 },
	};
	struct link_table links = { 0 };
	struct nft_state state = { 0 };
	struct plan plan;
	size_t i;

	rows_plan(&plan, cases[0].values, false);
	state_make(&state, &plan, &links);
	plan_free(&plan);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rows_plan(&plan, cases[i].values, cases[i].negated);
		check_number(cases[i].name, cases[i].same,
			     nft_state_has_plan(&state, &plan, &links));
		plan_free(&plan);
	}
	nft_state_free(&state);
}

/* A device is read from where it stands, whatever else is in the rule. */
static void test_devices(void)
{
	struct nft_state state = { 0 };
	struct plan_rule *rule;
	struct plan_chain *chain;
	struct link_table links;
	unsigned int index;
	struct plan plan;

	wish_links(&links);
	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, NULL);
	chain = plan_add_chain(&plan, "c");
	rule = plan_add_rule(&plan, chain);
	plan_rule_mark(&plan, rule, 7);
	plan_rule_dup(&plan, rule, "mir0");
	plan_rule_fwd(&plan, rule, "mir1");
	plan_rule_mark(&plan, plan_add_rule(&plan, chain), 7);
	state_make(&state, &plan, &links);
	check(nft_rule_dup_index(state.chains[0].rules[0], &index), "dup", "is not there");
	check_number("its device", 100, index);
	check(nft_rule_fwd_index(state.chains[0].rules[0], &index), "fwd", "is not there");
	check_number("its device", 101, index);
	check(!nft_rule_dup_index(state.chains[0].rules[1], &index) &&
	      !nft_rule_fwd_index(state.chains[0].rules[1], &index),
	      "a mark is no device", "it is");
	nft_state_free(&state);
	plan_free(&plan);
	link_table_free(&links);
}

int main(void)
{
	size_t i;

	test_sets();
	test_rows();
	test_devices();
	test_order();
	for (i = 0; i < WISHES; i++)
		test_read_back(&wishes[i]);
	test_differences();
	return harness_end();
}
