/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FORMULA_LENGTH_H
#define FORMULA_LENGTH_H

#include "formula.h"

/* @formula with tests of the frame's length on the wire turned into tests of
 * the kernel's length, which leaves out the link header on ingress and a VLAN
 * tag that stands beside the frame in both directions. */
const struct formula *formula_length_lower(struct formula_space *space,
					   const struct formula *formula);

#endif
