/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIRROR_PROBE_DROP_REASON_H
#define MIRROR_PROBE_DROP_REASON_H

#include <linux/types.h>

/* The kernel's own name for why a packet was dropped, as "OTHERHOST". NULL: it has no name
 * in this kernel's headers, a reason of a subsystem of its own for one.
 */
const char *drop_reason_name(u32 reason);

#endif
