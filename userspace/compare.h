/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The experiment: what becomes of the copies, by nft and by tc, case by case.
 *
 *	   wire                         host (a namespace of its own)
 *	+-------+                +------------------------------------------+
 *	| wire0 | ===== veth === | src0 --mirror--> target  ...  receiver   |
 *	+-------+                +------------------------------------------+
 *
 * target and receiver: lo and lo; the two ends of a veth pair; dummy or ifb and
 * nothing; compare_target.c has them all. Every case sends exactly COMPARE_SENT
 * probes, UDP or TCP to port 9091.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "mirror.h"

#define COMPARE_SENT 3
#define COMPARE_PORT 9091

enum compare_path {
	COMPARE_NFT,
	COMPARE_TC,		/* clsact */
	COMPARE_TC_HTB,		/* a classful root qdisc: egress only, can hang */
	COMPARE_TC_ORIGINAL,	/* so too, by the commands of the first experiment */
	COMPARE_PATHS,
};

enum compare_target {
	COMPARE_LO,
	COMPARE_DUMMY,
	COMPARE_VETH,
	COMPARE_IFB,
	COMPARE_VLAN,
	COMPARE_BRIDGE_PORT,
	COMPARE_LOOP,		/* another device that receives what it sends */
	COMPARE_VXLAN,
	COMPARE_GRETAP,
	COMPARE_TARGETS,
};

enum compare_protocol {
	COMPARE_UDP,
	COMPARE_TCP,
	COMPARE_PROTOCOLS,
};

/* Whose hardware address the probes are sent to. */
enum compare_destination {
	COMPARE_OTHER,		/* neither the target's nor its receiver's */
	COMPARE_TARGET,		/* that of the device where copies are received */
	COMPARE_BROADCAST,
	COMPARE_MULTICAST,
	COMPARE_DESTINATIONS,
};

struct compare_case {
	enum compare_path path;
	enum direction direction;
	enum compare_target target;
	enum compare_destination destination;
	enum compare_protocol protocol;
	bool ip6;
};

/* Counts are of packets. */
struct compare_result {
	struct compare_case what;
	unsigned int sent;
	unsigned int copies;		/* frames that left through the target */
	const char *pkt_type;		/* of the copies, NULL without any */
	unsigned int local_out;		/* probes seen at LOCAL_OUT */
	unsigned int pre_routing;	/* copies seen at PRE_ROUTING */
	const char *dropped_at;		/* kernel function, NULL if they went on */
	bool is_tunnel;			/* the target: the next two mean something */
	unsigned int outer;		/* packets that left around copies */
	unsigned int outer_local_out;	/* those seen at LOCAL_OUT */
};

/* What copies have, or what sees them. All but the size is counted in copies. */
enum compare_trait {
	COMPARE_MARK,			/* the original's mark */
	COMPARE_CONNTRACK,		/* its entry of connection tracking */
	COMPARE_INCOMING,		/* skb_iif: the source */
	COMPARE_CHECKSUM,		/* a checksum that is still to be filled in */
	COMPARE_SIZE,			/* bytes of the frame of what a card is to cut up */
	COMPARE_TARGET_NFT,		/* seen by an nft egress chain of the target */
	COMPARE_TARGET_TC,		/* by a tc egress filter of the target */
	COMPARE_RECEIVER_NFT,		/* by an nft ingress chain of its far end */
	COMPARE_RECEIVER_TC,		/* by a tc ingress filter of its far end */
	COMPARE_TRAITS,
};

struct compare_trait_result {
	enum compare_trait trait;
	struct compare_case what;
	unsigned int copies;
	unsigned int value;		/* of those copies; the size is in bytes */
};

/* What happens to a target while it is mirrored to, in this order. */
enum compare_life {
	COMPARE_DOWN,			/* set down */
	COMPARE_UP,			/* and up again */
	COMPARE_GONE,			/* deleted */
	COMPARE_RENEWED,		/* made again, with another index */
	COMPARE_RENEWED_SAME,		/* made again, with the index it had */
	COMPARE_LIVES,
};

struct compare_life_result {
	enum compare_life life;
	struct compare_case what;
	unsigned int sent, copies;
	unsigned int drops, overlimits;	/* as tc's action counts them */
};

struct compare_report {
	char kernel[66];		/* release, as uname -r */
	char nft[64], tc[64];		/* as the programs print it */
	bool by_module;			/* observer: the module, else nft */
	struct compare_result *results;
	size_t count;
	struct compare_trait_result traits[COMPARE_TRAITS * COMPARE_PATHS * 2];
	size_t trait_count;
	struct compare_life_result lives[COMPARE_LIVES * COMPARE_PATHS * 2];
	size_t life_count;
};

const char *compare_path_name(enum compare_path path);
const char *compare_target_name(enum compare_target target);
const char *compare_destination_name(enum compare_destination destination);
const char *compare_protocol_name(enum compare_protocol protocol);
const char *compare_trait_name(enum compare_trait trait);
const char *compare_life_name(enum compare_life life);
/* The pcap-filter(7) expression that all paths match. */
const char *compare_protocol_match(enum compare_protocol protocol);

struct compare_options {
	bool paths[COMPARE_PATHS];
	bool targets[COMPARE_TARGETS];
	bool protocols[COMPARE_PROTOCOLS];
	bool more;			/* traits and lives too */
	/* Called before each case, trait and life, of @count in all, for a progress
	 * line; may be NULL. */
	void (*progress)(size_t number, size_t count, const struct compare_case *what);
};

/* Run all cases. Lines for people (what this kernel cannot do) go to @notes.
 * Returns 0, or a negative errno with records; the results so far are kept. */
int compare_run(const struct compare_options *options, struct compare_report *report,
		struct error_list *notes, struct error_list *errors);
void compare_report_free(struct compare_report *report);

#endif
