/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of devices, as far as they can be judged without a kernel.
 */
#ifndef DEVICE_NAME_H
#define DEVICE_NAME_H

#include <net/if.h>
#include <stddef.h>

#include "device.h"
#include "error.h"

/* So that both ends of a private pair have a name: 11 characters. */
#define DEVICE_NAME_PAIR_MAX (IFNAMSIZ - sizeof(DEVICE_TAP_SUFFIX))

/* What the kernel takes as a name and a ruleset can quote. @name is @length bytes
 * at @where. Returns 0, or -EINVAL with a record. */
int device_name_check(const char *name, size_t length, const struct location *where,
		      struct error_list *errors);

/* The same for the name of a pair that is to be made. */
int device_name_check_pair(const char *name, size_t length,
			   const struct location *where, struct error_list *errors);

/* The same for a pattern, which ends in "*", for any rest. */
int device_name_check_pattern(const char *name, size_t length,
			      const struct location *where, struct error_list *errors);

#endif
