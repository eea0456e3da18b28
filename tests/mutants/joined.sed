# SPDX-License-Identifier: GPL-2.0-only
# file: formula.c
# Alternatives that share a condition are joined by "and".
s/test = tests_join(space, false, test, list/test = tests_join(space, true, test, list/
