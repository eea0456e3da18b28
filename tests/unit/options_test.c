// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <errno.h>

#include "options.h"

#define ARGUMENTS_MAX 20

struct attempt {
	struct definition definition;
	struct error_list errors;
	int error;
};

static void attempt(struct attempt *attempt, const char *const *words)
{
	char *argv[ARGUMENTS_MAX + 1] = { 0 };
	int argc;

	memset(attempt, 0, sizeof(*attempt));
	for (argc = 0; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	attempt->error = options_read_definition(argc, argv, "the usage\n",
						 &attempt->definition, &attempt->errors);
}

static void attempt_free(struct attempt *attempt)
{
	definition_free(&attempt->definition);
	error_clear(&attempt->errors);
}

static void test_good(void)
{
	static const char *const words[] = {
		"apply", "--name", "web", "--from=eth1:egress", "--from", "eth2",
		"--match", "tcp port 80", "--to", "mir0", "--to", "mir1", "--path", "tc", NULL,
	};
	const struct mirror *mirror;
	struct attempt got;

	attempt(&got, words);
	if (check_number("a whole mirror", 0, got.error)) {
		mirror = &got.definition.mirrors[0];
		check_number("is one mirror", 1, got.definition.count);
		check_text("has its name", "web", mirror->name);
		check_number("has its sources", 3, mirror->source_count);
		check_number("has its targets", 2, mirror->target_count);
		check_text("has its match", "tcp port 80", mirror->match_text);
		check_number("has its path", MIRROR_PATH_TC, mirror->path);
	}
	attempt_free(&got);
}

static void test_bad(void)
{
#define WHOLE "apply", "--name", "web", "--from", "eth1", "--to", "mir0"
	static const struct {
		const char *words[ARGUMENTS_MAX];
		const char *record;
	} cases[] = {
		{ { WHOLE, "--bogus" }, "command line:1:7: option '--bogus' is not known" },
		{ { WHOLE, "-x" }, "command line:1:7: option '-x' is not known" },
		{ { WHOLE, "--match" }, "command line:1:7: option '--match' needs a value" },
		{ { WHOLE, "left" }, "command line:1:7: 'left' is left over" },
		{ { WHOLE, "--match", "tcp", "port" }, "command line:1:9: 'port' is left over" },
		{ { WHOLE, "--hosts", "192.0.2.1,192.0.2.1/24" },
		  "--hosts:1:11: '192.0.2.1/24' has bits behind its prefix, 192.0.2.0/24 would be right" },
		{ { WHOLE, "--hosts", "" }, "--hosts:1:1: the list is empty" },
		{ { WHOLE, "--except", "host1" }, "--except:1:1: 'host1' is no address" },
		{ { WHOLE, "--hosts", "@/nowhere" }, "--hosts:1:2: cannot read '/nowhere'" },
		{ { WHOLE, "--except", "@" }, "--except:1:2: a file is missing" },
		{ { WHOLE, "--path", "ebpf" }, "--path:1:1: 'ebpf' is no path" },
		{ { WHOLE, "--name", "other" }, "--name:1:1: --name is given twice" },
		{ { WHOLE, "--match", "tcp", "--match", "udp" },
		  "--match:1:1: --match is given twice" },
		{ { WHOLE, "-f", "file" },
		  "command line:1:1: -f and --name do not go together" },
		{ { "apply", "-f", "/nowhere" },
		  "-f:1:1: cannot read '/nowhere': No such file or directory" },
		{ { "apply", "-f/nowhere", "--path", "nft" },
		  "command line:1:1: -f and --path do not go together" },
		{ { "apply", "-f" }, "command line:1:1: option '-f' needs a value" },
		{ { "apply", "--f", "/nowhere" }, "command line:1:1: option '--f' is not known" },
		{ { "apply", "-f", "/" }, "-f:1:1: cannot read '/': Is a directory without a file *.yaml" },
		{ { "apply", "-f", "/dev/zero" }, "-f:1:1: '/dev/zero' has more than 16 MiB" },
		{ { "apply", "-f", "/dev/null" }, "/dev/null:1:1: the file is empty" },
		{ { WHOLE, "--sample", "2/3" }, "--sample:1:1: '2/3' is no sample" },
		{ { WHOLE, "--sample", "1/3", "--sample", "1/3" },
		  "--sample:1:1: --sample is given twice, a mirror has one sample" },
		{ { WHOLE, "--limit", "7" }, "--limit:1:2: '' is no unit" },
		{ { WHOLE, "--limit", "7 packets/day", "--limit=7 packets/day" },
		  "--limit:1:1: --limit is given twice, a mirror has one limit" },
		{ { WHOLE, "--path", "tc", "--sample", "1/3 flows" },
		  "--sample:1:1: the tc path cannot sample flows" },
		{ { WHOLE, "--path", "tc", "--limit", "3 packets/day" },
		  "--limit:1:1: tc counts by the second" },
		{ { WHOLE, "--to", "vxlan,remote=::1,id=7" },
		  "--to:1:14: '::1' is a loopback address" },
		{ { WHOLE, "--to", "vxlan,remote=192.0.2.1,id=7", "--to",
		    "vxlan,remote=192.0.2.2,id=7,name=coll2" },
		  "--to:1:1: the kernel cannot have" },
		{ { WHOLE, "--to", "mir0-tap" },
		  "--to:1:1: 'mir0-tap' is the end of 'mir0' that a sensor reads" },
		{ { WHOLE, "--from", "e*1" }, "--from:1:2: '*' stands for any rest" },
		{ { WHOLE, "--match", "tcp or" }, "--match:1:7: " },
		{ { "apply", "--from", "eth1", "--to", "mir0" },
		  "command line:1:1: the mirror has no name" },
		{ { "apply", "--name", "web", "--to", "mir0" },
		  "command line:1:1: nothing to mirror" },
		{ { "apply", "--name", "web", "--from", "eth1" },
		  "command line:1:1: nowhere to put the copies" },
		{ { "apply", "--name", "", "--from", "eth1", "--to", "mir0" },
		  "--name:1:1: the name is empty" },
	};
	struct attempt got;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		attempt(&got, cases[i].words);
		check_number(cases[i].record, -EINVAL, got.error);
		check_record(cases[i].record, cases[i].record, &got.errors);
		attempt_free(&got);
	}
}

static void test_lists(void)
{
	static const char *const words[] = {
		WHOLE, "--hosts", "192.0.2.1,2001:db8::/32", "--except=192.0.2.9",
		"--hosts", "192.0.2.0/25", NULL,
	};
	const struct mirror *mirror;
	struct attempt got;

	attempt(&got, words);
	if (check_number("lists", 0, got.error)) {
		mirror = &got.definition.mirrors[0];
		check_number("hosts, of all options", 3, mirror->hosts.entries);
		check_number("merged", 1, mirror->hosts.ip.count);
		check_number("IPv6 as well", 1, mirror->hosts.ip6.count);
		check_number("except", 1, mirror->except.entries);
	}
	attempt_free(&got);
}

static void test_amounts(void)
{
	static const char *const words[] = {
		WHOLE, "--sample", "1/10 flows", "--limit", "7 packets/day", "--from", "veth*",
		"--to", "gretap,remote=192.0.2.1,name=coll1", NULL,
	};
	const struct mirror *mirror;
	struct attempt got;

	attempt(&got, words);
	if (check_number("amounts", 0, got.error)) {
		mirror = &got.definition.mirrors[0];
		check_number("a sample", 10, mirror->sample.every);
		check(mirror->sample.flows, "of flows", "of frames");
		check_number("a limit", 86400, mirror->limit.seconds);
		check_number("a pattern", true, mirror->sources[3].is_pattern);
		check_number("a tunnel", TARGET_TUNNEL, mirror->targets[1].kind);
		check(!got.definition.is_file, "no file", "it is one");
	}
	attempt_free(&got);
}

/* One run tells all that is wrong. */
static void test_several(void)
{
	static const char *const words[] = {
		"apply", "--name", "a/b", "--from", "eth1:up", "--match", "foo", "--to", "a b", NULL,
	};
	struct attempt got;

	attempt(&got, words);
	check_number("four mistakes", 4, got.errors.count);
	attempt_free(&got);
}

static void test_help(void)
{
	static const char *const words[] = { "apply", "--help", NULL };
	struct attempt got;

	/* It prints to standard output, where the verdicts of this program go. */
	attempt(&got, words);
	check_number("help is no error", 1, got.error);
	check_number("and no record", 0, got.errors.count);
	attempt_free(&got);
}

static void test_take(void)
{
	char *argv[] = { "apply", "--verify", "5", "--name", "only", "--only", "--verify=7",
			 "--onlyx", NULL };
	char *short_one[] = { "apply", "--name", "a", "--verify", NULL };
	struct error_list errors = { 0 };
	const char *value = "";
	int argc = 8;

	check_number("the flag is there", true, options_take_flag(&argc, argv, "only"));
	check_number("and gone", false, options_take_flag(&argc, argv, "only"));
	check_number("a value", 0, options_take_value(&argc, argv, "verify", &value, &errors));
	check_text("the last one", "7", value);
	check_number("what is left", 4, argc);
	check_text("its name", "--name", argv[1]);
	check_text("a value that is not it", "only", argv[2]);
	check_text("a longer option", "--onlyx", argv[3]);
	check_number("the end", true, !argv[4]);
	check_number("none", 0, options_take_value(&argc, argv, "verify", &value, &errors));
	check_number("then no value", true, !value);
	argc = 4;
	check_number("without a value", -EINVAL,
		     options_take_value(&argc, short_one, "verify", &value, &errors));
	check_text("what it says", "command line:1:3: option '--verify' needs a value, see mirror-nft apply --help",
		     error_text(&errors, 0));
	error_clear(&errors);
}

int main(void)
{
	test_take();
	test_good();
	test_bad();
	test_lists();
	test_amounts();
	test_several();
	test_help();
	return harness_end();
}
