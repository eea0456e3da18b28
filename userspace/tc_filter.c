// SPDX-License-Identifier: GPL-2.0-only
#include "tc_filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The note's first line; a later version may write another one. */
#define NOTE_HEAD "mirror-nft 1\n"
/* k of the last instruction: this and the number of instructions with text. */
#define NOTE_END 0x6d6e0000u
#define NOTE_RETURN (BPF_RET | BPF_K)

struct tc_action *tc_filter_act(struct tc_filter *filter, enum tc_action_kind kind,
				int verdict)
{
	struct tc_action *action;

	if (filter->action_count == TC_ACTIONS_MAX)
		return NULL;
	action = &filter->actions[filter->action_count++];
	memset(action, 0, sizeof(*action));
	action->kind = kind;
	action->verdict = verdict;
	return action;
}

/* --- the note --- */

int tc_filter_program(const struct tc_filter *filter, struct sock_filter **steps,
		      size_t *count)
{
	size_t length = filter->note ? strlen(filter->note) : 0;
	size_t words = (length + 3) / 4;
	struct sock_filter *step;
	size_t i;

	*count = filter->step_count + (filter->note ? words + 1 : 0);
	*steps = step = calloc(*count + 1, sizeof(*step));
	if (!step)
		return -ENOMEM;
	memcpy(step, filter->steps, filter->step_count * sizeof(*step));
	step += filter->step_count;
	if (!filter->note)
		return 0;
	for (i = 0; i < words; i++)
		step[i].code = NOTE_RETURN;
	for (i = 0; i < length; i++)
		step[i / 4].k |= (uint32_t)(unsigned char)filter->note[i] << (24 - i % 4 * 8);
	step[words] = (struct sock_filter){ NOTE_RETURN, 0, 0, NOTE_END | (uint32_t)words };
	return 0;
}

static bool is_plain_return(const struct sock_filter *step)
{
	return step->code == NOTE_RETURN && !step->jt && !step->jf;
}

/* How many instructions at the end are a note: 0 for none. */
static size_t note_length(const struct sock_filter *steps, size_t count)
{
	size_t words, i;

	if (!count || !is_plain_return(&steps[count - 1]) ||
	    (steps[count - 1].k & 0xffff0000u) != NOTE_END)
		return 0;
	words = steps[count - 1].k & 0xffff;
	if (words + 1 >= count)
		return 0;
	for (i = 0; i < words; i++)
		if (!is_plain_return(&steps[count - 1 - words + i]))
			return 0;
	return words + 1;
}

static char *note_read(const struct sock_filter *steps, size_t words)
{
	char *note = calloc(1, 4 * words + 1);
	size_t i;

	for (i = 0; note && i < 4 * words; i++)
		note[i] = (char)(steps[i / 4].k >> (24 - i % 4 * 8));
	return note;
}

int tc_filter_take_program(struct tc_filter *filter, const struct sock_filter *steps,
			   size_t count)
{
	size_t length = note_length(steps, count);
	char *note = NULL;

	if (length) {
		note = note_read(steps + count - length, length - 1);
		if (!note)
			return -ENOMEM;
		if (strncmp(note, NOTE_HEAD, strlen(NOTE_HEAD))) {
			free(note);
			note = NULL;
			length = 0;
		}
	}
	filter->steps = calloc(count + 1, sizeof(*steps));
	if (!filter->steps) {
		free(note);
		return -ENOMEM;
	}
	memcpy(filter->steps, steps, (count - length) * sizeof(*steps));
	filter->step_count = count - length;
	filter->note = note;
	return 0;
}

const char *tc_note_next(const char *note, const char *word, const char **line)
{
	size_t length = strlen(word);
	const char *at = *line ? strchr(*line, '\n') : note;

	if (*line && at)
		at++;
	for (; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		if (strncmp(at, word, length) || (at[length] != ' ' && at[length] != '\n'))
			continue;
		*line = at;
		return at[length] == ' ' ? at + length + 1 : at + length;
	}
	return NULL;
}

bool tc_note_text(const char *note, const char *word, char *text, size_t size)
{
	const char *line = NULL;
	const char *rest = note ? tc_note_next(note, word, &line) : NULL;

	if (!rest)
		return false;
	snprintf(text, size, "%.*s", (int)strcspn(rest, "\n"), rest);
	return true;
}

/* Lines that say where counters stood are no difference. */
static const char *line_skip_start(const char *line)
{
	while (!strncmp(line, "start ", 6) && strchr(line, '\n'))
		line = strchr(line, '\n') + 1;
	return line;
}

static bool notes_are_same(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && *b) {
		size_t length;

		a = line_skip_start(a);
		b = line_skip_start(b);
		length = strcspn(a, "\n");
		if (length != strcspn(b, "\n") || strncmp(a, b, length))
			return false;
		a += length + (a[length] == '\n');
		b += length + (b[length] == '\n');
	}
	return *line_skip_start(a) == *line_skip_start(b);
}

/* --- comparing --- */

static bool action_is_same(const struct tc_action *a, const struct tc_action *b)
{
	if (a->kind != b->kind || a->verdict != b->verdict)
		return false;
	switch (a->kind) {
	case TC_ACTION_MIRROR:
	case TC_ACTION_REDIRECT:
		return a->index == b->index;
	case TC_ACTION_MARK:
		return a->mark == b->mark;
	case TC_ACTION_CHANCE:
		return a->every == b->every;
	case TC_ACTION_LIMIT:
		return a->bytes == b->bytes && a->rate == b->rate && a->ticks == b->ticks;
	case TC_ACTION_DROP:
		return true;
	case TC_ACTION_OTHER:
		break;
	}
	return false;
}

bool tc_filter_is_at(const struct tc_filter *a, const struct tc_filter *b)
{
	return a->index == b->index && a->direction == b->direction &&
	       a->preference == b->preference && a->handle == b->handle;
}

bool tc_filter_is_same(const struct tc_filter *a, const struct tc_filter *b)
{
	size_t i;

	if (!tc_filter_is_at(a, b) || a->step_count != b->step_count ||
	    a->action_count != b->action_count ||
	    memcmp(a->steps, b->steps, a->step_count * sizeof(*a->steps)) ||
	    !notes_are_same(a->note, b->note))
		return false;
	for (i = 0; i < a->action_count; i++)
		if (!action_is_same(&a->actions[i], &b->actions[i]))
			return false;
	return true;
}

int tc_filter_copy(struct tc_filter *to, const struct tc_filter *from)
{
	*to = *from;
	to->note = from->note ? strdup(from->note) : NULL;
	to->steps = calloc(from->step_count + 1, sizeof(*to->steps));
	if (!to->steps || (from->note && !to->note)) {
		tc_filter_free(to);
		return -ENOMEM;
	}
	memcpy(to->steps, from->steps, from->step_count * sizeof(*to->steps));
	return 0;
}

void tc_filter_free(struct tc_filter *filter)
{
	free(filter->steps);
	free(filter->note);
	memset(filter, 0, sizeof(*filter));
}
