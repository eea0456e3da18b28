# SPDX-License-Identifier: GPL-2.0-only
# file: formula_lower.c
# Frames in which nft finds no transport header are asked for ports.
s/^\tplan_rule_test_ranges(lowering->plan, rule,$/\tif (0) &/
