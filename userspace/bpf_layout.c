// SPDX-License-Identifier: GPL-2.0-only
#include "bpf_layout.h"

#include <errno.h>
#include <stdlib.h>

struct layout_step {
	uint16_t code;
	uint32_t k;
	size_t taken, other;	/* labels */
	bool far_taken, far_other;	/* by way of an unconditional jump */
	size_t position;
};

/* Make room by doubling: the array is full whenever its size is a power of 2. */
static bool grow(void **array, size_t count, size_t size)
{
	void *grown;

	if (count & (count - 1))
		return true;
	grown = realloc(*array, (count ? 2 * count : 1) * size);
	if (!grown)
		return false;
	*array = grown;
	return true;
}

size_t layout_labels(struct layout *layout, size_t count)
{
	size_t first = layout->label_count, i;

	for (i = 0; i < count; i++) {
		if (layout->out_of_memory ||
		    !grow((void **)&layout->labels, layout->label_count, sizeof(size_t))) {
			layout->out_of_memory = true;
			return first;
		}
		layout->labels[layout->label_count++] = LAYOUT_NEXT;
	}
	return first;
}

void layout_place(struct layout *layout, size_t label)
{
	if (!layout->out_of_memory)
		layout->labels[label] = layout->count;
}

static void step_add(struct layout *layout, const struct layout_step *step)
{
	if (layout->out_of_memory ||
	    !grow((void **)&layout->steps, layout->count, sizeof(*step))) {
		layout->out_of_memory = true;
		return;
	}
	layout->steps[layout->count++] = *step;
}

void layout_step(struct layout *layout, uint16_t code, uint32_t k)
{
	const struct layout_step step = {
		.code = code, .k = k, .taken = LAYOUT_NEXT, .other = LAYOUT_NEXT,
	};

	step_add(layout, &step);
}

void layout_jump(struct layout *layout, size_t label)
{
	layout_branch(layout, BPF_JMP | BPF_JA, 0, label, label);
}

void layout_branch(struct layout *layout, uint16_t code, uint32_t k,
		   size_t taken, size_t other)
{
	const struct layout_step step = {
		.code = code, .k = k, .taken = taken, .other = other,
	};

	step_add(layout, &step);
}

static bool is_branch(const struct layout_step *step)
{
	return BPF_CLASS(step->code) == BPF_JMP && BPF_OP(step->code) != BPF_JA;
}

static size_t positions_set(struct layout *layout)
{
	size_t position = 0, i;

	for (i = 0; i < layout->count; i++) {
		layout->steps[i].position = position;
		position += 1 + layout->steps[i].far_taken + layout->steps[i].far_other;
	}
	return position;
}

static size_t distance(const struct layout *layout, size_t from, size_t index, size_t label)
{
	size_t target = label == LAYOUT_NEXT ? index + 1 : layout->labels[label];

	return layout->steps[target].position - from - 1;
}

/* Returns whether a jump was found that does not reach, and was made far. */
static bool jumps_lengthen(struct layout *layout)
{
	bool changed = false;
	size_t i;

	for (i = 0; i < layout->count; i++) {
		struct layout_step *step = &layout->steps[i];

		if (!is_branch(step))
			continue;
		if (!step->far_taken &&
		    distance(layout, step->position, i, step->taken) > UINT8_MAX)
			step->far_taken = changed = true;
		if (!step->far_other &&
		    distance(layout, step->position, i, step->other) > UINT8_MAX)
			step->far_other = changed = true;
	}
	return changed;
}

static void step_write(const struct layout *layout, size_t index, struct sock_filter *out)
{
	const struct layout_step *step = &layout->steps[index];
	struct sock_filter *next;
	size_t far, position;

	next = out + step->position;
	position = step->position;
	*next = (struct sock_filter)BPF_STMT(step->code, step->k);
	if (BPF_CLASS(step->code) != BPF_JMP)
		return;
	if (!is_branch(step)) {
		next->k = distance(layout, position, index, step->taken);
		return;
	}
	far = step->far_taken;
	next->jt = far ? 0 : distance(layout, position, index, step->taken);
	next->jf = step->far_other ? far : distance(layout, position, index, step->other);
	if (step->far_taken)
		*++next = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
			distance(layout, ++position, index, step->taken));
	if (step->far_other)
		*++next = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
			distance(layout, ++position, index, step->other));
}

int layout_finish(struct layout *layout, struct sock_filter **out, size_t *out_count)
{
	size_t total, i;

	if (layout->out_of_memory)
		return -ENOMEM;
	/* A far jump takes room, which can put others out of reach. */
	do
		total = positions_set(layout);
	while (jumps_lengthen(layout));
	if (total > BPF_MAXINSNS)
		return -E2BIG;
	*out = malloc(total * sizeof(**out));
	if (!*out)
		return -ENOMEM;
	*out_count = total;
	for (i = 0; i < layout->count; i++)
		step_write(layout, i, *out);
	return 0;
}

void layout_free(struct layout *layout)
{
	free(layout->steps);
	free(layout->labels);
	*layout = (struct layout){ 0 };
}
