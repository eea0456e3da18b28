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
		{ "a*b", "--from:1:2: '*' stands for any rest of a name, so it can only be the last" },
		{ "**", "--from:1:1: '*' stands for any rest" },
		{ "*:up", "--from:1:3: 'up' is no direction" },
		{ "a/*", "--from:1:1: device name 'a/*' has the character '/'" },
		{ "fifteen-letters*", "--from:1:1: device name 'fifteen-letters*' has 16" },
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
	check_number("a wrong tunnel", -EINVAL,
		     mirror_add_target(&mirror, "vxlan,remote=192.0.2.1,id=x", &to_place, &errors));
	check_record("a wrong tunnel", "--to:1:27: id 'x' is out of range", &errors);
	check_number("a device called like a tunnel", 0,
		     mirror_add_target(&mirror, "vxlan", &to_place, &errors));
	check_number("a target with a direction", -EINVAL,
		     mirror_add_target(&mirror, "mir2:ingress", &to_place, &errors));
	check_record("a target with a direction", "--to:1:1: device name", &errors);
	check_number("targets", 3, mirror.target_count);
	mirror_free(&mirror);
}

static void test_patterns(void)
{
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };

	mirror_add_source(&mirror, "veth*", &from_place, &errors);
	mirror_add_source(&mirror, "*:egress", &from_place, &errors);
	mirror_add_source(&mirror, "veth", &from_place, &errors);
	check_number("patterns are sources", 5, mirror.source_count);
	check_text("with their star", "veth*", mirror.sources[0].device);
	check(mirror.sources[0].is_pattern && mirror.sources[1].is_pattern &&
	      mirror.sources[2].is_pattern && !mirror.sources[3].is_pattern,
	      "and known as patterns", "they are not");
	check_text("a star alone", "*", mirror.sources[2].device);
	check_number("no record", 0, errors.count);
	mirror_free(&mirror);
}

static void test_tunnels(void)
{
	struct error_list errors = { 0 };
	struct mirror mirror = { 0 };

	mirror_add_target(&mirror, "vxlan,remote=192.0.2.1,id=7", &to_place, &errors);
	mirror_add_target(&mirror, "vxlan,remote=192.0.2.1,id=8,name=coll1", &to_place, &errors);
	check_number("tunnels are targets", 2, mirror.target_count);
	check_number("as such", TARGET_TUNNEL, mirror.targets[0].kind);
	/* FNV-1a of the text, computed apart. */
	check_text("a name that follows from what it is", "mir670a29b7", mirror.targets[0].device);
	check_text("a name that was given", "coll1", mirror.targets[1].device);
	mirror_add_target(&mirror, "vxlan,id=7,ttl=64,remote=192.0.2.1", &to_place, &errors);
	check_record("the same written otherwise", "--to:1:1: target 'mir670a29b7' is given twice", &errors);
	mirror_add_target(&mirror, "vxlan,remote=192.0.2.1,id=9,name=coll1", &to_place, &errors);
	check_record("one name of two tunnels", "--to:1:1: 'coll1' is the name of two tunnels", &errors);
	mirror_add_target(&mirror, "eth0,eth1", &to_place, &errors);
	check_record("a comma without a kind", "--to:1:1: 'eth0' is no kind of tunnel", &errors);
	mirror_free(&mirror);
}

static void test_sample(void)
{
	static const struct {
		const char *text, *canonical, *record;
	} cases[] = {
		{ "1/10", "1/10", NULL },
		{ " 1 / 10  flows ", "1/10 flows", NULL },
		{ "1/1", "", NULL },
		{ "1/1 flows", "", NULL },
		{ "1/2147483648", "1/2147483648", NULL },
		{ "1/2147483649", NULL, "--sample:1:3: 1/2147483649 is out of range, give 1/1 to 1/2147483648" },
		{ "1/0", NULL, "--sample:1:3: 1/0 is out of range" },
		{ "1/99999999999999999999999", NULL, "--sample:1:3: 1/99999999999999999999999 is out of range" },
		{ "2/10", NULL, "--sample:1:1: '2/10' is no sample, say 1/N" },
		{ "", NULL, "--sample:1:1: '' is no sample" },
		{ "10", NULL, "--sample:1:1: '10' is no sample" },
		{ "10%", NULL, "--sample:1:1: '10%' is no sample" },
		{ "1/x", NULL, "--sample:1:1: '1/x' is no sample" },
		{ "1/10 frames", NULL, "--sample:1:6: 'frames' is not understood behind 1/10" },
		{ "1/10 flows x", NULL, "--sample:1:6: 'flows x' is not understood" },
		{ "1/10.5", NULL, "--sample:1:5: '.5' is not understood" },
	};
	static const struct location place = { "--sample", 1, 1 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error_list errors = { 0 };
		struct mirror mirror = { 0 };
		char text[64];

		check_number(cases[i].text, cases[i].record ? -EINVAL : 0,
			     mirror_set_sample(&mirror, cases[i].text, &place, &errors));
		mirror_sample_text(&mirror.sample, text, sizeof(text));
		if (cases[i].record)
			check_record(cases[i].text, cases[i].record, &errors);
		else
			check_text(cases[i].text, cases[i].canonical, text);
		error_clear(&errors);
	}
}

static const struct location limit_place = { "--limit", 1, 1 };

static void test_limit(void)
{
	static const struct {
		const char *text, *canonical;
		unsigned long rate, burst;
	} cases[] = {
		{ "50000 packets/second", "50000 packets/second", 50000, 5000 },
		{ "5packets / minute", "5 packets/minute", 5, 1 },
		{ "10 mbytes/second burst 1 mbytes", "10 mbytes/second", 10485760, 1048576 },
		{ "10 mbytes/second", "10 mbytes/second", 10485760, 1048576 },
		{ "10 mbytes/second burst 64 kbytes", "10 mbytes/second burst 64 kbytes", 10485760, 65536 },
		{ "1 kbytes/hour", "1 kbytes/hour", 1024, 65536 },
		{ "10 mbit/second", "1250000 bytes/second", 1250000, 125000 },
		{ "1 kbit/second", "125 bytes/second", 125, 65536 },
		{ "100 gbit/second", "12500000000 bytes/second", 12500000000, 1250000000 },
		{ "1 packets/day burst 7 packets", "1 packets/day burst 7 packets", 1, 7 },
		{ "18446678537 bytes/second", "18446678537 bytes/second", 18446678537, 65536 },
		{ "1000000000 packets/second", "1000000000 packets/second", 1000000000, 100000000 },
	};
	struct error_list errors = { 0 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mirror mirror = { 0 }, again = { 0 };
		char text[MIRROR_LIMIT_TEXT_MAX];

		check_number(cases[i].text, 0,
			     mirror_set_limit(&mirror, cases[i].text, &limit_place, &errors));
		mirror_limit_text(&mirror.limit, text, sizeof(text));
		check_text(cases[i].text, cases[i].canonical, text);
		check_number("the rate", cases[i].rate, mirror.limit.rate);
		check_number("the burst", cases[i].burst, mirror.limit.burst);
		mirror_set_limit(&again, text, &limit_place, &errors);
		check(!memcmp(&mirror.limit, &again.limit, sizeof(again.limit)),
		      "read back to the same", "it is another");
		check_number("without a record", 0, errors.count);
		error_clear(&errors);
	}
}

static void test_bad_limits(void)
{
	static const struct {
		const char *text, *record;
	} cases[] = {
		{ "", "--limit:1:1: '' is no number" },
		{ "fast", "--limit:1:1: 'fast' is no number" },
		{ "-5 packets/second", "--limit:1:1: '-' is no number" },
		{ "5", "--limit:1:2: '' is no unit, say packets" },
		{ "5 apples/second", "--limit:1:3: 'apples' is no unit" },
		{ "1.5 mbit/second", "--limit:1:2: '.' is no unit" },
		{ "5 packets", "--limit:1:10: a limit has a time" },
		{ "5 packets second", "--limit:1:11: a limit has a time" },
		{ "5 packets/", "--limit:1:11: '' is no time" },
		{ "5 packets/week", "--limit:1:11: 'week' is no time, say second, minute, hour or day" },
		{ "0 packets/second", "--limit:1:1: the rate is out of range" },
		{ "1000000001 packets/second", "--limit:1:1: the rate is out of range, the kernel counts 1 to 1000000000 packets" },
		{ "1000 gbit/second", "--limit:1:1: the rate is out of range, the kernel counts 1 to 18446678537 bytes" },
		{ "1 gbit/day", "--limit:1:1: the rate is out of range, the kernel counts 1 to 147967 bytes in such a time, or say it per second" },
		{ "99999999999999999999 gbit/second", "--limit:1:1: the rate is out of range" },
		{ "5 packets/second x", "--limit:1:18: 'x' is not understood" },
		{ "5 packets/second burst", "--limit:1:23: '' is no number" },
		{ "5 packets/second burst 0 packets", "--limit:1:24: the burst is out of range, give 1 to 4294967295 packets" },
		{ "5 packets/second burst 5 bytes", "--limit:1:24: the rate is in packets, so the burst has to be as well" },
		{ "5 bytes/second burst 5 packets", "--limit:1:22: the rate is in bytes" },
		{ "5 bytes/day burst 1 mbytes", "--limit:1:19: the burst is out of range, give 1 to 213498 bytes" },
		{ "5 packets/second burst 5 packets x", "--limit:1:34: 'x' is left over" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error_list errors = { 0 };
		struct mirror mirror = { 0 };

		check_number(cases[i].text, -EINVAL,
			     mirror_set_limit(&mirror, cases[i].text, &limit_place, &errors));
		check_record(cases[i].text, cases[i].record, &errors);
		check_number("no limit is set", 0, mirror.limit.rate);
	}
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
	mirror.target_count--;
	mirror.path = MIRROR_PATH_TC;
	mirror_set_sample(&mirror, "1/2 flows", &name_place, &errors);
	mirror_validate(&mirror, &name_place, &errors);
	check_record("a sample by tc", "--name:1:1: the tc path cannot sample flows", &errors);
	mirror.sample = (struct sample){ 0 };
	mirror_set_limit(&mirror, "1 packets/day", &limit_place, &errors);
	mirror_validate(&mirror, &name_place, &errors);
	check_record("a limit by tc", "--limit:1:1: tc counts by the second", &errors);
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
	test_patterns();
	test_tunnels();
	test_sample();
	test_limit();
	test_bad_limits();
	test_match();
	test_validate();
	test_definition();
	return harness_end();
}
