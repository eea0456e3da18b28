// SPDX-License-Identifier: GPL-2.0-only
/*
 * One case after the other: put the mirror up, send, wait for the marker,
 * count, take it down.
 */
#include "compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "apply.h"
#include "compare_lab.h"
#include "compare_observe.h"
#include "removal.h"
#include "tc_text.h"
#include "tool.h"

#define MIRROR_NAME "compare"

const char *compare_path_name(enum compare_path path)
{
	static const char *const names[] = { "nft", "tc", "tc-htb" };

	return names[path];
}

const char *compare_target_name(enum compare_target target)
{
	static const char *const names[] = { "lo", "dummy", "veth", "ifb" };

	return names[target];
}

const char *compare_destination_name(enum compare_destination destination)
{
	static const char *const names[] = { "other", "target", "broadcast", "multicast" };

	return names[destination];
}

static int mirror_make(struct mirror *mirror, const struct compare_lab *lab,
		       const struct compare_case *what, struct error_list *errors)
{
	static const struct location where = { "compare", 1, 1 };
	char source[IFNAMSIZ + 16];
	int error;

	memset(mirror, 0, sizeof(*mirror));
	snprintf(source, sizeof(source), "src0:%s", direction_name(what->direction));
	error = mirror_set_name(mirror, MIRROR_NAME, &where, errors);
	if (!error)
		error = mirror_set_match(mirror, COMPARE_MATCH, &where);
	if (!error)
		error = mirror_add_source(mirror, source, &where, errors);
	if (!error)
		error = mirror_add_target(mirror, lab->targets[what->target].device,
					  &where, errors);
	if (!error)
		error = mirror_validate(mirror, &where, errors);
	return error;
}

static int nft_down(struct error_list *errors)
{
	struct session session;
	int error;

	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		error = removal_apply(&session, NULL, 0, errors);
	session_close(&session);
	return error;
}

static int tc_batch(const char *text, struct error_list *errors)
{
	static const char *const tc[] = { "tc", "-batch", "-", NULL };

	return tool_run(tc, text, errors);
}

static int tc_up(const struct mirror *mirror, bool htb, struct error_list *errors)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int error;

	if (!out)
		return -ENOMEM;
	if (htb) {
		fputs("qdisc add dev src0 root handle 1: htb default 1\n"
		      "class add dev src0 parent 1: classid 1:1 htb rate 10gbit\n", out);
		error = tc_text_print_htb(mirror, out, errors);
	} else {
		error = tc_text_print(mirror, NULL, out, errors);
	}
	fclose(out);
	if (!error)
		error = tc_batch(text, errors);
	free(text);
	return error;
}

static int path_up(const struct compare_case *what, struct mirror *mirror,
		   struct error_list *errors)
{
	return what->path == COMPARE_NFT ? apply_alone(mirror, NULL, errors) :
	       tc_up(mirror, what->path == COMPARE_TC_HTB, errors);
}

static int path_down(const struct compare_case *what, struct error_list *errors)
{
	switch (what->path) {
	case COMPARE_NFT:
		return nft_down(errors);
	case COMPARE_TC:
		return tc_batch("qdisc del dev src0 clsact\n", errors);
	default:
		return tc_batch("qdisc del dev src0 root\n", errors);
	}
}

/* The taps of one case: the source, the target, and where it is received. */
struct sockets {
	int source, target, receiver;
};

static int sockets_open(struct sockets *sockets, const struct compare_lab *lab,
			const struct compare_case *what, struct error_list *errors)
{
	unsigned int receiver = lab->targets[what->target].receiver_index;

	sockets->source = compare_lab_listen(lab->source);
	sockets->target = compare_lab_listen(lab->targets[what->target].index);
	sockets->receiver = receiver ? compare_lab_listen(receiver) : -1;
	if (sockets->source < 0 || sockets->target < 0 ||
	    (receiver && sockets->receiver < 0))
		return error_system(errors, -EIO, "cannot open packet sockets");
	return 0;
}

static void sockets_close(const struct sockets *sockets)
{
	if (sockets->source >= 0)
		close(sockets->source);
	if (sockets->target >= 0)
		close(sockets->target);
	if (sockets->receiver >= 0)
		close(sockets->receiver);
}

struct taps {
	struct compare_tap source, target, receiver;
};

/* Markers go the way of the probes: over the wire to the source on ingress,
 * then out of the target and into its receiver. */
static int taps_collect(const struct compare_lab *lab, const struct compare_case *what,
			const struct sockets *sockets, struct taps *taps,
			struct error_list *errors)
{
	bool ingress = what->direction == DIRECTION_INGRESS;
	int error;

	memset(taps, 0, sizeof(*taps));
	error = compare_lab_mark(lab, ingress ? 0 : lab->source, errors);
	if (!error)
		error = compare_lab_collect(sockets->source, ingress, &taps->source);
	if (!error)
		error = compare_lab_mark(lab, lab->targets[what->target].index, errors);
	if (!error)
		error = compare_lab_collect(sockets->target, false, &taps->target);
	if (!error && sockets->receiver >= 0)
		error = compare_lab_collect(sockets->receiver, true, &taps->receiver);
	if (error == -ETIMEDOUT)
		error_system(errors, error, "a marker frame did not come through");
	return error;
}

static int counters_read(const struct compare_lab *lab, const struct compare_case *what,
			 struct link_counters *counters)
{
	unsigned int index = lab->targets[what->target].receiver_index;
	struct link_table links = { 0 };
	const struct link *link;
	int error;

	error = link_table_read(&links, lab->route);
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

	if (!result->copies || result->pre_routing)
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

static int case_measure(const struct compare_lab *lab, struct compare_observer *observer,
			uint32_t number, struct compare_result *result,
			struct error_list *errors)
{
	const struct compare_case *what = &result->what;
	const char *receiver = lab->targets[what->target].receiver;
	struct link_counters before, after;
	struct sockets sockets;
	struct compare_count count;
	struct taps taps;
	int error;

	error = sockets_open(&sockets, lab, what, errors);
	if (!error)
		error = compare_observe_reset(observer, lab, errors);
	if (!error)
		error = counters_read(lab, what, &before);
	if (!error)
		error = compare_lab_send(lab, what, number, errors);
	if (!error)
		error = taps_collect(lab, what, &sockets, &taps, errors);
	if (!error)
		error = compare_observe_read(observer, receiver, &count, errors);
	if (!error)
		error = counters_read(lab, what, &after);
	sockets_close(&sockets);
	if (error)
		return error;
	result->sent = what->direction == DIRECTION_INGRESS ? taps.source.received :
		       taps.source.sent;
	result->copies = taps.target.sent;
	/* As the receiver's tap has it; nobody receives from a dummy or an ifb. */
	result->pkt_type = *receiver ? taps.receiver.received_type : taps.target.sent_type;
	if (count.pkt_type && (!result->pkt_type || strcmp(count.pkt_type, result->pkt_type)))
		return error_system(errors, -EBADMSG,
				    "the observers disagree: module %s, tap %s",
				    count.pkt_type, result->pkt_type ? result->pkt_type : "nothing");
	result->local_out = count.local_out;
	result->pre_routing = count.pre_routing;
	result->dropped_at = drop_name(result, *receiver, &before, &after);
	return 0;
}

static int case_run(const struct compare_lab *lab, struct compare_observer *observer,
		    uint32_t number, struct compare_result *result,
		    struct error_list *errors)
{
	struct mirror mirror;
	int error, down;

	error = mirror_make(&mirror, lab, &result->what, errors);
	if (!error)
		error = path_up(&result->what, &mirror, errors);
	mirror_free(&mirror);
	if (error)
		return error;
	error = case_measure(lab, observer, number, result, errors);
	down = path_down(&result->what, errors);
	return error ? error : down;
}

/* All cases in the order of the table; returns how many. */
static size_t cases_list(const struct compare_options *options,
			 const struct compare_lab *lab, struct compare_result *results)
{
	static const enum direction directions[] = { DIRECTION_EGRESS, DIRECTION_INGRESS };
	unsigned int d, target, destination, ip6, path;
	size_t count = 0;

	for (d = 0; d < 2; d++)
	for (target = 0; target < COMPARE_TARGETS; target++)
	for (destination = 0; destination < COMPARE_DESTINATIONS; destination++)
	for (ip6 = 0; ip6 < 2; ip6++)
	for (path = 0; path < COMPARE_PATHS; path++) {
		/* A root qdisc never sees what arrives. */
		if (!options->paths[path] || !lab->targets[target].present ||
		    (path == COMPARE_TC_HTB && directions[d] == DIRECTION_INGRESS))
			continue;
		if (results)
			results[count].what = (struct compare_case){
				path, directions[d], target, destination, ip6,
			};
		count++;
	}
	return count;
}

static int cases_run(const struct compare_options *options,
		     const struct compare_lab *lab, struct compare_observer *observer,
		     struct compare_report *report, struct error_list *notes,
		     struct error_list *errors)
{
	size_t count = cases_list(options, lab, NULL);
	bool no_egress = false;
	size_t i;
	int error;

	report->results = calloc(count + 1, sizeof(*report->results));
	if (!report->results)
		return -ENOMEM;
	cases_list(options, lab, report->results);
	for (i = 0; i < count; i++) {
		struct compare_result *result = &report->results[report->count];

		*result = report->results[i];
		if (no_egress && result->what.path == COMPARE_NFT &&
		    result->what.direction == DIRECTION_EGRESS)
			continue;
		if (options->progress)
			options->progress(i, count, &result->what);
		error = case_run(lab, observer, (i + 1) * COMPARE_SENT, result, errors);
		if (error == -EOPNOTSUPP && result->what.path == COMPARE_NFT &&
		    result->what.direction == DIRECTION_EGRESS) {
			error_system(notes, 0, "no nft egress: this kernel has no egress hook for nft, it needs Linux 5.16 or later with CONFIG_NETFILTER_EGRESS");
			error_clear(errors);
			no_egress = true;
			continue;
		}
		if (error)
			return error;
		report->count++;
	}
	return 0;
}

int compare_run(const struct compare_options *options, struct compare_report *report,
		struct error_list *notes, struct error_list *errors)
{
	struct compare_observer observer = { 0 };
	struct compare_lab lab;
	struct utsname system;
	int error;

	memset(report, 0, sizeof(*report));
	uname(&system);
	snprintf(report->kernel, sizeof(report->kernel), "%s", system.release);
	error = compare_lab_open(&lab, notes, errors);
	if (!error)
		error = compare_observe_open(&observer, &lab, notes, errors);
	report->by_module = observer.by_module;
	if (!error)
		error = cases_run(options, &lab, &observer, report, notes, errors);
	compare_observe_close(&observer);
	compare_lab_close(&lab);
	return error;
}

void compare_report_free(struct compare_report *report)
{
	free(report->results);
	memset(report, 0, sizeof(*report));
}
