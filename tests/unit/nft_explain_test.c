// SPDX-License-Identifier: GPL-2.0-only
/*
 * A refusal becomes a sentence that names what is missing.
 */
#include "harness.h"

#include <errno.h>

#include "nft_batch.h"
#include "nft_explain.h"

static const struct {
	int kind, error;
	const char *name, *text;
	const char *begins, *names;
} cases[] = {
	{ NFT_MESSAGE_NONE, EPERM, "", "", "the kernel refuses nf_tables", "CAP_NET_ADMIN" },
	{ NFT_MESSAGE_TABLE, EPERM, "t", "", "the kernel refuses nf_tables", "CAP_NET_ADMIN" },
	{ NFT_MESSAGE_NONE, EPROTONOSUPPORT, "", "", "this kernel has no netfilter netlink",
	  "CONFIG_NETFILTER_NETLINK" },
	{ NFT_MESSAGE_NONE, EINVAL, "mirror_nft", "", "this kernel has no nf_tables",
	  "CONFIG_NF_TABLES" },
	{ NFT_MESSAGE_BATCH, EOPNOTSUPP, "transaction", "", "this kernel has no nf_tables",
	  "CONFIG_NF_TABLES" },
	{ NFT_MESSAGE_TABLE, EAFNOSUPPORT, "mirror_nft", "", "this kernel has no netdev tables",
	  "CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_TABLE, EOPNOTSUPP, "mirror_nft", "", "this kernel has no netdev tables",
	  "CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_EGRESS_CHAIN, EOPNOTSUPP, "eth1", "",
	  "eth1: this kernel has no egress hook", "CONFIG_NETFILTER_EGRESS" },
	{ NFT_MESSAGE_EGRESS_CHAIN, EOPNOTSUPP, "eth1", "", "eth1: ", "Linux 5.16" },
	{ NFT_MESSAGE_EGRESS_CHAIN, EOPNOTSUPP, "eth1", "", "eth1: ", "mirror-nft doctor" },
	{ NFT_MESSAGE_INGRESS_CHAIN, EOPNOTSUPP, "eth1", "",
	  "eth1: this kernel has no ingress hook", "CONFIG_NETFILTER_INGRESS" },
	{ NFT_MESSAGE_INGRESS_CHAIN, ENOENT, "eth1", "", "eth1: no such device",
	  "CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_EGRESS_CHAIN, ENOENT, "eth1", "", "eth1: no such device",
	  "CONFIG_NF_TABLES_NETDEV" },
	{ NFT_MESSAGE_DUP_RULE, ENOENT, "mirror/web/copy", "", "this kernel has no 'dup to'",
	  "CONFIG_NFT_DUP_NETDEV" },
	{ NFT_MESSAGE_FWD_RULE, ENOENT, "mirror/web/tunnel", "", "this kernel has no 'fwd to'",
	  "CONFIG_NFT_FWD_NETDEV" },
	{ NFT_MESSAGE_FWD_RULE, EOPNOTSUPP, "c", "", "this kernel has no 'fwd to' on egress",
	  "Linux 5.17" },
	{ NFT_MESSAGE_CHANCE_RULE, ENOENT, "c", "", "this kernel cannot sample by chance",
	  "CONFIG_NFT_NUMGEN" },
	{ NFT_MESSAGE_FLOW_RULE, ENOENT, "c", "", "this kernel cannot sample by flow",
	  "CONFIG_NFT_HASH" },
	{ NFT_MESSAGE_LIMIT_RULE, ENOENT, "c", "", "this kernel has no rate limits",
	  "CONFIG_NFT_LIMIT" },
	{ NFT_MESSAGE_NOTRACK_RULE, ENOENT, "c", "", "this kernel has no 'notrack'",
	  "CONFIG_NFT_CT" },
	{ NFT_MESSAGE_MIXED_RULE, ENOENT, "mirror/web", "", "mirror/web: this kernel lacks one",
	  "CONFIG_NFT_LIMIT" },
	{ NFT_MESSAGE_INET_TABLE, EAFNOSUPPORT, "mirror_nft", "",
	  "this kernel has no inet tables", "CONFIG_NF_TABLES_INET" },
	{ NFT_MESSAGE_BATCH, ERESTART, "", "", "the ruleset keeps changing", "try again" },
	{ NFT_MESSAGE_RULE, ENOBUFS, "c", "", "the answers", "net.core.rmem_max" },
	{ NFT_MESSAGE_RULE, EMSGSIZE, "c", "", "the rules do not fit", "net.core.wmem_max" },
	{ NFT_MESSAGE_CHAIN, EPERM, "c", "Kernel words", "the kernel refuses", "Kernel words" },
	{ NFT_MESSAGE_RULE, EINVAL, "mirror/web", "Bad rule", "mirror/web: Invalid argument",
	  ": Bad rule" },
	{ NFT_MESSAGE_RULE, EIO, "", "", "nf_tables: Input/output error", "" },
};

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nl_refusal refusal = { .error = -cases[i].error };
		struct error_list errors = { 0 };
		const char *text;

		refusal.note.kind = cases[i].kind;
		strcpy(refusal.note.name, cases[i].name);
		strcpy(refusal.text, cases[i].text);
		check_number(cases[i].names, -cases[i].error,
			     nft_explain_refusal(&refusal, &errors));
		text = error_text(&errors, 0);
		check(text && strstr(text, cases[i].names) && !strstr(text, "%s"),
		      cases[i].names, "'%s'", text ? text : "");
		check_record(cases[i].begins, cases[i].begins, &errors);
	}
	return harness_end();
}
