/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ETHTOOL_H
#define ETHTOOL_H

#include "error.h"

/* Switch off every transmit offload of device @name that can be switched: the
 * checksums, scatter-gather and all kinds of segmentation (ethtool netlink,
 * Documentation/networking/ethtool-netlink.rst, FEATURES_GET and _SET).
 * Returns 0 once none of them is active, or a negative errno with a record. */
int ethtool_offloads_off(const char *name, struct error_list *errors);

#endif
