/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The namespaces, devices and sockets of the experiment.
 */
#ifndef COMPARE_LAB_H
#define COMPARE_LAB_H

#include "compare.h"
#include "compare_target.h"
#include "link.h"

struct compare_lab {
	int wire_namespace, host_namespace;
	int wire_socket;			/* AF_PACKET on wire0, to send */
	struct nl_socket *route;		/* of the host namespace */
	unsigned int source;			/* index of src0 */
	unsigned int underlay;			/* index of COMPARE_UNDERLAY */
	unsigned int spy;			/* of spy0, where tc filters show what they see */
	struct compare_device targets[COMPARE_TARGETS];
	pid_t echo;				/* behind the target "loop", or 0 */
};

/* What a case may ask of its probes. */
struct compare_wish {
	unsigned int mark;			/* of the originals that are sent, or 0 */
	bool large;				/* one frame for the card to cut into three */
};

/* What the taps on a device saw. */
struct compare_tap {
	unsigned int sent, received;		/* probes */
	unsigned int outer;			/* probes that left in a tunnel's packet */
	const char *sent_type, *received_type;	/* pkt_type, NULL without any */
	unsigned int largest;			/* frame with a probe, bytes */
	unsigned int bad_checksums;		/* probes whose own is not right yet */
	bool marker_sent, marker_received, marker_outer;
};

enum compare_wait {
	COMPARE_WAIT_SENT,
	COMPARE_WAIT_RECEIVED,
	COMPARE_WAIT_OUTER,
	COMPARE_WAIT_NOT,	/* what is there already */
};

/* Input for ip -batch, in this namespace. Returns 0 or a negative errno with a record. */
int compare_lab_ip(struct error_list *errors, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Move this process into namespaces of its own and build the topology. A
 * target of @wanted that the kernel has not is left out, with a line in @notes.
 * Returns 0 or a negative errno with a record. */
int compare_lab_open(struct compare_lab *lab, const bool wanted[COMPARE_TARGETS],
		     struct error_list *notes, struct error_list *errors);
void compare_lab_close(struct compare_lab *lab);

/* Read indexes and addresses again, of devices that were made anew. Returns 0 or a
 * negative errno. */
int compare_lab_renew(struct compare_lab *lab);

/* Send the probes of @what, numbered so that no two packets ever are alike. @wish may
 * be NULL. */
int compare_lab_send(const struct compare_lab *lab, const struct compare_case *what,
		     const struct compare_wish *wish, uint32_t number,
		     struct error_list *errors);

/* A socket that hears everything on device @index, or a negative errno. */
int compare_lab_listen(unsigned int index);

/* Send a marker frame out of device @index of the host namespace, or out of
 * wire0 with 0. */
int compare_lab_mark(const struct compare_lab *lab, unsigned int index,
		     struct error_list *errors);

/* Read @socket until a marker came as @wait says, adding up what comes before it.
 * -ETIMEDOUT when none does. */
int compare_lab_collect(int socket, enum compare_wait wait, struct compare_tap *tap);

#endif
