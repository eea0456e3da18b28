// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of what matches is copied: samples and limits.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "mirror.h"

#define SAMPLE_MAX (1u << 31)
#define SECOND 1000000000ull	/* nanoseconds */
#define BURST_BYTES_MIN 65536

/* --- words --- */

/* A text at work: where the next word begins. */
struct scan {
	const char *text, *next;
	const struct location *where;
	struct error_list *errors;
};

struct scan_word {
	const char *text;
	size_t length;
	struct location where;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A run of digits, one of letters, or one character that is neither; empty at the
 * end. */
static struct scan_word scan_next(struct scan *scan)
{
	struct scan_word word = { .where = *scan->where };
	bool (*belongs)(char) = NULL;

	scan->next += strspn(scan->next, " \t\r\n");
	word.text = scan->next;
	word.where.column += scan->next - scan->text;
	if (is_digit(*word.text))
		belongs = is_digit;
	else if (is_letter(*word.text))
		belongs = is_letter;
	else
		word.length = *word.text ? 1 : 0;
	while (belongs && belongs(word.text[word.length]))
		word.length++;
	scan->next += word.length;
	return word;
}

static bool word_is(const struct scan_word *word, const char *text)
{
	return strlen(text) == word->length && !memcmp(text, word->text, word->length);
}

/* False where it is no number; beyond 64 bits it is the largest one. */
static bool word_number(const struct scan_word *word, uint64_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < word->length; i++) {
		if (!is_digit(word->text[i]))
			return false;
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, word->text[i] - '0', number))
			*number = UINT64_MAX;
	}
	return word->length;
}

/* "%.*s" of a word, or of what stands from there on. */
#define WORD(word) ((word)->length > 64 ? 64 : (int)(word)->length), (word)->text

/* --- samples --- */

int mirror_set_sample(struct mirror *mirror, const char *text,
		      const struct location *where, struct error_list *errors)
{
	struct scan scan = { text, text, where, errors };
	struct scan_word one = scan_next(&scan), slash = scan_next(&scan);
	struct scan_word every = scan_next(&scan), flows = scan_next(&scan);
	uint64_t number;

	if (!word_is(&one, "1") || !word_is(&slash, "/") || !word_number(&every, &number))
		return error_definition(errors, where,
					"'%.64s' is no sample, say 1/N: 1/10 for one frame of ten, '1/10 flows' for one flow of ten",
					text);
	if (!number || number > SAMPLE_MAX)
		return error_definition(errors, &every.where,
					"1/%.*s is out of range, give 1/1 to 1/%u",
					WORD(&every), SAMPLE_MAX);
	if (flows.length && !word_is(&flows, "flows"))
		return error_definition(errors, &flows.where,
					"'%.64s' is not understood behind 1/%" PRIu64 ", only 'flows' can stand there",
					flows.text, number);
	if (scan_next(&scan).length)
		return error_definition(errors, &flows.where, "'%.64s' is not understood, say 1/%" PRIu64 " flows",
					flows.text, number);
	mirror->sample.every = number == 1 ? 0 : number;
	mirror->sample.flows = number != 1 && flows.length;
	mirror->sample.where = *where;
	return 0;
}

void mirror_sample_text(const struct sample *sample, char *text, size_t size)
{
	text[0] = '\0';
	if (sample->every)
		snprintf(text, size, "1/%u%s", sample->every, sample->flows ? " flows" : "");
}

/* --- limits --- */

struct unit {
	const char *name;
	uint32_t size;		/* packets or bytes */
	bool bytes;
};

/* Bits are those of the line's speed, as its maker counts them. */
static const struct unit units[] = {
	{ "packets", 1, false },
	{ "bytes", 1, true },
	{ "kbytes", 1 << 10, true },
	{ "mbytes", 1 << 20, true },
	{ "kbit", 1000 / 8, true },
	{ "mbit", 1000000 / 8, true },
	{ "gbit", 1000000000 / 8, true },
};

static const struct {
	const char *name;
	uint32_t seconds;
} times[] = {
	{ "second", 1 }, { "minute", 60 }, { "hour", 3600 }, { "day", 86400 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "10 mbytes" */
static int amount_read(struct scan *scan, uint64_t *amount, const struct unit **unit,
		       struct location *where)
{
	struct scan_word number = scan_next(scan), word;
	size_t i;

	*where = number.where;
	if (!word_number(&number, amount))
		return error_definition(scan->errors, &number.where,
					"'%.*s' is no number, a limit is as '50000 packets/second' or '10 mbit/second burst 1 mbytes'",
					WORD(&number));
	word = scan_next(scan);
	for (i = 0; i < COUNT(units); i++) {
		if (!word_is(&word, units[i].name))
			continue;
		*unit = &units[i];
		if (__builtin_mul_overflow(*amount, units[i].size, amount))
			*amount = UINT64_MAX;
		return 0;
	}
	return error_definition(scan->errors, &word.where,
				"'%.*s' is no unit, say packets, bytes, kbytes, mbytes, kbit, mbit or gbit",
				WORD(&word));
}

static int time_read(struct scan *scan, uint32_t *seconds)
{
	struct scan_word slash = scan_next(scan), word;
	size_t i;

	if (!word_is(&slash, "/"))
		return error_definition(scan->errors, &slash.where,
					"a limit has a time, say /second, /minute, /hour or /day behind the unit");
	word = scan_next(scan);
	for (i = 0; i < COUNT(times); i++) {
		if (!word_is(&word, times[i].name))
			continue;
		*seconds = times[i].seconds;
		return 0;
	}
	return error_definition(scan->errors, &word.where,
				"'%.*s' is no time, say second, minute, hour or day",
				WORD(&word));
}

/* The kernel's bucket holds nanoseconds in 64 bits: of bytes, the time unit times
 * the rate and the burst. Older kernels do not notice when that is too much. */
static uint64_t rate_max(const struct limit *limit)
{
	uint64_t time = SECOND * limit->seconds;

	return limit->bytes ? UINT64_MAX / time - BURST_BYTES_MIN : time;
}

static uint64_t burst_max(const struct limit *limit)
{
	uint64_t time = SECOND * limit->seconds, most;

	most = limit->bytes ? UINT64_MAX / time - limit->rate :
		UINT64_MAX / (time / limit->rate);
	return most < UINT32_MAX ? most : UINT32_MAX;
}

/* A tenth of a second's worth. */
static uint32_t burst_default(const struct limit *limit)
{
	uint64_t burst = limit->rate / limit->seconds / 10;
	uint64_t least = limit->bytes ? BURST_BYTES_MIN : 1;

	if (burst < least)
		burst = least;
	return burst < burst_max(limit) ? burst : burst_max(limit);
}

static int burst_read(struct scan *scan, struct limit *limit)
{
	struct scan_word word = scan_next(scan);
	const struct unit *unit;
	struct location where;
	uint64_t burst;
	int error;

	if (!word.length) {
		limit->burst = burst_default(limit);
		return 0;
	}
	if (!word_is(&word, "burst"))
		return error_definition(scan->errors, &word.where,
					"'%.64s' is not understood, only 'burst NUMBER UNIT' can stand behind the rate",
					word.text);
	error = amount_read(scan, &burst, &unit, &where);
	if (error)
		return error;
	if (unit->bytes != limit->bytes)
		return error_definition(scan->errors, &where,
					"the rate is in %s, so the burst has to be as well",
					limit->bytes ? "bytes" : "packets");
	if (!burst || burst > burst_max(limit))
		return error_definition(scan->errors, &where,
					"the burst is out of range, give 1 to %" PRIu64 " %s",
					burst_max(limit), limit->bytes ? "bytes" : "packets");
	limit->burst = burst;
	word = scan_next(scan);
	if (word.length)
		return error_definition(scan->errors, &word.where,
					"'%.64s' is left over behind the burst", word.text);
	return 0;
}

int mirror_set_limit(struct mirror *mirror, const char *text,
		     const struct location *where, struct error_list *errors)
{
	struct scan scan = { text, text, where, errors };
	struct limit limit = { .where = *where };
	const struct unit *unit;
	struct location place;
	int error;

	error = amount_read(&scan, &limit.rate, &unit, &place);
	if (!error)
		error = time_read(&scan, &limit.seconds);
	if (error)
		return error;
	limit.bytes = unit->bytes;
	if (!limit.rate || limit.rate > rate_max(&limit))
		return error_definition(errors, &place,
					"the rate is out of range, the kernel counts 1 to %" PRIu64 " %s in such a time%s",
					rate_max(&limit), limit.bytes ? "bytes" : "packets",
					limit.seconds > 1 ? ", or say it per second" : "");
	error = burst_read(&scan, &limit);
	if (!error)
		mirror->limit = limit;
	return error;
}

/* In the largest unit that leaves no rest. */
static int amount_print(char *text, size_t size, uint64_t amount, bool bytes)
{
	const struct unit *unit = &units[bytes ? 1 : 0];

	while (bytes && unit < &units[3] && !(amount % unit[1].size))
		unit++;
	return snprintf(text, size, "%" PRIu64 " %s", amount / unit->size, unit->name);
}

void mirror_limit_text(const struct limit *limit, char *text, size_t size)
{
	size_t used, i;

	text[0] = '\0';
	if (!limit->rate)
		return;
	used = amount_print(text, size, limit->rate, limit->bytes);
	for (i = 0; i < COUNT(times) && used < size; i++)
		if (times[i].seconds == limit->seconds)
			used += snprintf(text + used, size - used, "/%s", times[i].name);
	if (limit->burst == burst_default(limit))
		return;
	if (used < size)
		used += snprintf(text + used, size - used, " burst ");
	if (used < size)
		amount_print(text + used, size - used, limit->burst, limit->bytes);
}
