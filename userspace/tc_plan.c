// SPDX-License-Identifier: GPL-2.0-only
#include "tc_plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "guard.h"
#include "pcap_code.h"

static struct tc_filter *filter_add(struct tc_plan *plan, const char *device,
				    enum direction direction, unsigned int preference)
{
	struct tc_filter *filters, *filter;

	filters = reallocarray(plan->filters, plan->count + 1, sizeof(*filters));
	if (!filters)
		return NULL;
	plan->filters = filters;
	filter = &filters[plan->count++];
	memset(filter, 0, sizeof(*filter));
	snprintf(filter->device, IFNAMSIZ, "%s", device);
	filter->direction = direction;
	filter->preference = preference;
	filter->handle = TC_HANDLE;
	return filter;
}

/* Append "COUNT,code jt jf k,..." to the instructions. */
static int steps_read(struct tc_filter *filter, const char *code)
{
	size_t count = strtoul(code, NULL, 10);
	struct sock_filter *steps;
	size_t i;

	steps = reallocarray(filter->steps, filter->step_count + count + 1, sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	filter->steps = steps;
	steps += filter->step_count;
	for (i = 0; i < count; i++) {
		code = strchr(code, ',');
		if (!code || sscanf(++code, "%hu %hhu %hhu %u", &steps[i].code, &steps[i].jt,
				    &steps[i].jf, &steps[i].k) != 4)
			return -EINVAL;
	}
	filter->step_count += count;
	return 0;
}

/* What these instructions select is not for this filter, and what they do not is for the
 * instructions that will be appended: "yes" becomes "no", and "no" a jump behind them. */
static void steps_except(struct tc_filter *filter, size_t begin)
{
	size_t i;

	for (i = begin; i < filter->step_count; i++) {
		struct sock_filter *step = &filter->steps[i];

		if (step->code != (BPF_RET | BPF_K))
			continue;
		if (step->k)
			step->k = 0;
		else
			*step = (struct sock_filter){ BPF_JMP | BPF_JA, 0, 0,
						      (uint32_t)(filter->step_count - i - 1) };
	}
}

static int exclusions_read(struct tc_filter *filter, const struct overlap_part *part,
			   struct error_list *errors)
{
	char *code;
	size_t i;
	int error = 0;

	for (i = 0; part && i < part->exclusion_count && !error; i++) {
		size_t begin = filter->step_count;

		code = NULL;
		error = tc_match_code(part->exclusions[i].mirror, NULL, &code, errors);
		if (!error)
			error = steps_read(filter, code);
		if (!error)
			steps_except(filter, begin);
		free(code);
	}
	return error;
}

static unsigned int index_of(const struct link_table *links, const char *device)
{
	const struct link *link = links ? link_find(links, device) : NULL;

	return link ? link->index : 0;
}

/* --- the note --- */

static void list_note(FILE *out, const char *word, const struct address_list *list)
{
	const struct address_ranges *families[] = { &list->ip, &list->ip6 };
	char low[INET6_ADDRSTRLEN], high[INET6_ADDRSTRLEN];
	size_t i, j;

	if (!list->given)
		return;
	fprintf(out, "%s %zu\n", word, list->entries);
	if (list->ip.count + list->ip6.count > PLAN_ANONYMOUS_MAX)
		return;
	for (i = 0; i < 2; i++)
		for (j = 0; j < families[i]->count; j++) {
			inet_ntop(i ? AF_INET6 : AF_INET, families[i]->ranges[j].low, low,
				  sizeof(low));
			inet_ntop(i ? AF_INET6 : AF_INET, families[i]->ranges[j].high, high,
				  sizeof(high));
			fprintf(out, "%s %s-%s\n", word, low, high);
		}
}

static bool works(const struct overlap *overlap, size_t part, size_t hook)
{
	return !overlap || (overlap->parts[part].hooks && overlap->parts[part].hooks[hook]);
}

static void left_note(FILE *out, const struct mirror *mirror, const struct overlap *overlap)
{
	const struct source *hooks;
	size_t count, i, j;

	hooks = mirror_hooks(mirror, &count);
	for (i = 0; overlap && i < count; i++) {
		for (j = 0; j < overlap->count && !works(overlap, j, i); j++)
			;
		if (j == overlap->count)
			fprintf(out, "left %s:%s\n", hooks[i].device,
				direction_name(hooks[i].direction));
	}
}

static void target_note(FILE *out, const struct target *target,
			const struct plan_start *start)
{
	char text[TUNNEL_TEXT_MAX] = "";

	if (target->kind == TARGET_TUNNEL)
		tunnel_text(&target->tunnel, text, sizeof(text));
	fprintf(out, "to %s%s%s\n", target->device, *text ? " " : "", text);
	if (start && (start->packets || start->bytes))
		fprintf(out, "start %llu %llu\n", (unsigned long long)start->packets,
			(unsigned long long)start->bytes);
}

static char *mirror_note(const struct mirror *mirror, const struct tc_surroundings *around,
			 const struct overlap_part *part, bool clsact)
{
	char text[MIRROR_LIMIT_TEXT_MAX], *note = NULL;
	size_t size, i;
	FILE *out = open_memstream(&note, &size);

	if (!out)
		return NULL;
	fprintf(out, "mirror-nft 1\nmirror %s\n%s", mirror->name, clsact ? "clsact\n" : "");
	for (i = 0; i < mirror->source_count; i++)
		fprintf(out, "from %s:%s\n", mirror->sources[i].device,
			direction_name(mirror->sources[i].direction));
	left_note(out, mirror, around->overlap);
	if (part && !part->counts)
		fputs("rest\n", out);
	if (mirror->match_text)
		fprintf(out, "match %s\n", mirror->match_text);
	list_note(out, "hosts", &mirror->hosts);
	list_note(out, "except", &mirror->except);
	mirror_sample_text(&mirror->sample, text, sizeof(text));
	if (*text)
		fprintf(out, "sample %s\n", text);
	mirror_limit_text(&mirror->limit, text, sizeof(text));
	if (*text)
		fprintf(out, "limit %s\n", text);
	for (i = 0; i < mirror->target_count; i++)
		target_note(out, &mirror->targets[i],
			    around->starts ? &around->starts[i] : NULL);
	if (fclose(out)) {
		free(note);
		return NULL;
	}
	return note;
}

/* --- the filters of a mirror --- */

static void limit_act(struct tc_filter *filter, const struct limit *limit)
{
	struct tc_action *action;

	action = tc_filter_act(filter, TC_ACTION_LIMIT, TC_ACT_UNSPEC);
	action->bytes = limit->bytes;
	action->rate = limit->rate / limit->seconds;
	action->burst = limit->burst;
	/* As tc(8) counts them, rounded up. */
	action->ticks = (limit->burst * UINT64_C(1000000000) + action->rate * 64 - 1) /
			(action->rate * 64);
}

/* At most TC_ACTIONS_MAX, see tc_match_check(). */
static void mirror_act(struct tc_filter *filter, const struct mirror *mirror,
		       const struct overlap_part *part, const struct link_table *links)
{
	struct tc_action *action;
	size_t i;

	if (mirror->sample.every > 1) {
		action = tc_filter_act(filter, TC_ACTION_CHANCE, TC_ACT_UNSPEC);
		action->every = mirror->sample.every;
	}
	if (mirror->limit.rate)
		limit_act(filter, &mirror->limit);
	for (i = 0; i < mirror->target_count; i++) {
		if (part && !part->targets[i])
			continue;
		action = tc_filter_act(filter, TC_ACTION_MIRROR, TC_ACT_PIPE);
		memcpy(action->device, mirror->targets[i].device, IFNAMSIZ);
		action->index = index_of(links, action->device);
	}
	/* "continue": what other filters do with the frame is theirs. */
	filter->actions[filter->action_count - 1].verdict = TC_ACT_UNSPEC;
}

static int room_check(const struct tc_filter *filter, const struct mirror *mirror,
		      struct error_list *errors)
{
	size_t count = filter->step_count + (filter->note ? strlen(filter->note) / 4 + 2 : 0);

	if (count <= PCAP_CODE_TC_MAX)
		return 0;
	return error_definition(errors, mirror_selection_where(mirror),
				"the match takes %zu instructions, with its text and what other mirrors copy, and tc can load %d: shorten it, or choose the path nft",
				count, PCAP_CODE_TC_MAX);
}

/* What all filters of a mirror are made of. */
struct making {
	const struct mirror *mirror;
	const struct tc_surroundings *around;
	char *code;
	bool has_note;
};

static int filter_fill(struct tc_filter *filter, const struct making *making,
		       const struct overlap_part *part, bool clsact,
		       struct error_list *errors)
{
	const struct tc_surroundings *around = making->around;
	int error;

	filter->index = index_of(around->links, filter->device);
	mirror_act(filter, making->mirror, part, around->links);
	error = exclusions_read(filter, part, errors);
	if (!error)
		error = steps_read(filter, making->code);
	if (error || !making->has_note)
		return error;
	filter->note = mirror_note(making->mirror, around, part, clsact);
	return filter->note ? room_check(filter, making->mirror, errors) : -ENOMEM;
}

static int hook_plan(struct tc_plan *plan, const struct making *making, size_t hook,
		     struct error_list *errors)
{
	const struct tc_surroundings *around = making->around;
	size_t parts = around->overlap ? around->overlap->count : 1;
	const struct source *source;
	size_t count, i;
	int error = 0;

	source = mirror_hooks(making->mirror, &count) + hook;
	for (i = 0; i < parts && !error; i++) {
		const struct overlap_part *part;
		struct tc_filter *filter;

		if (!works(around->overlap, i, hook))
			continue;
		part = around->overlap ? &around->overlap->parts[i] : NULL;
		filter = filter_add(plan, source->device, source->direction,
				    around->preference);
		if (!filter)
			return -ENOMEM;
		filter->handle = TC_HANDLE + (uint32_t)i;
		error = filter_fill(filter, making, part,
				    !around->clsact || around->clsact[hook], errors);
	}
	return error;
}

static int mirror_plan(struct tc_plan *plan, const struct mirror *mirror,
		       const struct tc_surroundings *around, bool has_note,
		       struct error_list *errors)
{
	struct making making = { .mirror = mirror, .around = around, .has_note = has_note };
	size_t count, i;
	int error;

	error = tc_match_code(mirror, &around->guard, &making.code, errors);
	mirror_hooks(mirror, &count);
	for (i = 0; i < count && !error; i++)
		error = hook_plan(plan, &making, i, errors);
	free(making.code);
	return error;
}

int tc_plan_mirror(struct tc_plan *plan, const struct mirror *mirror,
		   const struct tc_surroundings *around, struct error_list *errors)
{
	return mirror_plan(plan, mirror, around, true, errors);
}

int tc_plan_bare(struct tc_plan *plan, const struct mirror *mirror,
		 unsigned int preference, struct error_list *errors)
{
	const struct tc_surroundings around = { .preference = preference };

	return mirror_plan(plan, mirror, &around, false, errors);
}

/* --- those of a tap --- */

static struct tc_filter *tap_filter(struct tc_plan *plan, const char *target,
				    const char *suffix, unsigned int preference,
				    const struct link_table *links, bool clsact,
				    const char *code)
{
	char device[2 * IFNAMSIZ];
	struct tc_filter *filter;

	snprintf(device, sizeof(device), "%s%s", target, suffix);
	filter = filter_add(plan, device, DIRECTION_INGRESS, preference);
	if (!filter || steps_read(filter, code))
		return NULL;
	filter->index = index_of(links, filter->device);
	if (asprintf(&filter->note, "mirror-nft 1\ntap %s\n%s", target,
		     clsact ? "clsact\n" : "") < 0)
		filter->note = NULL;
	return filter->note ? filter : NULL;
}

#define EVERYTHING "1,6 0 0 4294967295"

/* See plan_tap_room(). Here the length is that of the whole frame; the first word is
 * whether a tag is beside it. */
static int large_plan(struct tc_plan *plan, const char *target, unsigned int room,
		      const struct link_table *links, bool clsact)
{
	struct tc_filter *filter;
	char code[160];

	snprintf(code, sizeof(code), "8,48 0 0 %u,21 0 2 0,128 0 0 0,37 2 3 %u,128 0 0 0,37 0 1 %u,6 0 0 4294967295,6 0 0 0",
		 (unsigned int)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT), ETH_HLEN + room,
		 ETH_HLEN + room - VLAN_TAG_LENGTH);
	filter = tap_filter(plan, target, DEVICE_TAP_SUFFIX, TC_PREFERENCE_LARGE, links,
			    clsact, code);
	if (!filter)
		return -ENOMEM;
	tc_filter_act(filter, TC_ACTION_DROP, TC_ACT_SHOT);
	return 0;
}

int tc_plan_tap(struct tc_plan *plan, const struct target *target, unsigned int mtu,
		const struct link_table *links, const bool clsact[2])
{
	unsigned int room = plan_tap_room(&target->tunnel, mtu);
	struct tc_action *action;
	struct tc_filter *filter;

	if (room && large_plan(plan, target->device, room, links, clsact[0]))
		return -ENOMEM;
	filter = tap_filter(plan, target->device, DEVICE_TAP_SUFFIX, TC_PREFERENCE_TAP, links,
			    clsact[0], EVERYTHING);
	if (!filter)
		return -ENOMEM;
	action = tc_filter_act(filter, TC_ACTION_MARK, TC_ACT_PIPE);
	action->mark = GUARD_MARK;
	action = tc_filter_act(filter, TC_ACTION_REDIRECT, TC_ACT_STOLEN);
	snprintf(action->device, IFNAMSIZ, "%.11s" DEVICE_TUNNEL_SUFFIX, target->device);
	action->index = index_of(links, action->device);
	filter = tap_filter(plan, target->device, DEVICE_TUNNEL_SUFFIX, TC_PREFERENCE_TAP,
			    links, clsact[1], EVERYTHING);
	if (!filter)
		return -ENOMEM;
	tc_filter_act(filter, TC_ACTION_DROP, TC_ACT_SHOT);
	return 0;
}

void tc_plan_free(struct tc_plan *plan)
{
	while (plan->count)
		tc_filter_free(&plan->filters[--plan->count]);
	free(plan->filters);
	memset(plan, 0, sizeof(*plan));
}
