// SPDX-License-Identifier: GPL-2.0-only
#include "targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

#define MTU_DEFAULT 1500
#define MTU_MAX 65535	/* a veth's most */

int targets_check(const struct session *session, const struct mirror *mirror,
			 struct error_list *errors)
{
	size_t before = errors->count;
	size_t i;

	for (i = 0; i < mirror->target_count; i++)
		device_check(&session->links, &mirror->targets[i], errors);
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
	for (i = 0; i < mirror->target_count; i++) {
		enum device_fit fit = device_fit(&session->links, &mirror->targets[i]);

		if (fit == DEVICE_ABSENT || fit == DEVICE_UNFINISHED)
			(*missing)[(*count)++] = &mirror->targets[i];
	}
	return 0;
}

/* Frames as large as any source sends must fit through the pair. */
static unsigned int mtu_choose(const struct session *session, const struct mirror *mirror)
{
	unsigned int mtu = MTU_DEFAULT;
	const struct source *hooks;
	size_t count, i;

	hooks = mirror_hooks(mirror, &count);
	for (i = 0; i < count; i++) {
		const struct link *link;

		link = link_find(&session->links, hooks[i].device);
		if (link && link->mtu > mtu)
			mtu = link->mtu;
	}
	return mtu < MTU_MAX ? mtu : MTU_MAX;
}

/* A mirror none of whose sources is there sends nothing, and its target waits. */
static bool is_used_as(const struct installed_target *target, const struct link *link)
{
	return target->index ? target->index == link->index :
	       !strcmp(target->device, link->name);
}

static bool device_in_use(const struct session *session, const struct link *link)
{
	size_t i, j;

	for (i = 0; i < session->installed.count; i++)
		for (j = 0; j < session->installed.mirrors[i].target_count; j++)
			if (is_used_as(&session->installed.mirrors[i].targets[j], link))
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
		if (link && device_is_ours(link) && !device_in_use(session, link))
			device_delete(session->route, &session->links, link, errors);
	}
}

int targets_make(struct session *session, const struct mirror *mirror,
		 const struct target **missing, size_t count,
		 struct error_list *errors)
{
	size_t i;
	int error;

	for (i = 0; i < count; i++) {
		error = device_make(session->route, missing[i],
				    mtu_choose(session, mirror), errors);
		if (error) {
			targets_unmake(session, missing, i, errors);
			return error;
		}
	}
	return count ? session_read(session, errors) : 0;
}

int targets_plan(struct session *session, const struct target **missing, size_t count)
{
	int error = 0;
	size_t i;

	for (i = 0; i < count && !error; i++)
		error = device_plan(&session->links, missing[i]);
	return error;
}

int targets_replace(struct session *session, const struct mirror *mirror, size_t *replaced,
		    struct error_list *errors)
{
	int error = 0;
	size_t i;

	*replaced = 0;
	for (i = 0; i < mirror->target_count && !error; i++) {
		const struct target *target = &mirror->targets[i];

		if (device_fit(&session->links, target) != DEVICE_OTHER_TUNNEL)
			continue;
		error = device_replace_tunnel(session->route, &session->links, target,
					      errors);
		if (!error)
			++*replaced;
	}
	return !error && *replaced ? session_read(session, errors) : error;
}

/* Of ours, or what is left of it, and nobody needs it: with @candidates only what is
 * named there, not what is left over. */
static bool is_to_drop(const struct session *session, const struct link *link,
		       const struct installed_target *candidates, size_t count)
{
	size_t i;

	if (!candidates && (device_is_unfinished(link) ||
			    device_is_orphan(&session->links, link)))
		return true;
	if (!device_is_ours(link) || device_in_use(session, link))
		return false;
	for (i = 0; candidates && i < count; i++)
		if (is_used_as(&candidates[i], link))
			return true;
	return !candidates;
}

static int devices_drop(struct session *session,
			const struct installed_target *candidates, size_t count,
			struct error_list *errors)
{
	int error = 0;
	size_t i;

	for (i = 0; i < session->links.count && !error; i++) {
		const struct link *link = &session->links.links[i];

		if (is_to_drop(session, link, candidates, count))
			error = device_delete(session->route, &session->links, link,
					      errors);
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
