// SPDX-License-Identifier: GPL-2.0-only
#include "status.h"

#include <string.h>

static void sources_judge(struct mirror_status *status, const struct session *session)
{
	const struct installed_mirror *mirror = status->mirror;
	size_t i;

	for (i = 0; i < mirror->source_count; i++) {
		const struct installed_source *source = &mirror->sources[i];

		if (!link_find(&session->links, source->device))
			error_system(&status->problems, 0, "source %s is missing",
				     source->device);
		else if (!source->hooked)
			error_system(&status->problems, 0,
				     "source %s:%s was made anew, it is not mirrored: apply again",
				     source->device, direction_name(source->direction));
	}
}

static void target_judge(struct mirror_status *status, const struct session *session,
			 const struct installed_target *target)
{
	const struct link *link = link_find_index(&session->links, target->index);
	struct traffic count;

	if (!link) {
		error_system(&status->problems, 0,
			     link_find(&session->links, target->device) ?
			     "target %s was made anew, the rules still send to the old one: apply again" :
			     "target %s is missing, copies go nowhere", target->device);
		return;
	}
	if (!(link->flags & IFF_UP))
		error_system(&status->problems, 0, "target %s is down", link->name);
	else if (!link->carrier)
		error_system(&status->problems, 0, "target %s has no carrier", link->name);
	count = installed_target_count(link);
	/* Counters that went back belong to another life of the device. */
	if (count.packets < target->start.packets || count.bytes < target->start.bytes)
		return;
	status->delivered.packets += count.packets - target->start.packets;
	status->delivered.bytes += count.bytes - target->start.bytes;
}

void status_work_out(struct mirror_status *status, const struct session *session,
		     const struct installed_mirror *mirror)
{
	size_t i;

	memset(status, 0, sizeof(*status));
	status->mirror = mirror;
	status->guarded = mirror->guarded;
	sources_judge(status, session);
	for (i = 0; i < mirror->target_count; i++)
		target_judge(status, session, &mirror->targets[i]);
	if (mirror->matched.packets && !status->delivered.packets)
		error_system(&status->problems, 0,
			     "frames match, but no copy arrives at the target");
}

void status_free(struct mirror_status *status)
{
	error_clear(&status->problems);
}
