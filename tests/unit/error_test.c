// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <errno.h>
#include <stdlib.h>

static const struct location where = { "--match", 1, 10 };

/* The exit status that goes with @errors, and what was printed in @text. */
static int report(const struct error_list *errors, char **text)
{
	size_t size;
	FILE *out = open_memstream(text, &size);
	int status = error_report(errors, out);

	fclose(out);
	return status;
}

static void test_report(void)
{
	struct error_list errors = { 0 };
	char *text;

	check_number("no record is exit status 0", 0, report(&errors, &text));
	check_text("no record prints nothing", "", text);
	free(text);
	check_number("a refusal hands its errno on", -EPERM,
		     error_system(&errors, -EPERM, "%s: no", "eth0"));
	check_number("a refusal is exit status 1", 1, report(&errors, &text));
	check_text("a refusal is one line", "mirror-nft: eth0: no\n", text);
	free(text);
	check_number("a wrong definition is EINVAL", -EINVAL,
		     error_definition(&errors, &where, "'%s' is wrong", "or"));
	check_number("a wrong definition outweighs a refusal", 2, report(&errors, &text));
	check_text("records keep their order and place",
		   "mirror-nft: eth0: no\nmirror-nft: --match:1:10: 'or' is wrong\n", text);
	free(text);
	error_clear(&errors);
	error_definition(&errors, NULL, "wrong");
	error_system(&errors, -EIO, "refused");
	check_number("a refusal does not outweigh a wrong definition", 2,
		     report(&errors, &text));
	free(text);
	check_text("a record without a place", "wrong", error_text(&errors, 0));
	check_text("no record past the end", NULL, error_text(&errors, 2));
	error_clear(&errors);
	check_number("a cleared list is empty", 0, errors.count);
}

static void test_long_records(void)
{
	struct error_list errors = { 0 };
	char *file = malloc(5001);

	memset(file, 'x', 5000);
	file[5000] = '\0';
	error_definition(&errors, &(struct location){ file, 1, 2 }, "%s", file);
	error_definition(&errors, &where, "%s", file);
	error_system(&errors, -EIO, "%s", file);
	check(strlen(error_text(&errors, 0)) == 1023, "a long place is cut", "%zu characters",
	      strlen(error_text(&errors, 0)));
	check(strlen(error_text(&errors, 1)) == 1023, "a long text is cut", "%zu characters",
	      strlen(error_text(&errors, 1)));
	check(!strncmp(error_text(&errors, 1), "--match:1:10: xxx", 17),
	      "a long text keeps its place", "%.20s", error_text(&errors, 1));
	check(strlen(error_text(&errors, 2)) == 1023, "a long refusal is cut",
	      "%zu characters", strlen(error_text(&errors, 2)));
	error_clear(&errors);
	free(file);
}

static void test_out_of_memory(void)
{
	struct error_list errors = { .out_of_memory = true };
	char *text;

	check_number("a record that was lost is exit status 1", 1, report(&errors, &text));
	check_text("a record that was lost is told", "mirror-nft: out of memory\n", text);
	free(text);
}

static void test_repeated(void)
{
	struct error_list errors = { 0 };

	error_drop_repeated(&errors);
	check_number("of none", 0, errors.count);
	error_system(&errors, 0, "mir0 is down");
	error_system(&errors, 0, "mir1 is down");
	error_system(&errors, 0, "mir0 is down");
	error_system(&errors, 0, "mir1 is down");
	error_drop_repeated(&errors);
	check_number("of two that came twice", 2, errors.count);
	check_text("the first one stays first", "mir0 is down", error_text(&errors, 0));
	check_text("and the second second", "mir1 is down", error_text(&errors, 1));
	error_clear(&errors);
}

int main(void)
{
	test_repeated();
	test_report();
	test_long_records();
	test_out_of_memory();
	return harness_end();
}
