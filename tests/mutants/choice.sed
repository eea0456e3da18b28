# SPDX-License-Identifier: GPL-2.0-only
# file: formula.c
# The negation of a choice forgets what was no choice.
s/children\[count++\] = any->kind == FORMULA_TRUE ? &constant_false :/children[count++] = \&constant_false; (void)/;s/^\t\t\t    test_negate(space, any);/test_negate(space, any);/
