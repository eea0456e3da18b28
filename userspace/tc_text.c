// SPDX-License-Identifier: GPL-2.0-only
/*
 * Model to tc(8) text. The match is what libpcap compiles from the expression.
 */
#include "tc_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "filter.h"
#include "guard.h"
#include "pcap_code.h"
#include "plan_mirror.h"

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

int tc_text_match(const struct mirror *mirror, const struct tc_guard *guard, char **code,
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

/* "parent" is where the filter hangs: a hook of clsact or a classful qdisc. */
static void filter_line_print(const struct mirror *mirror, const char *device,
			 const char *parent, int preference, const char *code, FILE *out)
{
	size_t i;

	fprintf(out, "filter add dev %s %s protocol all pref %d bpf bytecode '%s'",
		device, parent, preference, code);
	for (i = 0; i < mirror->target_count; i++)
		fprintf(out, " action mirred egress mirror dev %s%s",
			mirror->targets[i].device,
			i + 1 < mirror->target_count ? " pipe" : " continue");
	fputc('\n', out);
}

static bool device_seen(const struct source *hooks, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (!strcmp(hooks[i].device, hooks[index].device))
			return true;
	return false;
}

/* See plan_tap_room(). Here the length is that of the whole frame; the first word is
 * whether a tag is beside it. */
static void large_print(const char *device, unsigned int room, FILE *out)
{
	fprintf(out, "filter add dev %s" DEVICE_TAP_SUFFIX " ingress protocol all pref %d bpf bytecode '8,48 0 0 %u,21 0 2 0,128 0 0 0,37 2 3 %u,128 0 0 0,37 0 1 %u,6 0 0 4294967295,6 0 0 0' action drop\n",
		device, TC_PREFERENCE - 1, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT,
		ETH_HLEN + room, ETH_HLEN + room - VLAN_TAG_LENGTH);
}

void tc_text_print_tap(const char *device, const struct tunnel *tunnel, unsigned int mtu,
		       FILE *out)
{
	unsigned int room = plan_tap_room(tunnel, mtu);

	fprintf(out, "qdisc add dev %s" DEVICE_TAP_SUFFIX " clsact\n", device);
	if (room)
		large_print(device, room, out);
	fprintf(out, "filter add dev %s" DEVICE_TAP_SUFFIX " ingress protocol all pref %d bpf bytecode '1,6 0 0 4294967295' action skbedit mark 0x%x pipe action mirred egress redirect dev %s" DEVICE_TUNNEL_SUFFIX "\n",
		device, TC_PREFERENCE, GUARD_MARK, device);
	fprintf(out, "qdisc add dev %s" DEVICE_TUNNEL_SUFFIX " clsact\n"
		"filter add dev %s" DEVICE_TUNNEL_SUFFIX " ingress protocol all pref %d bpf bytecode '1,6 0 0 4294967295' action drop\n",
		device, device, TC_PREFERENCE);
}

int tc_text_print(const struct mirror *mirror, const struct tc_guard *guard, FILE *out,
		  struct error_list *errors)
{
	const struct source *hooks;
	char *code = NULL;
	size_t count, i;
	int error;

	error = tc_text_match(mirror, guard, &code, errors);
	if (error)
		return error;
	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < count; i++) {
		const struct source *source = &hooks[i];

		if (!device_seen(hooks, i))
			fprintf(out, "qdisc add dev %s clsact\n", source->device);
		filter_line_print(mirror, source->device,
			     direction_name(source->direction), TC_PREFERENCE, code, out);
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

	error = tc_text_match(mirror, NULL, &code, errors);
	if (error)
		return error;
	for (i = 0; i < mirror->source_count; i++)
		filter_line_print(mirror, mirror->sources[i].device, "parent 1:",
				  TC_PREFERENCE, code, out);
	free(code);
	return 0;
}

int tc_text_print_filters(const struct mirror *mirror, int preference, FILE *out,
			  struct error_list *errors)
{
	char *code = NULL;
	size_t i;
	int error;

	error = tc_text_match(mirror, NULL, &code, errors);
	if (error)
		return error;
	for (i = 0; i < mirror->source_count; i++)
		filter_line_print(mirror, mirror->sources[i].device,
				  direction_name(mirror->sources[i].direction), preference,
				  code, out);
	free(code);
	return 0;
}
