// SPDX-License-Identifier: GPL-2.0-only
#include "targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

#define MTU_DEFAULT 1500
#define MTU_MAX 65535	/* a veth's most */

/* A device's copies must not come back to it: neither as its own target nor
 * through the other end of the target's pair. */
static int target_check(const struct session *session, const struct mirror *mirror,
			const struct target *target, struct error_list *errors)
{
	const struct link *link = link_find(&session->links, target->device);
	const struct link *peer;
	size_t i;

	if (!link)
		return device_check_name(target->device, &session->links,
					 &target->where, errors);
	peer = link_find_index(&session->links, link->peer);
	for (i = 0; peer && i < mirror->source_count; i++)
		if (!strcmp(mirror->sources[i].device, peer->name))
			return error_definition(errors, &target->where,
						"what target '%s' takes comes out of '%s', which is a source: the copies would be copied again",
						target->device, peer->name);
	return 0;
}

int targets_check(const struct session *session, const struct mirror *mirror,
			 struct error_list *errors)
{
	size_t before = errors->count;
	char names[256];
	size_t i;

	link_names(&session->links, names, sizeof(names));
	for (i = 0; i < mirror->source_count; i++) {
		const struct source *source = &mirror->sources[i];

		/* One record for both directions of a device. */
		if (link_find(&session->links, source->device) ||
		    (i && !strcmp(mirror->sources[i - 1].device, source->device)))
			continue;
		error_definition(errors, &source->where,
				 "no device '%s' to mirror, this namespace has %s",
				 source->device, names);
	}
	for (i = 0; i < mirror->target_count; i++)
		target_check(session, mirror, &mirror->targets[i], errors);
	return errors->count > before ? -EINVAL : 0;
}

int targets_missing(const struct session *session, const struct mirror *mirror,
		    const struct target ***missing, size_t *count)
{
	size_t i;

	*count = 0;
	*missing = calloc(mirror->target_count, sizeof(**missing));
	if (!*missing)
		return -ENOMEM;
	for (i = 0; i < mirror->target_count; i++)
		if (!link_find(&session->links, mirror->targets[i].device))
			(*missing)[(*count)++] = &mirror->targets[i];
	return 0;
}

/* Frames as large as any source sends must fit through the pair. */
static unsigned int mtu_choose(const struct session *session, const struct mirror *mirror)
{
	unsigned int mtu = MTU_DEFAULT;
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		const struct link *link;

		link = link_find(&session->links, mirror->sources[i].device);
		if (link && link->mtu > mtu)
			mtu = link->mtu;
	}
	return mtu < MTU_MAX ? mtu : MTU_MAX;
}

static bool device_in_use(const struct session *session, unsigned int index)
{
	size_t i, j;

	for (i = 0; i < session->installed.count; i++)
		for (j = 0; j < session->installed.mirrors[i].target_count; j++)
			if (session->installed.mirrors[i].targets[j].index == index)
				return true;
	return false;
}

void targets_unmake(struct session *session, const struct target **made,
		    size_t count, struct error_list *errors)
{
	if (!count || session_read(session, errors))
		return;
	while (count--) {
		const struct link *link;

		link = link_find(&session->links, made[count]->device);
		if (link && device_is_ours(link) && !device_in_use(session, link->index))
			device_delete(session->route, link, errors);
	}
}

int targets_make(struct session *session, const struct mirror *mirror,
		 const struct target **missing, size_t count,
		 struct error_list *errors)
{
	size_t i;
	int error;

	for (i = 0; i < count; i++) {
		error = device_make(session->route, missing[i]->device,
				    mtu_choose(session, mirror), errors);
		if (error) {
			targets_unmake(session, missing, i, errors);
			return error;
		}
	}
	return count ? session_read(session, errors) : 0;
}

/* Delete the pairs of ours that no mirror sends to any more: those that
 * @candidates names, or all of them with NULL. */
static int devices_drop(struct session *session,
			const struct installed_target *candidates, size_t count,
			struct error_list *errors)
{
	int error = 0;
	size_t i, j;

	for (i = 0; i < session->links.count && !error; i++) {
		const struct link *link = &session->links.links[i];
		bool candidate = !candidates;

		for (j = 0; candidates && j < count; j++)
			if (candidates[j].index == link->index)
				candidate = true;
		if (candidate && device_is_ours(link) &&
		    !device_in_use(session, link->index))
			error = device_delete(session->route, link, errors);
	}
	return error;
}

int targets_drop(struct session *session, const struct installed_mirror *former,
		 struct error_list *errors)
{
	size_t count = former ? former->target_count : 0;
	struct installed_target *candidates = NULL;
	int error;

	/* A copy: reading the session again frees @former. */
	if (former) {
		candidates = calloc(count + 1, sizeof(*candidates));
		if (!candidates)
			return -ENOMEM;
		memcpy(candidates, former->targets, count * sizeof(*candidates));
	}
	error = session_read(session, errors);
	if (!error)
		error = devices_drop(session, candidates, count, errors);
	free(candidates);
	return error;
}
