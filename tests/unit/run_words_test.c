// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon says of a change, from what was there before and after.
 */
#include "harness.h"

#include <stdlib.h>

#include "run_words.h"

static struct definition definition;
static struct link_table links;
static struct apply_result result;
static enum wish_outcome outcomes[2];

static struct link *link_make(unsigned int index, const char *name)
{
	struct link *link;

	links.links = reallocarray(links.links, links.count + 1, sizeof(*links.links));
	link = &links.links[links.count++];
	memset(link, 0, sizeof(*link));
	link->index = index;
	snprintf(link->name, sizeof(link->name), "%s", name);
	return link;
}

static void mirror_make(const char *name, const char *source, const char *target)
{
	static const struct location where = { "test", 1, 1 };
	struct mirror *mirror = definition_add(&definition);
	struct error_list errors = { 0 };

	mirror_set_name(mirror, name, &where, &errors);
	mirror_add_source(mirror, source, &where, &errors);
	mirror_add_target(mirror, target, &where, &errors);
	check_number("the definition is right", 0, errors.count);
	error_clear(&errors);
}

/* The devices of @text, "INDEX NAME ..." with spaces; then the mirrors' hooks. */
static struct run_memory memory_of(const char *text)
{
	char (*names)[IFNAMSIZ] = calloc(4096, sizeof(*names));
	struct run_memory memory;
	unsigned int index;
	char name[IFNAMSIZ];
	int used;
	size_t i, count = 0;

	links.count = 0;
	for (; sscanf(text, "%u %15s%n", &index, name, &used) == 2; text += used) {
		link_make(index, name);
		memcpy(names[count++], name, IFNAMSIZ);
	}
	for (i = 0; i < definition.count; i++)
		mirror_resolve_sources(&definition.mirrors[i],
				       (const char (*)[IFNAMSIZ])names, count);
	run_memory_take(&memory, &links, &definition);
	free(names);
	return memory;
}

static void expect(const char *name, const char *before, const char *after,
		   const struct monitor_news *news, enum run_reason reason,
		   const char *cause, const char *effect)
{
	struct run_memory was = memory_of(before), is = memory_of(after);
	char text[RUN_WORDS_MAX], title[128];

	snprintf(title, sizeof(title), "%s: what happened", name);
	run_words_cause(text, &was, &is, &definition, &result, news, reason);
	check_text(title, cause, text);
	snprintf(title, sizeof(title), "%s: what was done", name);
	run_words_effect(text, &was, &is, &definition, &result);
	check_text(title, effect, text);
	run_memory_free(&was);
	run_memory_free(&is);
}

static void devices(void)
{
	const struct monitor_news none = { 0 };

	expect("nothing", "1 lo 2 v1", "1 lo 2 v1", &none, RUN_RETRY, "tried again", "");
	expect("something else", "1 lo 2 v1", "1 lo 2 v1 3 eth0", &none, RUN_NEWS,
	       "things changed", "");
	expect("one more", "1 lo 2 v1", "1 lo 2 v1 3 v2", &none, RUN_NEWS,
	       "v2 appeared", "a mirrors v2");
	expect("two less", "1 lo 2 v1 3 v2 4 v3", "1 lo 3 v2", &none, RUN_NEWS,
	       "v1 and v3 are gone", "a leaves out v1 and v3");
	expect("another name", "1 lo 2 v1", "1 lo 2 v7", &none, RUN_NEWS,
	       "v1 was renamed to v7", "a mirrors v7; a leaves out v1");
	expect("a name that fits no more", "2 v1", "2 x1", &none, RUN_NEWS,
	       "v1 was renamed to x1", "a leaves out v1");
	expect("another one of the name", "2 v1", "3 v1", &none, RUN_NEWS,
	       "v1 is another one now", "");
	expect("two names changed with each other", "2 v1 3 v2", "2 v2 3 v1", &none, RUN_NEWS,
	       "v1 was renamed to v2 and v2 was renamed to v1", "");
	expect("many", "1 lo", "1 lo 2 v1 3 v2 4 v3 5 v4 6 v5 7 v6 8 v7 9 v8 10 v9", &none,
	       RUN_NEWS, "v1, v2, v3, v4, v5, v6, v7 and 2 more appeared",
	       "a mirrors v1, v2, v3, v4, v5, v6, v7 and 2 more");
	expect("eight are told", "1 lo", "1 lo 2 v1 3 v2 4 v3 5 v4 6 v5 7 v6 8 v7 9 v8", &none,
	       RUN_NEWS, "v1, v2, v3, v4, v5, v6, v7 and v8 appeared",
	       "a mirrors v1, v2, v3, v4, v5, v6, v7 and v8");
	expect("all of it at once", "2 v1 3 v2 4 v3", "5 v1 3 v4 6 v5", &none, RUN_NEWS,
	       "v5 appeared; v3 is gone; v1 is another one now; v2 was renamed to v4",
	       "a mirrors v4 and v5; a leaves out v2 and v3");
}

static void others(void)
{
	const struct monitor_news none = { 0 };
	const struct monitor_news nft = { .rules = true, .who = "nft", .who_id = 7 };
	struct target made = { .device = "mir0" };
	char gone[1][IFNAMSIZ] = { "old" };

	outcomes[0] = WISH_CREATED;
	expect("flushed", "2 v1", "2 v1", &nft, RUN_NEWS, "nft (process 7) changed the rules",
	       "a was put in place");
	outcomes[0] = WISH_REPLACED;
	expect("changed", "2 v1", "2 v1", &nft, RUN_NEWS, "nft (process 7) changed the rules",
	       "a was put right");
	outcomes[0] = WISH_UNCHANGED;
	result.made = &made;
	result.made_count = 1;
	expect("a target that is made again", "2 v1 3 mir0 4 mir0-tap", "2 v1 5 mir0 6 mir0-tap",
	       &none, RUN_NEWS, "mir0 and mir0-tap are gone", "made mir0");
	expect("the first time", "", "2 v1 5 mir0 6 mir0-tap", &none, RUN_START, "started",
	       "a mirrors v1; made mir0");
	result.made_count = 0;
	result.gone = gone;
	result.gone_count = 1;
	expect("another file", "2 v1", "2 v1", &none, RUN_RELOAD, "the file was read again",
	       "removed old");
	result.gone_count = 0;
	result.changed = true;
	expect("a tap", "2 v1", "2 v1", &nft, RUN_NEWS, "nft (process 7) changed the rules",
	       "what belongs to the targets was put right");
	result.changed = false;
}

int main(void)
{
	struct run_memory memory;
	char text[RUN_WORDS_MAX];

	result.outcomes = outcomes;
	mirror_make("a", "v*", "mir0");
	devices();
	others();
	mirror_make("b", "eth0", "mir0");
	memory = memory_of("1 lo 2 v1 3 v2");
	run_words_status(text, &memory, &definition);
	check_text("how things are", "2 mirrors on 3 devices", text);
	run_memory_free(&memory);
	definition_free(&definition);
	free(links.links);
	return harness_end();
}
