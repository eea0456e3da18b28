// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <stdlib.h>

#include "trace_print.h"
#include "trace_way.h"

static struct trace_event made[32];
static struct trace_report report = { .events = made };

static void event(unsigned int packet, unsigned int copy_of, const char *function,
		  const char *device, const char *pkt_type, const char *end)
{
	struct trace_event *e = &made[report.count++];

	*e = (struct trace_event){ .packet = packet, .copy_of = copy_of, .length = 98 };
	snprintf(e->function, sizeof(e->function), "%s", function);
	snprintf(e->device, sizeof(e->device), "%s", device);
	snprintf(e->pkt_type, sizeof(e->pkt_type), "%s", pkt_type);
	snprintf(e->end, sizeof(e->end), "%s", end);
}

/* The words of a packet that passes @before and then @function with @end. */
static const char *words(const char *before, const char *function, const char *pkt_type,
			 const char *end)
{
	static char text[TRACE_WORDS_MAX];
	struct trace_ways ways;

	report.count = 0;
	event(1, 0, before, "dev0", "HOST", "-");
	event(1, 0, function, "dev0", pkt_type, end);
	if (trace_ways_make(&ways, &report))
		return NULL;
	trace_lane_words(&ways.ways[0].lanes[0], text, sizeof(text));
	trace_ways_free(&ways);
	return text;
}

static void check_words(void)
{
	static const struct {
		const char *before, *function, *pkt_type, *end, *begins;
	} rows[] = {
		{ "ip_rcv", "ip_rcv_core", "OTHERHOST", "drop:OTHERHOST",
		  "ends in ip_rcv_core, dropped as OTHERHOST: the hardware address" },
		{ "ip_rcv", "ip_rcv_core", "OTHERHOST", "drop",
		  "ends in ip_rcv_core, dropped as OTHERHOST (this kernel gives no reason" },
		{ "ipv6_rcv", "ip6_rcv_core", "OTHERHOST", "drop",
		  "ends in ip6_rcv_core, dropped as OTHERHOST (this kernel" },
		{ "ip_rcv", "ip_rcv_core", "HOST", "drop",
		  "ends in ip_rcv_core, dropped (this kernel gives no reason), last on dev0" },
		{ "PRE_ROUTING", "icmp_rcv", "HOST", "drop:NO_SOCKET",
		  "ends in icmp_rcv, dropped as NO_SOCKET, last on dev0; PRE_ROUTING has seen it" },
		{ "dummy_xmit", "dummy_xmit", "HOST", "consumed", "ends in dummy_xmit: dev0 swallows" },
		{ "dummy_xmit", "consume_skb", "HOST", "consumed", "ends in dummy_xmit: dev0 swallows" },
		{ "start_xmit", "free_old_xmit", "HOST", "consumed",
		  "ends in start_xmit: the driver of dev0 has sent it" },
		{ "dev_queue_xmit", "somewhere", "HOST", "consumed",
		  "ends in somewhere, last on dev0, and not as a drop" },
		{ "ip_local_deliver", "icmp_rcv", "HOST", "consumed", "was delivered to this machine" },
		{ "ip6_input", "skb_release_head_state", "HOST", "released",
		  "was delivered to this machine" },
		{ "ip_local_deliver", "tcp_v4_rcv", "HOST", "-", "was delivered to this machine itself" },
		{ "veth_xmit", "netif_rx", "HOST", "left", "left this network namespace by dev0" },
		{ "dev_queue_xmit", "veth_xmit", "HOST", "-",
		  "was still under way when the trace ended, last seen in veth_xmit on dev0" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = words(rows[i].before, rows[i].function, rows[i].pkt_type,
					rows[i].end);

		check(got && !strncmp(got, rows[i].begins, strlen(rows[i].begins)),
		      rows[i].begins, "got '%s'", got ? got : "(nothing)");
	}
}

static void one_packet(unsigned int first, const char *target)
{
	event(first, 0, "dev_queue_xmit", "eth1", "HOST", "-");
	event(first + 1, first, "dev_queue_xmit", target, "HOST", "-");
	event(first + 1, first, "dummy_xmit", target, "HOST", "-");
	event(first, 0, "veth_xmit", "eth1", "HOST", "-");
	event(first + 1, first, "dummy_xmit", target, "HOST", "consumed");
	event(first, 0, "netif_rx", "eth1", "HOST", "left");
}

static void check_joining(void)
{
	struct trace_ways ways;

	report.count = 0;
	one_packet(1, "a");
	one_packet(3, "a");
	one_packet(5, "b");
	one_packet(7, "a");
	check_number("ways are made", 0, trace_ways_make(&ways, &report));
	check_number("a way an original", 4, ways.count);
	check_number("with its copy", 2, ways.ways[0].count);
	check_number("alike ones are counted with the first", 2, ways.ways[0].alike);
	check(ways.ways[1].is_repeated && ways.ways[3].is_repeated && !ways.ways[2].is_repeated,
	      "and those that differ are not", "they are");
	trace_ways_free(&ways);
}

static char *printed(void)
{
	struct mirror mirror = { .match_text = (char *)"host 'a'" };
	struct definition definition = { .mirrors = &mirror, .count = 1 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	trace_print_text(&definition, &report, out);
	fclose(out);
	return text;
}

static void check_picture(void)
{
	struct trace_missing missing[] = {
		{ "tcf_mirred_act", "gone" }, { "ip_rcv", "no such function" },
	};
	char *text;

	report.count = 0;
	one_packet(1, "dum0");
	report.missing = missing;
	report.missing_count = 2;
	text = printed();
	check_text("original and copy, side by side",
		   "one packet went this way, 98 bytes:\n\n"
		   "  original                                          copy\n"
		   "  dev_queue_xmit       eth1       HOST (0)\n"
		   "                                                    +-> dev_queue_xmit       dum0       HOST (0)\n"
		   "                                                    |   dummy_xmit           dum0       HOST (0)\n"
		   "  veth_xmit            eth1       HOST (0)          |\n"
		   "                                                    '-- = consumed in dummy_xmit\n"
		   "  = left by eth1\n\n"
		   "The original left this network namespace by eth1.\n"
		   "The copy ends in dummy_xmit: dum0 swallows what it is given, and a sensor sees it there as sent.\n\n"
		   "Not shown: ip_rcv: no such function.\n"
		   "Every function on the way, with BPF: pwru --filter-track-skb --output-meta --output-tuple 'host '\\''a'\\'''\n",
		   text);
	free(text);

	report.count = report.missing_count = 0;
	text = printed();
	check(!strncmp(text, "The command caused no packet that matches.\n", 43),
	      "no packet at all is said", "%s", text);
	free(text);
	event(1, 0, "dev_queue_xmit", "eth1", "HOST", "-");
	text = printed();
	check(strstr(text, "\nNo copy was made of it.\n"), "no copy is said", "%s", text);
	free(text);
	/* Its original was lost to a slow reader. */
	report.count = 0;
	event(2, 1, "dev_queue_xmit", "eth1", "HOST", "-");
	text = printed();
	check(strstr(text, "+-> dev_queue_xmit"), "a copy without its original", "%s", text);
	free(text);
}

int main(void)
{
	check_words();
	check_joining();
	check_picture();
	return harness_end();
}
