// SPDX-License-Identifier: GPL-2.0-only
#include "address_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "formula_ranges.h"
#include "plan.h"

/* Nobody's list is longer; something that has no end might be. */
#define FILE_MAX (256 << 20)

/* --- one entry --- */

/* A text at work: every mistake in it is counted, the first ones are told. */
struct reading {
	struct address_list *list;
	struct error_list *errors;
	const char *file;
	size_t mistakes;
	size_t entries;
};

/* The words of one entry, and where they begin. */
struct entry {
	const char *text;
	size_t length;
	unsigned int line, column;
};

/* Is there room to tell one more mistake? */
static bool mistake_count(struct reading *reading)
{
	return reading->mistakes++ < ADDRESS_ERRORS_MAX;
}

#define mistake(reading, entry, at, ...) \
	(mistake_count(reading) ? \
	 error_definition((reading)->errors, \
			  &(struct location){ (reading)->file, (entry)->line, \
					      (entry)->column + (unsigned int)(at) }, \
			  __VA_ARGS__) : -EINVAL)

static struct plan_range *range_add(struct address_ranges *ranges)
{
	if (ranges->count == ranges->room) {
		size_t room = ranges->room ? 2 * ranges->room : 16;
		struct plan_range *grown;

		grown = reallocarray(ranges->ranges, room, sizeof(*grown));
		if (!grown)
			return NULL;
		ranges->ranges = grown;
		ranges->room = room;
	}
	return memset(&ranges->ranges[ranges->count++], 0, sizeof(struct plan_range));
}

/* Returns the address's length in bytes, 0 for no address. */
static size_t address_read(uint8_t *bytes, const char *text, size_t length)
{
	char copy[INET6_ADDRSTRLEN];

	if (length >= sizeof(copy))
		return 0;
	memcpy(copy, text, length);
	copy[length] = '\0';
	/* A zero byte of a file must not hide what follows it. */
	if (strlen(copy) != length)
		return 0;
	if (inet_pton(AF_INET, copy, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, copy, bytes) == 1 ? 16 : 0;
}

/* Returns the number, or -1 where it is none or above @most. */
static int bits_read(const char *text, size_t length, unsigned int most)
{
	unsigned int number = 0;
	size_t i;

	if (!length || length > 3)
		return -1;
	for (i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = 10 * number + (text[i] - '0');
	}
	return number <= most ? (int)number : -1;
}

/* From the first address of a prefix to the last. Returns whether @bytes had bits
 * behind the prefix. */
static bool prefix_spread(struct plan_range *range, const uint8_t *bytes, size_t length,
			  unsigned int bits)
{
	size_t i;

	memset(range, 0, sizeof(*range));
	for (i = 0; i < length; i++) {
		unsigned int left = bits > 8 * i ? bits - 8 * i : 0;
		uint8_t behind = left >= 8 ? 0 : 0xff >> left;

		range->low[i] = bytes[i] & ~behind;
		range->high[i] = bytes[i] | behind;
	}
	return memcmp(range->low, bytes, length);
}

static int entry_add(struct reading *reading, const struct entry *entry)
{
	const char *slash = memchr(entry->text, '/', entry->length);
	size_t address = slash ? (size_t)(slash - entry->text) : entry->length;
	int shown = entry->length > 64 ? 64 : (int)entry->length;
	char right[INET6_ADDRSTRLEN];
	uint8_t bytes[PLAN_VALUE_MAX];
	struct plan_range range, *added;
	size_t length;
	int bits;

	length = address_read(bytes, entry->text, address);
	if (!length)
		return mistake(reading, entry, 0,
			       "'%.*s' is no address, give one or a prefix, as in 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32",
			       shown, entry->text);
	bits = 8 * length;
	if (slash)
		bits = bits_read(slash + 1, entry->length - address - 1, bits);
	if (bits < 0)
		return mistake(reading, entry, address + 1,
			       "'%.*s' has no prefix length behind the '/', give 0 to %zu",
			       shown, entry->text, 8 * length);
	if (prefix_spread(&range, bytes, length, bits)) {
		inet_ntop(length == 4 ? AF_INET : AF_INET6, range.low, right, sizeof(right));
		return mistake(reading, entry, 0,
			       "'%.*s' has bits behind its prefix, %s/%d would be right",
			       shown, entry->text, right, bits);
	}
	added = range_add(length == 4 ? &reading->list->ip : &reading->list->ip6);
	if (!added)
		return -ENOMEM;
	*added = range;
	reading->entries++;
	return 0;
}

/* --- texts --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The words without the blanks around them; false where nothing is left. */
static bool entry_trim(struct entry *entry)
{
	while (entry->length && is_blank(entry->text[entry->length - 1]))
		entry->length--;
	while (entry->length && is_blank(*entry->text)) {
		entry->text++;
		entry->length--;
		entry->column++;
	}
	return entry->length;
}

static void list_begin(struct address_list *list, const struct location *where)
{
	if (!list->given)
		list->where = *where;
	list->given = true;
}

static void reading_begin(struct reading *reading, struct address_list *list,
			  const struct location *where, struct error_list *errors)
{
	*reading = (struct reading){ .list = list, .errors = errors, .file = where->file };
	list_begin(list, where);
}

static int reading_end(struct reading *reading, const struct location *where, int error)
{
	if (error == -ENOMEM)
		return error;
	if (reading->mistakes > ADDRESS_ERRORS_MAX)
		error_definition(reading->errors, NULL, "%s: and %zu more", reading->file,
				 reading->mistakes - ADDRESS_ERRORS_MAX);
	reading->list->entries += reading->entries;
	if (!reading->entries && !reading->mistakes)
		return error_definition(reading->errors, where,
					"the list is empty, give at least one address or prefix");
	return reading->mistakes ? -EINVAL : 0;
}

int address_list_add_text(struct address_list *list, const char *text,
			  const struct location *where, struct error_list *errors)
{
	struct reading reading;
	const char *next = text;
	int error = 0;

	reading_begin(&reading, list, where, errors);
	if (!text[strspn(text, " \t\r\n\v\f")])
		return reading_end(&reading, where, 0);
	do {
		struct entry entry = { next, strcspn(next, ","), where->line,
				       where->column + (unsigned int)(next - text) };

		next += entry.length + 1;
		if (entry_trim(&entry))
			error = entry_add(&reading, &entry);
		else
			mistake(&reading, &entry, 0, "an address is missing between commas");
	} while (next[-1] && error != -ENOMEM);
	return reading_end(&reading, where, error);
}

/* Something behind the address, as in "192.0.2.1 192.0.2.2" or "192.0.2.1,". */
static int line_add(struct reading *reading, const struct entry *entry)
{
	size_t i;

	for (i = 0; i < entry->length; i++)
		if (is_blank(entry->text[i]) || entry->text[i] == ',')
			return mistake(reading, entry, i,
				       "one address or prefix a line, and '#' before a remark");
	return entry_add(reading, entry);
}

int address_list_add_lines(struct address_list *list, const char *text, size_t length,
			   const char *file, struct error_list *errors)
{
	const struct location where = { file, 1, 1 };
	const char *end = text + length;
	struct reading reading;
	unsigned int line = 0;
	int error = 0;

	reading_begin(&reading, list, &where, errors);
	/* Windows' editors begin a file of UTF-8 with this mark. */
	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (text < end && error != -ENOMEM) {
		const char *stop = memchr(text, '\n', end - text);
		struct entry entry = { text, (stop ? stop : end) - text, ++line, 1 };
		const char *remark = memchr(text, '#', entry.length);

		text += entry.length + 1;
		if (remark)
			entry.length = remark - entry.text;
		if (entry_trim(&entry))
			error = line_add(&reading, &entry);
	}
	return reading_end(&reading, &where, error);
}

/* --- files --- */

int address_list_add_file(struct address_list *list, const char *path,
			  const struct location *where, struct error_list *errors)
{
	char *text = NULL;
	size_t length = 0;
	int error;

	error = file_read(path, FILE_MAX, &text, &length);
	if (!error) {
		error = address_list_add_lines(list, text, length,
					       file_shown(path), errors);
	} else if (error != -ENOMEM) {
		list_begin(list, where);
		error = error_definition(errors, where, "cannot read '%.200s': %s",
					 file_shown(path), strerror(-error));
	}
	free(text);
	return error;
}

/* --- the whole --- */

int address_list_add_range(struct address_list *list, const char *low, const char *high)
{
	struct plan_range range = { { 0 }, { 0 } };
	size_t length = address_read(range.low, low, strlen(low));
	struct plan_range *added;

	if (!length || address_read(range.high, high, strlen(high)) != length ||
	    memcmp(range.low, range.high, length) > 0)
		return -EINVAL;
	added = range_add(length == 4 ? &list->ip : &list->ip6);
	if (!added)
		return -ENOMEM;
	*added = range;
	list->given = true;
	return 0;
}

static int ranges_copy(struct address_ranges *ranges, const struct address_ranges *from)
{
	size_t i;

	for (i = 0; i < from->count; i++) {
		struct plan_range *added = range_add(ranges);

		if (!added)
			return -ENOMEM;
		*added = from->ranges[i];
	}
	return 0;
}

int address_list_copy(struct address_list *list, const struct address_list *from)
{
	return ranges_copy(&list->ip, &from->ip) ?: ranges_copy(&list->ip6, &from->ip6);
}

void address_list_normalise(struct address_list *list)
{
	list->ip.count = ranges_normalise(list->ip.ranges, list->ip.count, 4);
	list->ip6.count = ranges_normalise(list->ip6.ranges, list->ip6.count, 16);
}

void address_list_free(struct address_list *list)
{
	free(list->ip.ranges);
	free(list->ip6.ranges);
	memset(list, 0, sizeof(*list));
}

/* The widest prefix that begins at @low and does not reach beyond @high. */
static unsigned int prefix_fit(const uint8_t *low, const uint8_t *high, size_t length)
{
	unsigned int bits = 8 * length;
	struct plan_range range;

	while (bits && !prefix_spread(&range, low, length, bits - 1) &&
	       memcmp(range.high, high, length) <= 0)
		bits--;
	return bits;
}

static int range_prefixes(const struct plan_range *range, size_t length,
			  address_visit visit, void *data)
{
	uint8_t low[PLAN_VALUE_MAX];
	struct plan_range piece;
	int answer;

	memcpy(low, range->low, sizeof(low));
	for (;;) {
		unsigned int bits = prefix_fit(low, range->high, length);
		size_t i = length;

		answer = visit(low, length, bits, data);
		prefix_spread(&piece, low, length, bits);
		if (answer || memcmp(piece.high, range->high, length) >= 0)
			return answer;
		/* There is an address behind it, so the carry stops. */
		memcpy(low, piece.high, length);
		while (!++low[--i])
			;
	}
}

int address_list_prefixes(const struct address_list *list, address_visit visit, void *data)
{
	size_t i;
	int answer = 0;

	for (i = 0; i < list->ip.count && !answer; i++)
		answer = range_prefixes(&list->ip.ranges[i], 4, visit, data);
	for (i = 0; i < list->ip6.count && !answer; i++)
		answer = range_prefixes(&list->ip6.ranges[i], 16, visit, data);
	return answer;
}
