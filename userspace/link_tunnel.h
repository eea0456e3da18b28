/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel says of tunnel devices: IFLA_INFO_DATA of vxlan, gretap,
 * ip6gretap, erspan, ip6erspan and geneve, to struct tunnel.
 */
#ifndef LINK_TUNNEL_H
#define LINK_TUNNEL_H

#include <linux/netlink.h>

#include "link.h"

/* IFLA_GENEVE_LOCAL and _LOCAL6, which older headers do not have; nor do older
 * kernels, which take no notice of them. */
#define LINK_GENEVE_LOCAL 17
#define LINK_GENEVE_LOCAL6 18

/* Read @data, the IFLA_INFO_DATA of a device of link->kind, into link->tunnel and,
 * where it is bound to a device, link->lower. Nothing for other kinds. */
void link_tunnel_read(struct link *link, const struct nlattr *data);

#endif
