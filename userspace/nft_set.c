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

/* Walks over the elements of a form's set, in ascending order of the ranges. */
struct cursor {
	const struct nft_form *form;
	size_t next;		/* range */
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

/* nft lets an interval set begin with the end of what is not in it. */
static bool element_next(struct cursor *cursor, struct nft_element *element)
{
	const struct nft_form *form = cursor->form;
	size_t length = form->info.length;
	bool first = !cursor->begun;
	const struct plan_range *range;

	memset(element, 0, sizeof(*element));
	cursor->begun = true;
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
	if (form->compare == COMPARE_SET)
		return form->count;
	return 2 * form->count + !is_zero(form->many[0].low, form->info.length);
}

/* An interval without an end: the last one, up to the last key. */
static bool is_open(const struct cursor *cursor)
{
	uint8_t behind[PLAN_VALUE_MAX];

	return cursor->is_end &&
	       !key_after(behind, cursor->form->many[cursor->next].high,
			  cursor->form->info.length);
}

/* --- what nft notes down about a set, for itself --- */

/* Types of libnftnl's and nft's user data. */
enum {
	SET_KEY_ORDER = 0, SET_MERGE_ELEMENTS = 2, SET_KEY_TYPEOF = 3,
	TYPEOF_EXPRESSION = 0, TYPEOF_DATA = 1,
	PAYLOAD_HEADER = 0, PAYLOAD_FIELD = 1, PAYLOAD_BASE = 2, PAYLOAD_OFFSET = 3,
	PAYLOAD_LENGTH = 4,
	META_KEY = 0,
	ELEMENT_FLAGS = 1,
};

#define ORDER_HOST 1
#define ORDER_NETWORK 2
#define EXPRESSION_PAYLOAD 7
#define EXPRESSION_META 9
#define ELEMENT_OPEN 1

/* Numbers of nft's data types. */
#define TYPE_INTEGER 4
#define TYPE_IP 7
#define TYPE_IP6 8
#define TYPE_ETHER_TYPE 10
#define TYPE_PROTOCOL 12
#define TYPE_SERVICE 13
#define TYPE_INTERFACE_INDEX 20
#define TYPE_INTERFACE_NAME 41

/* Header and field by nft's numbers; where a field is said as bytes, neither. */
struct nft_number {
	uint8_t type;
	uint8_t header, field;
	bool has_length;	/* nft notes the length of plain numbers down */
};

#define HEADER_UDP 6
#define HEADER_TCP 8
#define HEADER_SCTP 10
#define HEADER_TH 11
#define HEADER_IP 12
#define HEADER_IP6 13

static const struct nft_number numbers[] = {
	[FIELD_RAW] = { .type = TYPE_INTEGER },
	[FIELD_META_PROTOCOL] = { .type = TYPE_ETHER_TYPE },
	[FIELD_META_L4PROTO] = { .type = TYPE_PROTOCOL },
	[FIELD_META_LENGTH] = { .type = TYPE_INTEGER },
	[FIELD_META_IIF] = { .type = TYPE_INTERFACE_INDEX },
	[FIELD_META_IIFNAME] = { .type = TYPE_INTERFACE_NAME },
	[FIELD_META_OIFNAME] = { .type = TYPE_INTERFACE_NAME },
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
	uint8_t bytes[96];
	size_t used;
};

static void note_number(struct notes *notes, uint8_t type, uint32_t number)
{
	notes->bytes[notes->used++] = type;
	notes->bytes[notes->used++] = sizeof(number);
	memcpy(notes->bytes + notes->used, &number, sizeof(number));
	notes->used += sizeof(number);
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

/* From which expression the keys come, for nft to print them. */
static void note_typeof(struct notes *notes, const struct nft_form *form)
{
	const struct nft_number *number = &numbers[form->field];
	bool is_meta = form->info.base == BASE_META;
	size_t outer, inner;

	outer = note_begin(notes, SET_KEY_TYPEOF);
	note_number(notes, TYPEOF_EXPRESSION, is_meta ? EXPRESSION_META : EXPRESSION_PAYLOAD);
	inner = note_begin(notes, TYPEOF_DATA);
	if (is_meta) {
		note_number(notes, META_KEY, form->info.offset);
	} else {
		note_number(notes, PAYLOAD_HEADER, number->header);
		note_number(notes, PAYLOAD_FIELD, number->field);
		if (!number->header) {
			/* nft numbers the bases as the plan does. */
			note_number(notes, PAYLOAD_BASE, form->info.base);
			note_number(notes, PAYLOAD_OFFSET, 8 * form->info.offset);
		}
		if (!number->header || number->has_length)
			note_number(notes, PAYLOAD_LENGTH, 8 * form->info.length);
	}
	note_end(notes, inner);
	note_end(notes, outer);
}

static void set_notes(struct notes *notes, const struct nft_form *form)
{
	bool is_host = form->info.host_order || form->info.format == FORMAT_STRING ||
		       form->field == FIELD_META_L4PROTO;

	notes->used = 0;
	note_number(notes, SET_KEY_ORDER, is_host ? ORDER_HOST : ORDER_NETWORK);
	if (form->compare == COMPARE_INTERVALS)
		note_number(notes, SET_MERGE_ELEMENTS, true);
	/* What a mask leaves has no name. */
	if (!form->masked)
		note_typeof(notes, form);
}

/* --- messages --- */

static int set_put(struct nl_buffer *buffer, const struct plan *plan, const char *chain,
		   const struct nft_form *form, uint32_t id)
{
	uint32_t flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT;
	struct nlmsghdr *message;
	struct nlattr *nest;
	struct notes notes;

	message = nft_message_begin(buffer, NFT_MSG_NEWSET, NLM_F_CREATE, plan->family,
				    NFT_MESSAGE_SET, chain);
	if (!message)
		return -ENOMEM;
	if (form->compare == COMPARE_INTERVALS)
		flags |= NFT_SET_INTERVAL;
	mnl_attr_put_strz(message, NFTA_SET_TABLE, plan->table);
	mnl_attr_put_strz(message, NFTA_SET_NAME, NFT_SET_NAME);
	mnl_attr_put_u32(message, NFTA_SET_FLAGS, htonl(flags));
	mnl_attr_put_u32(message, NFTA_SET_KEY_TYPE, htonl(numbers[form->field].type));
	mnl_attr_put_u32(message, NFTA_SET_KEY_LEN, htonl(form->info.length));
	mnl_attr_put_u32(message, NFTA_SET_ID, htonl(id));
	nest = mnl_attr_nest_start(message, NFTA_SET_DESC);
	mnl_attr_put_u32(message, NFTA_SET_DESC_SIZE, htonl(element_count(form)));
	mnl_attr_nest_end(message, nest);
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

int nft_set_put(struct nl_buffer *buffer, const struct plan *plan, const char *chain,
		const struct nft_form *form, uint32_t id)
{
	struct cursor cursor = { .form = form };
	struct nft_element element;
	struct nlmsghdr *message;
	bool more;

	if (set_put(buffer, plan, chain, form, id))
		return -ENOMEM;
	for (more = element_next(&cursor, &element); more; ) {
		struct nlattr *nest;

		message = nft_message_begin(buffer, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
					    plan->family, NFT_MESSAGE_SET, chain);
		if (!message)
			return -ENOMEM;
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, plan->table);
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, NFT_SET_NAME);
		mnl_attr_put_u32(message, NFTA_SET_ELEM_LIST_SET_ID, htonl(id));
		nest = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
		while (more && message->nlmsg_len < ELEMENTS_ROOM) {
			element_put(message, &element, form->info.length, is_open(&cursor));
			more = element_next(&cursor, &element);
		}
		mnl_attr_nest_end(message, nest);
		nl_message_end(buffer, message);
	}
	return 0;
}

/* --- reading --- */

int nft_set_take(struct nft_set *set, const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

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
		}
	}
	return set->name ? 0 : -ENOMEM;
}

static struct nft_element *element_add(struct nft_set *set)
{
	struct nft_element *elements;

	if (set->count == set->room) {
		size_t room = set->room ? 2 * set->room : 16;

		elements = reallocarray(set->elements, room, sizeof(*elements));
		if (!elements)
			return NULL;
		set->elements = elements;
		set->room = room;
	}
	return memset(&set->elements[set->count++], 0, sizeof(*elements));
}

static int element_take(struct nft_set *set, const struct nlattr *nest)
{
	const struct nlattr *attribute, *value;
	struct nft_element *element;

	element = element_add(set);
	if (!element)
		return -ENOMEM;
	mnl_attr_for_each_nested(attribute, nest) {
		switch (mnl_attr_get_type(attribute)) {
		case NFTA_SET_ELEM_KEY:
			value = mnl_attr_get_payload(attribute);
			if (mnl_attr_get_payload_len(attribute) < MNL_ATTR_HDRLEN ||
			    mnl_attr_get_type(value) != NFTA_DATA_VALUE ||
			    mnl_attr_get_payload_len(value) > sizeof(element->key))
				set->is_odd = true;
			else
				memcpy(element->key, mnl_attr_get_payload(value),
				       mnl_attr_get_payload_len(value));
			break;
		case NFTA_SET_ELEM_FLAGS:
			element->is_end = ntohl(mnl_attr_get_u32(attribute)) &
					  NFT_SET_ELEM_INTERVAL_END;
			break;
		case NFTA_SET_ELEM_USERDATA:
		case NFTA_SET_ELEM_PAD:
			break;
		default:
			set->is_odd = true;
		}
	}
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

static int element_compare(const void *left, const void *right)
{
	const struct nft_element *first = left, *second = right;
	int order = memcmp(first->key, second->key, sizeof(first->key));

	return order ? order : first->is_end - second->is_end;
}

void nft_set_sort(struct nft_set *set)
{
	if (set->count)
		qsort(set->elements, set->count, sizeof(*set->elements), element_compare);
}

void nft_set_free(struct nft_set *set)
{
	free(set->name);
	free(set->elements);
	memset(set, 0, sizeof(*set));
}

int nft_set_is(const struct nft_set *set, const struct nft_form *form)
{
	uint32_t flags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT |
			 (form->compare == COMPARE_INTERVALS ? NFT_SET_INTERVAL : 0);
	struct cursor cursor = { .form = form };
	struct nft_set want = { 0 };
	struct nft_element element;
	size_t i;
	int same;

	if (set->is_odd || set->flags != flags || set->key_length != form->info.length)
		return 0;
	while (element_next(&cursor, &element)) {
		struct nft_element *copy = element_add(&want);

		if (!copy) {
			nft_set_free(&want);
			return -ENOMEM;
		}
		*copy = element;
	}
	/* Numbers of this machine have an order of their own. */
	nft_set_sort(&want);
	same = set->count == want.count;
	for (i = 0; same && i < want.count; i++)
		same = !element_compare(&set->elements[i], &want.elements[i]);
	nft_set_free(&want);
	return same;
}
