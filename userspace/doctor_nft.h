/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of nf_tables our rules are made of, each tried by a ruleset of its own.
 */
#ifndef DOCTOR_NFT_H
#define DOCTOR_NFT_H

#include <stdbool.h>
#include <stddef.h>

#include "nl.h"
#include "plan.h"

struct doctor_nft {
	const char *name, *needs;
	unsigned int family;		/* NFPROTO_* */
	unsigned int hook;		/* NF_NETDEV_* or NF_INET_* */
	void (*fill)(struct plan *plan, struct plan_chain *chain);
	bool for_ingress, for_egress;	/* there is no mirror without it */
};

extern const struct doctor_nft doctor_nfts[];
extern const size_t doctor_nft_count;

/* Does the kernel take it? The table is put in place and deleted, in this network
 * namespace. */
bool doctor_nft_try(const struct doctor_nft *nft, struct nl_socket *netfilter);

#endif
