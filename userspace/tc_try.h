/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TC_TRY_H
#define TC_TRY_H

#include "tc_wish.h"

/* Have the kernel take the filters of @tc that are not there yet in a network namespace
 * that nobody else sees and that is gone at once: on its loopback, which stands for all
 * devices. tc knows no other way to ask. Where no such namespace can be made nothing is
 * asked. Returns 0 or a negative errno with a record. */
int tc_try(const struct tc_wish *tc, struct error_list *errors);

#endif
