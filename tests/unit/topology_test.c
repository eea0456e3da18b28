// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which frames pass two hooks, in which order, and with which change.
 */
#include "drawing.h"

static struct source hook(const char *text)
{
	struct source source = { .direction = DIRECTION_INGRESS };
	const char *colon = strchr(text, ':');

	memcpy(source.device, text, colon - text);
	if (!strcmp(colon + 1, "egress"))
		source.direction = DIRECTION_EGRESS;
	return source;
}

/* In words: "first A tagged 10", "first B all, B lower". */
static const char *overlap_text(const struct topology_overlap *overlap)
{
	static const char *const relations[] = { "none", "same", "all", "tagged", "some" };
	static char text[80];
	size_t used, i;

	if (overlap->relation == OVERLAP_NONE)
		return "none";
	used = sprintf(text, "%s first, %s", overlap->a_first ? "a" : "b",
		       relations[overlap->relation]);
	if (overlap->relation == OVERLAP_ALL || overlap->relation == OVERLAP_TAGGED)
		used += sprintf(text + used, ", %s lower", overlap->a_lower ? "a" : "b");
	for (i = 0; i < overlap->tag_count; i++)
		used += sprintf(text + used, " %x/%u", overlap->tags[i].protocol,
				overlap->tags[i].id);
	return text;
}

static const struct row {
	const char *devices, *a, *b, *expected;
} rows[] = {
	{ "lo", "lo:egress", "lo:ingress", "a first, same" },
	{ "lo", "lo:ingress", "lo:egress", "b first, same" },
	{ "a to b; b to a", "a:egress", "b:ingress", "a first, same" },
	{ "a to b; b to a", "a:ingress", "b:egress", "b first, same" },
	{ "a to b; b to a", "a:egress", "b:egress", "none" },
	{ "a to b; b to a", "a:ingress", "b:ingress", "none" },
	{ "eth0", "eth0:ingress", "eth0:egress", "none" },
	{ "eth0; eth1", "eth0:egress", "eth1:egress", "none" },
	{ "eth0", "eth0:egress", "gone:egress", "none" },

	{ "eth0; v vlan on eth0 id 10", "v:egress", "eth0:egress", "a first, tagged, b lower 8100/10" },
	{ "eth0; v vlan on eth0 id 10", "eth0:egress", "v:egress", "b first, tagged, a lower 8100/10" },
	{ "eth0; v vlan on eth0 id 10", "eth0:ingress", "v:ingress", "a first, tagged, a lower 8100/10" },
	{ "eth0; v vlan on eth0 id 10", "v:ingress", "eth0:ingress", "b first, tagged, b lower 8100/10" },
	{ "eth0; v vlan on eth0 id 10", "v:ingress", "eth0:egress", "none" },
	{ "eth0; v vlan on eth0 id 10; w vlan on eth0 id 20", "v:egress", "w:egress", "none" },
	{ "eth0; s vlan on eth0 id 7 protocol 88a8; v vlan on s id 10", "v:egress", "eth0:egress",
	  "a first, tagged, b lower 88a8/7 8100/10" },
	{ "eth0; s vlan on eth0 id 7 protocol 88a8; v vlan on s id 10", "eth0:ingress", "v:ingress",
	  "a first, tagged, a lower 88a8/7 8100/10" },
	/* Tagged here, untagged there: the frame is the same again. */
	{ "a to b; b to a; v vlan on a id 10; w vlan on b id 10", "v:egress", "w:ingress",
	  "a first, same" },
	{ "a to b; b to a; v vlan on a id 10; w vlan on b id 20", "v:egress", "w:ingress", "none" },
	{ "a to b; b to a; v vlan on a id 10; w vlan on b id 10 protocol 88a8", "v:egress",
	  "w:ingress", "none" },
	{ "a to b; b to a; v vlan on a id 10", "v:egress", "b:ingress",
	  "a first, tagged, b lower 8100/10" },

	{ "eth0 in bond0; eth1 in bond0; bond0 bond", "bond0:egress", "eth1:egress",
	  "a first, all, b lower" },
	{ "eth0 in bond0; eth1 in bond0; bond0 bond", "eth0:ingress", "bond0:ingress",
	  "a first, all, a lower" },
	{ "eth0 in bond0; eth1 in bond0; bond0 team", "bond0:ingress", "eth0:ingress",
	  "b first, all, b lower" },
	{ "eth0 in bond0; eth1 in bond0; bond0 bond", "eth0:ingress", "eth1:egress", "none" },
	{ "eth0 in bond0; bond0 bond; v vlan on bond0 id 10", "v:egress", "eth0:egress",
	  "a first, tagged, b lower 8100/10" },

	{ "a in br0; b in br0; br0 bridge", "a:ingress", "br0:ingress", "a first, some" },
	{ "a in br0; b in br0; br0 bridge", "br0:egress", "b:egress", "a first, some" },
	{ "a in br0; b in br0; br0 bridge", "a:ingress", "b:egress", "a first, some" },
	{ "a in br0; b in br0; br0 bridge", "b:egress", "a:ingress", "b first, some" },
	{ "a in br0; b in br0; br0 bridge", "a:ingress", "a:egress", "none" },
	{ "a in br0; b in br0; br0 bridge", "a:egress", "br0:ingress", "none" },
	{ "a in br0; b in br1; br0 bridge; br1 bridge", "a:ingress", "b:egress", "none" },
	{ "eth0; m macvlan on eth0", "m:egress", "eth0:egress", "a first, some" },
	{ "eth0; m ipvlan on eth0", "eth0:ingress", "m:ingress", "a first, some" },
	/* Encrypted, or with a switch chip's header: another frame. */
	{ "eth0; m macsec on eth0", "m:egress", "eth0:egress", "none" },
	{ "eth0; p dsa on eth0", "eth0:ingress", "p:ingress", "none" },
	{ "eth0; t vxlan remote 10.0.0.9 way eth0", "t:egress", "eth0:egress", "none" },
	/* A VRF works on packets, behind the hooks where they arrive. */
	{ "eth0 in v; v vrf", "eth0:ingress", "v:ingress", "none" },
	{ "eth0 in v; v vrf", "v:egress", "eth0:egress", "a first, some" },
};

static void test_rows(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct source a = hook(row->a), b = hook(row->b);
		struct topology_overlap overlap;
		struct topology topology;
		struct drawing drawing;
		char name[200];

		drawing_begin(&drawing, row->devices);
		snprintf(name, sizeof(name), "%s: %s and %s", row->devices, row->a, row->b);
		check_number("the graph is drawn", 0, topology_build(&topology, &drawing.input));
		check_number("two hooks are compared", 0,
			     topology_same_frame(&topology, &a, &b, &overlap));
		check_text(name, row->expected, overlap_text(&overlap));
		topology_free(&topology);
		drawing_free(&drawing);
	}
}

/* A bridge of many ports is crossed in the time that its ports take. */
static void test_large(void)
{
	struct link *links = calloc(20001, sizeof(*links));
	struct link_table table = { .links = links, .count = 20001 };
	struct topology_input input = { .links = &table };
	struct topology_walk walk = { 0 };
	struct topology topology;
	size_t i;

	/* Numbers as names: found by their place, not by a search. */
	for (i = 0; i < table.count; i++) {
		links[i].index = i + 1;
		links[i].master = i ? 1 : 0;
		snprintf(links[i].name, IFNAMSIZ, "%u", (unsigned int)i);
	}
	strcpy(links[0].kind, "bridge");
	table.read_count = table.count;
	table.by_index = calloc(table.count, sizeof(*table.by_index));
	table.by_name = calloc(table.count, sizeof(*table.by_name));
	for (i = 0; i < table.count; i++)
		table.by_index[i] = i;
	check_number("20000 ports are drawn", 0, topology_build(&topology, &input));
	check_number("a walk begins", 0, topology_walk_begin(&walk, &topology, STEPS_FRAME));
	for (i = 1; i < table.count; i++)
		topology_walk_start(&walk, topology_node(i, DIRECTION_INGRESS));
	topology_walk_run(&walk);
	/* In and out of each port, and in at the bridge. */
	check_number("all of it is reached", 2 * 20000 + 1, walk.queued);
	topology_walk_free(&walk);
	topology_free(&topology);
	free(table.by_index);
	free(table.by_name);
	free(links);
}

int main(void)
{
	test_rows();
	test_large();
	return harness_end();
}
