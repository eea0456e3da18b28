/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What our devices say of themselves, in "ip link show" and to us. Shared by the
 * files that make them and judge them, and by nobody else.
 */
#ifndef DEVICE_ALIAS_H
#define DEVICE_ALIAS_H

#include <errno.h>
#include <net/if.h>
#include <stdio.h>

#include "device.h"

#define DEVICE_ALIAS_TAKES DEVICE_ALIAS_MARK "takes the copies"
#define DEVICE_ALIAS_READ DEVICE_ALIAS_TAKES ", read them on "		/* the tap */
#define DEVICE_ALIAS_TUNNELS DEVICE_ALIAS_TAKES ", they leave by "	/* the tunnel */
#define DEVICE_ALIAS_TAP DEVICE_ALIAS_MARK "copies sent to "		/* the pair */
#define DEVICE_ALIAS_TUNNEL DEVICE_ALIAS_MARK "tunnel of "	/* the pair: tunnel_text() */

/* "mir0" and "-tap" to "mir0-tap", in IFNAMSIZ bytes. 0 or -ENAMETOOLONG. */
static inline int device_name_join(char *name, const char *device, const char *suffix)
{
	return snprintf(name, IFNAMSIZ, "%s%s", device, suffix) < IFNAMSIZ ?
	       0 : -ENAMETOOLONG;
}

#endif
