// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each form of a loop, and beside it what looks alike and is none: a refusal too
 * many is as bad as one too few.
 */
#include "drawing.h"

#include "judge.h"

#define PAIR "mir0 to mir0-tap; mir0-tap to mir0; "
#define AGAIN ": the copies would be copied again, without end: "

static const struct row {
	const char *devices;
	const char *wishes[3];
	const char *running[2];
	/* What the one record begins with, NULL for none; "" takes any. */
	const char *refused;
	/* What the one warning begins with; NULL: whatever there is. "" for none. */
	const char *warned;
} rows[] = {
	/* --- nothing comes back --- */
	{ "eth0", { "web: eth0 > mir0" }, { 0 }, NULL, "" },
	{ "eth0; " PAIR, { "web: eth0 > mir0" }, { 0 }, NULL, "" },
	{ "eth0; eth1", { "web: eth0, eth1 > mir0, mir1" }, { 0 }, NULL, "" },
	{ "eth0; a to b; b to a", { "web: eth0 > a" }, { 0 }, NULL, "" },
	{ "eth0; d dummy", { "web: eth0 > d" }, { 0 }, NULL, NULL },
	{ "eth0; eth1", { "web: eth0 > eth1" }, { 0 }, NULL,
	  "copies to target eth1 leave by eth1 with their original addresses: on a segment that others share, switches learn those addresses there and cut the real hosts off; use a cable to the sensor alone, whose NIC has to be promiscuous, or a tunnel" },

	/* --- what comes out is no larger than where it does --- */
	{ "eth0 mtu 9000; a to b; b to a", { "web: eth0 > a" }, { 0 }, NULL,
	  "frames of source eth0 (MTU 9000) that are too large for b (MTU 1500) do not come out there: ip link set b mtu 9000" },
	{ "eth0; eth1 mtu 9000; a to b mtu 9000; b to a", { "web: eth0, eth1:ingress > a" }, { 0 }, NULL,
	  "frames of source eth1 (MTU 9000) that are too large for b (MTU 1500) do not come out" },
	{ "eth0 mtu 9000; a to b; b to a mtu 9000", { "web: eth0 > a" }, { 0 }, NULL, "" },
	{ "eth0 mtu 9000; eth1; " PAIR, { "web: eth1 > mir0" }, { 0 }, NULL, "" },

	/* --- a cable --- */
	{ "a to b; b to a", { "web: a > b" }, { 0 },
	  "--to:1:1: a:ingress -> b -> a" AGAIN "choose a target that does not lead there", NULL },
	{ "a to b; b to a", { "web: a:ingress > b" }, { 0 },
	  "--to:1:1: a:ingress -> b -> a" AGAIN, NULL },
	{ "a to b; b to a", { "web: a:egress > b" }, { 0 },
	  "--to:1:1: a:egress -> b -> a: what target 'b' takes comes out of 'a'", NULL },
	{ "a to b; b to a; c to d; d to c", { "web: a > c" }, { 0 }, NULL, NULL },
	{ "a to b; b to a", { "web: b:ingress > mir0" }, { 0 }, NULL, "" },

	/* --- two mirrors, three, and one that runs --- */
	{ "eth0; eth1", { "x: eth0 > eth1", "y: eth1 > eth0" }, { 0 },
	  "--to:1:1: eth0:egress -> eth1 -> eth0" AGAIN
	  "mirror 'y' copies eth1:egress to eth0: choose another target for one of them", NULL },
	{ "eth0; eth1", { "x: eth0 > eth1" }, { "y: eth1 > eth0" },
	  "--to:1:1: eth0:egress -> eth1 -> eth0" AGAIN "mirror 'y' copies", NULL },
	/* The wish replaces what runs by the same name. */
	{ "eth0; eth1", { "x: eth0 > eth1" }, { "x: eth1 > eth0" }, NULL, NULL },
	{ "eth0; eth1; lo", { "x: eth0 > lo", "y: lo > eth1", "z: eth1 > eth0" }, { 0 },
	  "--to:1:1: eth0:egress -> lo -> eth1 -> eth0" AGAIN, NULL },
	{ "eth0; eth1; lo", { "x: eth0 > lo", "y: lo:ingress > eth1" }, { "z: eth1 > eth0" },
	  "--to:1:1: eth0:egress -> lo -> eth1 -> eth0" AGAIN, NULL },
	{ "eth0; eth1; eth2; eth3", { "x: eth0 > eth1", "y: eth1 > eth2", "z: eth2 > eth3" },
	  { "u: eth3 > eth0" }, "--to:1:1: eth0:egress -> eth1 -> eth2 -> eth3 -> eth0" AGAIN, NULL },
	/* Each way one direction: what is sent to one is not what the other copies. */
	{ "eth0; eth1", { "x: eth0:ingress > eth1", "y: eth1:ingress > eth0" }, { 0 }, NULL, NULL },
	{ "eth0; eth1; lo", { "x: eth0 > lo", "y: lo > eth1", "z: eth1:ingress > eth0" }, { 0 },
	  NULL, NULL },
	/* Copies of copies end somewhere. */
	{ PAIR "a to b; b to a; m1 to m2; m2 to m1; ", { "x: m1:ingress > a" }, { "y: a:egress > mir0" }, NULL,
	  "copies of mirror x to a pass a:egress, where mirror y copies them again to mir0" },
	{ PAIR "a to b; b to a; m1 to m2; m2 to m1; ", { "y: a:egress > mir0" }, { "x: m1:ingress > a" }, NULL,
	  "copies of mirror x to a pass a:egress, where mirror y copies them again to mir0" },
	{ PAIR "a to b; b to a; m1 to m2; m2 to m1; ", { "y: a:ingress > mir0" }, { "x: m1:ingress > a" }, NULL, "" },
	{ "eth0; " PAIR, { "x: eth0 > mir0", "y: mir0-tap:ingress > mir1" }, { 0 }, NULL,
	  "copies of mirror x to mir0 pass mir0-tap:ingress, where mirror y copies them again to mir1" },
	{ "eth0", { "x: eth0 > mir0", "y: mir0-tap:ingress > mir0" }, { 0 },
	  "--to:1:1: mir0-tap:ingress -> mir0 -> mir0-tap" AGAIN, NULL },

	/* --- a bridge --- */
	{ "eth0 in br0; a to b; b to a in br0; br0 bridge", { "web: eth0 > a" }, { 0 },
	  "--to:1:1: eth0:egress -> a -> b -> eth0" AGAIN, NULL },
	{ "eth0 in br0; a to b; b to a in br0; br0 bridge", { "web: br0 > a" }, { 0 },
	  "--to:1:1: br0:ingress -> a -> b -> br0" AGAIN, NULL },
	{ "eth0 in br0; eth1 in br0; br0 bridge", { "web: eth0 > br0" }, { 0 },
	  "--to:1:1: eth0:egress -> br0 -> eth0" AGAIN, NULL },
	{ "eth0 in br0; eth1 in br0; br0 bridge", { "web: eth0:ingress > br0" }, { 0 },
	  "--to:1:1: eth0:ingress -> br0 -> eth1: frames of eth0 leave by eth1 as well, with the copies they would be delivered twice: take eth1 out of br0", NULL },
	{ "eth0 in br0; eth1 in br0; br0 bridge", { "web: eth0 > eth1" }, { 0 },
	  "--to:1:1: eth0:ingress -> eth1: frames of eth0 leave by eth1 as well, with the copies they would be delivered twice: take eth1 out of br0 (ip link set eth1 nomaster)", NULL },
	{ "eth0 in br0; eth1 in br0; br0 bridge", { "web: eth0:egress > eth1" }, { 0 },
	  "--to:1:1: eth1 -> eth0 -> eth1: frames that arrive by eth1 pass eth0:egress, the copies would go back to where they came from: take eth", NULL },
	{ "eth0 in br0; eth1 in br0; br0 bridge", { "web: br0 > eth1" }, { 0 },
	  "--to:1:1: br0:egress -> eth1: frames of br0 leave by eth1 as well", NULL },
	{ "eth0 in br0; eth1 in br0; br0 bridge", { "web: br0:ingress > eth1" }, { 0 },
	  "--to:1:1: eth1 -> br0 -> eth1: frames that arrive by eth1 pass br0:ingress", NULL },
	{ "eth0 in br0; eth1 in br0; br0 bridge", { "web: br0 > mir0" }, { 0 }, NULL, "" },
	{ "eth0 in br0; eth1 in br1; br0 bridge; br1 bridge", { "web: eth0 > eth1" }, { 0 }, NULL, NULL },
	{ "eth0 in br0; eth1; br0 bridge", { "web: br0 > eth1" }, { 0 }, NULL, NULL },
	/* The bridge of another mirror's sensor: no way back. */
	{ "eth0; a to b; b to a in br9; c in br9; br9 bridge", { "web: eth0 > a" }, { 0 }, NULL,
	  "copies to target a pass bridge port b with their original addresses" },
	/* Over two bridges, a cable between them. */
	{ "eth0 in br0; a to b in br0; b to a in br1; c to d; d to c in br1; br0 bridge; br1 bridge",
	  { "web: eth0 > c" }, { 0 }, "--to:1:1: eth0:egress -> c -> d -> b -> a -> eth0" AGAIN, NULL },

	/* --- VLAN devices --- */
	{ "eth0; v vlan on eth0 id 10", { "web: eth0 > v" }, { 0 },
	  "--to:1:1: eth0:egress -> v -> eth0" AGAIN, NULL },
	/* What arrives, into a VLAN of its own: how switches do it. */
	{ "eth0; v vlan on eth0 id 10", { "web: eth0:ingress > v" }, { 0 }, NULL, NULL },
	{ "eth0; v vlan on eth0 id 10; w vlan on eth0 id 20", { "web: w > v" }, { 0 }, NULL, NULL },
	{ "eth0; v vlan on eth0 id 10", { "web: v > mir0" }, { 0 }, NULL, "" },
	{ "a to b; b to a; v vlan on a id 10; w vlan on b id 10", { "web: w > v" }, { 0 },
	  "--to:1:1: w:ingress -> v -> a -> b -> w" AGAIN, NULL },
	{ "a to b; b to a; v vlan on a id 10; w vlan on b id 20", { "web: w > v" }, { 0 }, NULL, "" },
	{ "eth0; v vlan on eth0 id 10; w vlan on v id 20", { "web: eth0 > w" }, { 0 },
	  "--to:1:1: eth0:egress -> w -> v -> eth0" AGAIN, NULL },

	/* --- macvlan --- */
	{ "eth0; m macvlan on eth0", { "web: eth0 > m" }, { 0 },
	  "--to:1:1: eth0:egress -> m -> eth0" AGAIN, NULL },
	{ "eth0; m macvlan on eth0", { "web: m > eth0" }, { 0 },
	  "--to:1:1: m:egress -> eth0: frames of m leave by eth0 as well", NULL },
	{ "eth0; m macvlan on eth0; n macvlan on eth0", { "web: eth0:ingress > m" }, { 0 },
	  "--to:1:1: eth0:ingress -> m -> eth0" AGAIN, NULL },
	{ "eth0; m macvlan on eth0", { "web: m > mir0" }, { 0 }, NULL, "" },
	{ "eth0; eth1; m macvlan on eth1", { "web: eth0 > m" }, { 0 }, NULL, NULL },
	{ "eth0; m ipvlan on eth0", { "web: eth0 > m" }, { 0 },
	  "--to:1:1: eth0:egress -> m -> eth0" AGAIN, NULL },

	/* --- a switch chip's ports --- */
	{ "eth0; p1 dsa on eth0; p2 dsa on eth0", { "web: p1 > p2" }, { 0 }, NULL, NULL },
	{ "eth0; p1 dsa on eth0", { "web: eth0 > p1" }, { 0 },
	  "--to:1:1: eth0:egress -> p1 -> eth0" AGAIN, NULL },

	/* --- bond and team --- */
	{ "eth0 in bond0; eth1 in bond0; bond0 bond", { "web: eth0 > bond0" }, { 0 },
	  "--to:1:1: eth0:egress -> bond0 -> eth0" AGAIN, NULL },
	{ "eth0 in bond0; eth1 in bond0; bond0 team", { "web: bond0 > eth1" }, { 0 },
	  "--to:1:1: bond0:egress -> eth1: frames of bond0 leave by eth1 as well", NULL },
	{ "eth0 in bond0; eth1 in bond0; bond0 bond", { "web: bond0:ingress > eth1" }, { 0 },
	  "--to:1:1: eth1 -> bond0 -> eth1: frames that arrive by eth1 pass bond0:ingress", NULL },
	{ "eth0 in bond0; eth1 in bond0; bond0 bond", { "web: bond0 > mir0" }, { 0 }, NULL, "" },
	{ "eth0 in bond0; eth1 in bond0; eth2; bond0 bond", { "web: eth0, eth1 > eth2" }, { 0 },
	  NULL, NULL },

	/* --- tunnels --- */
	/* One NIC, a tunnel of our own: what the tool is for. */
	{ "eth0", { "web: eth0 > vxlan 10.0.0.9 way eth0" }, { 0 }, NULL,
	  "a full frame of eth0 (MTU 1500) becomes 1550 bytes over eth0 (MTU 1500): sent as two fragments" },
	{ "eth0 mtu 1450; eth1", { "web: eth0 > vxlan 10.0.0.9 way eth1" }, { 0 }, NULL, "" },
	{ "eth0 mtu 9000; eth1", { "web: eth0 > vxlan 10.0.0.9 way eth1" }, { 0 }, NULL,
	  "a full frame of eth0 (MTU 9000) becomes 9050 bytes over eth1 (MTU 1500): sent as 7 fragments" },
	{ "eth0 mtu 1430; eth1", { "web: eth0 > vxlan 2001:db8::9 way eth1" }, { 0 }, NULL, "" },
	{ "eth0; eth1", { "web: eth0 > vxlan 2001:db8::9 way eth1" }, { 0 }, NULL,
	  "a full frame of eth0 (MTU 1500) becomes 1570 bytes over eth1 (MTU 1500): dropped, since tunnels over IPv6 do not fragment" },
	{ "eth0 mtu 1400; v vlan on eth0 id 10", { "web: eth0 > vxlan 10.0.0.9 way v" }, { 0 }, NULL, "" },
	{ "eth0 in br0 mtu 1400; br0 bridge", { "web: eth0 > vxlan 10.0.0.9 way br0" }, { 0 }, NULL, "" },
	/* A second mirror of the same NIC copies nothing of the first. */
	{ "eth0 mtu 1400", { "web: eth0 > vxlan 10.0.0.9 way eth0", "other: eth0 > mir0" }, { 0 }, NULL,
	  NULL },
	{ "eth0; eth1", { "web: eth0 > vxlan 10.0.0.9 way eth1", "other: eth1 > eth0" }, { 0 }, NULL,
	  NULL },
	{ "eth0; lo", { "web: eth0 > vxlan 10.0.0.9 way lo" }, { 0 },
	  "--to:1:1: the remote of vxlan,remote=10.0.0.9,id=7 is an address of this host", NULL },
	{ "eth0", { "web: eth0 > vxlan 10.0.0.9 way -" }, { 0 }, NULL,
	  "there is no route to the remote of vxlan,remote=10.0.0.9,id=7, copies are dropped" },
	/* An existing tunnel device is guarded by nobody. */
	{ "eth0; t vxlan remote 10.0.0.9 way eth0", { "web: eth0 > t" }, { 0 },
	  "--to:1:1: eth0:egress -> t -> eth0" AGAIN
	  "nothing keeps the packets of the existing tunnel t from being copied: give the tunnel itself as target, --to vxlan,remote=...", NULL },
	{ "eth0; t vxlan remote 10.0.0.9 on eth0", { "web: eth0 > t" }, { 0 },
	  "--to:1:1: eth0:egress -> t -> eth0" AGAIN, NULL },
	{ "eth0; v vlan on eth0 id 10; t geneve remote 10.0.0.9 way v", { "web: eth0 > t" }, { 0 },
	  "--to:1:1: eth0:egress -> t -> v -> eth0" AGAIN, NULL },
	{ "eth0; a to b; b to a in br0; t vxlan remote 10.0.0.9 way eth0 in br0; br0 bridge",
	  { "web: eth0 > a" }, { 0 }, "--to:1:1: eth0:egress -> a -> b -> t -> eth0" AGAIN
	  "nothing keeps the packets of the existing tunnel t", NULL },
	{ "eth0; t vxlan remote 10.0.0.9 way eth0", { "web: eth0:ingress > t" }, { 0 }, NULL,
	  "target t is a tunnel whose remote answers by source eth0: its ICMP errors would be copied" },
	{ "eth0; eth1; t vxlan remote 10.0.0.9 way eth1", { "web: eth0 > t" }, { 0 }, NULL,
	  "target t is a tunnel, and copies of frames that leave bring their route along" },
	{ "eth0; eth1; t vxlan remote 10.0.0.9 way eth1", { "web: eth0 > t" }, { "other: eth1 > eth0" },
	  "--to:1:1: eth0:egress -> t -> eth1 -> eth0" AGAIN, NULL },
	/* One of ours, that another mirror made. */
	{ "eth0; t vxlan remote 10.0.0.9 way eth0 alias ours", { "web: eth0 > t" }, { 0 }, NULL, "" },
	/* What is inside a foreign tunnel is another frame. */
	{ "eth0; t vxlan remote 10.0.0.9 way eth0", { "web: t > mir0" }, { 0 }, NULL, "" },
	{ "eth0; t vxlan remote 10.0.0.9 way eth0", { "web: t > eth0" }, { 0 }, NULL, NULL },
	{ "eth0; t vxlan remote 10.0.0.9 way eth0", { "web: t, eth0 > mir0" }, { 0 }, NULL, "" },

	/* --- tc --- */
	{ "eth0 qdisc htb", { "tc web: eth0 > vxlan 10.0.0.9 way eth0" }, { 0 },
	  "--to:1:1: the copies of eth0 leave by eth0 again, whose root qdisc is htb", NULL },
	{ "eth0 qdisc fq_codel", { "tc web: eth0 > vxlan 10.0.0.9 way eth0" }, { 0 }, NULL, NULL },
	{ "eth0 qdisc htb", { "web: eth0 > vxlan 10.0.0.9 way eth0" }, { 0 }, NULL, NULL },
	{ "eth0 qdisc htb mtu 1400; eth1", { "tc web: eth0 > vxlan 10.0.0.9 way eth1" }, { 0 }, NULL, "" },
	{ "eth0 qdisc htb", { "tc web: eth0 > mir0" }, { 0 }, NULL, "" },
	{ "a to b qdisc htb; b to a", { "tc web: a > b" }, { 0 },
	  "--to:1:1: a:ingress -> b -> a" AGAIN, NULL },

	/* --- one frame, two sources --- */
	{ "a in br0; b in br0; br0 bridge", { "web: a, br0 > mir0" }, { 0 },
	  "--from:1:1: frames of bridge 'br0' pass its port 'a' too, and would be copied twice: leave out br0", NULL },
	{ "a in br0; b in br0; br0 bridge", { "web: br0:egress, a:egress > mir0" }, { 0 },
	  "--from:1:1: frames of bridge 'br0' pass its port 'a' too", NULL },
	{ "a in br0; b in br0; br0 bridge", { "web: br0:ingress, a:egress > mir0" }, { 0 }, NULL, "" },
	{ "a in br0; b in br0; br0 bridge", { "web: a, b > mir0" }, { 0 }, NULL,
	  "web: frames that bridge br0 passes from source a to source b are copied at both" },
	{ "a in br0; b in br0; br0 bridge", { "web: a:ingress, b:ingress > mir0" }, { 0 }, NULL, "" },
	{ "a in br0; b in br0; br0 bridge", { "web: a > mir0", "other: br0 > mir0" }, { 0 }, NULL,
	  "mirrors 'web' and 'other' both send to mir0: frames that pass a:ingress and br0:ingress and that both select are copied twice" },
	{ "a in br0; b in br0; br0 bridge", { "web: a > mir0", "other: br0 > mir1" }, { 0 }, NULL, "" },
	{ "eth0; m macvlan on eth0", { "web: eth0, m > mir0" }, { 0 },
	  "--from:1:1: frames of 'eth0' pass 'm' too, and would be copied twice: leave one of them out", NULL },
	/* Those that rules can tell apart are no affair of ours. */
	{ "eth0; v vlan on eth0 id 10", { "web: eth0, v > mir0" }, { 0 }, NULL, "" },
	{ "eth0 in bond0; eth1 in bond0; bond0 bond", { "web: eth0, eth1, bond0 > mir0" }, { 0 }, NULL, "" },
	{ "a to b; b to a", { "web: a, b > mir0" }, { 0 }, NULL, "" },
	{ "lo", { "web: lo > mir0" }, { 0 }, NULL,
	  "source lo is the loopback: every frame leaves and arrives there" },
	{ "lo", { "web: lo:egress > mir0" }, { 0 }, NULL, "" },

	/* --- headers --- */
	{ "tun0 tun type 65534", { "web: tun0 > mir0" }, { 0 },
	  "--from:1:1: packets of 'tun0' have no Ethernet header, and target 'mir0' takes", NULL },
	{ "tun0 tun type 65534; eth0", { "web: tun0:ingress, eth0 > mir0" }, { 0 },
	  "--from:1:1: packets of 'tun0' have no Ethernet header", NULL },
	{ "tun0 tun type 65534; eth0 mtu 1400", { "web: tun0 > vxlan 10.0.0.9 way eth0" }, { 0 },
	  "--from:1:1: packets of 'tun0' have no Ethernet header", NULL },
	{ "tun0 tun type 65534; tun1 tun type 65534", { "web: tun0 > tun1" }, { 0 }, NULL, "" },
	{ "eth0; g gre type 778", { "web: eth0 > g" }, { 0 },
	  "--to:1:1: target 'g' takes packets without an Ethernet header, and frames of 'eth0' have one", NULL },
	{ "lo; tap0 tun", { "web: lo:egress > tap0" }, { 0 }, NULL, "" },

	/* --- targets --- */
	{ "eth0; eth1", { "web: eth0 > eth1" }, { 0 }, NULL,
	  "copies to target eth1 leave by eth1 with their original addresses" },
	{ "eth0; eth1; v vlan on eth1 id 10", { "web: eth0 > v" }, { 0 }, NULL,
	  "copies to target v leave by eth1 with their original addresses" },
	{ "eth0; d dummy", { "web: eth0 > d" }, { 0 }, NULL, "target d is a dummy" },
	{ "eth0; a to b flags 0; b to a", { "web: eth0 > a" }, { 0 }, NULL, "target a is down" },
};

static void describe(char *text, size_t size, const struct row *row)
{
	size_t used, i;

	used = snprintf(text, size, "%s |", row->devices);
	for (i = 0; i < 3 && row->wishes[i]; i++)
		used += snprintf(text + used, size - used, " %s;", row->wishes[i]);
	for (i = 0; i < 2 && row->running[i]; i++)
		used += snprintf(text + used, size - used, " running %s;", row->running[i]);
}

static void row_test(const struct row *row)
{
	struct error_list errors = { 0 }, warnings = { 0 };
	struct drawing drawing;
	char name[400];
	size_t i;
	int error;

	describe(name, sizeof(name), row);
	drawing_begin(&drawing, row->devices);
	for (i = 0; i < 3 && row->wishes[i]; i++)
		drawing_wish(&drawing, row->wishes[i]);
	for (i = 0; i < 2 && row->running[i]; i++)
		drawing_run(&drawing, row->running[i]);
	error = topology_judge(&drawing.input, NULL, &errors, &warnings);
	if (row->refused) {
		check_number(name, -EINVAL, error);
		check_record(name, row->refused, &errors);
	} else {
		check(!error && !errors.count, name, "%d, refused: %s", error,
		      error_text(&errors, 0) ? error_text(&errors, 0) : "(nothing)");
	}
	if (row->warned && *row->warned)
		check_record(name, row->warned, &warnings);
	else if (row->warned)
		check(!warnings.count, name, "warned: %s", error_text(&warnings, 0));
	error_clear(&errors);
	error_clear(&warnings);
	drawing_free(&drawing);
}

/* --- what is read of the machine --- */

static void test_release(void)
{
	static const struct {
		const char *release, *wish;
		int expected;
	} kernels[] = {
		{ "5.10.0-28-amd64", "web: eth0 > mir0", 0 },
		{ "5.16.20", "web: eth0 > mir0", 0 },
		{ "5.17.0", "web: eth0 > mir0", -EOPNOTSUPP },
		{ "5.17.15-200.fc35.x86_64", "web: eth0 > mir0", -EOPNOTSUPP },
		{ "5.17.15", "web: eth0:ingress > mir0", 0 },
		{ "5.17.15", "tc web: eth0 > mir0", 0 },
		{ "5.18.7", "web: eth0:egress > mir0", -EOPNOTSUPP },
		{ "5.18.8-arch1-1", "web: eth0:egress > mir0", 0 },
		{ "5.19", "web: eth0 > mir0", 0 },
		{ "6.17.1", "web: eth0 > mir0", 0 },
		{ "15.17.1", "web: eth0 > mir0", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		struct surroundings surroundings = { 0 };
		struct error_list errors = { 0 };
		struct drawing drawing;

		strcpy(surroundings.release, kernels[i].release);
		drawing_begin(&drawing, "eth0");
		drawing_wish(&drawing, kernels[i].wish);
		check_number(kernels[i].release, kernels[i].expected,
			     topology_judge(&drawing.input, &surroundings, &errors, NULL));
		if (kernels[i].expected)
			check_record(kernels[i].release, "web: kernel 5.1", &errors);
		error_clear(&errors);
		drawing_free(&drawing);
	}
}

static void warned(const char *name, const char *devices, const char *wish,
		   const struct surroundings *surroundings, const char *expected)
{
	struct error_list errors = { 0 }, warnings = { 0 };
	struct drawing drawing;

	drawing_begin(&drawing, devices);
	drawing_wish(&drawing, wish);
	check_number(name, 0, topology_judge(&drawing.input, surroundings, &errors, &warnings));
	if (expected)
		check_record(name, expected, &warnings);
	else
		check(!warnings.count, name, "warned: %s", error_text(&warnings, 0));
	error_clear(&errors);
	error_clear(&warnings);
	drawing_free(&drawing);
}

static void test_readers(void)
{
#define HEAD "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"
	struct surroundings surroundings = { 0 };

	/* The tap is device 30. */
#define DRAWN "eth0; mir0 to mir0-tap; mir0-tap to mir0"
	check_number("nobody reads", 0, surroundings_readers_parse(&surroundings, HEAD));
	warned("nobody reads the tap", DRAWN, "web: eth0 > mir0", &surroundings,
	       "nobody reads mir0-tap yet, where the copies for target mir0 come out");
	warned("somebody has put it into a bridge", DRAWN " in br0; br0 bridge; x in br0",
	       "web: eth0 > mir0", &surroundings,
	       "copies to target mir0 pass bridge port mir0-tap");
	warned("a target that is still to be made", "eth0", "web: eth0 > mir0", &surroundings, NULL);
	warned("a tap elsewhere", "eth0; mir0 veth", "web: eth0 > mir0", &surroundings, NULL);
	check_number("somebody reads", 0, surroundings_readers_parse(&surroundings, HEAD
		     "00000000eb3f0a81 3      3    0003   10    1 0      0      12345\n"
		     "00000000eb3f0a82 3      3    88cc   30    1 0      0      12346\n"
		     "00000000eb3f0a83 3      3    0003   30    0 0      0      12347\n"));
	check_number("only who takes traffic", 1, surroundings.reader_count);
	warned("others read", DRAWN, "web: eth0 > mir0", &surroundings, "nobody reads mir0-tap yet");
	check_number("the sensor reads", 0, surroundings_readers_parse(&surroundings, HEAD
		     "00000000eb3f0a84 3      3    0003   30    1 0      0      12347\n"));
	warned("the sensor reads", DRAWN, "web: eth0 > mir0", &surroundings, NULL);
	surroundings_free(&surroundings);
	check_number("of all devices", 0, surroundings_readers_parse(&surroundings, HEAD
		     "00000000eb3f0a84 3      3    0003   0     1 0      0      12347\n"));
	warned("somebody reads all", DRAWN, "web: eth0 > mir0", &surroundings, NULL);
	surroundings_free(&surroundings);
	check_number("no such file", -EINVAL, surroundings_readers_parse(&surroundings, "else\n"));
}

static void test_flowtables(void)
{
	char devices[2][IFNAMSIZ] = { "eth0", "eth1" };
	struct flowtable flowtable = {
		.family = "inet", .table = "filter", .name = "fast",
		.devices = devices, .device_count = 2,
	};
	struct surroundings surroundings = { .flowtables = &flowtable, .flowtable_count = 1 };

	warned("a flowtable behind our hook", "eth0; eth1", "web: eth0 > mir0", &surroundings, NULL);
	flowtable.priority = -301;
	warned("one before it", "eth0; eth1", "web: eth0 > mir0", &surroundings,
	       "source eth0 belongs to flowtable fast of table inet filter, whose priority -301 comes before ours (-300)");
	warned("and what leaves", "eth0; eth1", "web: eth0:egress > mir0", &surroundings, NULL);
	flowtable.offloads = true;
	warned("one in hardware", "eth0; eth1", "web: eth0:egress > mir0", &surroundings,
	       "source eth0 belongs to flowtable fast of table inet filter, which offloads flows into the hardware");
	warned("of other devices", "eth2", "web: eth2 > mir0", &surroundings, NULL);
	warned("below a VLAN device", "eth0; v vlan on eth0 id 10", "web: v > mir0", &surroundings,
	       "source v stands on eth0, which belongs to flowtable fast of table inet filter");
	warned("below a bridge", "eth9 in br0; eth1 in br0; br0 bridge", "web: br0 > mir0",
	       &surroundings, "source br0 stands on eth1, which belongs to flowtable fast");
}

static void test_catchers(void)
{
	struct catcher catcher = { "eth0", "the tc BPF program x" };
	struct surroundings surroundings = { .catchers = &catcher, .catcher_count = 1 };

	warned("a program before us", "eth0", "web: eth0 > mir0", &surroundings,
	       "source eth0 has the tc BPF program x at its ingress");
	warned("and what leaves", "eth0", "web: eth0:egress > mir0", &surroundings, NULL);
	warned("of another device", "eth1", "web: eth1 > mir0", &surroundings, NULL);
}

#define PORTS 1000

/* All ports of a large bridge, both directions: in the time of a few hundred walks
 * over it, not of one for each pair. */
static void test_large(void)
{
	static const struct location where = { "--from", 1, 1 };
	struct link_table table = { .count = PORTS + 1, .read_count = PORTS + 1 };
	struct error_list errors = { 0 }, warnings = { 0 };
	struct mirror mirror = { .name = "all" };
	struct topology_input input = { .links = &table, .mirrors = &mirror, .mirror_count = 1 };
	unsigned int i;

	table.links = calloc(table.count, sizeof(*table.links));
	table.by_name = calloc(table.count, sizeof(*table.by_name));
	table.by_index = calloc(table.count, sizeof(*table.by_index));
	for (i = 0; i < table.count; i++) {
		struct link *link = &table.links[i];

		table.by_name[i] = table.by_index[i] = i;
		link->index = i + 1;
		link->master = i ? 1 : 0;
		link->type = ARPHRD_ETHER;
		snprintf(link->name, sizeof(link->name), "p%05u", i);
		if (i)
			mirror_add_source(&mirror, link->name, &where, &errors);
	}
	strcpy(table.links[0].kind, "bridge");
	mirror_add_target(&mirror, "mir0", &where, &errors);
	check_number("a thousand ports", 0, topology_judge(&input, NULL, &errors, &warnings));
	check_record("are told of once", "all: frames that bridge p00000 passes", &warnings);
	error_clear(&errors);
	mirror_free(&mirror);
	free(table.links);
	free(table.by_name);
	free(table.by_index);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row_test(&rows[i]);
	test_release();
	test_readers();
	test_flowtables();
	test_catchers();
	test_large();
	return harness_end();
}
