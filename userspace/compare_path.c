// SPDX-License-Identifier: GPL-2.0-only
#include "compare_path.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "removal.h"
#include "tc_match.h"
#include "tc_text.h"
#include "tool.h"

#define MIRROR_NAME "compare"

bool compare_path_has(enum compare_path path, enum direction direction)
{
	return path == COMPARE_NFT || path == COMPARE_TC || direction == DIRECTION_EGRESS;
}

static int mirror_make(struct mirror *mirror, const struct compare_case *what,
		       const char *device, struct error_list *errors)
{
	static const struct location where = { "compare", 1, 1 };
	char source[IFNAMSIZ + 16];
	int error;

	memset(mirror, 0, sizeof(*mirror));
	snprintf(source, sizeof(source), "src0:%s", direction_name(what->direction));
	error = mirror_set_name(mirror, MIRROR_NAME, &where, errors);
	if (!error)
		error = mirror_set_match(mirror, compare_protocol_match(what->protocol),
					 &where);
	if (!error)
		error = mirror_add_source(mirror, source, &where, errors);
	if (!error)
		error = mirror_add_target(mirror, device, &where, errors);
	if (!error)
		error = mirror_validate(mirror, &where, errors);
	return error;
}

static int nft_down(struct error_list *errors)
{
	struct session session;
	int error;

	error = session_open(&session, SESSION_CHANGE, errors);
	if (!error)
		error = removal_apply(&session, NULL, 0, NULL, errors);
	session_close(&session);
	return error;
}

int compare_path_tc(const char *text, struct error_list *errors)
{
	static const char *const tc[] = { "tc", "-batch", "-", NULL };

	return tool_run(tc, text, errors);
}

/* As it was typed then: htb as it comes, without a class, the filter for IPv4 alone, and
 * nothing said of what comes after the mirror. */
static int original_print(const struct mirror *mirror, FILE *out, struct error_list *errors)
{
	char *code = NULL;
	int error = tc_match_code(mirror, NULL, &code, errors);

	if (!error)
		fprintf(out, "qdisc add dev src0 handle 1: root htb\n"
			"filter add dev src0 parent 1: protocol ip bpf bytecode '%s' action mirred egress mirror dev %s\n",
			code, mirror->targets[0].device);
	free(code);
	return error;
}

static int path_print(enum compare_path path, const struct mirror *mirror, FILE *out,
		      struct error_list *errors)
{
	struct tc_plan plan = { 0 };
	int error;

	if (path != COMPARE_TC && path != COMPARE_TC_HTB)
		return original_print(mirror, out, errors);
	error = tc_plan_bare(&plan, mirror, TC_PREFERENCE, errors);
	if (!error && path == COMPARE_TC) {
		error = tc_text_print(&plan, out);
	} else if (!error) {
		fputs("qdisc add dev src0 root handle 1: htb default 1\n"
		      "class add dev src0 parent 1: classid 1:1 htb rate 10gbit\n", out);
		error = tc_text_print_htb(&plan, out);
	}
	tc_plan_free(&plan);
	return error;
}

static int tc_up(enum compare_path path, const struct mirror *mirror,
		 struct error_list *errors)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int error;

	if (!out)
		return -ENOMEM;
	error = path_print(path, mirror, out, errors);
	fclose(out);
	if (!error)
		error = compare_path_tc(text, errors);
	free(text);
	return error;
}

int compare_path_up(const struct compare_case *what, const char *device,
		    struct error_list *errors)
{
	struct mirror mirror;
	int error;

	error = mirror_make(&mirror, what, device, errors);
	if (!error)
		error = what->path == COMPARE_NFT ? apply_alone(&mirror, NULL, errors) :
			tc_up(what->path, &mirror, errors);
	mirror_free(&mirror);
	return error;
}

int compare_path_down(const struct compare_case *what, struct error_list *errors)
{
	switch (what->path) {
	case COMPARE_NFT:
		return nft_down(errors);
	case COMPARE_TC:
		return compare_path_tc("qdisc del dev src0 clsact\n", errors);
	default:
		return compare_path_tc("qdisc del dev src0 root\n", errors);
	}
}

/* The sum of @name wherever it stands in what tc prints. */
static unsigned int number_sum(const json_t *value, const char *name)
{
	unsigned int sum = 0;
	const char *key;
	json_t *part;
	size_t i;

	if (json_is_array(value))
		json_array_foreach(value, i, part)
			sum += number_sum(part, name);
	else
		json_object_foreach((json_t *)value, key, part)
			sum += strcmp(key, name) ? number_sum(part, name) :
			       (unsigned int)json_integer_value(part);
	return sum;
}

int compare_path_failures(const struct compare_case *what, unsigned int *drops,
			  unsigned int *overlimits, struct error_list *errors)
{
	const char *clsact[] = {
		"tc", "-s", "-j", "filter", "show", "dev", "src0",
		direction_name(what->direction), NULL,
	};
	static const char *const root[] = {
		"tc", "-s", "-j", "filter", "show", "dev", "src0", "parent", "1:", NULL,
	};
	char *text = NULL;
	json_t *all;
	int error;

	*drops = *overlimits = 0;
	if (what->path == COMPARE_NFT)
		return 0;
	error = tool_read(what->path == COMPARE_TC ? clsact : root, &text, errors);
	if (error)
		return error;
	all = json_loads(text, 0, NULL);
	free(text);
	if (!all)
		return error_system(errors, -EBADMSG, "tc -j printed no JSON");
	*drops = number_sum(all, "drops");
	*overlimits = number_sum(all, "overlimits");
	json_decref(all);
	return 0;
}
