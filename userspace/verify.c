// SPDX-License-Identifier: GPL-2.0-only
#include "verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "status.h"

/* --- the devices that are mirrored --- */

static int device_add(struct verify *verify, const struct session *session,
		      const char *name)
{
	const struct link *link = link_find(&session->links, name);
	struct verify_device *devices;
	size_t i;

	for (i = 0; i < verify->count; i++)
		if (!strcmp(verify->devices[i].name, name))
			return 0;
	if (!link)
		return 0;
	devices = reallocarray(verify->devices, verify->count + 1, sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	verify->devices = devices;
	memset(&devices[verify->count], 0, sizeof(*devices));
	memcpy(devices[verify->count].name, name, IFNAMSIZ);
	devices[verify->count++].index = link->index;
	return 0;
}

/* One more count of each device at the end, the oldest goes. */
static int devices_count(struct verify *verify, const struct session *session,
			 struct error_list *errors)
{
	size_t i;

	for (i = 0; i < verify->count; i++) {
		struct verify_device *device = &verify->devices[i];
		struct link link = { 0 };
		int error;

		memmove(device->received, device->received + 1,
			VERIFY_PIECES * sizeof(*device->received));
		memmove(device->sent, device->sent + 1, VERIFY_PIECES * sizeof(*device->sent));
		error = link_read(&link, device->name, session->route);
		if (error && error != -ENODEV)
			return error_system(errors, error, "%s: cannot read its counters: %s",
					    device->name, strerror(-error));
		/* One that has gone, or was made anew, has no traffic. */
		if (error || link.index != device->index)
			continue;
		device->received[VERIFY_PIECES] = link.counters.rx_packets;
		device->sent[VERIFY_PIECES] = link.counters.tx_packets;
	}
	return 0;
}

static bool moves_always(const uint64_t *counts)
{
	size_t i;

	for (i = 0; i < VERIFY_PIECES; i++)
		if (counts[i] == counts[i + 1])
			return false;
	return true;
}

static bool moves_never(const uint64_t *counts)
{
	return counts[0] == counts[VERIFY_PIECES];
}

/* Has what moved before stopped? A record then. */
static int devices_judge(const struct verify *verify, double piece, struct error_list *errors)
{
	size_t i;

	for (i = 0; i < verify->count; i++) {
		const struct verify_device *device = &verify->devices[i];
		bool receives_not = device->receives && moves_never(device->received);
		bool sends_not = device->sends && moves_never(device->sent);

		if (receives_not || sends_not)
			return error_system(errors, -EIO, "%s had traffic before the change and has %s nothing for %.1f s since",
					    device->name, !sends_not ? "received" :
					    receives_not ? "received and sent" : "sent",
					    piece * VERIFY_PIECES);
	}
	return 0;
}

/* --- time --- */

static double piece_of(double seconds)
{
	return (seconds < 1 ? seconds : 1) / VERIFY_PIECES;
}

/* Sleep until @seconds after @start, whatever the work in between has taken. */
static void sleep_until(const struct timespec *start, double seconds)
{
	struct timespec end = *start;

	end.tv_sec += (time_t)seconds;
	end.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}

/* Count at the end of each of @pieces; with @judges stop where a device has. Each piece is
 * as long as it is to be after the count before: what is late would make the next ones
 * shorter than the pauses of the traffic. */
static int pieces_watch(struct verify *verify, const struct session *session,
			size_t pieces, bool judges, struct error_list *errors)
{
	double piece = piece_of(verify->seconds);
	struct timespec start;
	size_t i;
	int error;

	error = devices_count(verify, session, errors);
	for (i = 1; i <= pieces && !error; i++) {
		clock_gettime(CLOCK_MONOTONIC, &start);
		sleep_until(&start, piece);
		error = devices_count(verify, session, errors);
		if (!error && judges && i >= VERIFY_PIECES)
			error = devices_judge(verify, piece, errors);
	}
	return error;
}

int verify_begin(struct verify *verify, const struct session *session,
		 const struct definition *definition, double seconds,
		 struct error_list *errors)
{
	const struct source *hooks;
	size_t count, i, j;
	int error = 0;

	memset(verify, 0, sizeof(*verify));
	verify->seconds = seconds;
	for (i = 0; i < definition->count; i++) {
		hooks = mirror_hooks(&definition->mirrors[i], &count);
		for (j = 0; j < count && !error; j++)
			error = device_add(verify, session, hooks[j].device);
	}
	if (!error)
		error = pieces_watch(verify, session, VERIFY_PIECES, false, errors);
	for (i = 0; i < verify->count && !error; i++) {
		verify->devices[i].receives = moves_always(verify->devices[i].received);
		verify->devices[i].sends = moves_always(verify->devices[i].sent);
	}
	return error;
}

/* --- the copies --- */

/* What a mirror has matched and its targets have passed on, at three times: in the
 * beginning, shortly before the end, and in the end. A frame that matched by the
 * second has arrived by the third. */
enum look {
	LOOK_FIRST,
	LOOK_LATE,
	LOOK_LAST,
	LOOKS,
};

struct watched_mirror {
	const struct mirror *mirror;
	uint64_t matched[LOOKS];
	uint64_t *delivered[LOOKS];	/* by target */
};

static void watched_free(struct watched_mirror *watched, size_t count)
{
	size_t i, j;

	for (i = 0; watched && i < count; i++)
		for (j = 0; j < LOOKS; j++)
			free(watched[i].delivered[j]);
	free(watched);
}

static struct watched_mirror *watched_make(const struct definition *definition)
{
	struct watched_mirror *watched = calloc(definition->count + 1, sizeof(*watched));
	size_t i, j;

	for (i = 0; watched && i < definition->count; i++) {
		watched[i].mirror = &definition->mirrors[i];
		for (j = 0; j < LOOKS; j++) {
			watched[i].delivered[j] =
				calloc(definition->mirrors[i].target_count + 1,
				       sizeof(*watched[i].delivered[j]));
			if (!watched[i].delivered[j]) {
				watched_free(watched, definition->count);
				return NULL;
			}
		}
	}
	return watched;
}

static void mirror_look(struct watched_mirror *watched, const struct session *session,
			enum look look)
{
	const struct installed_mirror *installed;
	size_t i;

	installed = installed_find(&session->installed, watched->mirror->name);
	if (installed && installed->matched.packets > installed->limited.packets)
		watched->matched[look] = installed->matched.packets - installed->limited.packets;
	for (i = 0; i < watched->mirror->target_count; i++) {
		const struct target *target = &watched->mirror->targets[i];
		const struct link *link;

		link = installed_delivering(&session->links, target->device,
					    target->kind == TARGET_TUNNEL);
		if (link)
			watched->delivered[look][i] = installed_target_count(link).packets;
	}
}

static int mirrors_look(struct watched_mirror *watched, size_t count,
			struct session *session, enum look look, struct error_list *errors)
{
	size_t i;
	int error;

	session->has_counters = true;
	error = session_read(session, errors);
	for (i = 0; i < count && !error; i++)
		mirror_look(&watched[i], session, look);
	return error;
}

/* What status says is the matter, " (...)", or nothing. */
static void reason_text(const struct session *session, const char *name, char *text,
			size_t size)
{
	const struct installed_mirror *installed;
	struct mirror_status status;

	*text = '\0';
	installed = installed_find(&session->installed, name);
	if (!installed)
		return;
	status_work_out(&status, session, installed);
	if (status.problems.count)
		snprintf(text, size, " (%s)", error_text(&status.problems, 0));
	status_free(&status);
}

static int mirror_judge(const struct watched_mirror *watched, const struct session *session,
			double seconds, struct error_list *warnings,
			struct error_list *errors)
{
	const struct mirror *mirror = watched->mirror;
	char reason[256];
	size_t i;

	if (watched->matched[LOOK_LAST] <= watched->matched[LOOK_FIRST]) {
		error_system(warnings, 0, "%s: nothing matched while watching for %g s, so whether copies arrive is not known",
			     mirror->name, seconds);
		return 0;
	}
	if (watched->matched[LOOK_LATE] <= watched->matched[LOOK_FIRST])
		return 0;
	for (i = 0; i < mirror->target_count; i++) {
		if (watched->delivered[LOOK_LAST][i] > watched->delivered[LOOK_FIRST][i])
			continue;
		reason_text(session, mirror->name, reason, sizeof(reason));
		return error_system(errors, -EIO, "%s: %" PRIu64 " frames matched in %g s, and no copy of them got through %s%s",
				    mirror->name,
				    watched->matched[LOOK_LAST] - watched->matched[LOOK_FIRST],
				    seconds, mirror->targets[i].device, reason);
	}
	return 0;
}

int verify_watch(struct verify *verify, struct session *session,
		 const struct definition *definition, struct error_list *warnings,
		 struct error_list *errors)
{
	struct watched_mirror *watched = watched_make(definition);
	double piece = piece_of(verify->seconds);
	struct timespec late;
	size_t i;
	int error;

	if (!watched)
		return -ENOMEM;
	error = mirrors_look(watched, definition->count, session, LOOK_FIRST, errors);
	if (!error)
		error = pieces_watch(verify, session, (size_t)(verify->seconds / piece + 0.5),
				     true, errors);
	clock_gettime(CLOCK_MONOTONIC, &late);
	if (!error)
		error = mirrors_look(watched, definition->count, session, LOOK_LATE, errors);
	if (!error)
		sleep_until(&late, piece / 2);
	if (!error)
		error = mirrors_look(watched, definition->count, session, LOOK_LAST, errors);
	for (i = 0; i < definition->count && !error; i++)
		error = mirror_judge(&watched[i], session, verify->seconds, warnings, errors);
	watched_free(watched, definition->count);
	return error;
}

void verify_free(struct verify *verify)
{
	free(verify->devices);
	memset(verify, 0, sizeof(*verify));
}
