/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames of the experiment.
 */
#ifndef COMPARE_PROBE_H
#define COMPARE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compare.h"

#define COMPARE_FRAME_MAX 256

/* Documentation addresses, RFC 5737 and RFC 3849. */
#define COMPARE_SOURCE_IP "192.0.2.1"
#define COMPARE_SOURCE_IP6 "2001:db8::1"
#define COMPARE_WIRE_IP "192.0.2.200"
#define COMPARE_WIRE_IP6 "2001:db8::200"
#define COMPARE_SOURCE_HARDWARE "02:00:00:00:00:01"
#define COMPARE_WIRE_HARDWARE "02:00:00:00:00:02"

#define COMPARE_VXLAN_PORT 4789	/* RFC 7348 */

enum compare_frame {
	COMPARE_FRAME_FOREIGN,
	COMPARE_FRAME_PROBE,
	COMPARE_FRAME_MARKER,
	/* The same inside VXLAN or GRE over IPv4. */
	COMPARE_FRAME_OUTER_PROBE,
	COMPARE_FRAME_OUTER_MARKER,
};

/* The address that egress probes of @what are sent to, as text. */
void compare_probe_neighbour(const struct compare_case *what, char *text, size_t size);

/* The hardware address that probes of @what are sent to; @target is that of the
 * target's receiver. */
void compare_probe_hardware(const struct compare_case *what, const uint8_t target[6],
			    uint8_t hardware[6]);

/* Build an ingress probe with @number as payload. Returns its length. */
size_t compare_probe_frame(const struct compare_case *what, const uint8_t target[6],
			   uint32_t number, uint8_t frame[COMPARE_FRAME_MAX]);

/* Build a marker: a broadcast of an experimental type that no stack reads. */
size_t compare_probe_marker(uint8_t frame[COMPARE_FRAME_MAX]);

enum compare_frame compare_probe_recognise(const uint8_t *frame, size_t length);

/* Is the checksum of a probe's UDP or TCP what RFC 768 and RFC 9293 say? @length is
 * that of the whole frame, which is there. */
bool compare_probe_checksum_right(const uint8_t *frame, size_t length);

#endif
