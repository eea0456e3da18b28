/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of an original and of its copy, drawn as SVG.
 */
#ifndef COMPARE_PICTURE_H
#define COMPARE_PICTURE_H

#include <stdbool.h>
#include <stdio.h>

/* What stands behind the mirror. */
enum compare_shape {
	COMPARE_SHAPE_BACK,	/* a device that receives what it sends */
	COMPARE_SHAPE_PAIR,	/* a device with a far end that receives */
	COMPARE_SHAPE_END,	/* a device that nobody receives from */
	COMPARE_SHAPE_TUNNEL,	/* a device that sends packets around what it gets */
	COMPARE_SHAPES,
};

enum compare_end {
	COMPARE_END_DROPPED,	/* before PRE_ROUTING */
	COMPARE_END_SEEN,	/* passes PRE_ROUTING */
	COMPARE_END_OUTER,	/* on the wire, in another packet */
	COMPARE_END_NONE,	/* there is no copy */
	COMPARE_ENDS,
};

struct compare_picture {
	bool ingress;
	enum compare_shape shape;
	enum compare_end end;
	const char *target;	/* names, escaped: "lo, loop" */
	const char *where;	/* it ends: "ip_rcv, ipv6_rcv", or "" */
};

/* Print @picture with @title, escaped, for those who don't see it. Colours are those of
 * the classes original, copy, box and words of the page. */
void compare_picture_print(const struct compare_picture *picture, const char *title,
			   FILE *out);

#endif
