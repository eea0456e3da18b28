// SPDX-License-Identifier: GPL-2.0-only
/*
 * From an errno of tc to something that an engineer can act on.
 */
#include "tc_explain.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "tc_wire.h"

#define ANY_MESSAGE (-1)

/* The kernel's own, without a name in userspace; Linux 6.1 lets it out. */
#define ERROR_NOT_COMPILED (-524)

static const struct {
	int message;		/* enum tc_message */
	int error;
	const char *what;
	const char *advice;
} explanations[] = {
	{ ANY_MESSAGE, -EPERM, "the kernel refuses tc",
	  "it takes the capability CAP_NET_ADMIN in this network namespace, run as root" },
	{ ANY_MESSAGE, ERROR_NOT_COMPILED, "the kernel could not compile the filter",
	  "net.core.bpf_jit_limit leaves no room for it, raise it by sysctl, or remove mirrors of the path tc, or choose the path nft" },
	{ TC_MESSAGE_QDISC, -ENOENT, "this kernel has no qdisc clsact",
	  "it needs CONFIG_NET_SCH_INGRESS, or its module sch_ingress" },
	{ TC_MESSAGE_QDISC, -EOPNOTSUPP, "this kernel has no tc",
	  "it needs CONFIG_NET_SCHED" },
	{ TC_MESSAGE_FILTER, -ENOENT, "this kernel has no filter bpf, or no action mirred",
	  "it needs CONFIG_NET_CLS_BPF and CONFIG_NET_ACT_MIRRED, or their modules" },
	{ TC_MESSAGE_LIMITED_FILTER, -ENOENT, "this kernel has no rate limits for tc",
	  "it needs CONFIG_NET_ACT_POLICE, or its module act_police; or leave limit out, or choose the path nft" },
	{ TC_MESSAGE_SAMPLED_FILTER, -ENOENT, "this kernel cannot sample by tc",
	  "it needs CONFIG_NET_ACT_GACT with CONFIG_GACT_PROB, or its module act_gact; or leave sample out, or choose the path nft" },
	{ TC_MESSAGE_SAMPLED_FILTER, -EOPNOTSUPP, "this kernel cannot sample by tc",
	  "it needs CONFIG_GACT_PROB; or leave sample out, or choose the path nft" },
	{ TC_MESSAGE_TAP_FILTER, -ENOENT, "this kernel cannot lead copies into a tunnel by tc",
	  "it needs CONFIG_NET_ACT_SKBEDIT and CONFIG_NET_ACT_GACT, or their modules; or choose the path nft" },
};

int tc_explain_refusal(const struct nl_refusal *refusal, struct error_list *errors)
{
	const char *separator = *refusal->text ? ": " : "";
	size_t i;

	for (i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (explanations[i].error == refusal->error &&
		    (explanations[i].message == ANY_MESSAGE ||
		     explanations[i].message == refusal->note.kind))
			return error_system(errors, refusal->error, "%s%s%s: %s%s%s: %s",
					    refusal->note.name,
					    *refusal->note.name ? ": " : "",
					    explanations[i].what, strerror(-refusal->error),
					    separator, refusal->text, explanations[i].advice);
	return error_system(errors, refusal->error, "%s: tc: %s%s%s",
			    *refusal->note.name ? refusal->note.name : "the kernel",
			    strerror(-refusal->error), separator, refusal->text);
}
