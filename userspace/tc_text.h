/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TC_TEXT_H
#define TC_TEXT_H

#include <stdio.h>

#include "mirror.h"

/* The range that is ours among tc filters. */
#define TC_PREFERENCE 49000

/* The classic BPF text of @mirror's match, malloc'ed. Returns 0, -ENOMEM, or
 * -EINVAL with libpcap's words. */
int tc_text_match(const struct mirror *mirror, char **code, struct error_list *errors);

/* Print @mirror as input for "tc -batch -": a clsact qdisc on each source and
 * one cls_bpf filter a direction, whose actions mirror to each target and then
 * let other filters go on. Returns 0, or a negative errno with a record. */
int tc_text_print(const struct mirror *mirror, FILE *out, struct error_list *errors);

/* The same filters under the classful root qdisc "htb" with handle 1:, which
 * the caller has made: the way of the original experiment, egress only. On
 * some kernels this locks up when the copies come back to the same device. */
int tc_text_print_htb(const struct mirror *mirror, FILE *out,
		      struct error_list *errors);

#endif
