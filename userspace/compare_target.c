// SPDX-License-Identifier: GPL-2.0-only
#include "compare_target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "compare_lab.h"

#define LOOP_DEVICE "tgt-loop"

/* Addresses and routes for the outer packets are there already. The far ends come first:
 * a veth without one that is up has no carrier, and sends nothing until the kernel has
 * got around to noticing that it has. */
static const struct kind {
	const char *device, *receiver;
	const char *make;		/* input for ip -batch, NULL: it is there */
	const char *needs;
	bool is_tunnel;
} kinds[COMPARE_TARGETS] = {
	[COMPARE_LO] = { "lo", "lo", NULL, "", false },
	[COMPARE_DUMMY] = {
		"tgt-dummy", "",
		"link add tgt-dummy type dummy\n"
		"link set tgt-dummy up\n",
		"CONFIG_DUMMY, or its module dummy", false
	},
	[COMPARE_VETH] = {
		"tgt-veth", "tgt-veth-far",
		"link add tgt-veth type veth peer name tgt-veth-far\n"
		"link set tgt-veth-far up\n"
		"link set tgt-veth up\n",
		"CONFIG_VETH, or its module veth", false
	},
	[COMPARE_IFB] = {
		"tgt-ifb", "",
		"link add tgt-ifb type ifb\n"
		"link set tgt-ifb up\n",
		"CONFIG_IFB, or its module ifb", false
	},
	[COMPARE_VLAN] = {
		"tgt-vlan", "tgt-vlan-far",
		"link add tgt-trunk type veth peer name tgt-trunk-far\n"
		"link set tgt-trunk-far up\n"
		"link set tgt-trunk up\n"
		"link add link tgt-trunk name tgt-vlan type vlan id 7\n"
		"link add link tgt-trunk-far name tgt-vlan-far type vlan id 7\n"
		"link set tgt-vlan-far up\n"
		"link set tgt-vlan up\n",
		"CONFIG_VLAN_8021Q, or its module 8021q", false
	},
	[COMPARE_BRIDGE_PORT] = {
		"tgt-port", "tgt-port-far",
		"link add tgt-bridge type bridge mcast_snooping 0\n"
		"link add tgt-port type veth peer name tgt-port-far\n"
		"link set tgt-port master tgt-bridge\n"
		"link set tgt-bridge up\n"
		"link set tgt-port-far up\n"
		"link set tgt-port up\n",
		"CONFIG_BRIDGE, or its module bridge", false
	},
	[COMPARE_LOOP] = {
		LOOP_DEVICE, LOOP_DEVICE,
		"link set " LOOP_DEVICE " up\n",
		"CONFIG_TUN, or its module tun, and /dev/net/tun", false
	},
	[COMPARE_VXLAN] = {
		"tgt-vxlan", "",
		"link add tgt-vxlan type vxlan id 7 local " COMPARE_UNDERLAY_IP
		" remote " COMPARE_COLLECTOR_IP " dstport 4789 nolearning\n"
		"link set tgt-vxlan up\n",
		"CONFIG_VXLAN, or its module vxlan", true
	},
	[COMPARE_GRETAP] = {
		"tgt-gretap", "",
		"link add tgt-gretap type gretap local " COMPARE_UNDERLAY_IP
		" remote " COMPARE_COLLECTOR_IP "\n"
		"link set tgt-gretap up\n",
		"CONFIG_NET_IPGRE, or its module ip_gre", true
	},
};

const char *compare_target_made_by(enum compare_target target)
{
	return target == COMPARE_LOOP ? NULL : kinds[target].make;
}

const char *compare_target_removed_by(enum compare_target target)
{
	switch (target) {
	case COMPARE_LO:
	case COMPARE_LOOP:
		return NULL;
	case COMPARE_VLAN:
		return "link del tgt-trunk\n";
	case COMPARE_BRIDGE_PORT:
		return "link del tgt-port\nlink del tgt-bridge\n";
	case COMPARE_DUMMY:
		return "link del tgt-dummy\n";
	case COMPARE_VETH:
		return "link del tgt-veth\n";
	case COMPARE_IFB:
		return "link del tgt-ifb\n";
	case COMPARE_VXLAN:
		return "link del tgt-vxlan\n";
	default:
		return "link del tgt-gretap\n";
	}
}

/* Every frame that leaves by the device comes in again, as a new one: what a driver
 * of a second loopback would do. Ends with the device, or with this process. */
static void echo_frames(int tap)
{
	static uint8_t frame[65536];
	ssize_t length;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		length = read(tap, frame, sizeof(frame));
		if (length < 0 && errno == EINTR)
			continue;
		/* It may be down, which is no reason to end. */
		if (length < 0 || (write(tap, frame, length) < 0 && errno == EBADFD))
			_exit(0);
	}
}

static int loop_make(pid_t *echo)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int error = 0;

	if (tap < 0)
		return -errno;
	strcpy(request.ifr_name, LOOP_DEVICE);
	if (ioctl(tap, TUNSETIFF, &request))
		error = -errno;
	if (!error) {
		fflush(NULL);
		*echo = fork();
		if (!*echo)
			echo_frames(tap);
		if (*echo < 0)
			error = -errno;
	}
	close(tap);
	return error;
}

int compare_targets_make(const bool wanted[COMPARE_TARGETS],
			 struct compare_device devices[COMPARE_TARGETS], pid_t *echo,
			 struct error_list *notes, struct error_list *errors)
{
	struct error_list refused = { 0 };
	unsigned int i;

	for (i = 0; i < COMPARE_TARGETS; i++) {
		const struct kind *kind = &kinds[i];
		int error = 0;

		if (!wanted[i])
			continue;
		if (i == COMPARE_LOOP)
			error = loop_make(echo);
		if (!error && kind->make)
			error = compare_lab_ip(&refused, "%s", kind->make);
		if (error == -ENOMEM)
			return error_system(errors, error, "out of memory");
		if (error) {
			error_system(notes, error, "no target %s: this kernel needs %s",
				     compare_target_name(i), kind->needs);
			continue;
		}
		devices[i].present = true;
		devices[i].is_tunnel = kind->is_tunnel;
		strcpy(devices[i].device, kind->device);
		strcpy(devices[i].receiver, kind->receiver);
	}
	error_clear(&refused);
	return 0;
}
