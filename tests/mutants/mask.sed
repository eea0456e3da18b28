# SPDX-License-Identifier: GPL-2.0-only
# file: formula_lower.c
# Masks are forgotten.
s/const uint8_t \*mask = is_masked(&test->place) ? test->place.mask : NULL;/const uint8_t *mask = NULL;/
