/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network namespace to try things in, which nobody else sees.
 */
#ifndef DOCTOR_NAMESPACE_H
#define DOCTOR_NAMESPACE_H

#include <stdbool.h>

#include "nl.h"

/* Has this process the capability CAP_NET_ADMIN, where it is? */
bool doctor_namespace_is_privileged(void);

/*
 * Move this process, which has one thread, into a new network namespace, for good: as
 * it is where it is @privileged, else as root of a new user namespace, see
 * user_namespaces(7). Programs that it runs may change the namespace as well. @route is
 * a socket in it, for the caller to close, or NULL where there is none to change.
 */
void doctor_namespace_enter(bool privileged, struct nl_socket **route);

#endif
