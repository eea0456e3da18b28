// SPDX-License-Identifier: GPL-2.0-only
#include "formula_text.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formula_ranges.h"

struct text {
	char *data;
	size_t used, size;
};

static bool text_full(const struct text *text)
{
	return text->used + 1 >= text->size;
}

static void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void text_add(struct text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	if (text_full(text))
		return;
	va_start(arguments, format);
	length = vsnprintf(text->data + text->used, text->size - text->used,
			   format, arguments);
	va_end(arguments);
	text->used += length;
	if (text->used >= text->size) {
		text->used = text->size - 1;
		memcpy(text->data + text->size - 4, "...", 4);
	}
}

/* What a reader knows by name, in an untagged frame. */
static const char *place_name(const struct formula_place *place)
{
	static const struct {
		uint32_t offset;
		uint8_t length;
		const char *name;
	} names[] = {
		{ 0, 6, "ether dst" }, { 6, 6, "ether src" }, { 12, 2, "ether type" },
		{ 20, 2, "fragment" }, { 23, 1, "protocol" }, { 20, 1, "next header" },
		{ 26, 4, "src" }, { 30, 4, "dst" }, { 22, 16, "src" }, { 38, 16, "dst" },
	};
	size_t i;

	if (place->base == FORMULA_TRANSPORT_IP || place->base == FORMULA_TRANSPORT_IP6)
		return place->length == 2 && place->offset == 0 ? "src port" :
		       place->length == 2 && place->offset == 2 ? "dst port" : NULL;
	for (i = 0; place->base == FORMULA_FRAME && i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].offset == place->offset && names[i].length == place->length)
			return names[i].name;
	return NULL;
}

/* Where a test looks: by name, or as tcpdump would write it. */
static void place_text(struct text *text, const struct formula_place *place)
{
	static const char *const bases[] = {
		[FORMULA_FRAME] = "ether", [FORMULA_TRANSPORT_IP] = "transport",
		[FORMULA_TRANSPORT_IP6] = "transport", [FORMULA_NETWORK] = "network",
		[FORMULA_LENGTH] = "len", [FORMULA_META_LENGTH] = "length",
		[FORMULA_META_INPUT] = "input", [FORMULA_META_PROTOCOL] = "kernel protocol",
	};
	const char *name = place_name(place);
	bool masked = false;
	size_t i;

	text_add(text, "%s", name ? name : bases[place->base]);
	if (!name && (place->base == FORMULA_FRAME || place->base == FORMULA_NETWORK ||
		      place->base == FORMULA_TRANSPORT_IP ||
		      place->base == FORMULA_TRANSPORT_IP6))
		text_add(text, "[%u:%u]", place->offset, place->length);
	for (i = 0; i < place->length; i++)
		masked |= place->mask[i] != 0xff;
	if (!masked)
		return;
	text_add(text, "&0x");
	for (i = 0; i < place->length; i++)
		text_add(text, "%02x", place->mask[i]);
}

static void value_text(struct text *text, const uint8_t *value, size_t length)
{
	char address[INET6_ADDRSTRLEN];
	unsigned long number = 0;
	size_t i;

	if (length == 4 || length == 16) {
		inet_ntop(length == 4 ? AF_INET : AF_INET6, value, address, sizeof(address));
		text_add(text, "%s", address);
		return;
	}
	if (length > 4) {
		for (i = 0; i < length; i++)
			text_add(text, i ? ":%02x" : "%02x", value[i]);
		return;
	}
	for (i = 0; i < length; i++)
		number = number << 8 | value[i];
	text_add(text, "%lu", number);
}

static void range_text(struct text *text, const uint8_t *low, const uint8_t *high,
		       size_t length)
{
	value_text(text, low, length);
	if (!memcmp(low, high, length))
		return;
	text_add(text, "-");
	value_text(text, high, length);
}

/* Both ends of everything are in: then the gaps are shorter to tell. */
static bool is_exception(const struct formula *test)
{
	size_t i;

	if (test->count < 2)
		return false;
	for (i = 0; i < test->place.length; i++)
		if (test->ranges[0].low[i] || test->ranges[test->count - 1].high[i] != 0xff)
			return false;
	return true;
}

static void test_text(struct text *text, const struct formula *test)
{
	size_t length = test->place.length;
	struct plan_range gaps[8];
	size_t i, count;

	place_text(text, &test->place);
	if (is_exception(test) && test->count < sizeof(gaps) / sizeof(gaps[0])) {
		count = ranges_complement(test->ranges, test->count, length, gaps);
		text_add(text, " not ");
		for (i = 0; i < count; i++) {
			text_add(text, i ? "," : "");
			range_text(text, gaps[i].low, gaps[i].high, length);
		}
		return;
	}
	text_add(text, " ");
	for (i = 0; i < test->count && !text_full(text); i++) {
		text_add(text, i ? "," : "");
		range_text(text, test->ranges[i].low, test->ranges[i].high, length);
	}
}

static void node_text(struct text *text, const struct formula *formula, bool inner)
{
	size_t i;

	if (text_full(text))
		return;
	switch (formula->kind) {
	case FORMULA_FALSE:
	case FORMULA_TRUE:
		text_add(text, formula->kind == FORMULA_TRUE ? "everything" : "nothing");
		return;
	case FORMULA_TEST:
		test_text(text, formula);
		return;
	case FORMULA_AND:
	case FORMULA_OR:
		text_add(text, inner ? "(" : "");
		for (i = 0; i < formula->count && !text_full(text); i++) {
			text_add(text, "%s", !i ? "" :
				 formula->kind == FORMULA_AND ? " and " : " or ");
			node_text(text, formula->children[i], true);
		}
		text_add(text, inner ? ")" : "");
		return;
	}
}

void formula_text(const struct formula *formula, char *text, size_t size)
{
	struct text out = { .data = text, .size = size };

	*text = '\0';
	node_text(&out, formula, false);
}
