// SPDX-License-Identifier: GPL-2.0-only
/*
 * Long matches: what they become grows as they do, and what is too deep is told
 * so in one line.
 */
#include "harness.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdlib.h>

#include "plan_mirror.h"

static const struct location where = { "match", 1, 1 };

/* Rules of @match, not counting those that hold its text; or a negative errno. */
static long rules_of(const char *match, struct error_list *errors)
{
	struct mirror mirror = { 0 };
	struct plan plan;
	long rules = 0;
	size_t i;
	int error;

	plan_init(&plan, NFPROTO_NETDEV, PLAN_TABLE, PLAN_TABLE_COMMENT);
	error = mirror_set_name(&mirror, "m", &where, errors) ?:
		mirror_add_source(&mirror, "eth0", &where, errors) ?:
		mirror_add_target(&mirror, "mir0", &where, errors) ?:
		mirror_set_match(&mirror, match, &where) ?:
		mirror_validate(&mirror, &where, errors) ?:
		plan_mirror(&plan, &plan, &mirror, NULL, errors);
	for (i = 0; i < plan.chain_count; i++)
		if (strcmp(plan.chains[i]->name, "mirror/m/match"))
			rules += plan.chains[i]->rule_count;
	plan_free(&plan);
	mirror_free(&mirror);
	return error ? error : rules;
}

/* @count terms, each made by @format of the high and low byte of its number and of
 * an odd number, with @joint between them. */
static char *terms(const char *format, const char *joint, unsigned int count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	unsigned int i;

	for (i = 0; i < count; i++) {
		fputs(i ? joint : "", out);
		fprintf(out, format, i >> 8 & 0xff, i & 0xff, 2 * i + 1);
	}
	fclose(out);
	return text;
}

static void check_growth(const char *format, const char *joint, unsigned int count)
{
	struct error_list errors = { 0 };
	char *once = terms(format, joint, count), *twice = terms(format, joint, 2 * count);
	long few = rules_of(once, &errors), many = rules_of(twice, &errors);

	check(few > 0 && many > 0 && many <= 2 * few + 64, format,
	      "%ld rules become %ld: %s", few, many,
	      errors.count ? error_text(&errors, 0) : "");
	error_clear(&errors);
	free(once);
	free(twice);
}

static void check_refused(const char *format, const char *joint, unsigned int count)
{
	struct error_list errors = { 0 };
	char *text = terms(format, joint, count);
	long result = rules_of(text, &errors);

	check(result == -EINVAL && errors.count == 1 && !strchr(error_text(&errors, 0), '\n') &&
	      strlen(error_text(&errors, 0)) < 300, format, "%ld, %zu errors", result,
	      errors.count);
	error_clear(&errors);
	free(text);
}

int main(void)
{
	check_growth("ip proto %2$u or host 10.0.%1$u.%2$u", " or ", 4000);
	check_growth("host 10.0.%u.%u", " or ", 8000);
	check_growth("portrange %3$u-%3$u", " or ", 4000);
	check_growth("not port %3$u", " and ", 4000);
	check_growth("(host 10.0.%1$u.%2$u and port %3$u)", " or ", 2000);
	check_growth("net 10.%u.%u.0/24", " or ", 8000);
	check_growth("ether host 02:00:00:00:%02x:%02x", " or ", 8000);
	check_growth("ip[%2$u:2] & 0x%1$x0f = 1 or ip[8] = %2$u", " or ", 100);
	check_growth("(port %3$u or host 10.0.%1$u.%2$u)", " and ", 20);
	/* Every word alternates. */
	check_refused("port %2$u and host 10.0.%1$u.%2$u", " or ", 2000);
	check_refused("(port %3$u or host 10.0.%1$u.%2$u)", " and ", 1500);
	check_refused("((((((((((((((((%u or port %u", " and ", 40);
	return harness_end();
}
