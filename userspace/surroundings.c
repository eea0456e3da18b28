// SPDX-License-Identifier: GPL-2.0-only
#include "surroundings.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "nft_batch.h"

int surroundings_release(struct surroundings *surroundings)
{
	struct utsname name;

	if (!uname(&name))
		snprintf(surroundings->release, sizeof(surroundings->release), "%s",
			 name.release);
	return 0;
}

/* --- who reads frames --- */

/* Of protocols: a sensor takes all of them, or all of IP. */
static bool reads_traffic(unsigned int protocol)
{
	return protocol == ETH_P_ALL || protocol == ETH_P_IP || protocol == ETH_P_IPV6;
}

/* "sk RefCnt Type Proto Iface R Rmem User Inode", a socket a line. */
int surroundings_readers_parse(struct surroundings *surroundings, const char *text)
{
	const char *line = text;

	if (strncmp(text, "sk ", 3))
		return -EINVAL;
	while ((line = strchr(line, '\n')) && *++line) {
		unsigned int protocol, index, running;
		unsigned int *readers;

		if (sscanf(line, "%*s %*d %*d %x %u %u", &protocol, &index, &running) != 3)
			return -EINVAL;
		if (!running || !reads_traffic(protocol))
			continue;
		readers = reallocarray(surroundings->readers,
				       surroundings->reader_count + 1, sizeof(*readers));
		if (!readers)
			return -ENOMEM;
		surroundings->readers = readers;
		readers[surroundings->reader_count++] = index;
	}
	surroundings->readers_known = true;
	return 0;
}

int surroundings_readers(struct surroundings *surroundings)
{
	FILE *file = fopen("/proc/self/net/packet", "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t length;
	int error;

	if (!file)
		return 0;
	length = getdelim(&text, &size, '\0', file);
	fclose(file);
	error = length > 0 ? surroundings_readers_parse(surroundings, text) : 0;
	free(text);
	return error == -ENOMEM ? error : 0;
}

bool surroundings_has_reader(const struct surroundings *surroundings, unsigned int index)
{
	size_t i;

	for (i = 0; i < surroundings->reader_count; i++)
		if (!surroundings->readers[i] || surroundings->readers[i] == index)
			return true;
	return false;
}

/* --- flowtables --- */

static const char *family_name(unsigned int family)
{
	switch (family) {
	case NFPROTO_IPV4: return "ip";
	case NFPROTO_IPV6: return "ip6";
	case NFPROTO_INET: return "inet";
	default: return "netdev";
	}
}

static void text_read(const struct nlattr *attribute, char *text, size_t size)
{
	snprintf(text, size, "%.*s", (int)mnl_attr_get_payload_len(attribute),
		 mnl_attr_get_str(attribute));
}

static int flowtable_device_add(struct flowtable *flowtable, const struct nlattr *name)
{
	char (*devices)[IFNAMSIZ];

	devices = reallocarray(flowtable->devices, flowtable->device_count + 1,
			       sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	flowtable->devices = devices;
	text_read(name, devices[flowtable->device_count++], IFNAMSIZ);
	return 0;
}

static int flowtable_hook_read(struct flowtable *flowtable, const struct nlattr *hook)
{
	const struct nlattr *attribute, *device;
	int error = 0;

	mnl_attr_for_each_nested(attribute, hook) {
		switch (mnl_attr_get_type(attribute)) {
		case NFTA_FLOWTABLE_HOOK_PRIORITY:
			flowtable->priority = (int32_t)ntohl(mnl_attr_get_u32(attribute));
			break;
		case NFTA_FLOWTABLE_HOOK_DEVS:
			mnl_attr_for_each_nested(device, attribute)
				if (!error)
					error = flowtable_device_add(flowtable, device);
			break;
		}
	}
	return error;
}

static int flowtable_take(const struct nlmsghdr *message, void *data)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	struct surroundings *surroundings = data;
	struct flowtable *flowtables, *flowtable;
	const struct nlattr *attribute;
	int error = 0;

	flowtables = reallocarray(surroundings->flowtables,
				  surroundings->flowtable_count + 1, sizeof(*flowtables));
	if (!flowtables)
		return MNL_CB_ERROR;
	surroundings->flowtables = flowtables;
	flowtable = &flowtables[surroundings->flowtable_count++];
	memset(flowtable, 0, sizeof(*flowtable));
	snprintf(flowtable->family, sizeof(flowtable->family), "%s",
		 family_name(header->nfgen_family));
	mnl_attr_for_each(attribute, message, sizeof(*header)) {
		switch (mnl_attr_get_type(attribute)) {
		case NFTA_FLOWTABLE_TABLE:
			text_read(attribute, flowtable->table, sizeof(flowtable->table));
			break;
		case NFTA_FLOWTABLE_NAME:
			text_read(attribute, flowtable->name, sizeof(flowtable->name));
			break;
		case NFTA_FLOWTABLE_FLAGS:
			flowtable->offloads = ntohl(mnl_attr_get_u32(attribute)) &
					      NFT_FLOWTABLE_HW_OFFLOAD;
			break;
		case NFTA_FLOWTABLE_HOOK:
			error = flowtable_hook_read(flowtable, attribute);
			break;
		}
	}
	return error ? MNL_CB_ERROR : MNL_CB_OK;
}

int surroundings_flowtables(struct surroundings *surroundings, struct nl_socket *netfilter)
{
	struct nl_buffer *buffer = nl_question(netfilter);
	struct nl_refusal refusal;
	struct nlmsghdr *message;

	message = nft_request_begin(buffer, NFT_MSG_GETFLOWTABLE, NLM_F_DUMP,
				    NFPROTO_UNSPEC, NFT_MESSAGE_NONE, "flowtables");
	if (!message)
		return -ENOMEM;
	nl_message_end(buffer, message);
	/* A kernel that has none says so, and somebody who changes some meanwhile
	 * does not matter for a hint. */
	nl_query(netfilter, buffer, flowtable_take, surroundings, &refusal);
	return refusal.error == -ENOMEM ? -ENOMEM : 0;
}

/* --- tc --- */

struct filters {
	struct surroundings *surroundings;
	const char *device;
	unsigned int index;
};

__attribute__((format(printf, 3, 4)))
static int catcher_add(struct surroundings *surroundings, const char *device,
		       const char *format, ...)
{
	struct catcher *catchers, *catcher;
	char text[sizeof(catcher->what)];
	va_list arguments;
	size_t i;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (i = 0; i < surroundings->catcher_count; i++)
		if (!strcmp(surroundings->catchers[i].device, device) &&
		    !strcmp(surroundings->catchers[i].what, text))
			return 0;
	catchers = reallocarray(surroundings->catchers, surroundings->catcher_count + 1,
				sizeof(*catchers));
	if (!catchers)
		return -ENOMEM;
	surroundings->catchers = catchers;
	catcher = &catchers[surroundings->catcher_count++];
	snprintf(catcher->device, sizeof(catcher->device), "%s", device);
	strcpy(catcher->what, text);
	return 0;
}

/* Where each classifier keeps its actions. */
static int actions_attribute(const char *kind)
{
	static const struct { const char *kind; int attribute; } classifiers[] = {
		{ "u32", TCA_U32_ACT }, { "route", TCA_ROUTE4_ACT }, { "fw", TCA_FW_ACT },
		{ "flow", TCA_FLOW_ACT }, { "basic", TCA_BASIC_ACT },
		{ "cgroup", TCA_CGROUP_ACT }, { "bpf", TCA_BPF_ACT },
		{ "flower", TCA_FLOWER_ACT }, { "matchall", TCA_MATCHALL_ACT },
	};
	size_t i;

	for (i = 0; i < sizeof(classifiers) / sizeof(classifiers[0]); i++)
		if (!strcmp(classifiers[i].kind, kind))
			return classifiers[i].attribute;
	return 0;
}

static bool is_redirect(const struct nlattr *options)
{
	const struct nlattr *attribute;
	const struct tc_mirred *mirred;

	mnl_attr_for_each_nested(attribute, options) {
		if (mnl_attr_get_type(attribute) != TCA_MIRRED_PARMS ||
		    mnl_attr_get_payload_len(attribute) < sizeof(*mirred))
			continue;
		mirred = mnl_attr_get_payload(attribute);
		return mirred->eaction == TCA_EGRESS_REDIR ||
		       mirred->eaction == TCA_INGRESS_REDIR;
	}
	return false;
}

static int action_judge(const struct filters *filters, const struct nlattr *action,
			const char *classifier)
{
	const struct nlattr *attribute, *options = NULL;
	char kind[16] = "";

	mnl_attr_for_each_nested(attribute, action) {
		if (mnl_attr_get_type(attribute) == TCA_ACT_KIND)
			text_read(attribute, kind, sizeof(kind));
		else if ((mnl_attr_get_type(attribute) & NLA_TYPE_MASK) == TCA_ACT_OPTIONS)
			options = attribute;
	}
	if (!strcmp(kind, "mirred") && options && is_redirect(options))
		return catcher_add(filters->surroundings, filters->device,
				   "a tc %s filter that redirects", classifier);
	return 0;
}

static int options_judge(const struct filters *filters, const struct nlattr *options,
			 const char *kind)
{
	const struct nlattr *attribute, *action;
	char name[64] = "without a name";
	uint32_t flags = 0;
	int error = 0;

	mnl_attr_for_each_nested(attribute, options) {
		int type = mnl_attr_get_type(attribute);

		if (type == actions_attribute(kind))
			mnl_attr_for_each_nested(action, attribute)
				if (!error)
					error = action_judge(filters, action, kind);
		if (!strcmp(kind, "bpf") && type == TCA_BPF_NAME)
			text_read(attribute, name, sizeof(name));
		else if (!strcmp(kind, "bpf") && type == TCA_BPF_FLAGS)
			flags = mnl_attr_get_u32(attribute);
	}
	if (!error && flags & TCA_BPF_FLAG_ACT_DIRECT)
		error = catcher_add(filters->surroundings, filters->device,
				    "the tc BPF program %s", name);
	return error;
}

static int filter_take(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attribute, *options = NULL;
	const struct filters *filters = data;
	char kind[16] = "";

	mnl_attr_for_each(attribute, message, sizeof(struct tcmsg)) {
		if (mnl_attr_get_type(attribute) == TCA_KIND)
			text_read(attribute, kind, sizeof(kind));
		else if (mnl_attr_get_type(attribute) == TCA_OPTIONS)
			options = attribute;
	}
	if (options && options_judge(filters, options, kind))
		return MNL_CB_ERROR;
	return MNL_CB_OK;
}

/* Programs of tcx (since 6.6), which libraries of this age do not know of yet:
 * BPF_PROG_QUERY of BPF_TCX_INGRESS. */
#define ATTACH_TCX_INGRESS 46

struct program_query {
	uint32_t index;		/* of the device */
	uint32_t attach_type;
	uint32_t query_flags, attach_flags;
	uint64_t ids;		/* none: just how many */
	uint32_t count, unused;
	uint64_t flags, link_ids, link_flags;
	uint64_t revision;
};

static int programs_take(const struct filters *filters)
{
	struct program_query query = {
		.index = filters->index, .attach_type = ATTACH_TCX_INGRESS,
	};

	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) || !query.count)
		return 0;
	return catcher_add(filters->surroundings, filters->device, "a tcx BPF program");
}

int surroundings_catchers(struct surroundings *surroundings, struct nl_socket *route,
			  unsigned int index, const char *device)
{
	struct filters filters = { surroundings, device, index };
	struct nl_buffer *buffer = nl_question(route);
	struct nl_refusal refusal;
	struct nlmsghdr *message;
	struct tcmsg *header;

	message = nl_message_begin(buffer, RTM_GETTFILTER, NLM_F_DUMP, 0, device);
	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->tcm_ifindex = (int)index;
	header->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	nl_message_end(buffer, message);
	nl_query(route, buffer, filter_take, &filters, &refusal);
	return refusal.error == -ENOMEM ? -ENOMEM : programs_take(&filters);
}

void surroundings_free(struct surroundings *surroundings)
{
	size_t i;

	for (i = 0; i < surroundings->flowtable_count; i++)
		free(surroundings->flowtables[i].devices);
	free(surroundings->flowtables);
	free(surroundings->readers);
	free(surroundings->catchers);
	memset(surroundings, 0, sizeof(*surroundings));
}
