// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model to tc(8) text. The match is what libpcap compiles from the expression.
 */
#include "tc_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "pcap_code.h"

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

/* The match and the lists in one expression, NULL without memory. */
static char *whole_expression(const struct mirror *mirror)
{
	char *match = match_expression(mirror), *text = NULL;
	bool first = match && !*match;
	size_t size;
	FILE *out;

	if (!match || (!mirror->hosts.given && !mirror->except.given))
		return match;
	out = open_memstream(&text, &size);
	if (!out)
		goto out_free;
	if (!first)
		fprintf(out, "(%s)", match);
	list_print(out, first ? "(" : " and (", &mirror->hosts);
	first = first && !mirror->hosts.given;
	list_print(out, first ? "not (" : " and not (", &mirror->except);
	if (fclose(out)) {
		free(text);
		text = NULL;
	}
out_free:
	free(match);
	return text;
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

int tc_text_match(const struct mirror *mirror, char **code, struct error_list *errors)
{
	struct error_list refused = { 0 };
	char *expression;
	int error;

	error = lists_check(mirror, errors);
	if (error)
		return error;
	expression = whole_expression(mirror);
	if (!expression)
		return -ENOMEM;
	error = pcap_code_compile(expression, PCAP_CODE_FRAME, code, &refused);
	if (error_text(&refused, 0))
		error_definition(errors, mirror_selection_where(mirror), "%s",
				 error_text(&refused, 0));
	error_clear(&refused);
	free(expression);
	return error;
}

/* "parent" is where the filter hangs: a hook of clsact or a classful qdisc. */
static void filter_line_print(const struct mirror *mirror, const char *device,
			 const char *parent, const char *code, FILE *out)
{
	size_t i;

	fprintf(out, "filter add dev %s %s protocol all pref %d bpf bytecode '%s'",
		device, parent, TC_PREFERENCE, code);
	for (i = 0; i < mirror->target_count; i++)
		fprintf(out, " action mirred egress mirror dev %s%s",
			mirror->targets[i].device,
			i + 1 < mirror->target_count ? " pipe" : " continue");
	fputc('\n', out);
}

static bool device_seen(const struct mirror *mirror, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (!strcmp(mirror->sources[i].device, mirror->sources[index].device))
			return true;
	return false;
}

int tc_text_print(const struct mirror *mirror, FILE *out, struct error_list *errors)
{
	char *code = NULL;
	size_t i;
	int error;

	error = tc_text_match(mirror, &code, errors);
	if (error)
		return error;
	for (i = 0; i < mirror->source_count; i++) {
		const struct source *source = &mirror->sources[i];

		if (!device_seen(mirror, i))
			fprintf(out, "qdisc add dev %s clsact\n", source->device);
		filter_line_print(mirror, source->device,
			     direction_name(source->direction), code, out);
	}
	free(code);
	return 0;
}

int tc_text_print_htb(const struct mirror *mirror, FILE *out,
		      struct error_list *errors)
{
	char *code = NULL;
	size_t i;
	int error;

	error = tc_text_match(mirror, &code, errors);
	if (error)
		return error;
	for (i = 0; i < mirror->source_count; i++)
		filter_line_print(mirror, mirror->sources[i].device, "parent 1:", code, out);
	free(code);
	return 0;
}
