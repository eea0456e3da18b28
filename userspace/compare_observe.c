// SPDX-License-Identifier: GPL-2.0-only
#include "compare_observe.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>	/* before the kernel's own */
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare_probe.h"
#include "nft_batch.h"
#include "nft_explain.h"
#include "nft_state.h"
#include "pcap_code.h"
#include "plan.h"

#define OBSERVER_TABLE "mirror_nft_compare"
#define OUTER "outer"		/* comment of the rules for tunnels' packets */
#define MODULE_FOLDER "/proc/net/mirror_probe/"
/* Before connection tracking and everybody else's chains. */
#define OBSERVER_PRIORITY (-1000)

/* A counter of what @protocol has for @port, the comment as its name. */
static void counter_rule(struct plan *plan, struct plan_chain *chain, const char *device,
			 enum compare_protocol protocol, uint16_t port, const char *comment)
{
	bool tcp = protocol == COMPARE_TCP;
	struct plan_rule *rule = plan_add_rule(plan, chain);
	char name[IFNAMSIZ] = "";

	if (device) {
		snprintf(name, sizeof(name), "%s", device);
		plan_rule_test(plan, rule, FIELD_META_IIFNAME, name, NULL);
	}
	plan_rule_test_number(plan, rule, FIELD_META_L4PROTO, tcp ? IPPROTO_TCP : IPPROTO_UDP);
	plan_rule_test_number(plan, rule, tcp ? FIELD_TCP_DESTINATION : FIELD_UDP_DESTINATION,
			      port);
	plan_rule_counter(plan, rule, 0, 0);
	plan_rule_comment(plan, rule, "%s", comment);
}

static int observer_plan(struct plan *plan, const struct compare_lab *lab,
			 enum compare_protocol protocol)
{
	struct plan_chain *chain;
	struct plan_rule *rule;
	size_t i;

	plan_init(plan, NFPROTO_INET, OBSERVER_TABLE, NULL);
	chain = plan_add_chain(plan, "prerouting");
	plan_chain_hook(chain, NF_INET_PRE_ROUTING, OBSERVER_PRIORITY, NULL);
	for (i = 0; i < COMPARE_TARGETS; i++)
		if (*lab->targets[i].receiver)
			counter_rule(plan, chain, lab->targets[i].receiver, protocol,
				     COMPARE_PORT, lab->targets[i].receiver);
	chain = plan_add_chain(plan, "output");
	plan_chain_hook(chain, NF_INET_LOCAL_OUT, OBSERVER_PRIORITY, NULL);
	counter_rule(plan, chain, NULL, protocol, COMPARE_PORT, "all");
	counter_rule(plan, chain, NULL, COMPARE_UDP, COMPARE_VXLAN_PORT, OUTER);
	rule = plan_add_rule(plan, chain);
	plan_rule_test_number(plan, rule, FIELD_META_L4PROTO, IPPROTO_GRE);
	plan_rule_counter(plan, rule, 0, 0);
	plan_rule_comment(plan, rule, OUTER);
	return plan->out_of_memory ? -ENOMEM : 0;
}

/* Replace the table: its counters start from zero. */
static int table_put(struct compare_observer *observer, const struct compare_lab *lab,
		     enum compare_protocol protocol, struct error_list *errors)
{
	struct nl_refusal refusal = { 0 };
	struct nl_buffer buffer = { 0 };
	struct link_table links = { 0 };
	struct plan plan;
	int error;

	error = observer_plan(&plan, lab, protocol);
	if (!error)
		error = nft_batch_replace_table(&buffer, &plan, &links);
	if (!error && nl_transact(observer->netfilter, &buffer, &refusal))
		error = nft_explain_refusal(&refusal, errors);
	nl_buffer_free(&buffer);
	plan_free(&plan);
	return error;
}

static int module_write(const char *file, const char *text, struct error_list *errors)
{
	char path[64];
	int descriptor, error = 0;

	snprintf(path, sizeof(path), MODULE_FOLDER "%s", file);
	descriptor = open(path, O_WRONLY | O_CLOEXEC);
	if (descriptor < 0)
		return error_system(errors, -errno, "%s: %s", path, strerror(errno));
	if (write(descriptor, text, strlen(text)) < 0)
		error = error_system(errors, -errno, "%s: %s", path, strerror(errno));
	close(descriptor);
	return error;
}

int compare_observe_open(struct compare_observer *observer,
			 const struct compare_lab *lab, struct error_list *notes,
			 struct error_list *errors)
{
	int error;

	memset(observer, 0, sizeof(*observer));
	error = nl_open(NETLINK_NETFILTER, &observer->netfilter);
	if (error)
		return error_system(errors, error, "cannot open a netfilter socket: %s",
				    strerror(-error));
	error = table_put(observer, lab, COMPARE_UDP, errors);
	if (error)
		return error;
	observer->by_module = !access(MODULE_FOLDER "counters", R_OK);
	if (!observer->by_module)
		error_system(notes, 0, "the module mirror_probe is not loaded, nft counters observe alone (insmod kmod/mirror_probe.ko)");
	return 0;
}

void compare_observe_close(struct compare_observer *observer)
{
	nl_close(observer->netfilter);
}

static int module_filter(enum compare_protocol protocol, struct error_list *errors)
{
	char *code = NULL;
	int error;

	error = pcap_code_compile(compare_protocol_match(protocol), PCAP_CODE_PACKET, &code,
				  errors);
	if (!error)
		error = module_write("filter", code, errors);
	free(code);
	return error;
}

int compare_observe_reset(struct compare_observer *observer,
			  const struct compare_lab *lab, enum compare_protocol protocol,
			  struct error_list *errors)
{
	int error = table_put(observer, lab, protocol, errors);

	if (!error && observer->by_module)
		error = module_filter(protocol, errors);
	if (!error && observer->by_module)
		error = module_write("counters", "reset", errors);
	return error;
}

static int nft_read(struct compare_observer *observer, const char *receiver,
		    struct compare_count *count, struct error_list *errors)
{
	struct nft_state state = { 0 };
	struct nl_refusal refusal;
	size_t i, j;
	int error;

	error = nft_state_read(&state, observer->netfilter, NFPROTO_INET,
			       OBSERVER_TABLE, NFT_READ_ALL, &refusal);
	if (error)
		return nft_explain_refusal(&refusal, errors);
	for (i = 0; i < state.chain_count; i++)
		for (j = 0; j < state.chains[i].rule_count; j++) {
			const struct nftnl_rule *rule = state.chains[i].rules[j];
			const char *comment = nft_rule_comment(rule);
			uint64_t packets = 0, bytes;

			nft_rule_counter(rule, &packets, &bytes);
			if (comment && !strcmp(comment, OUTER))
				count->outer += packets;
			else if (!strcmp(state.chains[i].name, "output"))
				count->local_out += packets;
			else if (comment && !strcmp(comment, receiver))
				count->pre_routing += packets;
		}
	nft_state_free(&state);
	return 0;
}

/* Texts that outlive the line they were read from. */
static const char *packet_type_keep(const char *text)
{
	static const char *const names[] = {
		"HOST", "BROADCAST", "MULTICAST", "OTHERHOST", "OUTGOING",
		"LOOPBACK", "USER", "KERNEL",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], text))
			return names[i];
	return "?";
}

static int module_read(const char *receiver, struct compare_count *count,
		       struct error_list *errors)
{
	char line[256], hook[16], device[IFNAMSIZ], type[16], family[8];
	FILE *in = fopen(MODULE_FOLDER "counters", "re");
	unsigned long long packets;

	if (!in)
		return error_system(errors, -errno, MODULE_FOLDER "counters: %s",
				    strerror(errno));
	while (fgets(line, sizeof(line), in)) {
		/* The heading has a word where a row has a number. */
		if (sscanf(line, "%15s %15s %15s %7s %llu", hook, device, type,
			   family, &packets) != 5)
			continue;
		if (!strcmp(hook, "LOCAL_OUT")) {
			count->local_out += packets;
		} else if (!strcmp(device, receiver)) {
			count->pre_routing += packets;
			count->pkt_type = packet_type_keep(type);
		}
	}
	fclose(in);
	return 0;
}

int compare_observe_read(struct compare_observer *observer, const char *receiver,
			 struct compare_count *count, struct error_list *errors)
{
	struct compare_count module = { 0 };
	int error;

	memset(count, 0, sizeof(*count));
	error = nft_read(observer, receiver, count, errors);
	if (error || !observer->by_module)
		return error;
	error = module_read(receiver, &module, errors);
	if (error)
		return error;
	if (module.local_out != count->local_out ||
	    module.pre_routing != count->pre_routing)
		return error_system(errors, -EBADMSG,
				    "the observers disagree: module LOCAL_OUT %u, PRE_ROUTING %u; nft %u, %u",
				    module.local_out, module.pre_routing,
				    count->local_out, count->pre_routing);
	count->pkt_type = module.pkt_type;
	return 0;
}
