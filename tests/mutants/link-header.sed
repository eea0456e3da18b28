# SPDX-License-Identifier: GPL-2.0-only
# file: formula_length.c
# On ingress the kernel counts no link header.
s/where(space, untagged, test, ETH_HLEN)/where(space, untagged, test, 0)/
