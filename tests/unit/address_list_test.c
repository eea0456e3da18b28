// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of addresses: what is taken, every mistake with its place, and that
 * merging keeps exactly the addresses that were written.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "address_list.h"
#include "plan.h"

static const struct location here = { "--hosts", 1, 1 };

static char *joined;
static size_t joined_size;
static FILE *joined_out;

static int prefix_join(const unsigned char *address, size_t length, unsigned int bits,
		       void *data)
{
	char text[INET6_ADDRSTRLEN];

	(void)data;
	inet_ntop(length == 4 ? AF_INET : AF_INET6, address, text, sizeof(text));
	fprintf(joined_out, " %s/%u", text, bits);
	return 0;
}

/* What is left of @list, as prefixes; the list is freed. */
static void check_list(const char *name, const char *expected, struct address_list *list)
{
	address_list_normalise(list);
	joined_out = open_memstream(&joined, &joined_size);
	address_list_prefixes(list, prefix_join, NULL);
	fclose(joined_out);
	check_text(name, expected, joined);
	free(joined);
	address_list_free(list);
}

static void test_good(void)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "192.0.2.1", " 192.0.2.1/32" },
		{ "192.0.2.1/32,192.0.2.1", " 192.0.2.1/32" },
		{ " 192.0.2.0/25 ,\t192.0.2.128/25 ", " 192.0.2.0/24" },
		{ "0.0.0.0/0", " 0.0.0.0/0" },
		{ "10.0.0.0/8,10.1.2.3,9.255.255.255", " 9.255.255.255/32 10.0.0.0/8" },
		{ "0.0.0.0/1,128.0.0.0/1", " 0.0.0.0/0" },
		{ "255.255.255.255,0.0.0.0", " 0.0.0.0/32 255.255.255.255/32" },
		{ "10.0.0.1,10.0.0.2,10.0.0.3", " 10.0.0.1/32 10.0.0.2/31" },
		{ "::/0", " ::/0" },
		{ "2001:db8::1,10.0.0.0/08,2001:DB8::/127", " 10.0.0.0/8 2001:db8::/127" },
		{ "::ffff:192.0.2.1/128", " ::ffff:192.0.2.1/128" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address_list list = { 0 };
		struct error_list errors = { 0 };

		check_number(cases[i].text, 0,
			     address_list_add_text(&list, cases[i].text, &here, &errors));
		check_list(cases[i].text, cases[i].expected, &list);
		error_clear(&errors);
	}
}

static void test_bad_text(void)
{
	static const struct {
		const char *text, *record;
	} cases[] = {
		{ "", "--hosts:1:1: the list is empty" },
		{ " \t", "--hosts:1:1: the list is empty" },
		{ ",", NULL },
		{ "10.0.0.1,", "--hosts:1:10: an address is missing" },
		{ "10.0.0.1,,10.0.0.2", "--hosts:1:10: an address is missing" },
		{ "10.0.0.1,  foo", "--hosts:1:12: 'foo' is no address" },
		{ "10.0.0", "--hosts:1:1: '10.0.0' is no address" },
		{ "10.0.0.256", "--hosts:1:1: '10.0.0.256' is no address" },
		{ "10.0.0.1 10.0.0.2", "--hosts:1:1: '10.0.0.1 10.0.0.2' is no address" },
		{ "fe80::1%eth0", "--hosts:1:1: 'fe80::1%eth0' is no address" },
		{ "10.0.0.0/", "--hosts:1:10: '10.0.0.0/' has no prefix length behind the '/', give 0 to 32" },
		{ "10.0.0.0/33", "--hosts:1:10: '10.0.0.0/33' has no prefix length" },
		{ "10.0.0.0/+8", "--hosts:1:10: " },
		{ "10.0.0.0/8/8", "--hosts:1:10: " },
		{ "10.0.0.0/0008", "--hosts:1:10: " },
		{ "10.0.0.0/255.0.0.0", "--hosts:1:10: " },
		{ "::/129", "--hosts:1:4: '::/129' has no prefix length behind the '/', give 0 to 128" },
		{ "10.0.0.1/8", "--hosts:1:1: '10.0.0.1/8' has bits behind its prefix, 10.0.0.0/8 would be right" },
		{ "1.2.3.4,2001:db8::8/29", "--hosts:1:9: '2001:db8::8/29' has bits behind its prefix, 2001:db8::/29 would be right" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address_list list = { 0 };
		struct error_list errors = { 0 };

		check_number(cases[i].text, -EINVAL,
			     address_list_add_text(&list, cases[i].text, &here, &errors));
		if (cases[i].record)
			check_record(cases[i].text, cases[i].record, &errors);
		error_clear(&errors);
		address_list_free(&list);
	}
}

static int lines_add(struct address_list *list, const char *text, struct error_list *errors)
{
	return address_list_add_lines(list, text, strlen(text), "customers.txt", errors);
}

static void test_lines(void)
{
	static const char good[] =
		"\xef\xbb\xbf# a remark\r\n\r\n  192.0.2.1  \r\n\t2001:db8::/32# another\n"
		"10.0.0.0/8\v\n\n#10.0.0.1/8\n192.0.2.2";
	struct address_list list = { 0 };
	struct error_list errors = { 0 };

	check_number("a file", 0, lines_add(&list, good, &errors));
	check_number("entries of it", 4, list.entries);
	check_text("its place", "customers.txt", list.where.file);
	check_list("what is in it",
		   " 10.0.0.0/8 192.0.2.1/32 192.0.2.2/32 2001:db8::/32", &list);

	check_number("a mark before an address", 0,
		     lines_add(&list, "\xef\xbb\xbf" "10.0.0.1\n", &errors));
	check_list("a mark before an address", " 10.0.0.1/32", &list);
	lines_add(&list, "\n\n10.0.0.0/8\n\n   \t 10.0.0.1/8\n", &errors);
	check_record("a bad line", "customers.txt:5:6: '10.0.0.1/8' has bits", &errors);
	check_list("the good lines are kept", " 10.0.0.0/8", &list);
	lines_add(&list, "10.0.0.1 10.0.0.2", &errors);
	check_record("two in a line", "customers.txt:1:9: one address or prefix a line", &errors);
	lines_add(&list, "\r\n10.0.0.1,\r\n", &errors);
	check_record("a comma", "customers.txt:2:9: one address or prefix a line", &errors);
	address_list_add_lines(&list, "10.0.0.1\0x", 10, "zero", &errors);
	check_record("a zero byte", "zero:1:1: ", &errors);
	lines_add(&list, "# nothing\n\n", &errors);
	check_record("no address", "customers.txt:1:1: the list is empty", &errors);
	lines_add(&list, "", &errors);
	check_record("an empty file", "customers.txt:1:1: the list is empty", &errors);
	address_list_free(&list);
}

static void test_many_mistakes(void)
{
	struct address_list list = { 0 };
	struct error_list errors = { 0 };
	char text[1024] = "10.0.0.1\n";
	int i;

	for (i = 0; i < 47; i++)
		strcat(text, "x\n");
	check_number("many mistakes", -EINVAL, lines_add(&list, text, &errors));
	check_number("are told up to a bound", ADDRESS_ERRORS_MAX + 1, errors.count);
	check_text("and then counted", "customers.txt: and 27 more",
		   error_text(&errors, ADDRESS_ERRORS_MAX));
	error_clear(&errors);
	address_list_free(&list);
}

static void test_files(void)
{
	char path[] = "/tmp/address_list.XXXXXX";
	struct address_list list = { 0 };
	struct error_list errors = { 0 };
	int descriptor = mkstemp(path);

	check(write(descriptor, "10.0.0.1\nx\n", 11) == 11, "a file to read", "no");
	close(descriptor);
	check_number("a file", -EINVAL, address_list_add_file(&list, path, &here, &errors));
	check(error_text(&errors, 0) && !strncmp(error_text(&errors, 0), path, strlen(path)),
	      "its name is in the record", "%s", error_text(&errors, 0));
	error_clear(&errors);
	unlink(path);
	address_list_free(&list);
	address_list_add_file(&list, path, &here, &errors);
	check_record("no such file", "--hosts:1:1: cannot read '/tmp/address_list.", &errors);
	check_text("it was given nevertheless", "--hosts", list.where.file);
	address_list_add_file(&list, "/tmp", &here, &errors);
	check_record("a folder", "--hosts:1:1: cannot read '/tmp': Is a directory", &errors);
	address_list_free(&list);
}

static uint32_t state = 1;

static uint32_t random_below(uint32_t limit)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % limit;
}

/* Every address of the last byte against what was written of it. */
static bool list_is(struct address_list *list, size_t length, const bool *expected,
		    size_t *prefixes)
{
	const struct address_ranges *ranges = length == 4 ? &list->ip : &list->ip6;
	bool got[256] = { false };
	size_t i, j;

	for (i = 0; i < ranges->count; i++) {
		const struct plan_range *range = &ranges->ranges[i];

		if (i && range->low[length - 1] <= range[-1].high[length - 1] + 1)
			return false;	/* they touch */
		for (j = range->low[length - 1]; j <= range->high[length - 1]; j++)
			got[j] = true;
	}
	*prefixes += ranges->count;
	return !memcmp(got, expected, sizeof(got));
}

static void test_merging(void)
{
	size_t round, prefixes = 0, wrong = 0;

	for (round = 0; round < 4000; round++) {
		bool v6 = round & 1, expected[256] = { false };
		unsigned int entries = 1 + random_below(60);
		struct address_list list = { 0 };
		struct error_list errors = { 0 };

		while (entries--) {
			unsigned int bits = random_below(9), low, i;
			char text[64];

			if (random_below(4))
				bits = 8 - random_below(3);
			low = random_below(256) >> (8 - bits) << (8 - bits);
			for (i = low; i < low + (256u >> bits); i++)
				expected[i] = true;
			snprintf(text, sizeof(text), v6 ? "2001:db8::%x/%u" : "192.0.2.%u/%u",
				 low, bits + (v6 ? 120 : 24));
			wrong += !!address_list_add_text(&list, text, &here, &errors);
		}
		address_list_normalise(&list);
		wrong += !list_is(&list, v6 ? 16 : 4, expected, &prefixes);
		address_list_free(&list);
		error_clear(&errors);
	}
	check(!wrong && prefixes > 10000, "random lists", "%zu of 4000 are wrong, %zu ranges",
	      wrong, prefixes);
}

/* Writing the ranges as prefixes, and reading those, gives the ranges. */
static int prefix_add(const unsigned char *address, size_t length, unsigned int bits,
		      void *data)
{
	char text[INET6_ADDRSTRLEN + 8];
	struct error_list errors = { 0 };
	int error;

	inet_ntop(length == 4 ? AF_INET : AF_INET6, address, text, sizeof(text));
	sprintf(text + strlen(text), "/%u", bits);
	error = address_list_add_text(data, text, &here, &errors);
	error_clear(&errors);
	return error;
}

static bool ranges_equal(const struct address_ranges *a, const struct address_ranges *b)
{
	return a->count == b->count &&
	       !memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges));
}

static void test_prefixes(void)
{
	struct address_list list = { 0 }, again = { 0 };
	struct error_list errors = { 0 };
	size_t i;

	for (i = 0; i < 3000; i++) {
		char text[64];

		snprintf(text, sizeof(text), "10.0.%u.%u,2001:db8::%x", random_below(12),
			 random_below(256), random_below(4096));
		address_list_add_text(&list, text, &here, &errors);
	}
	address_list_normalise(&list);
	check_number("ranges as prefixes", 0, address_list_prefixes(&list, prefix_add, &again));
	address_list_normalise(&again);
	check(ranges_equal(&list.ip, &again.ip) && ranges_equal(&list.ip6, &again.ip6) &&
	      again.entries > list.ip.count + list.ip6.count, "they read as the same",
	      "%zu and %zu ranges", list.ip.count + list.ip6.count,
	      again.ip.count + again.ip6.count);
	address_list_free(&list);
	address_list_free(&again);
}

int main(void)
{
	test_good();
	test_bad_text();
	test_lines();
	test_many_mistakes();
	test_files();
	test_merging();
	test_prefixes();
	return harness_end();
}
