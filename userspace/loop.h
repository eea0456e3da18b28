/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies that come back: what is refused before anything is applied, since the
 * kernel does not prevent it. Its limits on nesting are for one processor and one
 * call chain, and are forgotten wherever a frame is queued.
 */
#ifndef LOOP_H
#define LOOP_H

#include "error.h"
#include "topology.h"

/*
 * Refuse, with one record for a target at the place where it was written:
 *
 * - copies that reach a source which feeds them, through whatever devices and
 *   other mirrors, wished or running. Tunnels of our own are guarded by rules;
 *   existing tunnel devices are not;
 * - copies that leave by a device by which the frame itself leaves as well: they
 *   would be delivered twice;
 * - copies that go back to where their frames came from, or that arrive at the
 *   device by which their frames left;
 * - sources of one mirror of which some frames pass more than one, where rules
 *   cannot tell which: a bridge and its port, a macvlan and its device;
 * - on the tc path, a classful root qdisc on a source whose copies come back over
 *   the same device inside a tunnel: some kernels lock up there.
 */
int loop_judge(const struct topology *topology, struct error_list *errors,
	       struct error_list *warnings);

#endif
