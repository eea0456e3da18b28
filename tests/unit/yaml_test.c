// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definition files: what they mean, every mistake with its line and column, and that
 * no bytes at all bring the reading down.
 */
#include "harness.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "definition_yaml.h"

static int text_read(struct definition *definition, const char *text,
		     struct error_list *errors)
{
	int error = definition_read_text(definition, text, strlen(text), "f", errors);

	if (!error)
		error = definition_join(definition, errors);
	error_sort(errors, definition->texts, definition->text_count);
	return error;
}

/* --- what is right --- */

static const char good[] =
	"# of everything one\n"
	"devices:\n"
	"  mir0: {kind: veth}\n"
	"  dum0: {kind: dummy}\n"
	"  ifb7: {kind: ifb}\n"
	"  coll1: {kind: vxlan, remote: 192.0.2.10, id: 7, port: 8472}\n"
	"  unused: {kind: erspan, session: 3, remote: '2001:db8::1', version: 2}\n"
	"mirrors:\n"
	"  web:\n"
	"    from: [eth1:egress, 'eth1:ingress', \"veth*\"]\n"
	"    match: tcp port 443 and not host 192.0.2.9\n"
	"    to: [mir0, dum0, ifb7, eth9]\n"
	"  remote: &remote\n"
	"    from: eth1\n"
	"    match: >-\n"
	"      udp\n"
	"      or icmp\n"
	"    hosts: [192.0.2.0/24, 2001:db8::/32]\n"
	"    except: 192.0.2.9\n"
	"    sample: 1/10 flows\n"
	"    limit: 50000 packets/second\n"
	"    to: [coll1, {gretap: {remote: 192.0.2.11, name: coll2}}, 'vxlan,remote=192.0.2.12,id=9']\n"
	"    path: nft\n"
	"  copy: *remote\n"
	"  tc: {from: lo:ingress, to: coll2, path: tc}\n";

static void check_target(const struct target *target, const char *device,
			 enum target_kind kind, const char *tunnel)
{
	char text[TUNNEL_TEXT_MAX] = "";

	check_text("a target's name", device, target->device);
	check_number(device, kind, target->kind);
	if (kind == TARGET_TUNNEL)
		tunnel_text(&target->tunnel, text, sizeof(text));
	check_text(device, tunnel, text);
}

static void test_good(void)
{
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	const struct mirror *mirror;

	if (!check_number("a good file", 0, text_read(&definition, good, &errors)))
		fprintf(stderr, "%s\n", error_text(&errors, 0));
	check_number("has mirrors", 4, definition.count);
	check_number("and devices", 5, definition.device_count);
	if (definition.count != 4)
		return;
	mirror = &definition.mirrors[0];
	check_text("a name", "web", mirror->name);
	check_number("its line", 9, mirror->where.line);
	check_number("its column", 3, mirror->where.column);
	check_number("sources", 4, mirror->source_count);
	check_text("a pattern", "veth*", mirror->sources[2].device);
	check_text("a match", "tcp port 443 and not host 192.0.2.9", mirror->match_text);
	check_target(&mirror->targets[0], "mir0", TARGET_VETH, "");
	check_target(&mirror->targets[1], "dum0", TARGET_DUMMY, "");
	check_target(&mirror->targets[2], "ifb7", TARGET_IFB, "");
	check_target(&mirror->targets[3], "eth9", TARGET_ANY, "");
	mirror = &definition.mirrors[1];
	check_text("a folded match", "udp or icmp", mirror->match_text);
	check_number("hosts", 2, mirror->hosts.entries);
	check_number("except", 1, mirror->except.entries);
	check_number("a sample", 10, mirror->sample.every);
	check_number("a limit", 50000, mirror->limit.rate);
	check_target(&mirror->targets[0], "coll1", TARGET_TUNNEL,
		     "vxlan,remote=192.0.2.10,id=7,port=8472");
	check_target(&mirror->targets[1], "coll2", TARGET_TUNNEL, "gretap,remote=192.0.2.11");
	check_number("a tunnel as text", TARGET_TUNNEL, mirror->targets[2].kind);
	check_text("an alias is the same again", definition.mirrors[1].targets[2].device,
		   definition.mirrors[2].targets[2].device);
	mirror = &definition.mirrors[3];
	check_number("a path", MIRROR_PATH_TC, mirror->path);
	check_number("one direction", 1, mirror->source_count);
	check_target(&mirror->targets[0], "coll2", TARGET_TUNNEL, "gretap,remote=192.0.2.11");
	definition_free(&definition);
	error_clear(&errors);
}

/* --- what is wrong --- */

#define M "mirrors:\n  web:\n    from: eth1\n    to: mir0\n"
#define KEY(line) "mirrors:\n  web:\n    from: eth1\n    to: mir0\n    " line "\n"
#define FROM(line) "mirrors:\n  web:\n    to: mir0\n    from: " line "\n"
#define TO(line) "mirrors:\n  web:\n    from: eth1\n    to: " line "\n"
#define DEVICE(line) M "devices:\n  " line "\n"

struct bad {
	const char *text, *record;
};

static void check_bad(const struct bad *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct definition definition = { 0 };
		struct error_list errors = { 0 };

		check_number(cases[i].text, -EINVAL, text_read(&definition, cases[i].text, &errors));
		check_record(cases[i].text, cases[i].record, &errors);
		definition_free(&definition);
	}
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_syntax(void)
{
	static const struct bad cases[] = {
		{ "", "f:1:1: the file is empty, a definition is as in mirrors: {" },
		{ "# nothing\n", "f:1:1: the file is empty" },
		{ "---\n", "f:1:1: the file is empty" },
		{ "web", "f:1:1: a definition has to be a map" },
		{ "[a]", "f:1:1: a definition has to be a map" },
		{ "mirrors:\n\tweb:\n", "f:2:1: YAML: found character that cannot start any token while scanning for the next token: YAML is indented with spaces, never with tabs" },
		{ KEY("match: a: b"), "f:5:13: YAML: mapping values are not allowed in this context: quote a text that has ': ' in it" },
		{ FROM("*"), "f:4:12: YAML: did not find expected alphabetic or numeric character while scanning an alias: '*' begins an alias: quote a pattern" },
		{ FROM("*eth"), "f:4:11: YAML: found undefined alias: '*' begins an alias: quote a pattern" },
		{ FROM("[eth1"), "f:5:1: YAML: did not find expected ',' or ']' while parsing a flow sequence from line 4 on" },
		{ KEY("match: 'tcp' and udp"), "f:5:18: YAML: did not find expected key while parsing a block mapping from line 3 on: compare its indentation" },
		{ KEY("match: \"tcp"), "f:6:1: YAML: found unexpected end of stream while scanning a quoted scalar from line 5 on" },
		{ KEY("match: \"tcp\\q\""), "f:5:16: YAML: found unknown escape character while parsing a quoted scalar" },
		{ KEY("match: @tcp"), "f:5:12: YAML: found character that cannot start any token while scanning for the next token: quote a text that begins so" },
		{ KEY("match: tcp\n      - udp: 1"), "f:6:12: YAML: mapping values are not allowed" },
		{ KEY("match"), "f:6:1: YAML: could not find expected ':' while scanning a simple key from line 5 on: a line is KEY: VALUE" },
		{ M "   x: 1\n", "f:5:4: YAML: did not find expected key while parsing a block mapping" },
		{ KEY("match: tcp\x01"), "f:5:15: YAML: control characters are not allowed, a definition is a text file in UTF-8" },
		{ KEY("match: \xff"), "f:5:12: YAML: invalid leading UTF-8 octet" },
		{ M "---\n" M, "f:5:1: a second document begins here" },
		{ M "---\n", "f:5:1: a second document begins here" },
		{ M "--- [\n", "f:6:1: YAML: did not find expected node content" },
		{ "mirrors: &a {web: &a {from: x, to: y}}", "f:1:19: YAML: an anchor of this name is in line 1 already" },
	};

	check_bad(cases, COUNT(cases));
}

static void test_keys(void)
{
	static const struct bad cases[] = {
		{ "mirror: {}", "f:1:1: 'mirror' is no key of a definition, it has devices and mirrors" },
		{ "mirrors:\n", "f:1:1: 'mirrors' has no value, give one or leave it out" },
		{ "mirrors: web\n", "f:1:10: 'mirrors' has to be a map, as in" },
		{ "mirrors: {web: x}\n", "f:1:16: a mirror has to be a map, as in" },
		{ KEY("colour: red"), "f:5:5: 'colour' is no key of a mirror, it has from, match, to, hosts, except, sample, limit and path" },
		{ KEY("<<: {}"), "f:5:5: '<<' is no key of a mirror" },
		{ KEY("\"m\xc3\xa4tch\": tcp"), "f:5:6: 'm\xc3\xa4tch' is no key of a mirror" },
		{ KEY("to: mir1"), "f:5:5: 'to' is given twice, in line 4 already" },
		{ M "  web: {from: eth1, to: mir0}\n", "f:5:3: 'web' is given twice, in line 2 already" },
		{ M "mirrors: {}\n", "f:5:1: 'mirrors' is given twice, in line 1 already" },
		{ KEY("? [a]\n    : b"), "f:5:7: a key has to be a text, this is a list" },
		{ KEY("\"a\\0b\": b"), "f:5:6: a key has a zero byte in it" },
		{ KEY("match:"), "f:5:5: 'match' has no value" },
		{ KEY("match: [tcp]"), "f:5:12: match has to be a text, this is a list" },
		{ KEY("match: {tcp: udp}"), "f:5:12: match has to be a text, this is a map" },
		{ KEY("match: !tcp"), "f:5:12: '!' begins a tag in YAML" },
		{ KEY("match: ! tcp"), "f:5:12: '!' begins a tag in YAML" },
		{ KEY("match: !!str tcp"), "f:5:12: '!' begins a tag in YAML" },
		{ KEY("match: &a !x tcp"), "f:5:15: '!' begins a tag in YAML" },
		{ KEY("path: bpf"), "f:5:11: 'bpf' is no path, say nft or tc" },
		{ KEY("sample: 10"), "f:5:13: '10' is no sample" },
		{ KEY("limit: 7 packets/week"), "f:5:22: 'week' is no time" },
		{ KEY("limit: '7 packets/week'"), "f:5:23: 'week' is no time" },
		{ KEY("path: tc\n    sample: 1/2 flows"), "f:6:13: the tc path cannot sample flows" },
		{ KEY("path: tc\n    limit: 1 packets/day"), "f:6:12: tc counts by the second, and this is no whole number of packets a second" },
		{ "mirrors: {a/b: {from: x, to: y}}", "f:1:11: name 'a/b' has the character '/'" },
		{ "mirrors: {'': {from: x, to: y}}", "f:1:12: the name is empty" },
		{ "mirrors: {web: {to: y}}", "f:1:11: nothing to mirror, give a device with 'from'" },
		{ "mirrors: {web: {from: y}}", "f:1:11: nowhere to put the copies, give a device or a tunnel with 'to'" },
		{ KEY("hosts: []"), "f:5:12: the list of 'hosts' is empty" },
		{ KEY("hosts: 10.0.0.1/8"), "f:5:12: '10.0.0.1/8' has bits behind its prefix" },
		{ KEY("except: [10.0.0.1, 10.0.0.x]"), "f:5:24: '10.0.0.x' is no address" },
		{ KEY("hosts: [[10.0.0.1]]"), "f:5:13: a list in the list of 'hosts', write one list" },
		{ KEY("hosts: {name: x}"), "f:5:13: 'name' is no key of a list, it has file" },
		{ KEY("hosts: {file: /nowhere/x}"), "f:5:19: cannot read '/nowhere/x': No such file" },
		{ KEY("hosts: {file: '-'}"), "f:5:20: '-' is no file" },
	};

	check_bad(cases, COUNT(cases));
}

static void test_devices(void)
{
	static const struct bad cases[] = {
		{ FROM("[]"), "f:4:11: the list of 'from' is empty, give at least one" },
		{ FROM("[eth1, eth2:up]"), "f:4:23: 'up' is no direction" },
		{ FROM("[eth1: egress]"), "f:4:12: a source is DEV, DEV:ingress or DEV:egress, without a blank" },
		{ FROM("['e*h']"), "f:4:14: '*' stands for any rest" },
		{ FROM("[[eth1]]"), "f:4:12: a list in the list of 'from'" },
		{ FROM("mir0"), "f:3:9: target 'mir0' is also a source" },
		{ TO("[a, a]"), "f:4:13: target 'a' is given twice" },
		{ TO("[vxlan,id=7]"), "f:4:16: 'id=7' is a piece of a tunnel" },
		{ TO("'vxlan,remote=192.0.2.1,id=x'"), "f:4:36: id 'x' is out of range" },
		{ TO("vxlan,remote=224.0.0.1,id=7"), "f:4:22: '224.0.0.1' is a multicast address" },
		{ TO("{vlan: {id: 7}}"), "f:4:10: 'vlan' is no kind of tunnel, say vxlan" },
		{ TO("{vxlan: {}, geneve: {}}"), "f:4:9: a tunnel is a map with one key, its kind" },
		{ TO("{vxlan: 7}"), "f:4:17: a tunnel has to be a map" },
		{ TO("{vxlan: {remote: 192.0.2.1}}"), "f:4:10: vxlan has no id" },
		{ TO("{vxlan: {remote: 192.0.2.1, id: [7]}}"), "f:4:41: id has to be a text, this is a list" },
		{ TO("{vxlan: {remote: 192.0.2.1, id: 7, key: 8}}"), "f:4:44: 'key' is no key of vxlan" },
		{ TO("{vxlan: {remote: 192.0.2.1, id: 7, id: 8}}"), "f:4:44: 'id' is given twice, in line 4" },
		{ TO("{vxlan: {remote: 192.0.2.1, id: 7, name: twelve-chars}}"), "f:4:50: device name 'twelve-chars' has 12" },
		{ TO("[{vxlan: {remote: 192.0.2.1, id: 7}}, {vxlan: {remote: 192.0.2.2, id: 7}}]"), "f:4:48: the kernel cannot have 'mir" },
		{ TO("mir0") "  b: {from: mir0-tap:ingress, to: eth1}\n",
		  "f:5:35: mirrors copy each other's copies in a circle, 'web', 'b', and 'web' again by 'eth1'" },
		{ DEVICE("mir0: veth"), "f:6:9: a device has to be a map, as in {kind: veth}" },
		{ DEVICE("mir0: {}"), "f:6:3: device 'mir0' has no kind" },
		{ DEVICE("mir0: {kind: vlan}"), "f:6:16: 'vlan' is no kind of device, say veth, dummy" },
		{ DEVICE("mir0: {kind: veth, id: 7}"), "f:6:22: 'id' is no key of a device without a tunnel, it has kind" },
		{ DEVICE("twelve-chars: {kind: veth}"), "f:6:3: device name 'twelve-chars' has 12 characters, 11 are the most" },
		{ DEVICE("sixteen-letters-: {kind: dummy}"), "f:6:3: device name 'sixteen-letters-' has 16" },
		{ DEVICE("c: {kind: vxlan, id: 7}"), "f:6:3: vxlan has no remote" },
		{ DEVICE("c: {kind: vxlan, id: 7, remote: 192.0.2.1, name: d}"), "f:6:46: a device has its name already" },
		{ DEVICE("mir0-tap: {kind: dummy}"), "f:6:3: 'mir0-tap' is the end of 'mir0'" },
		{ DEVICE("c: {kind: vxlan, id: 7, remote: 192.0.2.1}\n  d: {kind: vxlan, id: 7, remote: 192.0.2.2}"),
		  "f:7:3: the kernel cannot have 'd' beside 'c' of f:6:3: devices of vxlan differ in id or port" },
		{ TO("'gretap,remote=192.0.2.1,name=c'") "devices: {c: {kind: veth}}\n",
		  "f:4:10: device 'c' is another one in f:5:11" },
	};

	check_bad(cases, COUNT(cases));
}

/* Each wrong word is "foo" or behind it. */
static void test_match_places(void)
{
	static const struct bad cases[] = {
		{ KEY("match: tcp and foo"), "f:5:20: 'foo'" },
		{ "# \xc3\xa4\xe2\x82\xac\n" KEY("match: tcp # \xc3\xa4\n    path: foo"), "f:7:11: 'foo'" },
		{ "{mirrors: {web: {from: a, to: b, match: tcp}, \"\\x62\": {from: a, to: b, \"\\x6datch\": tcp foo}}}", "f:1:88: 'foo'" },
		{ KEY("match:   tcp   and foo  # remark"), "f:5:24: 'foo'" },
		{ KEY("match: 'tcp and foo'"), "f:5:21: 'foo'" },
		{ KEY("match: \"tcp and foo\""), "f:5:21: 'foo'" },
		{ KEY("match: \"tcp\\tand \\x66oo\""), "f:5:22: 'foo'" },
		{ KEY("match: \"ip proto \\\\udp and foo\""), "f:5:32: 'foo'" },
		{ KEY("match: \"\\u0074cp and foo\""), "f:5:26: 'foo'" },
		{ KEY("match: &m tcp and foo"), "f:5:23: 'foo'" },
		{ KEY("match: tcp\n      and\n        foo"), "f:7:9: 'foo'" },
		{ KEY("match: 'tcp\n      and\n\n        foo'"), "f:8:9: 'foo'" },
		{ KEY("match: \"tcp\\\n      \\ and foo\""), "f:6:13: 'foo'" },
		{ KEY("match: |\n      tcp\n      and foo"), "f:7:11: 'foo'" },
		{ KEY("match: >2- # remark\n      tcp\n        and\n\n      foo"), "f:9:7: 'foo'" },
		{ KEY("match:\n      tcp and foo"), "f:6:15: 'foo'" },
		{ "\xef\xbb\xbf" "mirrors: {web: {from: a, to: b, match: tcp and foo}}", "f:1:48: 'foo'" },
		{ "mirrors:\r\n  web:\r\n    from: a\r\n    to: b\r\n    match: |\r\n      tcp and\r\n      foo\r\n", "f:7:7: 'foo'" },
		{ "mirrors: {web: {from: a, to: b, 'match': tcp and foo}}", "f:1:50: 'foo'" },
	};

	check_bad(cases, COUNT(cases));
}

static void test_together(void)
{
	static const char text[] =
		"mirrors:\n"
		"  a: {from: eth1, to: eth2}\n"
		"  b: {from: 'eth2:egress', to: eth3}\n"
		"  c: {from: eth3, to: eth1}\n";
	static const char apart[] =
		"mirrors:\n"
		"  a: {from: eth1, to: eth2}\n"
		"  b: {from: 'eth2:ingress', to: eth1}\n"
		"  c: {from: '*', to: eth1}\n"
		"  d: {from: eth7, to: eth1}\n";
	struct definition definition = { 0 };
	struct error_list errors = { 0 };

	check_number("a circle", -EINVAL, text_read(&definition, text, &errors));
	check_record("a circle", "f:4:23: mirrors copy each other's copies in a circle, 'a', 'b', 'c', and 'a' again by 'eth1'", &errors);
	definition_free(&definition);
	check_number("none", 0, text_read(&definition, apart, &errors));
	check_number("without a record", 0, errors.count);

	/* A second file. */
	definition_read_text(&definition, M, strlen(M), "g", &errors);
	definition_read_text(&definition, M, strlen(M), "h", &errors);
	check_number("files add up", 6, definition.count);
	definition_join(&definition, &errors);
	check_record("a name in two files", "h:2:3: mirror 'web' is defined in g:2:3 already", &errors);
	definition_free(&definition);
}

/* In the order of the lines, whatever was found first; lists of files behind. */
static void test_several(void)
{
	static const char text[] =
		"mirrors:\n"
		"  web:\n"
		"    path: x\n"
		"    from: [a/b, 'c*d']\n"
		"    match: tcp foo\n"
		"    to: [a b, {vxlan: {remote: x, id: y}}]\n"
		"    sample: z\n"
		"    foo: bar\n"
		"devices:\n"
		"  d: {kind: z}\n";
	static const unsigned int lines[] = { 3, 4, 4, 5, 6, 6, 6, 7, 8, 10 };
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	size_t i;

	text_read(&definition, text, &errors);
	check_number("all mistakes", COUNT(lines), errors.count);
	for (i = 0; i < COUNT(lines) && i < errors.count; i++) {
		unsigned int line = 0;

		sscanf(error_text(&errors, i), "f:%u:", &line);
		check_number(error_text(&errors, i), lines[i], line);
	}
	error_clear(&errors);
	definition_free(&definition);
}

static void test_files(void)
{
	char folder[] = "/tmp/yaml_test.XXXXXX", path[64], record[128];
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	FILE *out;

	if (!check(mkdtemp(folder), "a folder", "there is none"))
		return;
	snprintf(path, sizeof(path), "%s/list", folder);
	out = fopen(path, "w");
	fputs("192.0.2.1\nfoo\n", out);
	fclose(out);
	snprintf(path, sizeof(path), "%s/def.yaml", folder);
	out = fopen(path, "w");
	fputs(KEY("hosts: {file: list}"), out);
	fclose(out);
	definition_read_file(&definition, path, &(struct location){ "-f", 1, 1 }, &errors);
	snprintf(record, sizeof(record), "%s/list:2:1: 'foo' is no address", folder);
	check_record("a list beside its definition", record, &errors);
	check_number("what is right in it", 1, definition.mirrors[0].hosts.entries);
	definition_free(&definition);
	unlink(path);
	snprintf(path, sizeof(path), "%s/list", folder);
	unlink(path);
	rmdir(folder);
}

/* --- too much of it --- */

static char *repeat(const char *before, const char *piece, size_t count, const char *after)
{
	size_t length = strlen(piece), i;
	char *text = malloc(strlen(before) + count * length + strlen(after) + 1);
	char *end = stpcpy(text, before);

	for (i = 0; i < count; i++)
		end = stpcpy(end, piece);
	strcpy(end, after);
	return text;
}

static void test_too_much(void)
{
	static const struct {
		const char *before, *piece, *after, *record;
		size_t count;
	} cases[] = {
		{ "", "[", "", "f:1:", 1000000 },
		{ "", "{a: ", "", "f:1:", 1000000 },
		{ "", "- ", "", "f:1:1: a definition has to be a map", 1000000 },
		{ M "    hosts: &h [", "10.0.0.1,", "]\n    except: [*h]\n", "f:5:15: a list in the list of 'except'", 10 },
		{ "mirrors:\n  web:\n    from: eth1\n    to: [", "x,", "]\n", "f:4:9: the list of 'to' has 65 entries, 64 are the most", 65 },
		{ "mirrors:\n  web:\n    to: eth1\n    from: [", "x,", "]\n", "f:4:11: the list of 'from' has 4097 entries, 4096 are the most", 4097 },
	};
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	size_t i;
	char *text;

	for (i = 0; i < COUNT(cases); i++) {
		text = repeat(cases[i].before, cases[i].piece, cases[i].count, cases[i].after);
		check_number(cases[i].piece, -EINVAL, text_read(&definition, text, &errors));
		check_record(cases[i].piece, cases[i].record, &errors);
		definition_free(&definition);
		free(text);
	}
	text = repeat(M "    match: &m \"", "x                                       ", 5000, "\"\n");
	for (i = 0; i < 300; i++) {
		char *longer;

		if (asprintf(&longer, "%s  m%zu: {from: a, to: b, match: *m}\n", text, i) < 0)
			return;
		free(text);
		text = longer;
	}
	text_read(&definition, text, &errors);
	check_text("aliases have an end", "f:5:16: aliases repeat far more than the file holds, write it out",
		   error_text(&errors, errors.count > 1 ? errors.count - 1 : 0));
	error_clear(&errors);
	definition_free(&definition);
	free(text);
	text = repeat("mirrors:\n  a: {from: [", "'*x',", 4000, "], to: b}\n");
	text_read(&definition, text, &errors);
	check_number("mistakes have an end", DEFINITION_MISTAKES_MAX + 1, errors.count);
	check_text("which is told", "f: 500 mistakes are told, there may be more",
		   error_text(&errors, DEFINITION_MISTAKES_MAX));
	error_clear(&errors);
	definition_free(&definition);
	free(text);
}

/* --- anything at all --- */

static unsigned int chance(unsigned int below)
{
	static unsigned long long state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

/* Much in one line takes no more time than in many. */
static void test_long_line(void)
{
	char *text = repeat("mirrors: {a: {from: a, to: b, hosts: [", "10.0.0.1, ", 200000, "]}}\n");
	struct definition definition = { 0 };
	struct error_list errors = { 0 };

	check_number("a long line", 0, text_read(&definition, text, &errors));
	check_number("all of it", 200000, definition.count ? definition.mirrors[0].hosts.entries : 0);
	definition_free(&definition);
	error_clear(&errors);
	free(text);
}

static void check_survives(const char *text, size_t length, unsigned int *refused)
{
	struct definition definition = { 0 };
	struct error_list errors = { 0 };
	int error;

	error = definition_read_text(&definition, text, length, "f", &errors);
	if (!error)
		error = definition_join(&definition, &errors);
	if (!error != !errors.count)
		check(false, "a record goes with a refusal", "%d, %zu", error, errors.count);
	*refused += error ? 1 : 0;
	definition_free(&definition);
	error_clear(&errors);
}

static void test_robust(void)
{
	static const char marks[] = "{}[]:,&*!|>'\"%@`#-? \n\t\\x0\xc2\x85\xff";
	size_t length = strlen(good), i, j;
	unsigned int refused = 0;
	/* Of their exact size, so that the sanitizer sees a read behind the end. */
	char *text;

	for (i = 0; i <= length; i++) {
		text = strndup(good, i);
		check_survives(text, i, &refused);
		free(text);
	}
	for (i = 0; i < 1500; i++) {
		size_t cut = chance(4) ? length : chance(length);

		text = strndup(good, cut);
		for (j = 0; cut && j <= chance(4); j++)
			text[chance(cut)] = chance(3) ? marks[chance(sizeof(marks) - 1)] :
				(char)chance(256);
		check_survives(text, cut, &refused);
		free(text);
	}
	check(refused > 1000, "most of it is refused", "%u are", refused);
}

int main(void)
{
	test_good();
	test_syntax();
	test_keys();
	test_devices();
	test_match_places();
	test_together();
	test_several();
	test_files();
	test_too_much();
	test_long_line();
	test_robust();
	return harness_end();
}
