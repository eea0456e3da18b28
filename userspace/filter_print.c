// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_names.h"

static bool is_joint(const struct filter *filter)
{
	return filter->kind == FILTER_AND || filter->kind == FILTER_OR;
}

/* The number of ones that @mask begins with and has no others behind, or -1. */
static int mask_bits(const struct filter_address *address)
{
	int bits = 0, i;

	while (bits < address->length * 8 && address->mask[bits / 8] & 0x80 >> bits % 8)
		bits++;
	for (i = bits; i < address->length * 8; i++)
		if (address->mask[i / 8] & 0x80 >> i % 8)
			return -1;
	return bits;
}

/* With a space behind, if there is anything. */
static void qualifiers_print(const struct filter *filter, FILE *out)
{
	static const char *const directions[] = {
		[FILTER_EITHER] = "", [FILTER_SOURCE] = "src ",
		[FILTER_DESTINATION] = "dst ", [FILTER_BOTH] = "src and dst ",
	};

	if (filter->protocol != PROTOCOL_NONE)
		fprintf(out, "%s ", filter_protocol_name(filter->protocol));
	fputs(directions[filter->direction], out);
}

static void host_print(const struct filter *filter, FILE *out)
{
	const struct filter_address *address = &filter->address;
	const uint8_t *bytes = address->bytes;
	int bits = mask_bits(address), family;
	char text[INET6_ADDRSTRLEN];

	qualifiers_print(filter, out);
	if (address->length == 6) {
		fprintf(out, "host %02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
			bytes[2], bytes[3], bytes[4], bytes[5]);
		return;
	}
	if (address->length == 2) {
		fprintf(out, "host %u.%u", bytes[0] >> 2, (bytes[0] & 3) << 8 | bytes[1]);
		return;
	}
	family = address->length == 4 ? AF_INET : AF_INET6;
	inet_ntop(family, bytes, text, sizeof(text));
	if (bits == address->length * 8) {
		fprintf(out, "host %s", text);
	} else if (bits >= 0) {
		fprintf(out, "net %s/%d", text, bits);
	} else {
		fprintf(out, "net %s mask ", text);
		inet_ntop(family, address->mask, text, sizeof(text));
		fputs(text, out);
	}
}

static void port_print(const struct filter *filter, FILE *out)
{
	qualifiers_print(filter, out);
	if (filter->low == filter->high)
		fprintf(out, "port %u", filter->low);
	else
		fprintf(out, "portrange %u-%u", filter->low, filter->high);
}

static void relation_print(const struct filter *filter, FILE *out)
{
	static const char *const relations[] = {
		[RELATION_EQUAL] = "=", [RELATION_NOT_EQUAL] = "!=",
		[RELATION_LESS] = "<", [RELATION_LESS_EQUAL] = "<=",
		[RELATION_GREATER] = ">", [RELATION_GREATER_EQUAL] = ">=",
	};
	uint32_t all = UINT32_MAX;

	if (filter->kind == FILTER_LENGTH) {
		fputs("len", out);
	} else {
		fprintf(out, "%s%s[%u:%u]", filter->unchecked ? "0 | " : "",
			filter_protocol_name(filter->protocol), filter->offset,
			filter->size);
		if (filter->size < 4)
			all = (1U << 8 * filter->size) - 1;
	}
	if (filter->mask != all)
		fprintf(out, " & 0x%x", filter->mask);
	fprintf(out, " %s %u", relations[filter->relation], filter->number);
}

static void number_print(const char *name, const struct filter *filter, FILE *out)
{
	fputs(name, out);
	if (filter->has_number)
		fprintf(out, " %u", filter->number);
}

static void primitive_print(const struct filter *filter, FILE *out)
{
	const char *name = filter_protocol_name(filter->protocol);

	switch (filter->kind) {
	case FILTER_PROTOCOL:
		fprintf(out, "%s%s", name, *name && filter->has_number ? " " : "");
		if (filter->has_number)
			fprintf(out, "proto %u", filter->number);
		break;
	case FILTER_HOST:
		host_print(filter, out);
		break;
	case FILTER_PORT:
		port_print(filter, out);
		break;
	case FILTER_BROADCAST:
		fputs("ether broadcast", out);
		break;
	case FILTER_MULTICAST:
		fprintf(out, "%s multicast", name);
		break;
	case FILTER_LENGTH:
	case FILTER_LOAD:
		relation_print(filter, out);
		break;
	case FILTER_CONSTANT:
		fprintf(out, "1 = %u", filter->number);
		break;
	case FILTER_VLAN:
		number_print("vlan", filter, out);
		break;
	case FILTER_MPLS:
		number_print("mpls", filter, out);
		break;
	case FILTER_PPPOE_DISCOVERY:
		fputs("pppoed", out);
		break;
	case FILTER_PPPOE_SESSION:
		number_print("pppoes", filter, out);
		break;
	case FILTER_LLC:
		fprintf(out, "llc%s%s", filter->has_number ? " " : "",
			filter->has_number ? filter_llc_name(filter->number) : "");
		break;
	case FILTER_AND:
	case FILTER_OR:
	case FILTER_NOT:
		break;
	}
}

static bool tree_print(const struct filter *filter, FILE *out);

/* What has to stand in parentheses to be read as one. */
static bool operand_print(const struct filter *filter, FILE *out)
{
	if (!is_joint(filter))
		return tree_print(filter, out);
	fputc('(', out);
	if (!tree_print(filter, out))
		return false;
	fputc(')', out);
	return true;
}

/* Joints lean to the left and are read from the left, so their left sides need
 * no parentheses; nor would libpcap take as many. Print from the innermost on,
 * which has to be found first. Returns false without memory. */
static bool tree_print(const struct filter *filter, FILE *out)
{
	const struct filter **spine, *inner;
	size_t count = 0;
	bool right;

	if (filter->kind == FILTER_NOT) {
		fputs("not ", out);
		return operand_print(filter->left, out);
	}
	for (inner = filter; is_joint(inner); inner = inner->left)
		count++;
	if (!count) {
		primitive_print(filter, out);
		return true;
	}
	spine = calloc(count, sizeof(*spine));
	if (!spine)
		return false;
	for (inner = filter; is_joint(inner); inner = inner->left)
		spine[--count] = inner;
	right = tree_print(inner, out);
	for (inner = NULL; right && inner != filter; count++) {
		inner = spine[count];
		fputs(inner->kind == FILTER_AND ? " and " : " or ", out);
		right = operand_print(inner->right, out);
	}
	free(spine);
	return right;
}

char *filter_print(const struct filter *filter)
{
	char *text = NULL;
	bool whole;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	whole = !filter || tree_print(filter, out);
	if (ferror(out))
		whole = false;
	if (fclose(out) || !whole) {
		free(text);
		return NULL;
	}
	return text;
}
