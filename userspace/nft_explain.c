// SPDX-License-Identifier: GPL-2.0-only
/*
 * From an errno of nf_tables to something that an engineer can act on.
 */
#include "nft_explain.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "nft_batch.h"

#define ANY_MESSAGE (-1)

static const struct {
	int message;		/* enum nft_message */
	int error;
	const char *what;	/* "%s" at its start is the name refused */
	const char *advice;
} explanations[] = {
	{ ANY_MESSAGE, -EPERM, "the kernel refuses nf_tables",
	  "it takes the capability CAP_NET_ADMIN in this network namespace, run as root" },
	{ ANY_MESSAGE, -EPROTONOSUPPORT, "this kernel has no netfilter netlink",
	  "it needs CONFIG_NETFILTER_NETLINK, or its module nfnetlink" },
	{ NFT_MESSAGE_NONE, -EINVAL, "this kernel has no nf_tables",
	  "it needs CONFIG_NF_TABLES, or its module nf_tables" },
	{ NFT_MESSAGE_BATCH, -EOPNOTSUPP, "this kernel has no nf_tables",
	  "it needs CONFIG_NF_TABLES, or its module nf_tables" },
	{ NFT_MESSAGE_TABLE, -EAFNOSUPPORT, "this kernel has no netdev tables",
	  "it needs CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_TABLE, -EOPNOTSUPP, "this kernel has no netdev tables",
	  "it needs CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_INET_TABLE, -EAFNOSUPPORT, "this kernel has no inet tables",
	  "it needs CONFIG_NF_TABLES_INET" },
	{ NFT_MESSAGE_INET_TABLE, -EOPNOTSUPP, "this kernel has no inet tables",
	  "it needs CONFIG_NF_TABLES_INET" },
	{ NFT_MESSAGE_EGRESS_CHAIN, -EOPNOTSUPP, "%s: this kernel has no egress hook for nft",
	  "it needs Linux 5.16 or later with CONFIG_NETFILTER_EGRESS; mirror ingress only (--from DEV:ingress), or use tc: --path tc; mirror-nft doctor says what else this kernel has" },
	{ NFT_MESSAGE_INGRESS_CHAIN, -EOPNOTSUPP, "%s: this kernel has no ingress hook for nft",
	  "it needs CONFIG_NETFILTER_INGRESS" },
	{ NFT_MESSAGE_INGRESS_CHAIN, -ENOENT, "%s: no such device, or this kernel has no netdev chains of type filter",
	  "it needs CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_EGRESS_CHAIN, -ENOENT, "%s: no such device, or this kernel has no netdev chains of type filter",
	  "it needs CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_DUP_RULE, -ENOENT, "this kernel has no 'dup to' in netdev chains",
	  "it needs CONFIG_NFT_DUP_NETDEV, or its module nft_dup_netdev" },
	{ NFT_MESSAGE_FWD_RULE, -ENOENT, "this kernel has no 'fwd to' in netdev chains",
	  "it needs CONFIG_NFT_FWD_NETDEV, or its module nft_fwd_netdev" },
	{ NFT_MESSAGE_FWD_RULE, -EOPNOTSUPP, "this kernel has no 'fwd to' on egress",
	  "it needs Linux 5.17 or later" },
	{ NFT_MESSAGE_CHANCE_RULE, -ENOENT, "this kernel cannot sample by chance",
	  "it needs CONFIG_NFT_NUMGEN, or its module nft_numgen" },
	{ NFT_MESSAGE_FLOW_RULE, -ENOENT, "this kernel cannot sample by flow",
	  "it needs CONFIG_NFT_HASH, or its module nft_hash" },
	{ NFT_MESSAGE_LIMIT_RULE, -ENOENT, "this kernel has no rate limits for nft",
	  "it needs CONFIG_NFT_LIMIT, or its module nft_limit" },
	{ NFT_MESSAGE_NOTRACK_RULE, -ENOENT, "this kernel has no 'notrack' for nft",
	  "it needs CONFIG_NFT_CT, or its module nft_ct" },
	{ NFT_MESSAGE_MIXED_RULE, -ENOENT, "%s: this kernel lacks one of the expressions of a rule",
	  "it needs CONFIG_NFT_DUP_NETDEV, CONFIG_NFT_FWD_NETDEV, CONFIG_NFT_NUMGEN, CONFIG_NFT_HASH, CONFIG_NFT_LIMIT and CONFIG_NFT_CT, or their modules" },
	{ ANY_MESSAGE, -ERESTART, "the ruleset keeps changing under our hands",
	  "somebody else writes rules all the time, try again" },
	{ ANY_MESSAGE, -ENOBUFS, "the answers of the kernel do not fit",
	  "raise the sysctl net.core.rmem_max" },
	{ ANY_MESSAGE, -EMSGSIZE, "the rules do not fit into one transaction",
	  "raise the sysctl net.core.wmem_max" },
};

int nft_explain_refusal(const struct nl_refusal *refusal, struct error_list *errors)
{
	const char *separator = *refusal->text ? ": " : "";
	size_t i;

	for (i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++) {
		const char *name = "", *what = explanations[i].what;

		if (explanations[i].error != refusal->error ||
		    (explanations[i].message != ANY_MESSAGE &&
		     explanations[i].message != refusal->note.kind))
			continue;
		if (!strncmp(what, "%s", 2)) {
			name = refusal->note.name;
			what += 2;
		}
		return error_system(errors, refusal->error, "%s%s: %s%s%s: %s",
				    name, what, strerror(-refusal->error),
				    separator, refusal->text, explanations[i].advice);
	}
	return error_system(errors, refusal->error, "%s: %s%s%s",
			    *refusal->note.name ? refusal->note.name : "nf_tables",
			    strerror(-refusal->error), separator, refusal->text);
}
