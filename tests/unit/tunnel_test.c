// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunnels as text: what is taken and what it becomes, every mistake with the column
 * of its key or value.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>

#include "tunnel.h"

static const struct location here = { "--to", 1, 1 };

static void test_good(void)
{
	static const struct {
		const char *text, *canonical, *name;
		unsigned int overhead;
	} cases[] = {
		{ "vxlan,remote=192.0.2.10,id=7", "vxlan,remote=192.0.2.10,id=7", "", 50 },
		{ "vxlan,id=0x7,ttl=64,port=4789,remote=192.0.2.10", "vxlan,remote=192.0.2.10,id=7", "", 50 },
		{ "vxlan, id=7 ,\tremote=192.0.2.10,name=coll1,ttl=1,port=8472,local=192.0.2.1",
		  "vxlan,remote=192.0.2.10,id=7,local=192.0.2.1,port=8472,ttl=1", "coll1", 50 },
		{ "vxlan,remote=2001:DB8:0::1,id=16777215", "vxlan,remote=2001:db8::1,id=16777215", "", 70 },
		{ "vxlan,remote=192.0.2.10,id=0", "vxlan,remote=192.0.2.10,id=0", "", 50 },
		{ "geneve,remote=192.0.2.10,id=7,port=6081", "geneve,remote=192.0.2.10,id=7", "", 50 },
		{ "gretap,remote=192.0.2.10", "gretap,remote=192.0.2.10", "", 38 },
		{ "gretap,remote=192.0.2.10,key=0", "gretap,remote=192.0.2.10,key=0", "", 42 },
		{ "gretap,remote=2001:db8::1,key=0xFFFFFFFF", "gretap,remote=2001:db8::1,key=4294967295", "", 62 },
		{ "erspan,remote=192.0.2.10,session=1023,version=1,index=0,direction=ingress",
		  "erspan,remote=192.0.2.10,session=1023", "", 50 },
		{ "erspan,remote=192.0.2.10,session=1,index=1048575", "erspan,remote=192.0.2.10,session=1,index=1048575", "", 50 },
		{ "erspan,remote=192.0.2.10,session=1,direction=egress,hardware=63,version=2",
		  "erspan,remote=192.0.2.10,session=1,version=2,direction=egress,hardware=63", "", 54 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error_list errors = { 0 };
		struct tunnel tunnel, again;
		char name[IFNAMSIZ], text[TUNNEL_TEXT_MAX];

		check_number(cases[i].text, 0,
			     tunnel_parse(&tunnel, name, cases[i].text, &here, &errors));
		tunnel_text(&tunnel, text, sizeof(text));
		check_text(cases[i].text, cases[i].canonical, text);
		check_text(cases[i].text, cases[i].name, name);
		check_number("what it adds", cases[i].overhead, tunnel_overhead(&tunnel));
		check_number("read back", 0, tunnel_parse(&again, name, text, &here, &errors));
		check(tunnel_is_same(&tunnel, &again), "read back to the same", "it is another");
		check_number("without a record", 0, errors.count);
		error_clear(&errors);
	}
}

static void test_bad(void)
{
	static const struct {
		const char *text, *record;
	} cases[] = {
		{ "vlan,id=7", "--to:1:1: 'vlan' is no kind of tunnel, say vxlan, gretap, erspan or geneve" },
		{ ",", "--to:1:1: '' is no kind of tunnel" },
		{ "VXLAN,id=7", "--to:1:1: 'VXLAN' is no kind of tunnel" },
		{ "vxlan,remote=192.0.2.10,", "--to:1:25: nothing stands behind the comma, say KEY=VALUE" },
		{ "vxlan,,remote=192.0.2.10,id=7", "--to:1:7: nothing stands behind the comma" },
		{ "vxlan,remote,id=7", "--to:1:7: 'remote' has no value" },
		{ "vxlan,remote=,id=7", "--to:1:14: '' is no address" },
		{ "vxlan,remote=192.0.2.10,=7", "--to:1:25: '' is no key of vxlan" },
		{ "vxlan,remote=192.0.2.10,key=7", "--to:1:25: 'key' is no key of vxlan, it has remote, id, local, port, ttl" },
		{ "gretap,remote=192.0.2.10,id=7", "--to:1:26: 'id' is no key of gretap, it has remote, key, local, ttl" },
		{ "gretap,remote=192.0.2.10,port=7", "--to:1:26: 'port' is no key of gretap" },
		{ "vxlan,remote=192.0.2.10,id=7,id=8", "--to:1:30: id is given twice" },
		{ "vxlan,remote=192.0.2.10,id=7,name=a,name=b", "--to:1:37: name is given twice" },
		{ "vxlan,remote=192.0.2.10,id=16777216", "--to:1:28: id '16777216' is out of range, give a number from 0 to 16777215" },
		{ "vxlan,remote=192.0.2.10,id=-1", "--to:1:28: id '-1' is out of range" },
		{ "vxlan,remote=192.0.2.10,id=0x", "--to:1:28: id '0x' is out of range" },
		{ "vxlan,remote=192.0.2.10,id=99999999999999999999999", "--to:1:28: id '99" },
		{ "gretap,remote=192.0.2.10,key=4294967296", "--to:1:30: key '4294967296' is out of range" },
		{ "geneve,remote=192.0.2.10,id=7,port=0", "--to:1:36: port '0' is out of range, give a number from 1 to 65535" },
		{ "geneve,remote=192.0.2.10,id=7,ttl=0", "--to:1:35: ttl '0' is out of range, give a number from 1 to 255" },
		{ "erspan,remote=192.0.2.10,session=1024", "--to:1:34: session '1024' is out of range, give a number from 0 to 1023" },
		{ "erspan,remote=192.0.2.10,session=1,version=3", "--to:1:44: version '3' is out of range" },
		{ "erspan,remote=192.0.2.10,session=1,index=1048576", "--to:1:42: index '1048576'" },
		{ "erspan,remote=192.0.2.10,session=1,version=2,hardware=64", "--to:1:55: hardware '64'" },
		{ "erspan,remote=192.0.2.10,session=1,direction=up", "--to:1:46: 'up' is no direction, say ingress or egress" },
		{ "erspan,remote=192.0.2.10,session=1,version=2,index=1", "--to:1:1: index is of erspan version 1" },
		{ "erspan,remote=192.0.2.10,session=1,direction=egress", "--to:1:1: direction is of erspan version 2" },
		{ "erspan,remote=192.0.2.10,session=1,hardware=1", "--to:1:1: hardware is of erspan version 2" },
		{ "vxlan,remote=192.0.2.10", "--to:1:1: vxlan has no id, give a number from 0 to 16777215" },
		{ "erspan,remote=192.0.2.10", "--to:1:1: erspan has no session" },
		{ "vxlan,id=7", "--to:1:1: vxlan has no remote" },
		{ "gretap,ttl=7", "--to:1:1: gretap has no remote" },
		{ "vxlan,remote=host,id=7", "--to:1:14: 'host' is no address" },
		{ "vxlan,remote=192.0.2.10/24,id=7", "--to:1:14: '192.0.2.10/24' is no address" },
		{ "vxlan,remote=0.0.0.0,id=7", "--to:1:14: '0.0.0.0' is an unspecified address" },
		{ "vxlan,remote=127.0.0.1,id=7", "--to:1:14: '127.0.0.1' is a loopback address" },
		{ "vxlan,remote=239.0.0.1,id=7", "--to:1:14: '239.0.0.1' is a multicast address, remote is the address of one host" },
		{ "vxlan,remote=255.255.255.255,id=7", "--to:1:14: '255.255.255.255' is a reserved or broadcast address" },
		{ "vxlan,remote=::,id=7", "--to:1:14: '::' is an unspecified address" },
		{ "vxlan,remote=::1,id=7", "--to:1:14: '::1' is a loopback address" },
		{ "vxlan,remote=ff02::1,id=7", "--to:1:14: 'ff02::1' is a multicast address" },
		{ "vxlan,remote=fe80::1,id=7", "--to:1:14: 'fe80::1' is a link-local address" },
		{ "vxlan,remote=::ffff:192.0.2.1,id=7", "--to:1:14: '::ffff:192.0.2.1' is an IPv4 address written as IPv6" },
		{ "vxlan,remote=192.0.2.10,id=7,local=224.0.0.1", "--to:1:36: '224.0.0.1' is a multicast address, local is" },
		{ "vxlan,remote=192.0.2.10,id=7,local=2001:db8::1", "--to:1:36: '2001:db8::1' is IPv6 and remote is not" },
		{ "vxlan,local=2001:db8::1,remote=192.0.2.10,id=7", "--to:1:32: '192.0.2.10' is IPv4 and local is not" },
		{ "vxlan,remote=192.0.2.10,local=192.0.2.10,id=7", "--to:1:31: remote and local are both '192.0.2.10'" },
		{ "vxlan,remote=192.0.2.10,id=7,name=twelve-chars", "--to:1:35: device name 'twelve-chars' has 12 characters, 11 are the most" },
		{ "vxlan,remote=192.0.2.10,id=7,name=a/b", "--to:1:35: device name 'a/b' has the character '/'" },
		{ "vxlan,remote=192.0.2.10,id=7,name=", "--to:1:35: the device name is empty" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error_list errors = { 0 };
		struct tunnel tunnel;
		char name[IFNAMSIZ];

		check_number(cases[i].text, -EINVAL,
			     tunnel_parse(&tunnel, name, cases[i].text, &here, &errors));
		check_record(cases[i].text, cases[i].record, &errors);
	}
}

static void test_several(void)
{
	struct error_list errors = { 0 };
	struct tunnel tunnel;
	char name[IFNAMSIZ];

	tunnel_parse(&tunnel, name, "vxlan,remote=host,id=x,foo=1", &here, &errors);
	check_number("all mistakes of a tunnel", 3, errors.count);
	error_clear(&errors);
	tunnel_parse(&tunnel, name, "vxlan,ttl=1", &here, &errors);
	check_number("all that is missing", 2, errors.count);
	error_clear(&errors);
}

static void test_same(void)
{
	static const char *const texts[] = {
		"vxlan,remote=192.0.2.10,id=7", "vxlan,remote=192.0.2.11,id=7",
		"vxlan,remote=192.0.2.10,id=8", "geneve,remote=192.0.2.10,id=7",
		"vxlan,remote=192.0.2.10,id=7,port=1", "vxlan,remote=192.0.2.10,id=7,ttl=1",
		"vxlan,remote=192.0.2.10,id=7,local=192.0.2.1", "gretap,remote=192.0.2.10",
		"gretap,remote=192.0.2.10,key=0", "erspan,remote=192.0.2.10,session=0",
		"erspan,remote=192.0.2.10,session=0,version=2", "erspan,remote=192.0.2.10,session=0,index=1",
		"erspan,remote=192.0.2.10,session=0,version=2,direction=egress",
		"erspan,remote=192.0.2.10,session=0,version=2,hardware=1",
	};
	size_t count = sizeof(texts) / sizeof(texts[0]), i, j;
	struct error_list errors = { 0 };
	struct tunnel a, b;
	char name[IFNAMSIZ];

	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			tunnel_parse(&a, name, texts[i], &here, &errors);
			tunnel_parse(&b, name, texts[j], &here, &errors);
			check(tunnel_is_same(&a, &b) == (i == j), texts[i],
			      "compared with %s", texts[j]);
		}
	check_number("all of them are right", 0, errors.count);
	check_number("a kind's name is whole", TUNNEL_NONE, tunnel_kind_find("vxlan", 4));
	check_number("and found", TUNNEL_ERSPAN, tunnel_kind_find("erspan,x", 6));
	check_text("none has no name", NULL, tunnel_kind_name(TUNNEL_NONE));
}

int main(void)
{
	test_good();
	test_bad();
	test_several();
	test_same();
	return harness_end();
}
