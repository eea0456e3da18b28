// SPDX-License-Identifier: GPL-2.0-only
#include "tc_state.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tc_wire.h"

/* --- qdiscs --- */

static int qdisc_take(const struct nlmsghdr *message, void *data)
{
	const struct tcmsg *header = mnl_nlmsg_get_payload(message);
	struct tc_state *state = data;
	const struct nlattr *attribute;
	struct tc_device *devices, *device;
	const char *kind = "";
	bool shared = false;

	/* TC_H_INGRESS is the same number. */
	if (header->tcm_parent != TC_H_CLSACT)
		return MNL_CB_OK;
	mnl_attr_for_each(attribute, message, sizeof(*header))
		switch (mnl_attr_get_type(attribute)) {
		case TCA_KIND:
			kind = mnl_attr_get_str(attribute);
			break;
		case TCA_INGRESS_BLOCK:
		case TCA_EGRESS_BLOCK:
			shared = true;
			break;
		}
	devices = reallocarray(state->devices, state->device_count + 1, sizeof(*devices));
	if (!devices)
		return MNL_CB_ERROR;
	state->devices = devices;
	device = &devices[state->device_count++];
	memset(device, 0, sizeof(*device));
	device->index = (unsigned int)header->tcm_ifindex;
	device->has_clsact = !strcmp(kind, "clsact");
	device->is_shared = shared;
	if (!device->has_clsact)
		snprintf(device->other, sizeof(device->other), "%s", kind);
	return MNL_CB_OK;
}

static int qdiscs_read(struct tc_state *state, struct nl_socket *route)
{
	struct nl_buffer *buffer = nl_question(route);
	struct nl_refusal refusal;
	struct nlmsghdr *message;
	int error;

	message = nl_message_begin(buffer, RTM_GETQDISC, NLM_F_DUMP, TC_MESSAGE_DUMP,
				   "qdiscs");
	if (!message)
		return -ENOMEM;
	mnl_nlmsg_put_extra_header(message, sizeof(struct tcmsg));
	nl_message_end(buffer, message);
	error = nl_query(route, buffer, qdisc_take, state, &refusal);
	return error == -EOPNOTSUPP ? 0 : error;
}

/* --- filters --- */

struct reading {
	struct tc_state *state;
	const struct link *link;
	enum direction direction;
};

static struct tc_place *place_entry(struct tc_state *state, const struct tc_filter *filter)
{
	struct tc_place *places, *place;
	size_t i;

	for (i = 0; i < state->place_count; i++) {
		place = &state->places[i];
		if (place->index == filter->index &&
		    place->direction == filter->direction &&
		    place->preference == filter->preference)
			return place;
	}
	places = reallocarray(state->places, state->place_count + 1, sizeof(*places));
	if (!places)
		return NULL;
	state->places = places;
	place = &places[state->place_count++];
	memset(place, 0, sizeof(*place));
	place->index = filter->index;
	place->direction = filter->direction;
	place->preference = filter->preference;
	return place;
}

static void names_set(struct tc_filter *filter, const struct reading *reading)
{
	memcpy(filter->device, reading->link->name, IFNAMSIZ);
	filter->index = reading->link->index;
	filter->direction = reading->direction;
}

static bool is_ours(const struct tc_filter *filter)
{
	char name[IFNAMSIZ];

	return filter->note && filter->preference >= TC_PREFERENCE_LARGE &&
	       filter->preference <= TC_PREFERENCE_LAST &&
	       (tc_state_owner(filter, false, name) || tc_state_owner(filter, true, name));
}

static bool is_on_chain_0(const struct nlmsghdr *message)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, message, sizeof(struct tcmsg))
		if (mnl_attr_get_type(attribute) == TCA_CHAIN)
			return !mnl_attr_get_u32(attribute);
	return true;
}

static int filter_keep(struct tc_state *state, struct tc_filter *filter)
{
	struct tc_filter *filters;

	filters = reallocarray(state->filters, state->filter_count + 1, sizeof(*filters));
	if (!filters)
		return -ENOMEM;
	state->filters = filters;
	filters[state->filter_count++] = *filter;
	memset(filter, 0, sizeof(*filter));
	return 0;
}

/* A preference is told of first by itself, with handle 0, and then each filter. */
static int filter_take(const struct nlmsghdr *message, void *data)
{
	struct reading *reading = data;
	struct tc_filter filter;
	struct tc_place *place;
	int error;

	error = tc_wire_parse_filter(message, &filter);
	if (error)
		return MNL_CB_ERROR;
	names_set(&filter, reading);
	place = place_entry(reading->state, &filter);
	if (!place) {
		error = -ENOMEM;
	} else if (filter.handle && is_on_chain_0(message) && is_ours(&filter)) {
		place->ours = true;
		error = filter_keep(reading->state, &filter);
	} else if (filter.handle || !is_on_chain_0(message)) {
		place->others = true;
	}
	tc_filter_free(&filter);
	return error ? MNL_CB_ERROR : MNL_CB_OK;
}

static int filters_read(struct tc_state *state, const struct link *link,
			enum direction direction, struct nl_socket *route)
{
	struct reading reading = { state, link, direction };
	struct nl_buffer *buffer = nl_question(route);
	struct nl_refusal refusal;
	struct nlmsghdr *message;
	struct tcmsg *header;
	int error;

	message = nl_message_begin(buffer, RTM_GETTFILTER, NLM_F_DUMP, TC_MESSAGE_DUMP,
				   link->name);
	if (!message)
		return -ENOMEM;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->tcm_ifindex = (int)link->index;
	header->tcm_parent = tc_wire_parent(direction);
	nl_message_end(buffer, message);
	error = nl_query(route, buffer, filter_take, &reading, &refusal);
	return error;
}

/* The names of targets, as they are called now. */
static void targets_name(struct tc_filter *filter, const struct link_table *links)
{
	size_t i;

	for (i = 0; i < filter->action_count; i++) {
		const struct link *link = link_find_index(links, filter->actions[i].index);

		if (link)
			memcpy(filter->actions[i].device, link->name, IFNAMSIZ);
	}
}

static void devices_own(struct tc_state *state)
{
	char nothing[2];
	size_t i, j;

	for (i = 0; i < state->filter_count; i++)
		for (j = 0; j < state->device_count; j++)
			if (state->devices[j].index == state->filters[i].index &&
			    tc_note_text(state->filters[i].note, "clsact", nothing,
					 sizeof(nothing)))
				state->devices[j].is_ours = true;
}

int tc_state_read(struct tc_state *state, const struct link_table *links,
		  struct nl_socket *route)
{
	size_t i;
	int error;

	tc_state_free(state);
	error = qdiscs_read(state, route);
	for (i = 0; i < state->device_count && !error; i++) {
		const struct link *link = link_find_index(links, state->devices[i].index);

		/* One that came or went meanwhile is for the next look. */
		if (!link || !state->devices[i].has_clsact)
			continue;
		error = filters_read(state, link, DIRECTION_INGRESS, route);
		if (!error)
			error = filters_read(state, link, DIRECTION_EGRESS, route);
		if (error == -ENODEV || error == -EINVAL)
			error = 0;
	}
	for (i = 0; i < state->filter_count; i++)
		targets_name(&state->filters[i], links);
	devices_own(state);
	return error;
}

void tc_state_free(struct tc_state *state)
{
	size_t i;

	for (i = 0; i < state->filter_count; i++)
		tc_filter_free(&state->filters[i]);
	free(state->filters);
	free(state->devices);
	free(state->places);
	memset(state, 0, sizeof(*state));
}

/* --- asking it --- */

const struct tc_device *tc_state_device(const struct tc_state *state, unsigned int index)
{
	size_t i;

	for (i = 0; i < state->device_count; i++)
		if (state->devices[i].index == index)
			return &state->devices[i];
	return NULL;
}

const struct tc_filter *tc_state_find(const struct tc_state *state,
				      const struct tc_filter *at)
{
	size_t i;

	for (i = 0; i < state->filter_count; i++)
		if (tc_filter_is_at(&state->filters[i], at))
			return &state->filters[i];
	return NULL;
}

const struct tc_place *tc_state_place(const struct tc_state *state, unsigned int index,
				      enum direction direction, unsigned int preference)
{
	size_t i;

	for (i = 0; i < state->place_count; i++) {
		const struct tc_place *place = &state->places[i];

		if (place->index == index && place->direction == direction &&
		    place->preference == preference)
			return place;
	}
	return NULL;
}

bool tc_state_has_others(const struct tc_state *state, unsigned int index)
{
	const struct tc_device *device = tc_state_device(state, index);
	size_t i;

	for (i = 0; i < state->place_count; i++)
		if (state->places[i].index == index &&
		    (state->places[i].others || !state->places[i].ours))
			return true;
	return device && device->is_shared;
}

bool tc_state_owner(const struct tc_filter *filter, bool is_tap, char *name)
{
	return tc_note_text(filter->note, is_tap ? "tap" : "mirror", name, IFNAMSIZ);
}
