// SPDX-License-Identifier: GPL-2.0-only
#include "nft_set.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nft_batch.h"

/* Elements go into messages of up to this size, of the 64 KiB that an attribute
 * can have. */
#define ELEMENTS_ROOM 60000

/* --- which elements --- */

/* Walks over the elements of a form's set, in the order of the plan. */
struct cursor {
	const struct nft_form *form;
	size_t next;		/* range or row */
	bool is_end;		/* it is the end of that range that comes */
	bool begun;
};

static bool is_zero(const uint8_t *bytes, size_t length)
{
	while (length--)
		if (bytes[length])
			return false;
	return true;
}

/* The key behind @key: false where there is none. */
static bool key_after(uint8_t *bytes, const uint8_t *key, size_t length)
{
	memcpy(bytes, key, length);
	while (length--)
		if (++bytes[length])
			return true;
	return false;
}

/* In a row each value begins at a multiple of 4 bytes. */
static size_t row_room(const struct nft_place *place)
{
	return (place->info.length + 3u) & ~3u;
}

static size_t key_length(const struct nft_form *form)
{
	size_t length = 0, i;

	if (form->compare != COMPARE_ROWS)
		return form->place.info.length;
	for (i = 0; i < form->rows->place_count; i++)
		length += row_room(&form->places[i]);
	return length;
}

static bool row_next(struct cursor *cursor, struct nft_element *element)
{
	const struct nft_form *form = cursor->form;
	size_t count = form->rows->place_count;
	uint8_t *key = element->key;
	size_t i;

	if (cursor->next == form->count)
		return false;
	for (i = 0; i < count; i++) {
		nft_place_value(key, &form->places[i],
				form->rows->values[cursor->next * count + i]);
		key += row_room(&form->places[i]);
	}
	cursor->next++;
	return true;
}

/* nft lets an interval set begin with the end of what is not in it. */
static bool element_next(struct cursor *cursor, struct nft_element *element)
{
	const struct nft_form *form = cursor->form;
	size_t length = form->place.info.length;
	bool first = !cursor->begun;
	const struct plan_range *range;

	memset(element, 0, sizeof(*element));
	cursor->begun = true;
	if (form->compare == COMPARE_ROWS)
		return row_next(cursor, element);
	if (first && form->compare == COMPARE_INTERVALS &&
	    !is_zero(form->many[0].low, length)) {
		element->is_end = true;
		return true;
	}
	if (cursor->next == form->count)
		return false;
	range = &form->many[cursor->next];
	if (cursor->is_end) {
		cursor->is_end = false;
		cursor->next++;
		element->is_end = true;
		return key_after(element->key, range->high, length);
	}
	nft_form_value(element->key, form, range->low);
	if (form->compare == COMPARE_INTERVALS)
		cursor->is_end = true;
	else
		cursor->next++;
	return true;
}

/* As nft counts them: an end beyond the last key as well. */
static uint32_t element_count(const struct nft_form *form)
{
	if (form->compare != COMPARE_INTERVALS)
		return form->count;
	return 2 * form->count + !is_zero(form->many[0].low, form->place.info.length);
}

/* An interval without an end: the last one, up to the last key. */
static bool is_open(const struct cursor *cursor)
{
	uint8_t behind[PLAN_VALUE_MAX];

	return cursor->is_end &&
	       !key_after(behind, cursor->form->many[cursor->next].high,
			  cursor->form->place.info.length);
}

/* --- what nft notes down about a set, for itself --- */

/* Types of libnftnl's and nft's user data. */
enum {
	SET_KEY_ORDER = 0, SET_MERGE_ELEMENTS = 2, SET_KEY_TYPEOF = 3,
	SET_COMMENT = 7,
	TYPEOF_EXPRESSION = 0, TYPEOF_DATA = 1,
	PAYLOAD_HEADER = 0, PAYLOAD_FIELD = 1, PAYLOAD_BASE = 2, PAYLOAD_OFFSET = 3,
	PAYLOAD_LENGTH = 4,
	META_KEY = 0,
	ELEMENT_FLAGS = 1,
};

#define ORDER_NONE 0
#define ORDER_HOST 1
#define ORDER_NETWORK 2
#define EXPRESSION_PAYLOAD 7
#define EXPRESSION_META 9
#define EXPRESSION_CONCATENATION 13
#define ELEMENT_OPEN 1

/* Numbers of nft's data types, and how many bits of them a row's type has for each
 * place. */
#define TYPE_BITS 6
#define TYPE_FAMILY 2
#define TYPE_INTEGER 4
#define TYPE_IP 7
#define TYPE_IP6 8
#define TYPE_ETHER_TYPE 10
#define TYPE_PROTOCOL 12
#define TYPE_SERVICE 13
#define TYPE_ICMP_TYPE 14
#define TYPE_MARK 19
#define TYPE_INTERFACE_INDEX 20
#define TYPE_ICMP6_TYPE 29
#define TYPE_INTERFACE_NAME 41

/* Header and field by nft's numbers; where a field is said as bytes, neither. */
struct nft_number {
	uint8_t type;
	uint8_t header, field;
	bool has_length;	/* nft notes the length of plain numbers down */
};

#define HEADER_ICMP 4
#define HEADER_UDP 6
#define HEADER_TCP 8
#define HEADER_SCTP 10
#define HEADER_TH 11
#define HEADER_IP 12
#define HEADER_IP6 13
#define HEADER_ICMP6 14

static const struct nft_number numbers[] = {
	[FIELD_RAW] = { .type = TYPE_INTEGER },
	[FIELD_META_NFPROTO] = { .type = TYPE_FAMILY },
	[FIELD_META_PROTOCOL] = { .type = TYPE_ETHER_TYPE },
	[FIELD_META_L4PROTO] = { .type = TYPE_PROTOCOL },
	[FIELD_META_LENGTH] = { .type = TYPE_INTEGER },
	[FIELD_META_IIF] = { .type = TYPE_INTERFACE_INDEX },
	[FIELD_META_IIFNAME] = { .type = TYPE_INTERFACE_NAME },
	[FIELD_META_OIFNAME] = { .type = TYPE_INTERFACE_NAME },
	[FIELD_META_MARK] = { .type = TYPE_MARK },
	[FIELD_ETHER_TYPE] = { .type = TYPE_INTEGER },
	[FIELD_IP_PROTOCOL] = { TYPE_PROTOCOL, HEADER_IP, 9, false },
	[FIELD_IP_FRAGMENT] = { TYPE_INTEGER, HEADER_IP, 7, true },
	[FIELD_IP_SOURCE] = { TYPE_IP, HEADER_IP, 11, false },
	[FIELD_IP_DESTINATION] = { TYPE_IP, HEADER_IP, 12, false },
	[FIELD_IP6_NEXT_HEADER] = { TYPE_PROTOCOL, HEADER_IP6, 6, false },
	[FIELD_IP6_FRAGMENT_NEXT_HEADER] = { .type = TYPE_INTEGER },
	[FIELD_IP6_SOURCE] = { TYPE_IP6, HEADER_IP6, 8, false },
	[FIELD_IP6_DESTINATION] = { TYPE_IP6, HEADER_IP6, 9, false },
	[FIELD_ARP_SENDER] = { .type = TYPE_INTEGER },
	[FIELD_ARP_TARGET] = { .type = TYPE_INTEGER },
	[FIELD_ICMP_TYPE] = { TYPE_ICMP_TYPE, HEADER_ICMP, 1, false },
	[FIELD_ICMP6_TYPE] = { TYPE_ICMP6_TYPE, HEADER_ICMP6, 1, false },
	[FIELD_TCP_SOURCE] = { TYPE_SERVICE, HEADER_TCP, 1, false },
	[FIELD_TCP_DESTINATION] = { TYPE_SERVICE, HEADER_TCP, 2, false },
	[FIELD_UDP_SOURCE] = { TYPE_SERVICE, HEADER_UDP, 1, false },
	[FIELD_UDP_DESTINATION] = { TYPE_SERVICE, HEADER_UDP, 2, false },
	[FIELD_SCTP_SOURCE] = { TYPE_SERVICE, HEADER_SCTP, 1, false },
	[FIELD_SCTP_DESTINATION] = { TYPE_SERVICE, HEADER_SCTP, 2, false },
	[FIELD_TH_SOURCE] = { TYPE_SERVICE, HEADER_TH, 1, false },
	[FIELD_TH_DESTINATION] = { TYPE_SERVICE, HEADER_TH, 2, false },
};

/* Types with a byte of length before the value; numbers in this machine's order. */
struct notes {
	uint8_t bytes[256];
	size_t used;
};

static void note_number(struct notes *notes, uint8_t type, uint32_t number)
{
	notes->bytes[notes->used++] = type;
	notes->bytes[notes->used++] = sizeof(number);
	memcpy(notes->bytes + notes->used, &number, sizeof(number));
	notes->used += sizeof(number);
}

static void note_text(struct notes *notes, uint8_t type, const char *text)
{
	size_t size = strlen(text) + 1;

	notes->bytes[notes->used++] = type;
	notes->bytes[notes->used++] = size;
	memcpy(notes->bytes + notes->used, text, size);
	notes->used += size;
}

/* A note of notes: its length is told when it is complete. */
static size_t note_begin(struct notes *notes, uint8_t type)
{
	notes->bytes[notes->used++] = type;
	return notes->used++;
}

static void note_end(struct notes *notes, size_t begin)
{
	notes->bytes[begin] = notes->used - begin - 1;
}

static void note_payload(struct notes *notes, const struct nft_place *place)
{
	const struct nft_number *number = &numbers[place->field];

	note_number(notes, PAYLOAD_HEADER, number->header);
	note_number(notes, PAYLOAD_FIELD, number->field);
	if (!number->header) {
		/* nft numbers the bases as the plan does. */
		note_number(notes, PAYLOAD_BASE, place->info.base);
		note_number(notes, PAYLOAD_OFFSET, 8 * place->info.offset);
	}
	if (!number->header || number->has_length)
		note_number(notes, PAYLOAD_LENGTH, 8 * place->info.length);
}

/* An expression that is loaded: its kind, and what there is to know of it. */
static void note_place(struct notes *notes, const struct nft_place *place)
{
	bool is_meta = place->info.base == BASE_META;
	size_t data;

	note_number(notes, TYPEOF_EXPRESSION, is_meta ? EXPRESSION_META : EXPRESSION_PAYLOAD);
	data = note_begin(notes, TYPEOF_DATA);
	if (is_meta)
		note_number(notes, META_KEY, place->info.offset);
	else
		note_payload(notes, place);
	note_end(notes, data);
}

static void note_places(struct notes *notes, const struct nft_form *form)
{
	size_t data, i;

	note_number(notes, TYPEOF_EXPRESSION, EXPRESSION_CONCATENATION);
	data = note_begin(notes, TYPEOF_DATA);
	for (i = 0; i < form->rows->place_count; i++) {
		size_t begin = note_begin(notes, i);

		note_place(notes, &form->places[i]);
		note_end(notes, begin);
	}
	note_end(notes, data);
}

static uint32_t key_order(const struct nft_form *form)
{
	const struct nft_place *place = &form->place;

	if (form->compare == COMPARE_ROWS)
		return ORDER_NONE;
	return place->info.host_order || place->info.format == FORMAT_STRING ||
	       place->field == FIELD_META_L4PROTO ? ORDER_HOST : ORDER_NETWORK;
}

/* What a mask leaves has no name; a set that has one says "type" where it can. */
static bool has_typeof(const struct nft_form *form)
{
	return !form->masked && (!form->set || form->place.field == FIELD_RAW);
}

/* For nft to print the keys by: what order they have, and what expression they
 * come from. */
static void set_notes(struct notes *notes, const struct nft_form *form)
{
	size_t begin;

	notes->used = 0;
	note_number(notes, SET_KEY_ORDER, key_order(form));
	if (form->compare == COMPARE_INTERVALS && !form->set)
		note_number(notes, SET_MERGE_ELEMENTS, true);
	if (has_typeof(form)) {
		begin = note_begin(notes, SET_KEY_TYPEOF);
		if (form->compare == COMPARE_ROWS)
			note_places(notes, form);
		else
			note_place(notes, &form->place);
		note_end(notes, begin);
	}
	if (form->set)
		note_text(notes, SET_COMMENT, form->set->comment);
}

static uint32_t key_type(const struct nft_form *form)
{
	uint32_t type = 0;
	size_t i;

	if (form->compare != COMPARE_ROWS)
		return numbers[form->place.field].type;
	for (i = 0; i < form->rows->place_count; i++)
		type = type << TYPE_BITS | numbers[form->places[i].field].type;
	return type;
}

/* --- messages --- */

static const char *name_of(const struct nft_form *form)
{
	return form->set ? form->set->name : NFT_SET_NAME;
}

static uint32_t flags_of(const struct nft_form *form)
{
	return NFT_SET_CONSTANT | (form->set ? 0 : NFT_SET_ANONYMOUS) |
	       (form->compare == COMPARE_INTERVALS ? NFT_SET_INTERVAL : 0);
}

static int set_put(struct nl_buffer *buffer, const struct plan *plan, const char *what,
		   const struct nft_form *form, uint32_t id)
{
	struct nlmsghdr *message;
	struct nlattr *nest;
	struct notes notes;

	message = nft_message_begin(buffer, NFT_MSG_NEWSET, NLM_F_CREATE, plan->family,
				    NFT_MESSAGE_SET, what);
	if (!message)
		return -ENOMEM;
	mnl_attr_put_strz(message, NFTA_SET_TABLE, plan->table);
	mnl_attr_put_strz(message, NFTA_SET_NAME, name_of(form));
	mnl_attr_put_u32(message, NFTA_SET_FLAGS, htonl(flags_of(form)));
	mnl_attr_put_u32(message, NFTA_SET_KEY_TYPE, htonl(key_type(form)));
	mnl_attr_put_u32(message, NFTA_SET_KEY_LEN, htonl(key_length(form)));
	mnl_attr_put_u32(message, NFTA_SET_ID, htonl(id));
	/* The size is a limit: nft gives it to what can never grow. */
	if (!form->set) {
		nest = mnl_attr_nest_start(message, NFTA_SET_DESC);
		mnl_attr_put_u32(message, NFTA_SET_DESC_SIZE, htonl(element_count(form)));
		mnl_attr_nest_end(message, nest);
	}
	set_notes(&notes, form);
	mnl_attr_put(message, NFTA_SET_USERDATA, notes.used, notes.bytes);
	nl_message_end(buffer, message);
	return 0;
}

static void element_put(struct nlmsghdr *message, const struct nft_element *element,
			size_t length, bool is_last_open)
{
	struct notes notes = { .used = 0 };
	struct nlattr *outer, *inner;

	outer = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	if (element->is_end)
		mnl_attr_put_u32(message, NFTA_SET_ELEM_FLAGS,
				 htonl(NFT_SET_ELEM_INTERVAL_END));
	inner = mnl_attr_nest_start(message, NFTA_SET_ELEM_KEY);
	mnl_attr_put(message, NFTA_DATA_VALUE, length, element->key);
	mnl_attr_nest_end(message, inner);
	if (is_last_open) {
		note_number(&notes, ELEMENT_FLAGS, ELEMENT_OPEN);
		mnl_attr_put(message, NFTA_SET_ELEM_USERDATA, notes.used, notes.bytes);
	}
	mnl_attr_nest_end(message, outer);
}

int nft_set_put(struct nl_buffer *buffer, const struct plan *plan, const char *what,
		const struct nft_form *form, uint32_t id)
{
	struct cursor cursor = { .form = form };
	struct nft_element element;
	struct nlmsghdr *message;
	bool more;

	if (set_put(buffer, plan, what, form, id))
		return -ENOMEM;
	for (more = element_next(&cursor, &element); more; ) {
		struct nlattr *nest;

		message = nft_message_begin(buffer, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
					    plan->family, NFT_MESSAGE_SET, what);
		if (!message)
			return -ENOMEM;
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, plan->table);
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, name_of(form));
		mnl_attr_put_u32(message, NFTA_SET_ELEM_LIST_SET_ID, htonl(id));
		nest = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
		while (more && message->nlmsg_len < ELEMENTS_ROOM) {
			element_put(message, &element, key_length(form), is_open(&cursor));
			more = element_next(&cursor, &element);
		}
		mnl_attr_nest_end(message, nest);
		nl_message_end(buffer, message);
	}
	return 0;
}

/* --- reading --- */

/* The comment among nft's notes. Returns 0 or -ENOMEM. */
static int comment_take(struct nft_set *set, const uint8_t *bytes, size_t length)
{
	while (length >= 2 && (size_t)bytes[1] + 2 <= length) {
		if (bytes[0] == SET_COMMENT && !set->comment) {
			set->comment = strndup((const char *)bytes + 2, bytes[1]);
			return set->comment ? 0 : -ENOMEM;
		}
		length -= 2 + bytes[1];
		bytes += 2 + bytes[1];
	}
	return 0;
}

int nft_set_take(struct nft_set *set, const struct nlmsghdr *message)
{
	const struct nlattr *attribute;
	int error = 0;

	memset(set, 0, sizeof(*set));
	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg)) {
		switch (mnl_attr_get_type(attribute)) {
		case NFTA_SET_NAME:
			free(set->name);
			set->name = strdup(mnl_attr_get_str(attribute));
			break;
		case NFTA_SET_FLAGS:
			set->flags = ntohl(mnl_attr_get_u32(attribute));
			break;
		case NFTA_SET_KEY_LEN:
			set->key_length = ntohl(mnl_attr_get_u32(attribute));
			break;
		case NFTA_SET_USERDATA:
			error = comment_take(set, mnl_attr_get_payload(attribute),
					     mnl_attr_get_payload_len(attribute));
			break;
		}
	}
	if (set->name && !error)
		return 0;
	nft_set_free(set);
	return -ENOMEM;
}

static int element_add(struct nft_set *set, const struct nft_element *element)
{
	size_t size = set->key_length + 1;
	uint8_t *place;

	if (set->count == set->room) {
		size_t room = set->room ? 2 * set->room : 16;
		uint8_t *elements = reallocarray(set->elements, room, size);

		if (!elements)
			return -ENOMEM;
		set->elements = elements;
		set->room = room;
	}
	place = set->elements + set->count++ * size;
	memcpy(place, element->key, set->key_length);
	place[set->key_length] = element->is_end;
	return 0;
}

/* False where it is none of ours. */
static bool key_take(struct nft_element *element, const struct nft_set *set,
		     const struct nlattr *nest)
{
	const struct nlattr *value = mnl_attr_get_payload(nest);

	if (mnl_attr_get_payload_len(nest) < MNL_ATTR_HDRLEN ||
	    mnl_attr_get_type(value) != NFTA_DATA_VALUE ||
	    mnl_attr_get_payload_len(value) != set->key_length ||
	    set->key_length > sizeof(element->key))
		return false;
	memcpy(element->key, mnl_attr_get_payload(value), set->key_length);
	return true;
}

static int element_take(struct nft_set *set, const struct nlattr *nest)
{
	struct nft_element element = { .is_end = false };
	const struct nlattr *attribute;
	bool has_key = false;

	mnl_attr_for_each_nested(attribute, nest) {
		switch (mnl_attr_get_type(attribute)) {
		case NFTA_SET_ELEM_KEY:
			has_key = key_take(&element, set, attribute);
			break;
		case NFTA_SET_ELEM_FLAGS:
			element.is_end = ntohl(mnl_attr_get_u32(attribute)) &
					 NFT_SET_ELEM_INTERVAL_END;
			break;
		case NFTA_SET_ELEM_USERDATA:
		case NFTA_SET_ELEM_PAD:
			break;
		default:
			set->is_odd = true;
		}
	}
	if (has_key)
		return element_add(set, &element);
	set->is_odd = true;
	return 0;
}

int nft_set_take_elements(struct nft_set *set, const struct nlmsghdr *message)
{
	const struct nlattr *attribute, *nest;

	mnl_attr_for_each(attribute, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attribute) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		mnl_attr_for_each_nested(nest, attribute)
			if (element_take(set, nest))
				return -ENOMEM;
	}
	return 0;
}

static int element_compare(const void *left, const void *right, void *size)
{
	return memcmp(left, right, *(size_t *)size);
}

void nft_set_sort(struct nft_set *set)
{
	size_t size = set->key_length + 1;

	if (set->count)
		qsort_r(set->elements, set->count, size, element_compare, &size);
	set->is_read = true;
}

void nft_set_free(struct nft_set *set)
{
	free(set->name);
	free(set->comment);
	free(set->elements);
	memset(set, 0, sizeof(*set));
}

int nft_set_is(const struct nft_set *set, const struct nft_form *form)
{
	struct nft_set want = { .key_length = key_length(form) };
	struct cursor cursor = { .form = form };
	struct nft_element element;
	int same = 0;

	if (set->is_odd || set->flags != flags_of(form) || set->key_length != want.key_length)
		return 0;
	if (form->set)
		return set->comment && !strcmp(set->comment, form->set->comment);
	while (element_next(&cursor, &element)) {
		if (element_add(&want, &element)) {
			nft_set_free(&want);
			return -ENOMEM;
		}
	}
	/* The plan's order need not be that of the bytes. */
	nft_set_sort(&want);
	if (set->count == want.count && want.count)
		same = !memcmp(set->elements, want.elements,
			       want.count * (want.key_length + 1));
	nft_set_free(&want);
	return same;
}
