/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device that puts copies into an outer packet, as rtnetlink makes it.
 *
 * Large frames leave in fragments wherever the kernel can do that: DF is not set
 * on the outer packet, and a GRE device neither asks for the path's MTU nor looks
 * at the DF of the frame inside. Over IPv6 it cannot: there a frame has to fit, or
 * it is dropped and counted as an error of the device.
 *
 * The UDP checksum is left out over IPv4, as RFC 7348 and RFC 8926 would have it,
 * since the frame inside has checksums of its own; over IPv6 it is there.
 */
#ifndef DEVICE_TUNNEL_H
#define DEVICE_TUNNEL_H

#include <libmnl/libmnl.h>

#include "link.h"

/* The kind of device: "vxlan", "gretap", "ip6gretap", ... */
const char *device_tunnel_kind(const struct tunnel *tunnel);

/* Does the kernel want the local address to be given? */
bool device_tunnel_needs_local(const struct tunnel *tunnel);

/* Does @link, a tunnel device, do what @tunnel says and nothing beside it? */
bool device_tunnel_fits(const struct link *link, const struct tunnel *tunnel);

/* Would the kernel refuse @tunnel because @link, another tunnel device, takes the
 * same packets? */
bool device_tunnel_clashes(const struct link *link, const struct tunnel *tunnel);

/* What its MTU has to be, so that no frame of a device with @mtu is cut, not even
 * one with two VLAN tags. */
unsigned int device_tunnel_mtu(const struct tunnel *tunnel, unsigned int mtu);

/* Put IFLA_LINKINFO of the device for @tunnel. */
void device_tunnel_put(struct nlmsghdr *message, const struct tunnel *tunnel);

#endif
