// SPDX-License-Identifier: GPL-2.0-only
/*
 * Formula to rules: frames are first told apart by their Ethernet type; in the chain
 * for one type the tests of the type itself have become constants. There the formula
 * turns into rules by its shape, see formula_shape.c.
 */
#include "formula_lower.h"

#include <errno.h>
#include <linux/if_ether.h>

#include "formula_length.h"
#include "formula_raw.h"
#include "formula_shape.h"
#include "plan_walk.h"

#define TYPE_OFFSET 12

static const struct exit leave = { EXIT_ACCEPT, NULL };

static const struct formula *type_in(struct formula_space *space,
				     const uint16_t *types, size_t count)
{
	struct formula_place place = { .base = FORMULA_FRAME, .offset = TYPE_OFFSET,
				       .length = 2, .mask = { 0xff, 0xff } };
	struct plan_range ranges[4] = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		ranges[i].low[0] = ranges[i].high[0] = types[i] >> 8;
		ranges[i].low[1] = ranges[i].high[1] = types[i] & 0xff;
	}
	return formula_test(space, &place, ranges, count);
}

/* A chain of its own for @formula, for frames of @class. */
static const struct plan_chain *class_lower(struct lowering *lowering,
					    enum frame_class class, const char *suffix,
					    const struct formula *formula)
{
	struct cursor cursor = { .ends_mirror = true };

	cursor.chain = plan_add_chain(lowering->plan, PLAN_CHAIN_PREFIX "%s/%s",
				      lowering->name, suffix);
	formula_shape_comment(lowering->plan, cursor.chain, formula);
	lowering->class = class;
	formula_shape_lower(lowering, &cursor, formula, (struct exit){ EXIT_COPY, lowering->copy }, leave);
	lowering->class = CLASS_ANY;
	return cursor.chain;
}

struct frame_kind {
	enum frame_class class;
	uint16_t type;
	const char *suffix, *cut_suffix;
	enum formula_base transport;
};

static const struct frame_kind kinds[] = {
	{ CLASS_IP, ETH_P_IP, "ip", "ip/cut", FORMULA_TRANSPORT_IP },
	{ CLASS_IP6, ETH_P_IPV6, "ip6", "ip6/cut", FORMULA_TRANSPORT_IP6 },
};

/* A rule of @chain for untagged frames of a kind. "meta protocol" is the cheap
 * test; but the kernel takes a VLAN tag off on ingress and then speaks of the
 * inner protocol, so the type field itself is asked too. */
static struct plan_rule *kind_rule(struct lowering *lowering, struct plan_chain *chain,
				   const struct frame_kind *kind, bool as_kernel)
{
	struct plan_rule *rule = plan_add_rule(lowering->plan, chain);

	if (as_kernel)
		plan_rule_test_number(lowering->plan, rule, FIELD_META_PROTOCOL, kind->type);
	plan_rule_test_number(lowering->plan, rule, FIELD_ETHER_TYPE, kind->type);
	return rule;
}

/* Reserved by IANA: no frame that nft has found a transport header in is lost
 * on the exact way if it claims this one. */
#define PROTOCOL_RESERVED 255

static void kind_lower(struct lowering *lowering, struct plan_chain *chain,
		       const struct frame_kind *kind, const struct formula *formula)
{
	struct exit copy = { EXIT_COPY, lowering->copy };
	const struct plan_chain *target;
	const struct formula *raw;
	struct plan_rule *rule;

	if (formula->kind == FORMULA_FALSE) {
		formula_rule_exit(lowering, kind_rule(lowering, chain, kind, false), leave);
		return;
	}
	if (formula->kind == FORMULA_TRUE) {
		formula_rule_exit(lowering, kind_rule(lowering, chain, kind, false), copy);
		return;
	}
	target = class_lower(lowering, kind->class, kind->suffix, formula);
	rule = kind_rule(lowering, chain, kind, true);
	if (!formula_uses(formula, kind->transport)) {
		if (target)
			plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, target);
		return;
	}
	plan_rule_test_ranges(lowering->plan, rule,
			      &(struct plan_place){ .field = FIELD_META_L4PROTO }, NULL, true,
			      &(struct plan_range){ { PROTOCOL_RESERVED }, { PROTOCOL_RESERVED } }, 1);
	if (target)
		plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, target);
	/* Headers that do not add up, which nft leaves alone and libpcap reads. */
	raw = kind->class == CLASS_IP ? formula_raw_ip(lowering->space, formula) :
	      formula_raw_ip6(lowering->space, formula);
	if (!raw) {
		lowering->error = -ENOMEM;
		return;
	}
	target = class_lower(lowering, CLASS_ANY, kind->cut_suffix, raw);
	rule = kind_rule(lowering, chain, kind, false);
	if (target)
		plan_rule_verdict(lowering->plan, rule, VERDICT_GOTO, target);
}

int formula_lower(struct plan *plan, struct formula_space *space, const char *name,
		  struct plan_chain *chain, const struct formula *formula,
		  const struct plan_chain *copy)
{
	static const uint16_t types[] = { ETH_P_IP, ETH_P_IPV6 };
	struct lowering lowering = { .plan = plan, .space = space, .name = name,
				     .copy = copy };
	struct cursor cursor = { .chain = chain, .ends_mirror = true };
	const struct formula *rest;
	size_t i;

	formula = formula_length_lower(space, formula);
	rest = formula_assume(space, formula,
			      formula_not(space, type_in(space, types, 2)));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct formula *known, *own;

		known = type_in(space, &kinds[i].type, 1);
		own = formula_assume(space, formula, known);
		if (own != rest)
			kind_lower(&lowering, chain, &kinds[i], own);
	}
	formula_shape_lower(&lowering, &cursor, rest, (struct exit){ EXIT_COPY, copy }, leave);
	if (lowering.error)
		return lowering.error;
	if (formula_space_error(space))
		return formula_space_error(space);
	return plan->out_of_memory ? -ENOMEM : plan_walk_check(plan, chain);
}
