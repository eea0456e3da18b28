// SPDX-License-Identifier: GPL-2.0-only
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>	/* before the kernel's own */
#include <linux/capability.h>
#include <linux/netfilter.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "device.h"
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

/* --- devices --- */

/* Modules that bring devices of their own into the first namespace when they are loaded
 * (gre0, gretap0, erspan0; ip6tnl0, ip6gre0): they are asked for, and not loaded. */
#define MODULE_GRE "ip_gre"
#define MODULE_GRE6 "ip6_gre"

static const struct {
	const char *name, *text;	/* as in --to, or NULL: by its kind */
	enum target_kind kind;
	const char *needs, *module;
} devices[] = {
	{ "veth", NULL, TARGET_VETH, "CONFIG_VETH", NULL },
	{ "dummy", NULL, TARGET_DUMMY, "CONFIG_DUMMY", NULL },
	{ "ifb", NULL, TARGET_IFB, "CONFIG_IFB", NULL },
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
	struct error_list refused = { 0 };
	bool found = !tool_run(argv, NULL, &refused);

	error_clear(&refused);
	return found;
}

static bool module_is_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

static void devices_look(struct doctor *doctor, struct nl_socket *route)
{
	unsigned int i;

	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		const char *module = devices[i].module;
		bool waits = module && !module_is_loaded(module) && module_is_there(module);
		bool made = waits || (route && device_try(route, i));
		struct doctor_feature *feature;

		feature = feature_add(doctor, "device", devices[i].name,
				      answer_of(route || waits, made), devices[i].needs);
		if (waits)
			snprintf(feature->detail, sizeof(feature->detail),
				 "by the module %s, which is not loaded and was not tried", module);
		if (devices[i].kind == TARGET_VETH && !made)
			doctor->can_mirror_ingress = doctor->can_mirror_egress = false;
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

static bool tc_try(const char *text)
{
	static const char *const tc[] = { "tc", "-batch", "-", NULL };
	struct error_list refused = { 0 };
	bool works = !tool_run(tc, text, &refused);

	error_clear(&refused);
	return works;
}

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
	size_t i;

	doctor->can_mirror_by_tc = asked;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		bool works = asked && tc_try(tries[i].text);

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

/* "# missing nf_dup_netdev_egress ..." in what the module says of its stages. */
static void module_look(struct doctor *doctor)
{
	struct doctor_feature *feature;
	FILE *in = fopen(MODULE_FOLDER "stages", "re");
	char line[256];

	feature = feature_add(doctor, "module", "mirror_probe",
			      answer_of(true, !access(MODULE_FOLDER "counters", F_OK)),
			      "its module, for trace and for counts at netfilter's hooks: modprobe mirror_probe, or insmod kmod/mirror_probe.ko");
	if (!in)
		return;
	while (fgets(line, sizeof(line), in))
		if (!strncmp(line, "# missing ", 10))
			snprintf(feature->detail, sizeof(feature->detail), "without the stages %.*s",
				 (int)strcspn(line + 10, "\n"), line + 10);
	fclose(in);
}

/* May whoever asks change this network namespace? See capabilities(7) and proc(5). */
static void privilege_look(struct doctor *doctor)
{
	unsigned long long effective = 0;
	FILE *in = fopen("/proc/self/status", "re");
	char line[256];

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	if (in)
		fclose(in);
	feature_add(doctor, "privilege", "CAP_NET_ADMIN",
		    answer_of(true, effective >> CAP_NET_ADMIN & 1),
		    "root, or this capability, for check, apply, remove, status and run");
}

/* A namespace of its own, where this process may have one: as root, or else inside a new
 * user namespace. */
static bool namespace_enter(void)
{
	if (!unshare(CLONE_NEWNET))
		return true;
	return !unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

int doctor_look(struct doctor *doctor, struct error_list *errors)
{
	struct nl_socket *route = NULL, *netfilter = NULL;
	struct utsname system;
	bool asked;
	int error = 0;

	memset(doctor, 0, sizeof(*doctor));
	uname(&system);
	snprintf(doctor->kernel, sizeof(doctor->kernel), "%s", system.release);
	doctor->is_faulty = misfit_is_faulty(system.release);
	privilege_look(doctor);
	module_look(doctor);
	asked = doctor->could_try = namespace_enter();
	if (asked)
		error = nl_open(NETLINK_ROUTE, &route);
	if (!error && asked && nl_open(NETLINK_NETFILTER, &netfilter))
		netfilter = NULL;
	if (error)
		return error_system(errors, error, "cannot open a netlink socket: %s", strerror(-error));
	nft_look(doctor, netfilter);
	devices_look(doctor, route);
	tc_look(doctor, asked);
	program_look(doctor, "nft", "--version", "the package nftables, to load what generate prints");
	program_look(doctor, "ip", "-V", "the package iproute2, for compare and trace");
	program_look(doctor, "tc", "-V", "the package iproute2, for --path tc and for compare");
	nl_close(netfilter);
	nl_close(route);
	return 0;
}
