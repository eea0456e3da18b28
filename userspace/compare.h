/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The experiment: what becomes of the copies, by nft and by tc, case by case.
 *
 *	   wire                         host (a namespace of its own)
 *	+-------+                +------------------------------------------+
 *	| wire0 | ===== veth === | src0 --mirror--> target  ...  receiver   |
 *	+-------+                +------------------------------------------+
 *
 * target and receiver: lo and lo; dummy or ifb and nothing; or the two ends of
 * a veth pair. Every case sends exactly COMPARE_SENT probes, UDP to port 9091.
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
#define COMPARE_MATCH "udp dst port 9091"

enum compare_path {
	COMPARE_NFT,
	COMPARE_TC,		/* clsact */
	COMPARE_TC_HTB,		/* a classful root qdisc: egress only, can hang */
	COMPARE_PATHS,
};

enum compare_target {
	COMPARE_LO,
	COMPARE_DUMMY,
	COMPARE_VETH,
	COMPARE_IFB,
	COMPARE_TARGETS,
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
};

struct compare_report {
	char kernel[66];		/* release, as uname -r */
	bool by_module;			/* observer: the module, else nft */
	struct compare_result *results;
	size_t count;
};

const char *compare_path_name(enum compare_path path);
const char *compare_target_name(enum compare_target target);
const char *compare_destination_name(enum compare_destination destination);

struct compare_options {
	bool paths[COMPARE_PATHS];
	/* Called before each case, for a progress line; may be NULL. */
	void (*progress)(size_t number, size_t count, const struct compare_case *what);
};

/* Run all cases. Lines for people (what this kernel cannot do) go to @notes.
 * Returns 0, or a negative errno with records; the results so far are kept. */
int compare_run(const struct compare_options *options, struct compare_report *report,
		struct error_list *notes, struct error_list *errors);
void compare_report_free(struct compare_report *report);

#endif
