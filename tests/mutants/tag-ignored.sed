# SPDX-License-Identifier: GPL-2.0-only
# file: formula_lower.c
# Tagged IP counts as IP: the kernel has taken the tag off.
s/^\tplan_rule_test_number(lowering->plan, rule, FIELD_ETHER_TYPE, kind->type);/\tif (!as_kernel)\n&/
