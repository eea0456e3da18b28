/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What runs, and whether the copies arrive: installed mirrors joined with the
 * devices as they are now.
 */
#ifndef STATUS_H
#define STATUS_H

#include "error.h"
#include "installed.h"
#include "session.h"

struct mirror_status {
	const struct installed_mirror *mirror;
	struct traffic delivered;	/* counted at the targets since the start */
	struct traffic guarded;		/* frames that guards kept from being copied */
	struct error_list problems;	/* texts */
};

/* Work out the status of @mirror, asking the kernel for the ways that its tunnels
 * take; free with status_free(). */
void status_work_out(struct mirror_status *status, const struct session *session,
		     const struct installed_mirror *mirror);
void status_free(struct mirror_status *status);

/* Is the device there, and is what it sees looked at? */
bool status_source_present(const struct installed_source *source,
			   const struct session *session);

/* How many ICMP errors about the copies of @mirror came back: the collector does not
 * listen, or somebody on the way has no way. */
uint64_t status_collector_errors(const struct installed_mirror *mirror);

#endif
