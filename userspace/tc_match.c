// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mirror's match for the tc path: what libpcap compiles from the expression, the lists
 * and the guards.
 */
#include "tc_match.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "guard.h"
#include "pcap_code.h"
#include "tc_filter.h"

/* What our own parser reads goes to libpcap in its plainest form; what it refuses
 * libpcap may still be able to do. */
static char *match_expression(const struct mirror *mirror)
{
	const char *source = mirror->match_source ? mirror->match_source : "";
	struct error_list refused = { 0 };
	struct filter *filter = NULL;
	char *expression = NULL;
	int error;

	error = filter_parse(source, &mirror->match_where, &filter, &refused);
	if (!error && filter)
		expression = filter_print(filter);
	else if (error != -ENOMEM && !refused.out_of_memory)
		expression = strdup(source);
	filter_free(filter);
	error_clear(&refused);
	return expression;
}

/* "net A or net B ...", piece by piece. */
struct nets {
	FILE *out;
	const char *joint;	/* what comes before the next one */
};

static int net_print(const unsigned char *address, size_t length, unsigned int bits,
		     void *data)
{
	struct nets *nets = data;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(length == 4 ? AF_INET : AF_INET6, address, text, sizeof(text));
	fprintf(nets->out, "%snet %s/%u", nets->joint, text, bits);
	nets->joint = " or ";
	return 0;
}

static void list_print(FILE *out, const char *joint, const struct address_list *list)
{
	struct nets nets = { out, joint };

	if (!list->ip.count && !list->ip6.count)
		return;
	address_list_prefixes(list, net_print, &nets);
	fputc(')', out);
}

/* The match, the lists and the guard in one expression, NULL without memory. */
static char *whole_expression(const struct mirror *mirror, const struct tc_guard *guard)
{
	char *match = match_expression(mirror), *text = NULL;
	bool guarded = guard && guard->count;
	bool first = match && !*match;
	size_t size;
	FILE *out;

	if (!match || (!mirror->hosts.given && !mirror->except.given && !guarded))
		return match;
	out = open_memstream(&text, &size);
	if (!out)
		goto out_free;
	if (!first)
		fprintf(out, "(%s)", match);
	list_print(out, first ? "(" : " and (", &mirror->hosts);
	first = first && !mirror->hosts.given;
	list_print(out, first ? "not (" : " and not (", &mirror->except);
	first = first && !mirror->except.given;
	if (guarded) {
		fputs(first ? "not " : " and not ", out);
		guard_expression(guard->tunnels, guard->count, out);
	}
	if (fclose(out)) {
		free(text);
		text = NULL;
	}
out_free:
	free(match);
	return text;
}

/* Put the guard by mark before a program: load skb->mark, return 0 if it is ours.
 * Jumps are relative, so the rest stays as it is. */
static int mark_prepend(char **code)
{
	unsigned int length = strtoul(*code, NULL, 10);
	const char *rest = strchr(*code, ',');
	char *text;

	if (!rest || asprintf(&text, "%u,%u 0 0 %u,%u 0 1 %u,%u 0 0 0%s", length + 3,
			      BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_MARK),
			      BPF_JMP | BPF_JEQ | BPF_K, GUARD_MARK, BPF_RET | BPF_K, rest) < 0)
		return -ENOMEM;
	free(*code);
	*code = text;
	return 0;
}

/* What one prefix takes at least: a comparison with the source and one with the
 * destination, for IPv4 under IP and under ARP. */
static int net_steps(const unsigned char *address, size_t length, unsigned int bits,
		     void *data)
{
	size_t *steps = data;

	(void)address;
	(void)bits;
	*steps += length == 4 ? 4 : 2;
	return 0;
}

/* libpcap takes minutes for what is far too long: do not even ask. */
static int lists_check(const struct mirror *mirror, struct error_list *errors)
{
	size_t steps = 0;

	address_list_prefixes(&mirror->hosts, net_steps, &steps);
	address_list_prefixes(&mirror->except, net_steps, &steps);
	if (steps <= PCAP_CODE_TC_MAX)
		return 0;
	return error_definition(errors, mirror->hosts.given ? &mirror->hosts.where :
				&mirror->except.where,
				"the lists need at least %zu instructions, tc can load %d (and the kernel %d): --path nft takes lists of any length",
				steps, PCAP_CODE_TC_MAX, BPF_MAXINSNS);
}

int tc_match_code(const struct mirror *mirror, const struct tc_guard *guard, char **code,
		  struct error_list *errors)
{
	struct error_list refused = { 0 };
	char *expression;
	int error;

	error = lists_check(mirror, errors);
	if (error)
		return error;
	expression = whole_expression(mirror, guard);
	if (!expression)
		return -ENOMEM;
	error = pcap_code_compile(expression, PCAP_CODE_FRAME, code, &refused);
	if (error_text(&refused, 0))
		error_definition(errors, mirror_selection_where(mirror), "%s",
				 error_text(&refused, 0));
	error_clear(&refused);
	free(expression);
	if (!error && guard && guard->count)
		error = mark_prepend(code);
	return error;
}

/* --- what tc cannot do --- */

/* gact draws from one number of 16 bits. */
#define CHANCE_MAX UINT16_MAX

static void sample_check(const struct mirror *mirror, struct error_list *errors)
{
	const struct sample *sample = &mirror->sample;

	if (sample->flows)
		error_definition(errors, &sample->where,
				 "the tc path cannot sample flows, tc chooses single frames by chance: say 1/%u, or choose the path nft",
				 sample->every);
	else if (sample->every > CHANCE_MAX)
		error_definition(errors, &sample->where,
				 "the tc path samples at most 1/%u, choose the path nft", CHANCE_MAX);
}

/* Its bucket is kept as the time that the burst takes, in units of 64 ns; that of bytes
 * in 32 bits. */
static void limit_check(const struct mirror *mirror, struct error_list *errors)
{
	const struct limit *limit = &mirror->limit;

	if (!limit->rate)
		return;
	if (limit->rate % limit->seconds)
		error_definition(errors, &limit->where,
				 "tc counts by the second, and this is no whole number of %s a second: choose another limit, or the path nft",
				 limit->bytes ? "bytes" : "packets");
	else if ((double)limit->burst * limit->seconds / (double)limit->rate * 1e9 / 64 >=
		 UINT32_MAX)
		error_definition(errors, &limit->where,
				 "tc keeps a burst of at most 274 seconds' worth: choose a smaller one, or the path nft");
}

int tc_match_check(const struct mirror *mirror, struct error_list *errors)
{
	size_t before = errors->count;
	size_t others = !!mirror->sample.every + !!mirror->limit.rate;

	sample_check(mirror, errors);
	limit_check(mirror, errors);
	if (mirror->target_count + others > TC_ACTIONS_MAX)
		error_definition(errors, &mirror->targets[TC_ACTIONS_MAX - others].where,
				 "a filter of tc has %d actions at most, which are %zu targets here: make two mirrors of it, or choose the path nft",
				 TC_ACTIONS_MAX, TC_ACTIONS_MAX - others);
	return errors->count > before ? -EINVAL : 0;
}
