/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan: chains, rules and statements in words of our own. Every way out
 * (nft text, nf_tables netlink) walks the same plan, so that they cannot drift
 * apart. A plan knows devices by name only.
 *
 *	plan --- chain --- rule --- statement: test | ranges | sample | limit | counter |
 *	     |                                 dup | fwd | mark | notrack | verdict
 *	     --- set  <-------------------------------------+
 */
#ifndef PLAN_H
#define PLAN_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mirror.h"

#define PLAN_TABLE "mirror_nft"
/* The mark by which we know our own table; the number is the layout's. */
#define PLAN_TABLE_COMMENT "mirror-nft 1"

/* What the names of a mirror's chains and sets begin with. */
#define PLAN_CHAIN_PREFIX "mirror/"
/* And those of chains that are to take their place in a moment. */
#define PLAN_NEXT_PREFIX "next/"

/* nft(8) takes comments of up to 128 bytes. */
#define PLAN_COMMENT_MAX 128

/* What a test looks at. plan_field_info() tells where it stands. */
enum plan_field {
	FIELD_RAW,		/* bytes, wherever struct plan_place says */
	FIELD_META_NFPROTO,	/* family inet: NFPROTO_IPV4 or NFPROTO_IPV6 */
	FIELD_META_PROTOCOL,
	FIELD_META_L4PROTO,
	FIELD_META_LENGTH,
	FIELD_META_IIF,
	FIELD_META_IIFNAME,
	FIELD_META_OIFNAME,
	FIELD_META_MARK,
	FIELD_ETHER_TYPE,
	FIELD_IP_PROTOCOL,
	FIELD_IP_FRAGMENT,
	FIELD_IP_SOURCE,
	FIELD_IP_DESTINATION,
	FIELD_IP6_NEXT_HEADER,
	FIELD_IP6_FRAGMENT_NEXT_HEADER,
	FIELD_IP6_SOURCE,
	FIELD_IP6_DESTINATION,
	FIELD_ARP_SENDER,
	FIELD_ARP_TARGET,
	FIELD_ICMP_TYPE,
	FIELD_ICMP6_TYPE,
	FIELD_TCP_SOURCE,
	FIELD_TCP_DESTINATION,
	FIELD_UDP_SOURCE,
	FIELD_UDP_DESTINATION,
	FIELD_SCTP_SOURCE,
	FIELD_SCTP_DESTINATION,
	/* Ports whatever the protocol: where the transport header begins. */
	FIELD_TH_SOURCE,
	FIELD_TH_DESTINATION,
};

enum plan_base {
	BASE_META,	/* not in the packet: offset is the NFT_META_ key */
	BASE_LINK,
	BASE_NETWORK,
	BASE_TRANSPORT,
};

/* How a value reads in nft text. */
enum plan_format {
	FORMAT_NUMBER,
	FORMAT_HEX,
	FORMAT_FAMILY,
	FORMAT_ETHER_TYPE,
	FORMAT_PROTOCOL,
	FORMAT_IP,
	FORMAT_IP6,
	FORMAT_STRING,
};

struct plan_field_info {
	const char *text;	/* in nft's own words */
	enum plan_base base;
	uint8_t offset;		/* bytes from the base, or NFT_META_ key */
	uint8_t length;		/* bytes */
	enum plan_format format;
	bool host_order;	/* the value is a number of this machine */
};

#define PLAN_VALUE_MAX 16

/* Where a test looks: a field that nft has words for, or raw bytes. */
struct plan_place {
	enum plan_field field;	/* FIELD_RAW: base, offset and length say where */
	enum plan_base base;	/* BASE_META is not for raw bytes */
	uint16_t offset;	/* bytes from the base, up to PLAN_OFFSET_MAX */
	uint8_t length;		/* bytes, 1 to PLAN_VALUE_MAX */
};

/* A set in a rule is as easy to read and to replace while it is short, and there is
 * nothing to share worth a name; this many ranges are two lines of a listing. */
#define PLAN_ANONYMOUS_MAX 16

/* The kernel's bound for a payload's offset. */
#define PLAN_OFFSET_MAX 255

/* Both ends included; in the packet's order, compared as bytes. A number of
 * this machine (host_order) is given with its most significant byte first. */
struct plan_range {
	uint8_t low[PLAN_VALUE_MAX], high[PLAN_VALUE_MAX];
};

struct plan_test {
	struct plan_place place;
	bool not_equal;
	bool masked;
	uint8_t mask[PLAN_VALUE_MAX];
	/* As it stands in the packet (network order), or in host order for
	 * the fields that plan_field_info() says so of. */
	uint8_t value[PLAN_VALUE_MAX];
};

/* Ranges that have a name in the table, because there are many of them and more
 * than one test may look them up. */
struct plan_set {
	/* Ends with a part of the digest: what is in a set cannot be exchanged in one
	 * moment with the rules that look it up, so other ranges are another set. */
	char *name;
	struct plan_place place;	/* of the test that came first */
	struct plan_range *ranges;
	size_t count;
	/* How many ranges, and a digest of them, for the comment: such a set cannot
	 * be changed while a rule looks it up, so it tells two sets apart without
	 * reading what is in them. */
	char comment[40];
};

/* Is (bytes & mask) in one of the ranges, or with @negated in none? */
struct plan_ranges {
	struct plan_place place;
	const struct plan_set *set;	/* that the ranges are borrowed from, or NULL */
	bool negated;
	bool masked;
	uint8_t mask[PLAN_VALUE_MAX];	/* in the order of the ranges */
	struct plan_range *ranges;	/* ascending, with gaps between them */
	size_t count;
};

/* Of more places nft 1.0.6 does not read back what they were. */
#define PLAN_ROW_MAX 4

/* Are the bytes at @places, one place after the other, one of the rows, or with
 * @negated none? */
struct plan_rows {
	struct plan_place places[PLAN_ROW_MAX];
	size_t place_count;
	bool negated;
	uint8_t (*values)[PLAN_VALUE_MAX];	/* row by row, as in struct plan_range */
	size_t count;				/* of rows */
};

enum plan_verdict_kind {
	VERDICT_ACCEPT,
	VERDICT_DROP,
	VERDICT_RETURN,
	VERDICT_JUMP,
	VERDICT_GOTO,
};

struct plan_verdict {
	enum plan_verdict_kind kind;
	const char *chain;	/* JUMP, GOTO: borrowed from the plan */
};

/* Is it one of @every, by chance or by flow? */
struct plan_sample {
	uint32_t every;
	bool flows;		/* a connection's both directions together */
	bool negated;
};

/* Is there still room under a rate, or with @over none? */
struct plan_limit {
	uint64_t rate;		/* a unit of time */
	bool bytes;		/* else packets */
	bool over;
	uint32_t seconds;	/* the unit: 1, 60, 3600 or 86400 */
	uint32_t burst;		/* packets or bytes */
};

enum plan_statement_kind {
	STATEMENT_TEST,
	STATEMENT_RANGES,
	STATEMENT_ROWS,
	STATEMENT_SAMPLE,
	STATEMENT_LIMIT,
	STATEMENT_COUNTER,
	STATEMENT_MARK,
	STATEMENT_NOTRACK,
	STATEMENT_DUP,
	STATEMENT_FWD,
	STATEMENT_IIF,
	STATEMENT_VERDICT,
};

struct plan_statement {
	enum plan_statement_kind kind;
	union {
		struct plan_test test;
		struct plan_ranges ranges;
		struct plan_rows rows;
		struct plan_sample sample;
		struct plan_limit limit;
		uint32_t mark;			/* MARK: what it is set to */
		/* DUP: where the copy goes; FWD: the frame; IIF: where it came from */
		char device[IFNAMSIZ];
		struct plan_verdict verdict;
		/* COUNTER: where it starts, see PLAN_CHAIN_START */
		struct { uint64_t packets, bytes; } counter;
	};
};

struct plan_rule {
	struct plan_statement *statements;
	size_t count;
	char *comment;		/* or NULL */
};

struct plan_chain {
	char *name;
	char *comment;		/* or NULL */
	bool is_base;
	/* base chains only */
	unsigned int hook;	/* NF_NETDEV_* or NF_INET_* */
	int priority;
	char device[IFNAMSIZ];	/* netdev family */
	struct plan_rule *rules;
	size_t rule_count;
	uint64_t digest;	/* what nft_state_has_plan() made of it, or 0 */
};

/* What sets with just these ranges are called after. */
struct plan_set_word {
	const char *word;
	const struct plan_range *ranges;
	size_t count;
};

/* Whose sets get names at the moment, see plan_share_sets(). */
struct plan_sharing {
	const char *owner;
	const struct plan_set_word *words;
	size_t word_count;
	size_t first;		/* of the owner's sets */
};

struct plan {
	unsigned int family;	/* NFPROTO_NETDEV or NFPROTO_INET */
	const char *table;
	const char *table_comment;
	struct plan_set **sets;
	size_t set_count;
	struct plan_chain **chains;
	size_t chain_count;
	struct plan_sharing sharing;
	/* The chains stand under names of their own until a hook leads to them: for
	 * messages alone, see change_prepare(). */
	bool is_next;
	/* Both are sticky: checked once, at the end. */
	bool out_of_memory;
	bool unsupported;	/* something that no nft rule can do */
};

/* FIELD_RAW has neither text nor place. */
const struct plan_field_info *plan_field_info(enum plan_field field);
/* The same of a place: raw bytes have no text, and read in hex. */
struct plan_field_info plan_place_info(const struct plan_place *place);

/* Builders. None of them fails at once: without memory they leave
 * plan->out_of_memory set, and calls with NULL do nothing. */
void plan_init(struct plan *plan, unsigned int family, const char *table,
	       const char *table_comment);
struct plan_chain *plan_add_chain(struct plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The comment is cut at PLAN_COMMENT_MAX bytes, with "..." at its end. */
void plan_chain_comment(struct plan *plan, struct plan_chain *chain,
			const char *text, size_t length);
void plan_chain_hook(struct plan_chain *chain, unsigned int hook, int priority,
		     const char *device);
struct plan_rule *plan_add_rule(struct plan *plan, struct plan_chain *chain);
void plan_rule_comment(struct plan *plan, struct plan_rule *rule,
		       const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* @value has the field's length; a mark's and its mask's bytes are those of a uint32_t
 * of this machine. @mask may be NULL. Leaves plan->unsupported set for a place out of
 * bounds, and for what FIELD_META_NFPROTO is not for. */
void plan_rule_test(struct plan *plan, struct plan_rule *rule,
		    enum plan_field field, const void *value, const void *mask);
/* The same for a number of up to 4 bytes, given in host order. */
void plan_rule_test_number(struct plan *plan, struct plan_rule *rule,
			   enum plan_field field, uint32_t value);
/* (Bytes at @place, with @mask if given) are in one of @ranges, or with @negated
 * in none of them. @ranges are sorted and disjoint and do not touch; they are
 * copied. Where the bytes are not in the packet the test fails either way.
 * Leaves plan->unsupported set for no ranges at all, for a place out of bounds,
 * for families, and for names and indexes of devices that have a mask or are not one
 * by one: nft has no words for those. */
void plan_rule_test_ranges(struct plan *plan, struct plan_rule *rule,
			   const struct plan_place *place, const uint8_t *mask,
			   bool negated, const struct plan_range *ranges,
			   size_t count);
/* The bytes at @places are those of one of @count rows ("ip saddr . tcp dport
 * { 10.0.0.1 . 80, 10.0.0.2 . 443 }"), or with @negated of none. @values has
 * @place_count values for each row, and is copied; no two rows are the same.
 * Leaves plan->unsupported set for no rows at all, for less than 2 or more than
 * PLAN_ROW_MAX places, for names of devices, and for places out of bounds. */
void plan_rule_test_rows(struct plan *plan, struct plan_rule *rule,
			 const struct plan_place *places, size_t place_count,
			 bool negated, const uint8_t (*values)[PLAN_VALUE_MAX],
			 size_t count);
/* From here on, ranges of addresses of which there are more than
 * PLAN_ANONYMOUS_MAX are kept once, in a set with a name,
 * "mirror/OWNER/WORD-ip-DIGEST", however many tests look them up; those without one
 * of @words are numbered.
 * NULL ends it. What is given has to live until then. */
void plan_share_sets(struct plan *plan, const char *owner,
		     const struct plan_set_word *words, size_t count);
/* One frame of @every, by chance, or with @flows one flow of @every, the frames of
 * both its directions together; or with @negated all others. Leaves
 * plan->unsupported set for 0. */
void plan_rule_sample(struct plan *plan, struct plan_rule *rule, uint32_t every,
		      bool flows, bool negated);
/* What is within @rate packets or @bytes in @seconds (1, 60, 3600 or 86400) after
 * @burst of them, or with @over what is beyond. The kernel counts in nanoseconds times
 * bytes: a rate that is too much for it in a long unit is said in a shorter one, less
 * than a thousandth lower. Leaves plan->unsupported set where plan_limit_fits() says
 * no. */
void plan_rule_limit(struct plan *plan, struct plan_rule *rule, uint64_t rate,
		     bool bytes, uint32_t seconds, uint32_t burst, bool over);
/* Can the kernel count so much? Not 0 of anything, and no more than about 18 GB in a
 * second (rate and burst together), nor a burst that it takes 584 years to allow. */
bool plan_limit_fits(uint64_t rate, bool bytes, uint32_t seconds, uint32_t burst);
void plan_rule_counter(struct plan *plan, struct plan_rule *rule,
		       uint64_t packets, uint64_t bytes);
/* Set the packet's mark, in this machine's order. */
void plan_rule_mark(struct plan *plan, struct plan_rule *rule, uint32_t mark);
/* No connection tracking for the packet: family inet, chains of priority -300. */
void plan_rule_notrack(struct plan *plan, struct plan_rule *rule);
/* Both are for the family netdev. A frame that is forwarded goes no further here. */
void plan_rule_dup(struct plan *plan, struct plan_rule *rule, const char *device);
void plan_rule_iif(struct plan *plan, struct plan_rule *rule, const char *device);
void plan_rule_fwd(struct plan *plan, struct plan_rule *rule, const char *device);
void plan_rule_verdict(struct plan *plan, struct plan_rule *rule,
		       enum plan_verdict_kind kind, const struct plan_chain *chain);
/* Append @count tests copied from @tests. */
void plan_rule_tests(struct plan *plan, struct plan_rule *rule,
		     const struct plan_test *tests, size_t count);
void plan_test_set(struct plan_test *test, enum plan_field field,
		   const void *value, const void *mask);
void plan_test_set_number(struct plan_test *test, enum plan_field field,
			  uint32_t value);
void plan_free(struct plan *plan);

#endif
