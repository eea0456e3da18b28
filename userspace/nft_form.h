/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nft(8) makes of a rule's tests: by which words, and by which kind of
 * comparison. Text and messages are both printed from this, so that nft reads
 * the one as what the other says.
 */
#ifndef NFT_FORM_H
#define NFT_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

enum nft_compare {
	COMPARE_EQUAL,		/* 5, with "not": != 5 */
	COMPARE_PREFIX,		/* 10.0.0.0/8, != 10.0.0.0/8 */
	COMPARE_AT_MOST,	/* <= 5, > 5 */
	COMPARE_AT_LEAST,	/* >= 5, < 5 */
	COMPARE_BETWEEN,	/* 5-7, != 5-7 */
	COMPARE_SET,		/* { 5, 7 }, != { 5, 7 } */
	COMPARE_INTERVALS,	/* { 5-7, 9 }, != { 5-7, 9 } */
	COMPARE_ROWS,		/* a . b { 5 . 7, 9 . 9 }, != { 5 . 7, 9 . 9 } */
};

/* By which name, or as which bytes, a place is said. */
struct nft_place {
	enum plan_field field;	/* FIELD_RAW too where the name cannot be said */
	struct plan_field_info info;
};

/* One test. Values and mask are in the order of the packet, or most significant
 * byte first where the info says host_order. */
struct nft_form {
	struct nft_place place;
	bool unsaid;		/* text: nft adds it by itself to the test behind it */
	bool merged;		/* messages: another test makes this one too */
	enum nft_compare compare;
	bool negated;
	bool masked;
	uint8_t mask[PLAN_VALUE_MAX];
	unsigned int prefix;	/* PREFIX: bits */
	struct plan_range only;
	const struct plan_range *many;	/* SET, INTERVALS: the plan's */
	const struct plan_set *set;	/* of them in the table, NULL: only in the rule */
	size_t count;			/* of them, or of rows */
	struct nft_place places[PLAN_ROW_MAX];	/* ROWS: instead of the one place */
	const struct plan_rows *rows;	/* ROWS: the plan's */
};

/* What nft takes for granted of the headers at some place in a rule. */
struct nft_context {
	unsigned int family;	/* the table's */
	int network;		/* ETH_P_ of the last header named, or 0 */
	int transport;		/* IPPROTO_, or 0 */
};

static inline bool statement_is_test(const struct plan_statement *statement)
{
	return statement->kind == STATEMENT_TEST || statement->kind == STATEMENT_RANGES ||
	       statement->kind == STATEMENT_ROWS;
}

/* The form of statement @number of @rule, which is a test. @context is all zero but
 * for the family before the first statement and is then carried from one to the next. */
void nft_form_next(struct nft_form *form, struct nft_context *context,
		   const struct plan_rule *rule, size_t number);

/* The forms of all statements of @rule as nft sends them in a table of @family, in an
 * array to free:
 * an entry a statement, all zero where it is no test. nft makes one test of two that
 * are neighbours in the packet. Returns 0 or -ENOMEM. */
int nft_forms_make(struct nft_form **forms, unsigned int family,
		   const struct plan_rule *rule);

/* The form of a test against @set, for the set itself. */
void nft_form_of_set(struct nft_form *form, const struct plan_set *set);

static inline bool nft_form_has_set(const struct nft_form *form)
{
	return form->compare == COMPARE_SET || form->compare == COMPARE_INTERVALS ||
	       form->compare == COMPARE_ROWS;
}

/* Has the number to be turned into network order before it is compared? nft does
 * so wherever more is asked than equality. */
static inline bool nft_form_turns(const struct nft_form *form)
{
	return form->place.info.host_order && form->compare != COMPARE_EQUAL &&
	       form->compare != COMPARE_SET && form->compare != COMPARE_ROWS;
}

/* @value at a place as it stands there: numbers of this machine in its order. */
void nft_place_value(uint8_t *bytes, const struct nft_place *place, const uint8_t *value);
/* @value of @form in the order in which it is compared. */
void nft_form_value(uint8_t *bytes, const struct nft_form *form, const uint8_t *value);

/* How many leading bits @low and @high have in common, where all that follow
 * are zeros in @low and ones in @high; -1 where it is no prefix. */
int nft_prefix(const uint8_t *low, const uint8_t *high, size_t length);

#endif
