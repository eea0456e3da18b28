/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The namespaces, devices and sockets of the experiment.
 */
#ifndef COMPARE_LAB_H
#define COMPARE_LAB_H

#include "compare.h"
#include "link.h"

struct compare_lab {
	int wire_namespace, host_namespace;
	int wire_socket;			/* AF_PACKET on wire0, to send */
	struct nl_socket *route;		/* of the host namespace */
	unsigned int source;			/* index of src0 */
	struct {
		bool present;
		char device[IFNAMSIZ];		/* takes the copies */
		char receiver[IFNAMSIZ];	/* receives them, "" if nothing does */
		unsigned int index, receiver_index;
		uint8_t address[6];		/* of the receiver, else the target */
	} targets[COMPARE_TARGETS];
};

/* What the taps on a device saw. */
struct compare_tap {
	unsigned int sent, received;		/* probes */
	const char *sent_type, *received_type;	/* pkt_type, NULL without any */
	bool marker_sent, marker_received;
};

/* Move this process into namespaces of its own and build the topology. A
 * target that the kernel has not is left out, with a line in @notes. Returns
 * 0 or a negative errno with a record. */
int compare_lab_open(struct compare_lab *lab, struct error_list *notes,
		     struct error_list *errors);
void compare_lab_close(struct compare_lab *lab);

/* Send the probes of @what, numbered so that no two packets ever are alike. */
int compare_lab_send(const struct compare_lab *lab, const struct compare_case *what,
		     uint32_t number, struct error_list *errors);

/* A socket that hears everything on device @index, or a negative errno. */
int compare_lab_listen(unsigned int index);

/* Send a marker frame out of device @index of the host namespace, or out of
 * wire0 with 0. */
int compare_lab_mark(const struct compare_lab *lab, unsigned int index,
		     struct error_list *errors);

/* Read @socket until a marker came in (@received) or went out, adding up what
 * comes before it. -ETIMEDOUT when none does. */
int compare_lab_collect(int socket, bool received, struct compare_tap *tap);

#endif
