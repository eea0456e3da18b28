# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# IP above MPLS is found above any label.
s/return both(meaning, is_masked(meaning, network - 2, 1, 0x01, 0x01),/return both(meaning, formula_constant(meaning->space, true),/
