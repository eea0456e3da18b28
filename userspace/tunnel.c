// SPDX-License-Identifier: GPL-2.0-only
#include "tunnel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "device_name.h"

#define TTL_DEFAULT 64
#define PIECE_MAX 128	/* no key with its value is longer */

/* --- kinds and keys --- */

static const char *const kind_names[] = {
	[TUNNEL_VXLAN] = "vxlan",
	[TUNNEL_GRETAP] = "gretap",
	[TUNNEL_ERSPAN] = "erspan",
	[TUNNEL_GENEVE] = "geneve",
};

#define KINDS (sizeof(kind_names) / sizeof(kind_names[0]))

#define VXLAN (1 << TUNNEL_VXLAN)
#define GRETAP (1 << TUNNEL_GRETAP)
#define ERSPAN (1 << TUNNEL_ERSPAN)
#define GENEVE (1 << TUNNEL_GENEVE)
#define ALL_KINDS (VXLAN | GRETAP | ERSPAN | GENEVE)

enum key_meaning {
	KEY_REMOTE, KEY_LOCAL, KEY_ID, KEY_PORT, KEY_VERSION, KEY_INDEX, KEY_DIRECTION,
	KEY_HARDWARE, KEY_TTL,
};

struct tunnel_key {
	const char *name;
	unsigned int kinds;	/* that have it */
	enum key_meaning meaning;
	uint32_t low, high;	/* of a number, both included */
};

static const struct tunnel_key keys[] = {
	{ "remote", ALL_KINDS, KEY_REMOTE, 0, 0 },
	{ "id", VXLAN | GENEVE, KEY_ID, 0, 0xffffff },
	{ "key", GRETAP, KEY_ID, 0, UINT32_MAX },
	{ "session", ERSPAN, KEY_ID, 0, 0x3ff },
	{ "version", ERSPAN, KEY_VERSION, 1, 2 },
	{ "index", ERSPAN, KEY_INDEX, 0, 0xfffff },
	{ "direction", ERSPAN, KEY_DIRECTION, 0, 0 },
	{ "hardware", ERSPAN, KEY_HARDWARE, 0, 0x3f },
	{ "local", ALL_KINDS, KEY_LOCAL, 0, 0 },
	{ "port", VXLAN | GENEVE, KEY_PORT, 1, 65535 },
	{ "ttl", ALL_KINDS, KEY_TTL, 1, 255 },
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

const char *tunnel_kind_name(enum tunnel_kind kind)
{
	return kind < KINDS ? kind_names[kind] : NULL;
}

enum tunnel_kind tunnel_kind_find(const char *name, size_t length)
{
	size_t i;

	for (i = 1; i < KINDS; i++)
		if (strlen(kind_names[i]) == length && !memcmp(kind_names[i], name, length))
			return i;
	return TUNNEL_NONE;
}

static const struct tunnel_key *key_find(enum tunnel_kind kind, const char *name)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (keys[i].kinds & 1 << kind && !strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

void tunnel_init(struct tunnel *tunnel, enum tunnel_kind kind)
{
	memset(tunnel, 0, sizeof(*tunnel));
	tunnel->kind = kind;
	tunnel->ttl = TTL_DEFAULT;
	if (kind == TUNNEL_VXLAN)
		tunnel->port = TUNNEL_PORT_VXLAN;
	else if (kind == TUNNEL_GENEVE)
		tunnel->port = TUNNEL_PORT_GENEVE;
	else if (kind == TUNNEL_ERSPAN)
		tunnel->version = 1;
}

/* --- values --- */

/* Decimal, or hexadecimal behind "0x", as keys are written. */
static bool number_read(const char *text, uint64_t *number)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
	const char *c;

	text += hexadecimal ? 2 : 0;
	*number = 0;
	for (c = text; *c; c++) {
		const char *digit = strchr(digits, *c);
		size_t value;

		if (!digit)
			return false;
		value = digit - digits;
		value -= value > 15 ? 6 : 0;
		*number = *number * (hexadecimal ? 16 : 10) + value;
		if (*number > UINT32_MAX)
			*number = (uint64_t)UINT32_MAX + 1;
	}
	return c > text;
}

static bool is_zero(const uint8_t *bytes)
{
	static const uint8_t zero[16];

	return !memcmp(bytes, zero, sizeof(zero));
}

/* Why no packet can be addressed to it or come from it; NULL where it can. */
static const char *address_refusal(int family, const uint8_t *bytes)
{
	static const uint8_t loopback[16] = { [15] = 1 };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (family == AF_INET) {
		if (bytes[0] == 0)
			return "an unspecified address";
		if (bytes[0] == 127)
			return "a loopback address";
		if (bytes[0] >= 224 && bytes[0] < 240)
			return "a multicast address";
		return bytes[0] >= 240 ? "a reserved or broadcast address" : NULL;
	}
	if (is_zero(bytes))
		return "an unspecified address";
	if (!memcmp(bytes, loopback, sizeof(loopback)))
		return "a loopback address";
	if (bytes[0] == 0xff)
		return "a multicast address";
	if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
		return "a link-local address, which is no route";
	return memcmp(bytes, mapped, sizeof(mapped)) ? NULL : "an IPv4 address written as IPv6";
}

static int address_set(struct tunnel *tunnel, enum key_meaning meaning, const char *key,
		       const char *value, const struct location *where,
		       struct error_list *errors)
{
	const uint8_t *other = meaning == KEY_REMOTE ? tunnel->local : tunnel->remote;
	uint8_t bytes[16] = { 0 };
	const char *refusal;
	int family;

	if (inet_pton(AF_INET, value, bytes) == 1)
		family = AF_INET;
	else if (inet_pton(AF_INET6, value, bytes) == 1)
		family = AF_INET6;
	else
		return error_definition(errors, where,
					"'%.64s' is no address, give an IPv4 or IPv6 address, as in 192.0.2.10 or 2001:db8::10",
					value);
	refusal = address_refusal(family, bytes);
	if (refusal)
		return error_definition(errors, where,
					"'%.64s' is %s, %s is the address of one host",
					value, refusal, key);
	if (!is_zero(other) && tunnel->family != family)
		return error_definition(errors, where,
					"'%.64s' is %s and %s is not, both have to be of one family",
					value, family == AF_INET ? "IPv4" : "IPv6",
					meaning == KEY_REMOTE ? "local" : "remote");
	if (!memcmp(other, bytes, sizeof(bytes)))
		return error_definition(errors, where,
					"remote and local are both '%.64s', the tunnel would end where it begins",
					value);
	tunnel->family = family;
	memcpy(meaning == KEY_REMOTE ? tunnel->remote : tunnel->local, bytes, sizeof(bytes));
	return 0;
}

static void number_set(struct tunnel *tunnel, enum key_meaning meaning, uint32_t number)
{
	switch (meaning) {
	case KEY_ID:
		tunnel->id = number;
		tunnel->has_key = true;
		break;
	case KEY_PORT:
		tunnel->port = number;
		break;
	case KEY_VERSION:
		tunnel->version = number;
		break;
	case KEY_INDEX:
		tunnel->index = number;
		break;
	case KEY_HARDWARE:
		tunnel->hardware = number;
		break;
	default:
		tunnel->ttl = number;
	}
}

static int direction_set(struct tunnel *tunnel, const char *value,
			 const struct location *where, struct error_list *errors)
{
	if (strcmp(value, "ingress") && strcmp(value, "egress"))
		return error_definition(errors, where,
					"'%.64s' is no direction, say ingress or egress", value);
	tunnel->direction = !strcmp(value, "egress");
	return 0;
}

/* "remote, id, local, port, ttl" */
static void keys_text(enum tunnel_kind kind, char *text, size_t size)
{
	size_t used = 0, i;

	for (i = 0; i < KEYS && used < size; i++)
		if (keys[i].kinds & 1 << kind)
			used += snprintf(text + used, size - used, "%s%s", used ? ", " : "",
					 keys[i].name);
}

int tunnel_set(struct tunnel *tunnel, const char *key, const struct location *key_where,
	       const char *value, const struct location *where,
	       struct error_list *errors)
{
	const struct tunnel_key *found = key_find(tunnel->kind, key);
	uint64_t number;
	char known[128];

	if (!found) {
		keys_text(tunnel->kind, known, sizeof(known));
		return error_definition(errors, key_where,
					"'%.64s' is no key of %s, it has %s", key,
					tunnel_kind_name(tunnel->kind), known);
	}
	if (found->meaning == KEY_REMOTE || found->meaning == KEY_LOCAL)
		return address_set(tunnel, found->meaning, key, value, where, errors);
	if (found->meaning == KEY_DIRECTION)
		return direction_set(tunnel, value, where, errors);
	if (!number_read(value, &number) || number < found->low || number > found->high)
		return error_definition(errors, where,
					"%s '%.64s' is out of range, give a number from %u to %u",
					key, value, found->low, found->high);
	number_set(tunnel, found->meaning, number);
	return 0;
}

int tunnel_validate(const struct tunnel *tunnel, const struct location *where,
		    struct error_list *errors)
{
	const char *kind = tunnel_kind_name(tunnel->kind);
	size_t before = errors->count;
	size_t i;

	if (is_zero(tunnel->remote))
		error_definition(errors, where,
				 "%s has no remote, give the address of the host that takes the copies",
				 kind);
	for (i = 0; i < KEYS && !tunnel->has_key && tunnel->kind != TUNNEL_GRETAP; i++)
		if (keys[i].meaning == KEY_ID && keys[i].kinds & 1 << tunnel->kind)
			error_definition(errors, where,
					 "%s has no %s, give a number from %u to %u",
					 kind, keys[i].name, keys[i].low, keys[i].high);
	if (tunnel->version == 2 && tunnel->index)
		error_definition(errors, where,
				 "index is of erspan version 1, leave it out or say version 1");
	if (tunnel->version == 1 && (tunnel->direction || tunnel->hardware))
		error_definition(errors, where,
				 "%s is of erspan version 2, leave it out or say version 2",
				 tunnel->direction ? "direction" : "hardware");
	return errors->count > before ? -EINVAL : 0;
}

/* --- the text --- */

/* A text at work. */
struct parsing {
	struct tunnel *tunnel;
	char *name;
	unsigned int given;	/* a bit a key, and one for the name */
	struct error_list *errors;
};

static int name_set(char *name, const char *value, const struct location *where,
		    struct error_list *errors)
{
	int error = device_name_check_pair(value, strlen(value), where, errors);

	if (!error)
		strcpy(name, value);
	return error;
}

/* "key=value", without blanks around. */
static int piece_set(struct parsing *parsing, char *piece, const struct location *where)
{
	char *equals = strchr(piece, '=');
	const struct tunnel_key *key;
	struct location value = *where;
	unsigned int bit;

	if (!equals)
		return error_definition(parsing->errors, where,
					"'%.64s' has no value, a tunnel is KIND,KEY=VALUE,..., as in vxlan,remote=192.0.2.10,id=7",
					piece);
	*equals++ = '\0';
	value.column += equals - piece;
	key = key_find(parsing->tunnel->kind, piece);
	bit = key ? 1u << (key - keys) : !strcmp(piece, "name") ? 1u << KEYS : 0;
	if (parsing->given & bit)
		return error_definition(parsing->errors, where, "%s is given twice, once is enough",
					piece);
	parsing->given |= bit;
	if (bit == 1u << KEYS)
		return name_set(parsing->name, equals, &value, parsing->errors);
	return tunnel_set(parsing->tunnel, piece, where, equals, &value, parsing->errors);
}

static int piece_read(struct parsing *parsing, const char *text, size_t length,
		      struct location where)
{
	char piece[PIECE_MAX];

	for (; length && strchr(" \t", *text); text++, length--)
		where.column++;
	while (length && strchr(" \t", text[length - 1]))
		length--;
	if (!length)
		return error_definition(parsing->errors, &where,
					"nothing stands behind the comma, say KEY=VALUE");
	if (length >= sizeof(piece))
		return error_definition(parsing->errors, &where,
					"'%.64s...' is too long for a key and its value", text);
	memcpy(piece, text, length);
	piece[length] = '\0';
	return piece_set(parsing, piece, &where);
}

int tunnel_parse(struct tunnel *tunnel, char *name, const char *text,
		 const struct location *where, struct error_list *errors)
{
	struct parsing parsing = { .tunnel = tunnel, .name = name, .errors = errors };
	size_t length = strcspn(text, ",");
	enum tunnel_kind kind = tunnel_kind_find(text, length);
	size_t before = errors->count;
	const char *next = text + length;

	name[0] = '\0';
	tunnel_init(tunnel, kind);
	if (kind == TUNNEL_NONE)
		return error_definition(errors, where,
					"'%.*s' is no kind of tunnel, say vxlan, gretap, erspan or geneve",
					length > 64 ? 64 : (int)length, text);
	while (*next == ',') {
		struct location place = *where;

		place.column += ++next - text;
		length = strcspn(next, ",");
		piece_read(&parsing, next, length, place);
		next += length;
	}
	if (errors->count > before || errors->out_of_memory)
		return -EINVAL;
	return tunnel_validate(tunnel, where, errors);
}

/* A text that grows, as much as fits. */
struct writing {
	char *text;
	size_t size, used;
};

__attribute__((format(printf, 2, 3)))
static void write_piece(struct writing *writing, const char *format, ...)
{
	va_list arguments;

	if (writing->used >= writing->size)
		return;
	va_start(arguments, format);
	writing->used += vsnprintf(writing->text + writing->used,
				   writing->size - writing->used, format, arguments);
	va_end(arguments);
}

static void write_address(struct writing *writing, const char *key,
			  const struct tunnel *tunnel, const uint8_t *bytes)
{
	char address[INET6_ADDRSTRLEN];

	if (is_zero(bytes))
		return;
	inet_ntop(tunnel->family, bytes, address, sizeof(address));
	write_piece(writing, ",%s=%s", key, address);
}

void tunnel_text(const struct tunnel *tunnel, char *text, size_t size)
{
	struct writing writing = { text, size, 0 };
	struct tunnel usual;

	tunnel_init(&usual, tunnel->kind);
	write_piece(&writing, "%s", tunnel_kind_name(tunnel->kind));
	write_address(&writing, "remote", tunnel, tunnel->remote);
	if (tunnel->has_key)
		write_piece(&writing, ",%s=%u", tunnel->kind == TUNNEL_GRETAP ? "key" :
			    tunnel->kind == TUNNEL_ERSPAN ? "session" : "id", tunnel->id);
	if (tunnel->version != usual.version)
		write_piece(&writing, ",version=%u", tunnel->version);
	if (tunnel->index)
		write_piece(&writing, ",index=%u", tunnel->index);
	if (tunnel->direction)
		write_piece(&writing, ",direction=egress");
	if (tunnel->hardware)
		write_piece(&writing, ",hardware=%u", tunnel->hardware);
	write_address(&writing, "local", tunnel, tunnel->local);
	if (tunnel->port != usual.port)
		write_piece(&writing, ",port=%u", tunnel->port);
	if (tunnel->ttl != usual.ttl)
		write_piece(&writing, ",ttl=%u", tunnel->ttl);
}

/* --- the whole --- */

bool tunnel_is_same(const struct tunnel *a, const struct tunnel *b)
{
	return a->kind == b->kind && a->family == b->family &&
		!memcmp(a->remote, b->remote, sizeof(a->remote)) &&
		!memcmp(a->local, b->local, sizeof(a->local)) &&
		a->id == b->id && a->has_key == b->has_key && a->port == b->port &&
		a->version == b->version && a->index == b->index &&
		a->direction == b->direction && a->hardware == b->hardware &&
		a->ttl == b->ttl;
}

unsigned int tunnel_overhead(const struct tunnel *tunnel)
{
	unsigned int bytes = tunnel->family == AF_INET6 ? 40 : 20;

	bytes += 14;	/* the frame's own Ethernet header */
	switch (tunnel->kind) {
	case TUNNEL_VXLAN:
	case TUNNEL_GENEVE:
		return bytes + 8 + 8;
	case TUNNEL_GRETAP:
		return bytes + 4 + (tunnel->has_key ? 4 : 0);
	case TUNNEL_ERSPAN:	/* GRE with a sequence number */
		return bytes + 8 + (tunnel->version == 2 ? 12 : 8);
	case TUNNEL_NONE:
		break;
	}
	return 0;
}
