/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Classic BPF with labels. A conditional jump reaches 255 steps at most: where
 * that is not enough it goes by way of unconditional ones, which have no limit.
 */
#ifndef BPF_LAYOUT_H
#define BPF_LAYOUT_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As a label: the step that comes next. */
#define LAYOUT_NEXT SIZE_MAX

struct layout {
	struct layout_step *steps;
	size_t count;
	size_t *labels;		/* the step each stands before */
	size_t label_count;
	bool out_of_memory;	/* kept for layout_finish() */
};

/* The first of @count labels, which are numbered one after the other. */
size_t layout_labels(struct layout *layout, size_t count);

/* The label stands before the step that comes next. */
void layout_place(struct layout *layout, size_t label);

void layout_step(struct layout *layout, uint16_t code, uint32_t k);
void layout_jump(struct layout *layout, size_t label);
void layout_branch(struct layout *layout, uint16_t code, uint32_t k,
		   size_t taken, size_t other);

/* The program with offsets in a malloc'ed @out. Every label that is jumped to
 * must have been placed, further on. Returns 0, -ENOMEM, or -E2BIG if there
 * are more than BPF_MAXINSNS steps. */
int layout_finish(struct layout *layout, struct sock_filter **out, size_t *out_count);

void layout_free(struct layout *layout);

#endif
