# SPDX-License-Identifier: GPL-2.0-only
# file: formula_length.c
# On ingress the kernel counts no tag either.
s/where(space, tagged, test, ETH_HLEN + TAG_LENGTH)/where(space, tagged, test, ETH_HLEN)/
