// SPDX-License-Identifier: GPL-2.0-only
#include "compare_case.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "compare_path.h"
#include "link.h"

/* The taps of one case; -1 where there is none. */
struct sockets {
	int source, target, receiver, underlay;
};

static int socket_open(unsigned int index)
{
	return index ? compare_lab_listen(index) : -1;
}

static int sockets_open(struct sockets *sockets, const struct compare_lab *lab,
			const struct compare_device *target, struct error_list *errors)
{
	sockets->source = socket_open(lab->source);
	sockets->target = socket_open(target->index);
	sockets->receiver = socket_open(target->receiver_index);
	sockets->underlay = socket_open(target->is_tunnel ? lab->underlay : 0);
	if (sockets->source < 0 || (target->index && sockets->target < 0) ||
	    (target->receiver_index && sockets->receiver < 0) ||
	    (target->is_tunnel && sockets->underlay < 0))
		return error_system(errors, -EIO, "cannot open packet sockets");
	return 0;
}

static void sockets_close(const struct sockets *sockets)
{
	const int all[] = { sockets->source, sockets->target, sockets->receiver,
			    sockets->underlay };
	size_t i;

	for (i = 0; i < 4; i++)
		if (all[i] >= 0)
			close(all[i]);
}

/* Markers go the way of the probes: over the wire to the source on ingress,
 * then out of the target and into its receiver, or out of the tunnel. */
static int taps_collect(const struct compare_lab *lab, const struct compare_case *what,
			const struct sockets *sockets, bool silent,
			struct compare_heard *heard, struct error_list *errors)
{
	bool ingress = what->direction == DIRECTION_INGRESS;
	int error;

	error = compare_lab_mark(lab, ingress ? 0 : lab->source, errors);
	if (!error)
		error = compare_lab_collect(sockets->source, ingress ? COMPARE_WAIT_RECEIVED :
					    COMPARE_WAIT_SENT, &heard->source);
	if (!error && !silent)
		error = compare_lab_mark(lab, lab->targets[what->target].index, errors);
	if (!error && !silent)
		error = compare_lab_collect(sockets->target, COMPARE_WAIT_SENT, &heard->target);
	if (!error && !silent && sockets->receiver >= 0)
		error = compare_lab_collect(sockets->receiver, COMPARE_WAIT_RECEIVED,
					    &heard->receiver);
	if (!error && !silent && sockets->underlay >= 0)
		error = compare_lab_collect(sockets->underlay, COMPARE_WAIT_OUTER,
					    &heard->underlay);
	if (error == -ETIMEDOUT)
		error_system(errors, error, "a marker frame did not come through: %s, %s, to %s, from %s to %s",
			     compare_path_name(what->path), compare_protocol_name(what->protocol),
			     compare_destination_name(what->destination),
			     direction_name(what->direction), compare_target_name(what->target));
	return error;
}

int compare_case_hear(struct compare_bench *bench, const struct compare_case *what,
		      const struct compare_wish *wish, bool silent,
		      struct compare_heard *heard, struct error_list *errors)
{
	struct sockets sockets;
	int error;

	memset(heard, 0, sizeof(*heard));
	error = sockets_open(&sockets, &bench->lab, &bench->lab.targets[what->target], errors);
	if (!error)
		error = compare_lab_send(&bench->lab, what, wish, bench->number, errors);
	bench->number += COMPARE_SENT;
	if (!error)
		error = taps_collect(&bench->lab, what, &sockets, silent, heard, errors);
	sockets_close(&sockets);
	return error;
}

static int counters_read(const struct compare_lab *lab, const struct compare_case *what,
			 struct link_counters *counters)
{
	unsigned int index = lab->targets[what->target].receiver_index;
	struct link_table links = { 0 };
	const struct link *link;
	int error;

	error = link_table_read(&links, lab->route, true);
	link = link_find_index(&links, index ? index : lab->targets[what->target].index);
	memset(counters, 0, sizeof(*counters));
	if (link)
		*counters = link->counters;
	link_table_free(&links);
	return error;
}

/*
 * Where the copies ended, if not in PRE_ROUTING, by the device's own counters:
 * a dummy counts what it swallows, an ifb what it drops, and since 5.19 every
 * device what the protocols dropped because it was for another host. The
 * marker is one frame more that left through the target.
 */
static const char *drop_name(const struct compare_result *result, bool has_receiver,
			     const struct link_counters *before,
			     const struct link_counters *after)
{
	uint64_t left = after->tx_packets - before->tx_packets;
	uint64_t dropped = after->rx_dropped - before->rx_dropped;
	uint64_t otherhost = after->rx_otherhost_dropped - before->rx_otherhost_dropped;

	if (!result->copies || result->pre_routing || result->is_tunnel)
		return NULL;
	if (!has_receiver && left == result->copies + 1)
		return "dummy_xmit";
	if (!has_receiver && dropped == result->copies + 1)
		return "ifb_xmit";
	if (has_receiver && (after->has_otherhost ? otherhost == result->copies :
			     result->pkt_type && !strcmp(result->pkt_type, "OTHERHOST")))
		return result->what.ip6 ? "ipv6_rcv" : "ip_rcv";
	return "unknown";
}

static int result_fill(struct compare_result *result, const struct compare_device *target,
		       const struct compare_heard *heard, const struct compare_count *count,
		       struct error_list *errors)
{
	result->sent = result->what.direction == DIRECTION_INGRESS ? heard->source.received :
		       heard->source.sent;
	result->copies = heard->target.sent;
	result->is_tunnel = target->is_tunnel;
	result->outer = heard->underlay.outer;
	/* The marker has left by the tunnel too. */
	result->outer_local_out = count->outer ? count->outer - 1 : 0;
	/* As the receiver's tap has it; nobody receives from a dummy or an ifb. */
	result->pkt_type = *target->receiver ? heard->receiver.received_type :
			   heard->target.sent_type;
	if (count->pkt_type && (!result->pkt_type || strcmp(count->pkt_type, result->pkt_type)))
		return error_system(errors, -EBADMSG,
				    "the observers disagree: module %s, tap %s",
				    count->pkt_type, result->pkt_type ? result->pkt_type : "nothing");
	result->local_out = count->local_out;
	result->pre_routing = count->pre_routing;
	return 0;
}

static int case_measure(struct compare_bench *bench, struct compare_result *result,
			struct error_list *errors)
{
	const struct compare_case *what = &result->what;
	const struct compare_device *target = &bench->lab.targets[what->target];
	struct link_counters before, after;
	struct compare_count count;
	struct compare_heard heard;
	int error;

	error = compare_observe_reset(&bench->observer, &bench->lab, what->protocol, errors);
	if (!error)
		error = counters_read(&bench->lab, what, &before);
	if (!error)
		error = compare_case_hear(bench, what, NULL, false, &heard, errors);
	if (!error)
		error = compare_observe_read(&bench->observer, target->receiver, &count, errors);
	if (!error)
		error = counters_read(&bench->lab, what, &after);
	if (!error)
		error = result_fill(result, target, &heard, &count, errors);
	if (!error)
		result->dropped_at = drop_name(result, *target->receiver, &before, &after);
	return error;
}

int compare_case_run(struct compare_bench *bench, struct compare_result *result,
		     struct error_list *errors)
{
	const struct compare_case *what = &result->what;
	int error, down;

	error = compare_path_up(what, bench->lab.targets[what->target].device, errors);
	if (error)
		return error;
	error = case_measure(bench, result, errors);
	down = compare_path_down(what, errors);
	return error ? error : down;
}
