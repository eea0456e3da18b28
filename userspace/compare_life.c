// SPDX-License-Identifier: GPL-2.0-only
#include "compare_life.h"

#include <errno.h>
#include <string.h>

#include "compare_path.h"

const char *compare_life_name(enum compare_life life)
{
	static const char *const names[] = {
		"down", "up-again", "gone", "made-again", "made-again-same-index",
	};

	return names[life];
}

static int target_make(unsigned int index, struct error_list *errors)
{
	char place[32] = "";

	if (index)
		snprintf(place, sizeof(place), "index %u ", index);
	return compare_lab_ip(errors,
			      "link add tgt-veth %stype veth peer name tgt-veth-far\n"
			      "link set tgt-veth-far up\nlink set tgt-veth up\n", place);
}

static int target_delete(struct error_list *errors)
{
	return compare_lab_ip(errors, "link del tgt-veth\n");
}

/* @index is that of the target when it was mirrored to first. */
static int life_begin(struct compare_bench *bench, enum compare_life life, unsigned int index,
		      struct error_list *errors)
{
	int error;

	switch (life) {
	case COMPARE_DOWN:
		error = compare_lab_ip(errors, "link set tgt-veth down\n");
		break;
	case COMPARE_UP:
		error = compare_lab_ip(errors, "link set tgt-veth up\n");
		break;
	case COMPARE_GONE:
		error = target_delete(errors);
		break;
	case COMPARE_RENEWED:
		error = target_make(0, errors);
		break;
	default:
		error = target_delete(errors);
		if (!error)
			error = target_make(index, errors);
		break;
	}
	return error ? error : compare_lab_renew(&bench->lab);
}

static int life_measure(struct compare_bench *bench, struct compare_life_result *result,
			struct error_list *errors)
{
	bool silent = result->life == COMPARE_DOWN || result->life == COMPARE_GONE;
	struct compare_heard heard;
	unsigned int drops, overlimits;
	int error;

	error = compare_path_failures(&result->what, &drops, &overlimits, errors);
	if (!error)
		error = compare_case_hear(bench, &result->what, NULL, silent, &heard, errors);
	if (!error)
		error = compare_path_failures(&result->what, &result->drops,
					      &result->overlimits, errors);
	if (error)
		return error;
	result->sent = result->what.direction == DIRECTION_INGRESS ? heard.source.received :
		       heard.source.sent;
	result->copies = heard.target.sent;
	result->drops -= drops;
	result->overlimits -= overlimits;
	return 0;
}

int compare_life_run(struct compare_bench *bench, const struct compare_case *what,
		     struct compare_life_result *results, struct error_list *errors)
{
	unsigned int index = bench->lab.targets[COMPARE_VETH].index, life;
	int error, down;

	error = compare_path_up(what, "tgt-veth", errors);
	if (error)
		return error;
	for (life = 0; life < COMPARE_LIVES && !error; life++) {
		results[life] = (struct compare_life_result){ .life = life, .what = *what };
		error = life_begin(bench, life, index, errors);
		if (!error)
			error = life_measure(bench, &results[life], errors);
	}
	down = compare_path_down(what, errors);
	return error ? error : down;
}
