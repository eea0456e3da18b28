// SPDX-License-Identifier: GPL-2.0-only
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "device.h"
#include "doctor_library.h"
#include "doctor_namespace.h"
#include "doctor_nft.h"
#include "misfit.h"
#include "tool.h"

#define MODULE_FOLDER "/proc/net/mirror_probe/"
#define NO_NAMESPACE "root, or CAP_SYS_ADMIN and CAP_NET_ADMIN: it can only be tried in a new network namespace"

static struct doctor_feature *feature_add(struct doctor *doctor, const char *group,
					  const char *name, enum doctor_answer answer,
					  const char *needs)
{
	struct doctor_feature *feature = &doctor->features[doctor->count++];

	*feature = (struct doctor_feature){ .name = name, .group = group, .answer = answer };
	feature->needs = answer == DOCTOR_PRESENT ? "" :
			 answer == DOCTOR_UNKNOWN ? NO_NAMESPACE : needs;
	return feature;
}

static enum doctor_answer answer_of(bool asked, bool present)
{
	return !asked ? DOCTOR_UNKNOWN : present ? DOCTOR_PRESENT : DOCTOR_ABSENT;
}

static bool try_run(const char *const argv[], const char *text)
{
	struct error_list refused = { 0 };
	bool works = !tool_run(argv, text, &refused);

	error_clear(&refused);
	return works;
}

/* --- devices --- */

/* Modules that bring devices of their own into the first namespace when they are loaded
 * (gre0, gretap0, erspan0; ip6tnl0, ip6gre0; dummy0; ifb0, ifb1): they are asked for,
 * and not loaded. */
#define MODULE_GRE "ip_gre"
#define MODULE_GRE6 "ip6_gre"
#define MODULE_DUMMY "dummy"
#define MODULE_IFB "ifb"
/* This one gives the VLAN 0 to the filters of network cards that are up. */
#define MODULE_VLAN "8021q"

static const struct {
	const char *name, *text;	/* as in --to, or NULL: by its kind */
	enum target_kind kind;
	const char *needs, *module;
} devices[] = {
	{ "veth", NULL, TARGET_VETH, "CONFIG_VETH", NULL },
	{ "dummy", NULL, TARGET_DUMMY, "CONFIG_DUMMY", MODULE_DUMMY },
	{ "ifb", NULL, TARGET_IFB, "CONFIG_IFB", MODULE_IFB },
	{ "vxlan", "vxlan,remote=192.0.2.1,local=192.0.2.2,id=7", TARGET_TUNNEL, "CONFIG_VXLAN", NULL },
	{ "vxlan-ip6", "vxlan,remote=2001:db8::1,local=2001:db8::2,id=7", TARGET_TUNNEL, "CONFIG_VXLAN and CONFIG_IPV6", NULL },
	{ "gretap", "gretap,remote=192.0.2.1,local=192.0.2.2", TARGET_TUNNEL, "CONFIG_NET_IPGRE", MODULE_GRE },
	{ "gretap-ip6", "gretap,remote=2001:db8::1,local=2001:db8::2", TARGET_TUNNEL, "CONFIG_IPV6_GRE", MODULE_GRE6 },
	{ "erspan-1", "erspan,remote=192.0.2.1,local=192.0.2.2,session=7", TARGET_TUNNEL, "CONFIG_NET_IPGRE", MODULE_GRE },
	{ "erspan-2", "erspan,remote=192.0.2.1,local=192.0.2.2,session=8,version=2", TARGET_TUNNEL, "CONFIG_NET_IPGRE", MODULE_GRE },
	{ "erspan-ip6", "erspan,remote=2001:db8::1,local=2001:db8::2,session=7", TARGET_TUNNEL, "CONFIG_IPV6_GRE", MODULE_GRE6 },
	{ "geneve", "geneve,remote=192.0.2.1,id=7", TARGET_TUNNEL, "CONFIG_GENEVE", NULL },
};

static bool device_try(struct nl_socket *route, unsigned int number)
{
	static const struct location where = { "doctor", 1, 1 };
	struct target target = { .kind = devices[number].kind, .where = where };
	struct error_list refused = { 0 };
	bool made;

	snprintf(target.device, sizeof(target.device), "try%u", number);
	made = !devices[number].text ||
	       !tunnel_parse(&target.tunnel, (char[IFNAMSIZ]){ "" }, devices[number].text, &where,
			     &refused);
	made = made && !device_make(route, &target, 1500, &refused);
	error_clear(&refused);
	return made;
}

/* What modprobe(8) knows of: there, built in or for loading. */
static bool module_is_there(const char *name)
{
	const char *const argv[] = { "modprobe", "-n", "-q", name, NULL };

	return try_run(argv, NULL);
}

static bool module_is_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

/* There, and only to be had by loading what is not to be loaded here. */
static bool module_waits(const char *module)
{
	return module && !module_is_loaded(module) && module_is_there(module);
}

static void waiting_add(struct doctor *doctor, const char *name, const char *module)
{
	struct doctor_feature *feature = feature_add(doctor, "device", name, DOCTOR_PRESENT, "");

	snprintf(feature->detail, sizeof(feature->detail),
		 "by the module %s, which is not loaded and was not tried", module);
}

static void devices_look(struct doctor *doctor, struct nl_socket *route)
{
	unsigned int i;

	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		bool made;

		if (module_waits(devices[i].module)) {
			waiting_add(doctor, devices[i].name, devices[i].module);
			continue;
		}
		made = route && device_try(route, i);
		feature_add(doctor, "device", devices[i].name, answer_of(route, made),
			    devices[i].needs);
		if (devices[i].kind == TARGET_VETH && !made)
			doctor->can_mirror_ingress = doctor->can_mirror_egress = false;
	}
}

/* No devices of ours, but of those that we mirror: only ip is asked. */
static void others_look(struct doctor *doctor, bool asked)
{
	static const struct {
		const char *name, *text, *needs, *module;
	} others[] = {
		{ "vlan", "link add try-trunk type veth peer name try-trunk-far\n"
		  "link add link try-trunk name try-vlan type vlan id 7\n",
		  "ip, and CONFIG_VLAN_8021Q, for compare", MODULE_VLAN },
		{ "bridge", "link add try-bridge type bridge\n",
		  "ip, and CONFIG_BRIDGE, for compare", NULL },
	};
	static const char *const ip[] = { "ip", "-batch", "-", NULL };
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (module_waits(others[i].module))
			waiting_add(doctor, others[i].name, others[i].module);
		else
			feature_add(doctor, "device", others[i].name,
				    answer_of(asked, asked && try_run(ip, others[i].text)),
				    others[i].needs);
	}
}

/* --- nft --- */

static void nft_look(struct doctor *doctor, struct nl_socket *netfilter)
{
	unsigned int i;

	doctor->can_mirror_ingress = doctor->can_mirror_egress = netfilter != NULL;
	for (i = 0; i < doctor_nft_count; i++) {
		const struct doctor_nft *nft = &doctor_nfts[i];
		bool works = netfilter && doctor_nft_try(nft, netfilter);

		feature_add(doctor, "nft", nft->name, answer_of(netfilter, works), nft->needs);
		doctor->can_mirror_ingress &= works || !nft->for_ingress;
		doctor->can_mirror_egress &= works || !nft->for_egress;
	}
}

/* --- tc, which only its program is asked --- */

static void tc_look(struct doctor *doctor, bool asked)
{
	static const struct {
		const char *name, *text, *needs;
		bool wanted;		/* to mirror at all */
	} tries[] = {
		{ "clsact", "qdisc add dev lo clsact\n", "tc, and CONFIG_NET_SCH_INGRESS", true },
		{ "cls_bpf", "filter add dev lo egress pref 1 protocol all bpf bytecode '1,6 0 0 0'\n",
		  "clsact, and CONFIG_NET_CLS_BPF", true },
		{ "mirred", "filter add dev lo egress pref 2 protocol all bpf bytecode '1,6 0 0 0' action mirred egress mirror dev lo\n",
		  "cls_bpf, and CONFIG_NET_ACT_MIRRED", true },
		{ "skbedit", "filter add dev lo egress pref 3 protocol all bpf bytecode '1,6 0 0 0' action skbedit mark 1\n",
		  "cls_bpf, and CONFIG_NET_ACT_SKBEDIT", false },
		{ "police", "filter add dev lo egress pref 4 protocol all bpf bytecode '1,6 0 0 0' action police rate 1mbit burst 10k\n",
		  "cls_bpf, and CONFIG_NET_ACT_POLICE", false },
	};
	static const char *const tc[] = { "tc", "-batch", "-", NULL };
	size_t i;

	doctor->can_mirror_by_tc = asked;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		bool works = asked && try_run(tc, tries[i].text);

		feature_add(doctor, "tc", tries[i].name, answer_of(asked, works), tries[i].needs);
		doctor->can_mirror_by_tc &= works || !tries[i].wanted;
	}
}

/* --- programs and the module --- */

static void program_look(struct doctor *doctor, const char *name, const char *option,
			 const char *needs)
{
	const char *const argv[] = { name, option, NULL };
	struct error_list refused = { 0 };
	struct doctor_feature *feature;
	char *said = NULL;
	bool runs = !tool_read(argv, &said, &refused);

	feature = feature_add(doctor, "program", name, runs ? DOCTOR_PRESENT : DOCTOR_ABSENT, needs);
	if (runs)
		snprintf(feature->detail, sizeof(feature->detail), "%.*s",
			 (int)strcspn(said, "\n"), said);
	free(said);
	error_clear(&refused);
}

/* Which of them this process runs with: packages' versions are for what it was built with. */
static void libraries_look(struct doctor *doctor)
{
	static const struct {
		const char *name, *function;
	} libraries[] = {
		{ "libmnl", "mnl_socket_open" }, { "libnftnl", "nftnl_rule_alloc" },
		{ "libpcap", "pcap_compile" }, { "jansson", "json_pack" },
		{ "libyaml", "yaml_parser_initialize" },
	};
	size_t i;

	for (i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		struct doctor_feature *feature;

		feature = feature_add(doctor, "library", libraries[i].name, DOCTOR_PRESENT, "");
		doctor_library_file(libraries[i].function, feature->detail,
				    sizeof(feature->detail));
	}
}

/* "# missing nf_dup_netdev_egress ..." in what the module says of its stages. */
static void module_look(struct doctor *doctor)
{
	struct doctor_feature *feature;
	FILE *in = fopen(MODULE_FOLDER "stages", "re");
	char line[256];

	feature = feature_add(doctor, "module", "mirror_probe",
			      answer_of(true, !access(MODULE_FOLDER "counters", F_OK)),
			      access("/proc/modules", F_OK) ?
			      "a kernel with CONFIG_MODULES, for its module, which trace and counts at netfilter's hooks take" :
			      "its module, for trace and for counts at netfilter's hooks: modprobe mirror_probe, or insmod kmod/mirror_probe.ko");
	if (!in)
		return;
	while (fgets(line, sizeof(line), in))
		if (!strncmp(line, "# missing ", 10))
			snprintf(feature->detail, sizeof(feature->detail), "without the stages %.*s",
				 (int)strcspn(line + 10, "\n"), line + 10);
	fclose(in);
}

void doctor_look(struct doctor *doctor)
{
	struct nl_socket *route = NULL, *netfilter = NULL;
	struct utsname system;
	bool privileged = doctor_namespace_is_privileged();
	bool asked;

	memset(doctor, 0, sizeof(*doctor));
	uname(&system);
	snprintf(doctor->kernel, sizeof(doctor->kernel), "%s", system.release);
	doctor->is_faulty = misfit_is_faulty(system.release);
	feature_add(doctor, "privilege", "CAP_NET_ADMIN", answer_of(true, privileged),
		    "root, or this capability, for check, apply, remove, status and run");
	module_look(doctor);
	libraries_look(doctor);
	doctor_namespace_enter(privileged, &route);
	asked = doctor->could_try = route;
	if (asked && nl_open(NETLINK_NETFILTER, &netfilter))
		netfilter = NULL;
	nft_look(doctor, netfilter);
	devices_look(doctor, route);
	others_look(doctor, asked);
	tc_look(doctor, asked);
	program_look(doctor, "nft", "--version", "the package nftables, to load what generate prints");
	program_look(doctor, "ip", "-V", "the package iproute2, for compare and trace");
	program_look(doctor, "tc", "-V", "the package iproute2, for --path tc and for compare");
	nl_close(netfilter);
	nl_close(route);
}
