// SPDX-License-Identifier: GPL-2.0-only
/*
 * round text|apart|apply SEED COUNT [SOURCE]
 *
 * COUNT mirrors m1, m2 ... of p0 or of SOURCE, each to a target of its own, with random
 * matches: as one text for nft, or as one for versions that take no rows with raw places
 * ("apart"), or applied one by one, and once more, which must change nothing. Matches
 * that nft cannot be given are left out, of all alike.
 */
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "expression.h"
#include "mirror.h"
#include "nft_text.h"
#include "plan_mirror.h"

static const struct location where = { "round", 1, 1 };

/* The next random mirror that can become rules. */
static void mirror_next(struct chance *chance, unsigned int number, const char *source,
			struct mirror *mirror)
{
	char text[4096], name[16], target[16];

	snprintf(name, sizeof(name), "m%u", number);
	snprintf(target, sizeof(target), "t%u", number);
	for (;;) {
		struct error_list errors = { 0 };
		struct plan plan;
		int error;

		memset(mirror, 0, sizeof(*mirror));
		expression_random(chance, 1 + chance_below(chance, 6), text, sizeof(text));
		plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
		error = mirror_set_name(mirror, name, &where, &errors) ?:
			mirror_add_source(mirror, source, &where, &errors) ?:
			mirror_add_target(mirror, target, &where, &errors) ?:
			mirror_set_match(mirror, text, &where) ?:
			mirror_validate(mirror, &where, &errors) ?:
			plan_mirror(&plan, &plan, mirror, NULL, &errors);
		plan_free(&plan);
		error_clear(&errors);
		if (!error)
			return;
		mirror_free(mirror);
	}
}

static int mirror_apply(struct mirror *mirror, enum wish_outcome wanted)
{
	struct error_list errors = { 0 };
	enum wish_outcome outcome;
	int error;

	error = apply_alone(mirror, &outcome, &errors);
	if (error || outcome != wanted)
		fprintf(stderr, "'%s': %s\n", mirror->match_text,
			errors.count ? error_text(&errors, 0) : "not unchanged");
	error_clear(&errors);
	return error || outcome != wanted;
}

int main(int argc, char **argv)
{
	struct error_list errors = { 0 };
	struct chance chance;
	unsigned int number, count;
	bool apart, text;
	struct plan plan;
	int bad = 0;

	if (argc != 4 && argc != 5)
		return 2;
	chance_begin(&chance, strtoull(argv[2], NULL, 0));
	count = strtoul(argv[3], NULL, 0);
	apart = !strcmp(argv[1], "apart");
	text = apart || !strcmp(argv[1], "text");
	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	for (number = 1; number <= count && !bad; number++) {
		struct mirror mirror;

		mirror_next(&chance, number, argc == 5 ? argv[4] : "p0", &mirror);
		if (text)
			bad = plan_mirror(&plan, &plan, &mirror, NULL, &errors);
		else
			bad = mirror_apply(&mirror, WISH_CREATED) ||
			      mirror_apply(&mirror, WISH_UNCHANGED);
		mirror_free(&mirror);
	}
	if (text)
		nft_text_print(&plan, apart, stdout);
	plan_free(&plan);
	error_clear(&errors);
	return !!bad;
}
