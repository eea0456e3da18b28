# SPDX-License-Identifier: GPL-2.0-only
# file: formula_rule.c
# Masks are forgotten.
s/const uint8_t \*mask = formula_place_masked(&test->place) ? test->place.mask : NULL;/const uint8_t *mask = NULL;/
