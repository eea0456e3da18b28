// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each *_length() function tells how many bytes at the beginning of a text are
 * of that kind, 0 if none. They never look further than one run of the
 * characters that the kind is made of, so that all words together are read in
 * linear time.
 */
#include "filter_words.h"

#include <arpa/inet.h>
#include <string.h>

#define SHOWN_MAX 64

/* Not isalnum() and its like: what a word is does not depend on the locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alphanumeric(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t hex_run(const char *text, size_t most)
{
	size_t length = 0;

	while (length < most && is_hex(text[length]))
		length++;
	return length;
}

static size_t number_length(const char *text)
{
	size_t length = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && is_hex(text[2]))
		return 2 + hex_run(text + 2, SIZE_MAX);
	while (is_digit(text[length]))
		length++;
	return length;
}

/* Numbers with dots between; how many is in @parts, at most 4. */
static size_t dotted_length(const char *text, unsigned int *parts)
{
	size_t length = number_length(text), next;

	*parts = length ? 1 : 0;
	while (*parts && *parts < 4 && text[length] == '.') {
		next = number_length(text + length + 1);
		if (!next)
			break;
		length += 1 + next;
		++*parts;
	}
	return length;
}

/* Six times one or two digits, with one kind of mark between. */
static size_t separated_length(const char *text, char mark)
{
	size_t length = hex_run(text, 2), next;
	int i;

	for (i = 1; i < 6; i++) {
		if (!length || text[length] != mark)
			return 0;
		next = hex_run(text + length + 1, 2);
		if (!next)
			return 0;
		length += 1 + next;
	}
	return length;
}

static size_t hardware_length(const char *text)
{
	size_t length;

	length = separated_length(text, ':');
	if (!length)
		length = separated_length(text, '-');
	if (!length)
		length = separated_length(text, '.');
	if (!length && hex_run(text, 12) == 12)
		length = 12;
	if (!length && hex_run(text, 4) == 4 && text[4] == '.' &&
	    hex_run(text + 5, 4) == 4 && text[9] == '.' && hex_run(text + 10, 4) == 4)
		length = 14;
	return length;
}

/* Two or more groups of digits and colons: an attempt at an address. */
static size_t hardware_wrong_length(const char *text)
{
	size_t length = 0, digits, groups = 0;

	for (;;) {
		digits = hex_run(text + length, 2);
		if (!digits || text[length + digits] != ':')
			return groups < 2 ? 0 : length;
		length += digits;
		while (text[length] == ':')
			length++;
		groups++;
	}
}

/* Up to 8 groups of up to 4 digits, "::" once in place of at least one, an
 * IPv4 address in place of the last two. */
static size_t ipv6_length(const char *text)
{
	size_t length = 0, longest = 0, digits, dotted;
	unsigned int groups = 0, parts;
	bool gap = false;

	for (;;) {
		if (text[length] == ':' && text[length + 1] == ':' && !gap && groups < 8) {
			gap = true;
			length += 2;
			longest = length;
		} else if (groups) {
			if (text[length] != ':')
				return longest;
			length++;
		} else if (length) {
			return longest;
		}
		dotted = dotted_length(text + length, &parts);
		if (parts == 4 && (gap ? groups <= 5 : groups == 6))
			return length + dotted;
		digits = hex_run(text + length, 4);
		if (!digits || ++groups > (gap ? 7 : 8))
			return longest;
		length += digits;
		if (gap || groups == 8)
			longest = length;
	}
}

/* Ends with a letter, a digit or a dot. */
static size_t name_length(const char *text)
{
	size_t length = 0;

	if (!is_alphanumeric(*text))
		return 0;
	while (is_alphanumeric(text[length]) || text[length] == '-' ||
	       text[length] == '_' || text[length] == '.')
		length++;
	while (text[length - 1] == '-' || text[length - 1] == '_')
		length--;
	return length;
}

/* "\" before a keyword makes a name of it. */
static size_t escaped_length(const char *text)
{
	return 1 + strcspn(text + 1, " !()\n\t");
}

static unsigned int digit_value(char c)
{
	return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* 32 bits, octal after 0, hexadecimal after 0x. */
static void number_read(struct word *word)
{
	const char *digit = word->text, *end = word->text + word->length;
	unsigned int base = 10, value;
	uint64_t number = 0;

	if (word->length > 1 && digit[0] == '0') {
		base = digit[1] == 'x' || digit[1] == 'X' ? 16 : 8;
		digit += base == 16 ? 2 : 1;
	}
	for (; digit < end; digit++) {
		value = digit_value(*digit);
		number = number * base + value;
		if (value < base && number <= UINT32_MAX)
			continue;
		word->kind = WORD_WRONG;
		word->number = value < base ? WRONG_OVERFLOW : WRONG_OCTAL;
		return;
	}
	word->number = number;
}

static void ipv6_check(struct word *word)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (word->length < sizeof(text)) {
		memcpy(text, word->text, word->length);
		text[word->length] = '\0';
		if (inet_pton(AF_INET6, text, &address) == 1)
			return;
	}
	word->kind = WORD_WRONG;
	word->number = WRONG_IPV6;
}

static void word_set(struct word *word, size_t length, enum word_kind kind,
		     uint32_t number)
{
	word->length = length;
	word->kind = kind;
	word->number = number;
}

/* Offer a kind: the longest is kept, of two equal ones the first. */
static void word_offer(struct word *word, size_t length, enum word_kind kind)
{
	if (length > word->length)
		word_set(word, length, kind, 0);
}

/* Words of letters, digits and the marks inside of addresses. */
static void word_read(struct word *word)
{
	size_t name = name_length(word->text), dotted;
	const struct filter_keyword *keyword;
	unsigned int parts;

	word_offer(word, hardware_length(word->text), WORD_HARDWARE);
	word_offer(word, number_length(word->text), WORD_NUMBER);
	dotted = dotted_length(word->text, &parts);
	if (parts > 1)
		word_offer(word, dotted, WORD_IPV4);
	word_offer(word, ipv6_length(word->text), WORD_IPV6);
	word_offer(word, hardware_wrong_length(word->text), WORD_WRONG);
	if (word->kind == WORD_WRONG)
		word->number = WRONG_HARDWARE;
	keyword = name < word->length ? NULL : filter_keyword_find(word->text, name);
	if (keyword)
		word_set(word, name, keyword->kind, keyword->number);
	else
		word_offer(word, name, WORD_NAME);
	if (word->kind == WORD_NUMBER && !keyword)
		number_read(word);
	else if (word->kind == WORD_IPV6)
		ipv6_check(word);
}

/* Of a character in UTF-8, so that it is shown whole. */
static size_t character_length(const char *text)
{
	size_t length = 1;

	while (length < 4 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length++;
	return length;
}

static void mark_read(struct word *word)
{
	static const struct {
		char text[3];
		enum word_kind kind;
		uint32_t number;
	} doubles[] = {
		{ "&&", WORD_AND, 0 }, { "||", WORD_OR, 0 }, { "==", WORD_MARK, '=' },
		{ "<<", WORD_MARK, MARK_SHIFT_LEFT }, { ">>", WORD_MARK, MARK_SHIFT_RIGHT },
		{ "<=", WORD_MARK, MARK_LESS_EQUAL }, { ">=", WORD_MARK, MARK_GREATER_EQUAL },
		{ "!=", WORD_MARK, MARK_NOT_EQUAL },
	};
	size_t i;

	for (i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
		if (strncmp(word->text, doubles[i].text, 2))
			continue;
		word_set(word, 2, doubles[i].kind, doubles[i].number);
		return;
	}
	if (*word->text == '!')
		word_set(word, 1, WORD_NOT, 0);
	else if (strchr("+-*/%:[]<>()&|^=", *word->text))
		word_set(word, 1, WORD_MARK, *word->text);
	else if (*word->text == '$' && is_hex(word->text[1]))
		word_set(word, 1 + hex_run(word->text + 1, 2), WORD_WRONG, WRONG_ARCNET);
	else
		word_set(word, character_length(word->text), WORD_WRONG, WRONG_CHARACTER);
}

void words_next(struct words *words)
{
	struct word *word = &words->word;

	for (; is_space(*words->next); words->next++) {
		words->place.column++;
		if (*words->next == '\n') {
			words->place.line++;
			words->place.column = 1;
		}
	}
	word->text = words->next;
	word->where = words->place;
	word_set(word, 0, WORD_END, 0);
	if (*word->text == '\\' && escaped_length(word->text) > 1)
		word_set(word, escaped_length(word->text), WORD_NAME, 0);
	else if (*word->text)
		word_read(word);
	if (*word->text && !word->length)
		mark_read(word);
	words->next += word->length;
	words->place.column += word->length;
}

void words_begin(struct words *words, const char *text, const struct location *where)
{
	memset(words, 0, sizeof(*words));
	words->next = text;
	words->place = *where;
	words_next(words);
}

int word_shown(const struct word *word)
{
	size_t length = word->length;

	if (length <= SHOWN_MAX)
		return length;
	length = SHOWN_MAX;
	while (length && ((unsigned char)word->text[length] & 0xc0) == 0x80)
		length--;
	return length;
}
