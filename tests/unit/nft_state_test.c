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

static void links_make(struct link_table *links)
{
	static const char *const names[] = { "mir0", "mir1", "fifteen-letters" };
	size_t i;

	memset(links, 0, sizeof(*links));
	for (i = 0; i < 3; i++) {
		link_table_add_planned(links, names[i]);
		links->links[i].index = 100 + i;
	}
}

/* The kernel's state after @plan was applied. */
static void state_make(struct nft_state *state, const struct plan *plan,
		       const struct link_table *links)
{
	struct nl_buffer buffer = { 0 };
	size_t i;

	nft_batch_add_table(&buffer, plan);
	nft_batch_add_chains(&buffer, plan);
	nft_batch_add_rules(&buffer, plan, links);
	for (i = 0; i < buffer.count; i++) {
		const struct nlmsghdr *message;

		message = (const void *)(buffer.data + buffer.notes[i].offset);
		switch (message->nlmsg_type & 0xff) {
		case NFT_MSG_NEWTABLE:
			table_take(message, state);
			break;
		case NFT_MSG_NEWCHAIN:
			chain_take(message, state);
			break;
		case NFT_MSG_NEWRULE:
			if (buffer.notes[i - 1].kind != buffer.notes[i].kind)
				qsort(state->chains, state->chain_count,
				      sizeof(*state->chains), name_compare);
			rule_take(message, state);
			break;
		}
	}
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

	links_make(&links);
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

	links_make(&links);
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

int main(void)
{
	size_t i;

	test_order();
	for (i = 0; i < WISHES; i++)
		test_read_back(&wishes[i]);
	test_differences();
	return harness_end();
}
