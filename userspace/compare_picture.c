// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two lanes of boxes, original above and copy below:
 *
 *	egress   [program] - (LOCAL_OUT) - [src0, mirror] - [src0, driver] - wire
 *	                                        :
 *	                                     [target] .... [receiver, ip_rcv] .. (PRE_ROUTING)
 *
 *	ingress   wire - [src0, mirror] - [ip_rcv] - (PRE_ROUTING) - [program]
 *	                      :
 *	                   [target] ....
 */
#include "compare_picture.h"

#define WIDTH 780
#define HEIGHT 190
#define BOX_WIDTH 124
#define BOX_HEIGHT 44
#define UPPER 46		/* middle of the lanes */
#define LOWER 142

static void box_print(FILE *out, int x, int y, const char *first, const char *second)
{
	fprintf(out, "<rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>"
		"<text x=\"%d\" y=\"%d\">%s</text>"
		"<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>\n",
		x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, x, y - 3, first,
		x, y + 13, second);
}

/* A hook: what passes it is counted there. */
static void hook_print(FILE *out, int x, int y, const char *name)
{
	fprintf(out, "<ellipse class=\"hook\" cx=\"%d\" cy=\"%d\" rx=\"58\" ry=\"17\"/>"
		"<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>\n", x, y, x, y + 4, name);
}

static void line_print(FILE *out, const char *kind, int x1, int y1, int x2, int y2)
{
	fprintf(out, "<path class=\"%s\" d=\"M%d %dL%d %d\" marker-end=\"url(#head-%s)\"/>\n",
		kind, x1, y1, x2, y2, kind);
}

static void cross_print(FILE *out, int x, int y, const char *words)
{
	fprintf(out, "<path class=\"end\" d=\"M%d %dl14 14m0 -14l-14 14\"/>"
		"<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>\n",
		x - 7, y - 7, x, y + 26, words);
}

static void words_print(FILE *out, int x, int y, const char *words)
{
	fprintf(out, "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>\n", x, y, words);
}

/* Returns where the mirror stands. */
static int original_print(FILE *out, bool ingress)
{
	if (ingress) {
		words_print(out, 38, UPPER + 4, "wire");
		line_print(out, "original", 60, UPPER, 116, UPPER);
		box_print(out, 180, UPPER, "src0", "ingress, mirror");
		line_print(out, "original", 242, UPPER, 296, UPPER);
		box_print(out, 360, UPPER, "ip_rcv", "ipv6_rcv");
		line_print(out, "original", 422, UPPER, 464, UPPER);
		hook_print(out, 524, UPPER, "PRE_ROUTING");
		line_print(out, "original", 582, UPPER, 626, UPPER);
		box_print(out, 690, UPPER, "program", "or forwarded");
		return 180;
	}
	box_print(out, 70, UPPER, "program", "of this host");
	line_print(out, "original", 132, UPPER, 164, UPPER);
	hook_print(out, 224, UPPER, "LOCAL_OUT");
	line_print(out, "original", 282, UPPER, 316, UPPER);
	box_print(out, 380, UPPER, "src0", "egress, mirror");
	line_print(out, "original", 442, UPPER, 496, UPPER);
	box_print(out, 560, UPPER, "src0", "driver");
	line_print(out, "original", 622, UPPER, 690, UPPER);
	words_print(out, 718, UPPER + 4, "wire");
	return 380;
}

static void received_print(const struct compare_picture *picture, int x, FILE *out)
{
	box_print(out, x, LOWER, picture->shape == COMPARE_SHAPE_BACK ? "received" : "far end",
		  "ip_rcv, ipv6_rcv");
	line_print(out, "copy", x + 62, LOWER, x + 104, LOWER);
	if (picture->end == COMPARE_END_SEEN)
		hook_print(out, x + 164, LOWER, "PRE_ROUTING");
	else
		cross_print(out, x + 120, LOWER, "OTHERHOST");
}

static void copy_print(const struct compare_picture *picture, int x, FILE *out)
{
	if (picture->end == COMPARE_END_NONE) {
		cross_print(out, x, UPPER + BOX_HEIGHT / 2 + 24, "no copy");
		return;
	}
	line_print(out, "copy", x, UPPER + BOX_HEIGHT / 2, x, LOWER - BOX_HEIGHT / 2 - 4);
	box_print(out, x, LOWER, "target", picture->target);
	switch (picture->shape) {
	case COMPARE_SHAPE_END:
		line_print(out, "copy", x + 62, LOWER, x + 104, LOWER);
		cross_print(out, x + 120, LOWER, picture->where);
		break;
	case COMPARE_SHAPE_TUNNEL:
		line_print(out, "copy", x + 62, LOWER, x + 104, LOWER);
		hook_print(out, x + 164, LOWER, "LOCAL_OUT");
		line_print(out, "copy", x + 222, LOWER, x + 266, LOWER);
		words_print(out, x + 318, LOWER + 4, "another packet");
		break;
	default:
		line_print(out, "copy", x + 62, LOWER, x + 106, LOWER);
		received_print(picture, x + 170, out);
		break;
	}
}

void compare_picture_print(const struct compare_picture *picture, const char *title,
			   FILE *out)
{
	fprintf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>%s</title>\n", WIDTH,
		HEIGHT, title);
	copy_print(picture, original_print(out, picture->ingress), out);
	fputs("</svg>\n", out);
}
