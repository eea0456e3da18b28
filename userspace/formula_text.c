// SPDX-License-Identifier: GPL-2.0-only
#include "formula_text.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* Where a test looks, as tcpdump would write it; ports by their name. */
static void place_text(struct text *text, const struct formula_place *place)
{
	bool masked = false;
	size_t i;

	if ((place->base == FORMULA_TRANSPORT_IP || place->base == FORMULA_TRANSPORT_IP6) &&
	    place->length == 2 && place->offset <= 2)
		text_add(text, place->offset ? "dst port" : "src port");
	else if (place->base == FORMULA_TRANSPORT_IP || place->base == FORMULA_TRANSPORT_IP6)
		text_add(text, "transport[%u:%u]", place->offset, place->length);
	else if (place->base == FORMULA_FRAME)
		text_add(text, "ether[%u:%u]", place->offset, place->length);
	else if (place->base == FORMULA_NETWORK)
		text_add(text, "network[%u:%u]", place->offset, place->length);
	else
		text_add(text, place->base == FORMULA_META_INPUT ? "input" :
			 place->base == FORMULA_META_PROTOCOL ? "protocol" : "length");
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

static void test_text(struct text *text, const struct formula *test)
{
	size_t i;

	place_text(text, &test->place);
	text_add(text, test->count > 1 ? " in " : " ");
	for (i = 0; i < test->count && !text_full(text); i++) {
		const struct plan_range *range = &test->ranges[i];

		text_add(text, i ? "," : "");
		value_text(text, range->low, test->place.length);
		if (!memcmp(range->low, range->high, test->place.length))
			continue;
		text_add(text, "-");
		value_text(text, range->high, test->place.length);
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
