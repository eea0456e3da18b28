/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel and this machine can do, found out by trying it in a network
 * namespace that nobody else sees and that ends with this process.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#define DOCTOR_FEATURES_MAX 48

enum doctor_answer {
	DOCTOR_ABSENT,
	DOCTOR_PRESENT,
	DOCTOR_UNKNOWN,		/* nobody could be asked, needs says why */
};

struct doctor_feature {
	const char *name;
	const char *group;	/* "privilege", "module", "library", "nft", "device", "tc" or "program" */
	enum doctor_answer answer;
	char detail[80];	/* a version, or "" */
	const char *needs;	/* what is missing where it is not present */
};

struct doctor {
	char kernel[66];	/* release, as uname -r */
	struct doctor_feature features[DOCTOR_FEATURES_MAX];
	size_t count;
	bool could_try;		/* there was a namespace to try things in */
	bool can_mirror_ingress, can_mirror_egress;	/* by nft, to a private pair */
	bool can_mirror_by_tc;
	bool is_faulty;		/* can crash where nft copies what leaves */
};

/* Look at everything. Moves this process into a new network namespace, if it may: else
 * what takes one is unknown. */
void doctor_look(struct doctor *doctor);

#endif
