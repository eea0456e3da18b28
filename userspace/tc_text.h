/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TC_TEXT_H
#define TC_TEXT_H

#include <stdio.h>

#include "mirror.h"
#include "tunnel.h"

/* The range that is ours among tc filters. */
#define TC_PREFERENCE 49000

/* What the filters of a mirror know besides: the tunnels whose packets are guarded. */
struct tc_guard {
	const struct tunnel *tunnels;
	size_t count;
};

/* The classic BPF text of @mirror's match, malloc'ed. @guard may be NULL for none.
 * Returns 0, -ENOMEM, or -EINVAL with libpcap's words. */
int tc_text_match(const struct mirror *mirror, const struct tc_guard *guard, char **code,
		  struct error_list *errors);

/* Print @mirror as input for "tc -batch -": a clsact qdisc on each source and
 * one cls_bpf filter a direction, whose actions mirror to each target and then
 * let other filters go on. Returns 0, or a negative errno with a record. */
int tc_text_print(const struct mirror *mirror, const struct tc_guard *guard, FILE *out,
		  struct error_list *errors);

/* The filters behind a target with a tunnel. That on the tap marks the copy and hands
 * it on, where it is not too long for outer packets of @mtu bytes (0: not known); that
 * on the tunnel's device drops what comes back. */
void tc_text_print_tap(const char *device, const struct tunnel *tunnel, unsigned int mtu,
		       FILE *out);

/* The filters alone, under another preference, for a clsact that is there. */
int tc_text_print_filters(const struct mirror *mirror, int preference, FILE *out,
			  struct error_list *errors);

/* The same filters as tc_text_print() under the classful root qdisc "htb" with handle
 * 1:, which the caller has made: the way of the original experiment, egress only. On
 * some kernels this locks up when the copies come back to the same device. */
int tc_text_print_htb(const struct mirror *mirror, FILE *out,
		      struct error_list *errors);

#endif
