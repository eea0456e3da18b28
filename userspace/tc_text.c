// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plan to tc(8) text.
 */
#include "tc_text.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>
#include <string.h>

static void limit_print(const struct tc_action *action, FILE *out)
{
	fprintf(out, " action police");
	if (action->bytes)
		fprintf(out, " rate %" PRIu64 "bps burst %u mtu 1048576", action->rate,
			action->burst);
	else
		fprintf(out, " pkts_rate %" PRIu64 " pkts_burst %u", action->rate,
			action->burst);
	fputs(" conform-exceed continue/pipe", out);
}

static void action_print(const struct tc_action *action, FILE *out)
{
	switch (action->kind) {
	case TC_ACTION_MIRROR:
		fprintf(out, " action mirred egress mirror dev %s %s", action->device,
			action->verdict == TC_ACT_PIPE ? "pipe" : "continue");
		break;
	case TC_ACTION_REDIRECT:
		fprintf(out, " action mirred egress redirect dev %s", action->device);
		break;
	case TC_ACTION_MARK:
		fprintf(out, " action skbedit mark 0x%x pipe", action->mark);
		break;
	case TC_ACTION_DROP:
		fputs(" action drop", out);
		break;
	case TC_ACTION_CHANCE:
		fprintf(out, " action gact continue random netrand pipe %u", action->every);
		break;
	case TC_ACTION_LIMIT:
		limit_print(action, out);
		break;
	case TC_ACTION_OTHER:
		break;
	}
}

/* "parent" is where the filter hangs: a hook of clsact or a classful qdisc. */
static int filter_print(const struct tc_filter *filter, const char *parent, FILE *out)
{
	struct sock_filter *steps;
	size_t count, i;

	if (tc_filter_program(filter, &steps, &count))
		return -ENOMEM;
	fprintf(out, "filter add dev %s %s protocol all pref %u handle 0x%x bpf bytecode '%zu",
		filter->device, parent, filter->preference, filter->handle, count);
	for (i = 0; i < count; i++)
		fprintf(out, ",%u %u %u %u", steps[i].code, steps[i].jt, steps[i].jf,
			steps[i].k);
	fputc('\'', out);
	for (i = 0; i < filter->action_count; i++)
		action_print(&filter->actions[i], out);
	fputc('\n', out);
	free(steps);
	return 0;
}

static bool device_seen(const struct tc_plan *plan, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (!strcmp(plan->filters[i].device, plan->filters[index].device))
			return true;
	return false;
}

int tc_text_print(const struct tc_plan *plan, FILE *out)
{
	size_t i;
	int error = 0;

	for (i = 0; i < plan->count && !error; i++) {
		const struct tc_filter *filter = &plan->filters[i];

		if (!device_seen(plan, i))
			fprintf(out, "qdisc add dev %s clsact\n", filter->device);
		error = filter_print(filter, direction_name(filter->direction), out);
	}
	return error;
}

int tc_text_print_filters(const struct tc_plan *plan, FILE *out)
{
	size_t i;
	int error = 0;

	for (i = 0; i < plan->count && !error; i++)
		error = filter_print(&plan->filters[i],
				     direction_name(plan->filters[i].direction), out);
	return error;
}

int tc_text_print_htb(const struct tc_plan *plan, FILE *out)
{
	size_t i;
	int error = 0;

	for (i = 0; i < plan->count && !error; i++)
		error = filter_print(&plan->filters[i], "parent 1:", out);
	return error;
}
