// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model to tc(8) text. The match is what libpcap compiles from the expression.
 */
#include "tc_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "pcap_code.h"

int tc_text_match(const struct mirror *mirror, char **code, struct error_list *errors)
{
	const char *source = mirror->match_source ? mirror->match_source : "";
	struct error_list refused = { 0 };
	struct filter *filter = NULL;
	char *expression;
	int error;

	/* What our own parser reads goes to libpcap in its plainest form; what
	 * it refuses libpcap may still be able to do. */
	if (!filter_parse(source, &mirror->match_where, &filter, &refused) && filter)
		expression = filter_print(filter);
	else
		expression = strdup(source);
	filter_free(filter);
	error_clear(&refused);
	if (!expression)
		return -ENOMEM;
	error = pcap_code_compile(expression, PCAP_CODE_FRAME, code, &refused);
	if (error_text(&refused, 0))
		error_definition(errors, &mirror->match_where, "%s", error_text(&refused, 0));
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
