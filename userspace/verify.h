/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watching what a change does to the traffic: do the copies arrive, and does
 * the traffic itself go on?
 */
#ifndef VERIFY_H
#define VERIFY_H

#include "error.h"
#include "mirror.h"
#include "session.h"

/* Seconds that somebody can ask for. */
#define VERIFY_SECONDS_MIN 0.2
#define VERIFY_SECONDS_MAX 3600

/* A device that is mirrored, and how many frames it has counted, at the ends of
 * the pieces of time that were watched. */
#define VERIFY_PIECES 4

struct verify_device {
	char name[IFNAMSIZ];
	unsigned int index;
	/* Did they move in all of the pieces before the change? */
	bool receives, sends;
	uint64_t received[VERIFY_PIECES + 1], sent[VERIFY_PIECES + 1];
};

struct verify {
	double seconds;
	struct verify_device *devices;
	size_t count;
};

/* Before the change: see for @seconds, or one if that is less, which of the
 * devices that @definition mirrors have traffic. Its sources are resolved. Returns
 * 0 or a negative errno with a record. Free it even after an error. */
int verify_begin(struct verify *verify, const struct session *session,
		 const struct definition *definition, double seconds,
		 struct error_list *errors);

/* After the change: watch for the time that was given to verify_begin(), with
 * @session read since. Returns 0, with a record in @warnings for each mirror that
 * nothing matched; -EIO with a record in @errors that says what is wrong, where
 *
 *	frames matched and a target of theirs has passed on none, or
 *	a device that had traffic all the time before has none any more;
 *
 * or another negative errno with a record. */
int verify_watch(struct verify *verify, struct session *session,
		 const struct definition *definition, struct error_list *warnings,
		 struct error_list *errors);
void verify_free(struct verify *verify);

#endif
