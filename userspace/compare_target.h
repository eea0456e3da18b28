/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices that copies are sent to.
 */
#ifndef COMPARE_TARGET_H
#define COMPARE_TARGET_H

#include <sys/types.h>

#include "compare.h"
#include "error.h"

/* The device that tunnels send by, and its address. */
#define COMPARE_UNDERLAY "und0"
#define COMPARE_UNDERLAY_IP "198.51.100.1"
#define COMPARE_COLLECTOR_IP "198.51.100.2"

struct compare_device {
	bool present;
	char device[IFNAMSIZ];		/* takes the copies */
	char receiver[IFNAMSIZ];	/* receives them, "" if nothing does */
	bool is_tunnel;			/* copies leave by COMPARE_UNDERLAY */
	unsigned int index, receiver_index;
	uint8_t address[6];		/* of the receiver, else the target */
};

/* Input for ip(8) that makes the device of @target, and that takes it away; NULL
 * where that can't be done. */
const char *compare_target_made_by(enum compare_target target);
const char *compare_target_removed_by(enum compare_target target);

/* Make those of @wanted that this kernel has; the others are named in @notes.
 * @echo is then the process behind the target "loop", or 0. Returns 0, or a negative
 * errno with a record. */
int compare_targets_make(const bool wanted[COMPARE_TARGETS],
			 struct compare_device devices[COMPARE_TARGETS], pid_t *echo,
			 struct error_list *notes, struct error_list *errors);

#endif
