// SPDX-License-Identifier: GPL-2.0-only
#include "compare_lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compare_probe.h"
#include "tool.h"

#define SETTLE_PAUSE 2000	/* microseconds */
#define SETTLE_TRIES 5000

static int setting_write(const char *path, const char *value)
{
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (descriptor < 0)
		return -errno;
	if (write(descriptor, value, strlen(value)) < 0)
		error = -errno;
	close(descriptor);
	return error;
}

/* No packet of the namespace's own: counts are exact. */
static void namespace_quiet(void)
{
	static const char *const settings[][2] = {
		{ "accept_ra", "0" }, { "autoconf", "0" }, { "dad_transmits", "0" },
		{ "router_solicitations", "0" }, { "addr_gen_mode", "1" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/default/%s",
			 settings[i][0]);
		setting_write(path, settings[i][1]);
	}
}

static int namespace_new(int *descriptor, struct error_list *errors)
{
	if (unshare(CLONE_NEWNET))
		return error_system(errors, -errno, "cannot make a network namespace: %s%s",
				    strerror(errno), errno == EPERM ?
				    ": it takes the capability CAP_SYS_ADMIN, run as root" : "");
	/* Inherited on purpose: ip(8) is told of it as /proc/self/fd/N. */
	*descriptor = open("/proc/self/ns/net", O_RDONLY);
	if (*descriptor < 0)
		return error_system(errors, -errno, "/proc/self/ns/net: %s",
				    strerror(errno));
	namespace_quiet();
	return 0;
}

int compare_lab_ip(struct error_list *errors, const char *format, ...)
{
	static const char *const ip[] = { "ip", "-batch", "-", NULL };
	va_list arguments;
	char *text;
	int error;

	va_start(arguments, format);
	error = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (error < 0)
		return -ENOMEM;
	error = tool_run(ip, text, errors);
	free(text);
	return error;
}

/* Does anything that is up and sends still drop what it is to send? So it is until the
 * kernel has noticed its carrier (linkwatch), which may take a second. */
static bool is_settled(const struct compare_lab *lab, const struct link_table *links)
{
	const char *names[COMPARE_TARGETS + 3] = { "src0", "spy0", COMPARE_UNDERLAY };
	size_t i;

	for (i = 0; i < COMPARE_TARGETS; i++)
		names[i + 3] = lab->targets[i].device;
	for (i = 0; i < COMPARE_TARGETS + 3; i++) {
		const struct link *link = link_find(links, names[i]);

		if (link && link->flags & IFF_UP && !strcmp(link->qdisc, "noop"))
			return false;
	}
	return true;
}

static int links_read(const struct compare_lab *lab, struct link_table *links)
{
	unsigned int tries;
	int error;

	for (tries = 0; tries < SETTLE_TRIES; tries++) {
		error = link_table_read(links, lab->route, true);
		if (error || is_settled(lab, links))
			return error;
		link_table_free(links);
		memset(links, 0, sizeof(*links));
		usleep(SETTLE_PAUSE);
	}
	return -ETIMEDOUT;
}

int compare_lab_renew(struct compare_lab *lab)
{
	struct link_table links = { 0 };
	const struct link *link;
	size_t i;
	int error;

	error = links_read(lab, &links);
	if (error)
		return error;
	link = link_find(&links, "src0");
	lab->source = link ? link->index : 0;
	link = link_find(&links, COMPARE_UNDERLAY);
	lab->underlay = link ? link->index : 0;
	link = link_find(&links, "spy0");
	lab->spy = link ? link->index : 0;
	for (i = 0; i < COMPARE_TARGETS; i++) {
		if (!lab->targets[i].present)
			continue;
		link = link_find(&links, lab->targets[i].device);
		lab->targets[i].index = lab->targets[i].receiver_index = 0;
		if (!link)
			continue;
		lab->targets[i].index = link->index;
		memcpy(lab->targets[i].address, link->address, 6);
		link = link_find(&links, lab->targets[i].receiver);
		if (!link)
			continue;
		lab->targets[i].receiver_index = link->index;
		memcpy(lab->targets[i].address, link->address, 6);
	}
	link_table_free(&links);
	return 0;
}

/* One neighbour for each target and destination, so that the stack itself
 * sends to the hardware address that a case wants. */
static int neighbours_make(const struct compare_lab *lab, struct error_list *errors)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int target, destination, ip6;
	int error;

	if (!out)
		return -ENOMEM;
	for (target = 0; target < COMPARE_TARGETS; target++)
		for (destination = 0; destination < COMPARE_DESTINATIONS; destination++)
			for (ip6 = 0; ip6 < 2; ip6++) {
				const struct compare_case what = {
					.direction = DIRECTION_EGRESS, .target = target,
					.destination = destination, .ip6 = ip6,
				};
				char address[INET6_ADDRSTRLEN];
				uint8_t hardware[6];

				compare_probe_neighbour(&what, address, sizeof(address));
				compare_probe_hardware(&what, lab->targets[target].address,
						       hardware);
				fprintf(out, "neigh replace %s lladdr %02x:%02x:%02x:%02x:%02x:%02x nud permanent dev src0\n",
					address, hardware[0], hardware[1], hardware[2],
					hardware[3], hardware[4], hardware[5]);
			}
	fputs("neigh replace " COMPARE_WIRE_IP " lladdr " COMPARE_WIRE_HARDWARE " nud permanent dev src0\n"
	      "neigh replace " COMPARE_WIRE_IP6 " lladdr " COMPARE_WIRE_HARDWARE " nud permanent dev src0\n"
	      "neigh replace " COMPARE_COLLECTOR_IP " lladdr 02:00:00:00:00:05 nud permanent dev " COMPARE_UNDERLAY "\n", out);
	fclose(out);
	error = compare_lab_ip(errors, "%s", text);
	free(text);
	return error;
}

/* The far end of the wire, in its own namespace. */
static int wire_open(struct compare_lab *lab, struct error_list *errors)
{
	int error;

	if (setns(lab->wire_namespace, CLONE_NEWNET))
		return error_system(errors, -errno, "cannot enter a namespace: %s",
				    strerror(errno));
	setting_write("/proc/sys/net/ipv6/conf/wire0/disable_ipv6", "1");
	setting_write("/proc/sys/net/ipv6/conf/far0/disable_ipv6", "1");
	error = compare_lab_ip(errors, "link set wire0 up\nlink set far0 up\n");
	if (!error) {
		lab->wire_socket = compare_lab_listen(if_nametoindex("wire0"));
		if (lab->wire_socket < 0)
			error = error_system(errors, lab->wire_socket,
					     "cannot open a packet socket: %s",
					     strerror(-lab->wire_socket));
	}
	if (setns(lab->host_namespace, CLONE_NEWNET))
		return error_system(errors, -errno, "cannot enter a namespace: %s",
				    strerror(errno));
	return error;
}

/* All on one processor: what was received is worked off in order, so a marker
 * that has come through proves that everything before it has. */
static void processor_pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* What leaves by the underlay is for nobody at its far end, and gets no answer. */
static int underlay_make(const struct compare_lab *lab, struct error_list *errors)
{
	return compare_lab_ip(errors,
			"link add " COMPARE_UNDERLAY " type veth peer name far0 netns /proc/self/fd/%d\n"
			"link set " COMPARE_UNDERLAY " up\n"
			"addr add " COMPARE_UNDERLAY_IP "/24 dev " COMPARE_UNDERLAY "\n"
			"link add spy0 type veth peer name spy1\n"
			"link set spy0 up\nlink set spy1 up\n",
			lab->wire_namespace);
}

int compare_lab_open(struct compare_lab *lab, const bool wanted[COMPARE_TARGETS],
		     struct error_list *notes, struct error_list *errors)
{
	int error;

	memset(lab, 0, sizeof(*lab));
	lab->wire_namespace = lab->host_namespace = lab->wire_socket = -1;
	processor_pin();
	error = namespace_new(&lab->wire_namespace, errors);
	if (!error)
		error = namespace_new(&lab->host_namespace, errors);
	if (!error)
		error = compare_lab_ip(errors,
				 "link set lo up\n"
				 "link add src0 address " COMPARE_SOURCE_HARDWARE
				 " type veth peer name wire0 address " COMPARE_WIRE_HARDWARE
				 " netns /proc/self/fd/%d\n"
				 "link set src0 up\n"
				 "addr add " COMPARE_SOURCE_IP "/24 dev src0\n"
				 "addr add " COMPARE_SOURCE_IP6 "/64 dev src0 nodad\n",
				 lab->wire_namespace);
	if (!error)
		error = underlay_make(lab, errors);
	if (!error)
		error = wire_open(lab, errors);
	if (!error)
		error = nl_open(NETLINK_ROUTE, &lab->route);
	if (!error)
		error = compare_targets_make(wanted, lab->targets, &lab->echo, notes, errors);
	if (!error)
		error = compare_lab_renew(lab);
	if (!error)
		error = neighbours_make(lab, errors);
	return error;
}

void compare_lab_close(struct compare_lab *lab)
{
	if (lab->echo > 0) {
		kill(lab->echo, SIGKILL);
		waitpid(lab->echo, NULL, 0);
	}
	nl_close(lab->route);
	if (lab->wire_socket >= 0)
		close(lab->wire_socket);
	if (lab->host_namespace >= 0)
		close(lab->host_namespace);
	if (lab->wire_namespace >= 0)
		close(lab->wire_namespace);
}
