/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transport headers as bytes of the frame, for frames whose headers do not add up: nft
 * finds no transport header in them, and libpcap reads it all the same.
 */
#ifndef FORMULA_RAW_H
#define FORMULA_RAW_H

#include "formula.h"

/* The same formula without nft's transport header: behind an IPv4 header, one alternative
 * for each length that it can claim; behind an IPv6 header of 40 bytes. NULL: no memory.
 */
const struct formula *formula_raw_ip(struct formula_space *space,
				     const struct formula *formula);
const struct formula *formula_raw_ip6(struct formula_space *space,
				      const struct formula *formula);

#endif
