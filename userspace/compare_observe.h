/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who counts at netfilter's hooks: the module mirror_probe where it is loaded,
 * and always nft counters of our own. Where both are there they must agree.
 */
#ifndef COMPARE_OBSERVE_H
#define COMPARE_OBSERVE_H

#include "compare_lab.h"

struct compare_count {
	unsigned int local_out;			/* probes at LOCAL_OUT */
	unsigned int outer;			/* tunnels' packets there, by nft alone */
	unsigned int pre_routing;		/* probes received at the receiver */
	const char *pkt_type;			/* of those, NULL where unknown */
};

struct compare_observer {
	struct nl_socket *netfilter;
	bool by_module;
};

/* Put the counters up in the current namespace. A module that is not loaded is
 * said in @notes. Returns 0 or a negative errno with a record. */
int compare_observe_open(struct compare_observer *observer,
			 const struct compare_lab *lab, struct error_list *notes,
			 struct error_list *errors);
void compare_observe_close(struct compare_observer *observer);

/* Start counting from zero, probes of @protocol. */
int compare_observe_reset(struct compare_observer *observer,
			  const struct compare_lab *lab, enum compare_protocol protocol,
			  struct error_list *errors);

/* What was counted since, for probes received on @receiver (a device's name, ""
 * for none). -EBADMSG with a record if the observers disagree. */
int compare_observe_read(struct compare_observer *observer, const char *receiver,
			 struct compare_count *count, struct error_list *errors);

#endif
