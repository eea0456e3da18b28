// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <errno.h>

#include "mirror.h"

static const struct location name_place = { "--name", 1, 1 };
static const struct location from_place = { "--from", 1, 1 };
static const struct location to_place = { "--to", 1, 1 };
static const struct location match_place = { "--match", 1, 1 };

static void test_names(void)
{
	static const char *const good[] = {
		"a", "web", "web-1", "web.1_x", "1", "..", "_", ".", "fifteen-letters",
	};
	static const struct {
		const char *text, *record;
	} bad[] = {
		{ "", "--name:1:1: the name is empty" },
		{ "sixteen-letters-", "--name:1:1: name 'sixteen-letters-' has 16 characters" },
		{ "-web", "--name:1:1: name '-web' has the character '-'" },
		{ "a/b", "--name:1:1: name 'a/b' has the character '/'" },
		{ "a b", "--name:1:1: name 'a b' has the character ' '" },
		{ "a\"b", "--name:1:1: name 'a\"b' has the character '\"'" },
		{ "a{", "--name:1:1: name 'a{' has the character '{'" },
		{ "caf\xc3\xa9", "--name:1:1: name 'caf" },
	};
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check_number(good[i], 0, mirror_set_name(&mirror, good[i], &name_place, &errors));
		check_text(good[i], good[i], mirror.name);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_number(bad[i].text, -EINVAL,
			     mirror_set_name(&mirror, bad[i].text, &name_place, &errors));
		check_record(bad[i].text, bad[i].record, &errors);
	}
	check_text("a refused name leaves the one that was there",
		   good[sizeof(good) / sizeof(good[0]) - 1], mirror.name);
}

static void test_sources(void)
{
	static const struct {
		const char *text, *record;
	} bad[] = {
		{ "", "--from:1:1: the device name is empty" },
		{ ":ingress", "--from:1:1: the device name is empty" },
		{ "eth1:", "--from:1:6: '' is no direction" },
		{ "eth1:both", "--from:1:6: 'both' is no direction" },
		{ "eth1:Ingress", "--from:1:6: 'Ingress' is no direction" },
		{ "eth1:ingress:egress", "--from:1:6: 'ingress:egress' is no direction" },
		{ "sixteen-letters-", "--from:1:1: device name 'sixteen-letters-' has 16" },
		{ "a/b", "--from:1:1: device name 'a/b' has the character '/'" },
		{ "a b", "--from:1:1: device name 'a b' has the character ' '" },
		{ "a\tb", "--from:1:1: device name" },
		{ "a\"b", "--from:1:1: device name" },
		{ "a*", "--from:1:1: device name" },
		{ ".", "--from:1:1: '.' is no device name" },
		{ "..", "--from:1:1: '..' is no device name" },
		{ "..:egress", "--from:1:1: '..' is no device name" },
	};
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_number(bad[i].text, -EINVAL,
			     mirror_add_source(&mirror, bad[i].text, &from_place, &errors));
		check_record(bad[i].text, bad[i].record, &errors);
	}
	check_number("nothing refused was added", 0, mirror.source_count);
	mirror_add_source(&mirror, "eth1:egress", &from_place, &errors);
	check_number("one direction is one source", 1, mirror.source_count);
	check_number("it is egress", DIRECTION_EGRESS, mirror.sources[0].direction);
	mirror_add_source(&mirror, "eth1", &from_place, &errors);
	check_number("no direction is both, and none twice", 2, mirror.source_count);
	check_number("the other one is ingress", DIRECTION_INGRESS, mirror.sources[1].direction);
	mirror_add_source(&mirror, "eth1:ingress", &from_place, &errors);
	check_number("the same again is not added", 2, mirror.source_count);
	mirror_add_source(&mirror, "eth:ingress", &from_place, &errors);
	check_number("the beginning of a name is another name", 3, mirror.source_count);
	mirror_add_source(&mirror, "a@b:ingress", &from_place, &errors);
	mirror_add_source(&mirror, "...:ingress", &from_place, &errors);
	mirror_add_source(&mirror, "1x+y:egress", &from_place, &errors);
	check_number("odd characters are taken", 6, mirror.source_count);
	check_number("without a record", 0, errors.count);
	mirror_free(&mirror);
}

static void test_targets(void)
{
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };

	check_number("a target", 0, mirror_add_target(&mirror, "mir0", &to_place, &errors));
	check_number("another", 0, mirror_add_target(&mirror, "mir1", &to_place, &errors));
	check_number("the same again", -EINVAL,
		     mirror_add_target(&mirror, "mir0", &to_place, &errors));
	check_record("the same again", "--to:1:1: target 'mir0' is given twice", &errors);
	check_number("a tunnel", -EINVAL,
		     mirror_add_target(&mirror, "vxlan,remote=192.0.2.1,id=7", &to_place, &errors));
	check_record("a tunnel", "--to:1:1: tunnel targets are not in this version", &errors);
	check_number("a device called like a tunnel", 0,
		     mirror_add_target(&mirror, "vxlan", &to_place, &errors));
	check_number("a target with a direction", -EINVAL,
		     mirror_add_target(&mirror, "mir2:ingress", &to_place, &errors));
	check_record("a target with a direction", "--to:1:1: device name", &errors);
	check_number("targets", 3, mirror.target_count);
	mirror_free(&mirror);
}

static void test_match(void)
{
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };

	check_number("white space is everything", 0,
		     mirror_set_match(&mirror, " \t\n", &match_place));
	check(!mirror.match && !mirror.match_text, "everything has no match", "it has one");
	mirror_set_match(&mirror, "  tcp \n\t port  80 ", &match_place);
	check_text("white space is folded", "tcp port 80", mirror.match_text);
	mirror_set_match(&mirror, "udp", &match_place);
	check_text("the next match replaces it", "udp", mirror.match_text);
	mirror_set_name(&mirror, "web", &name_place, &errors);
	mirror_add_source(&mirror, "eth1", &from_place, &errors);
	mirror_add_target(&mirror, "mir0", &to_place, &errors);
	mirror_set_match(&mirror, "udp and nonsense", &match_place);
	check_number("a wrong match", -EINVAL, mirror_validate(&mirror, &name_place, &errors));
	check_record("a wrong match", "--match:1:9: ", &errors);
	mirror_set_match(&mirror, "ip[2:2] - ((ip[0] & 0xf) << 2) > 60", &match_place);
	check_number("what nft cannot do", -EINVAL,
		     mirror_validate(&mirror, &name_place, &errors));
	error_clear(&errors);
	mirror.path = MIRROR_PATH_TC;
	check_number("tc can", 0, mirror_validate(&mirror, &name_place, &errors));
	check_number("without a word", 0, errors.count);
	mirror_free(&mirror);
}

static void test_validate(void)
{
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };

	check_number("an empty mirror", -EINVAL, mirror_validate(&mirror, &name_place, &errors));
	check_number("has three things missing", 3, errors.count);
	error_clear(&errors);
	mirror_set_name(&mirror, "web", &name_place, &errors);
	mirror_add_source(&mirror, "eth1", &from_place, &errors);
	mirror_add_target(&mirror, "mir0", &to_place, &errors);
	check_number("a whole mirror", 0, mirror_validate(&mirror, &name_place, &errors));
	check_number("has nothing missing", 0, errors.count);
	mirror_add_target(&mirror, "eth1", &to_place, &errors);
	check_number("a source as target", -EINVAL,
		     mirror_validate(&mirror, &name_place, &errors));
	check_record("is told once for both directions", "--to:1:1: target 'eth1' is also a source",
		     &errors);
	mirror_free(&mirror);
}

static void test_definition(void)
{
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	char name[16];
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		mirror_set_name(definition_add(&definition), name, &name_place, &errors);
	}
	check_number("a definition holds many", 100, definition.count);
	check_text("in their order", "m42", definition.mirrors[42].name);
	definition_free(&definition);
	check_number("a freed definition is empty", 0, definition.count);
}

int main(void)
{
	test_names();
	test_sources();
	test_targets();
	test_match();
	test_validate();
	test_definition();
	return harness_end();
}
