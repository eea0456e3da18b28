# SPDX-License-Identifier: GPL-2.0-only
# file: formula_shape.c
# A condition that is false returns, like one that is true.
s/lower(lowering, &piece, condition, give_back, leave);/lower(lowering, \&piece, condition, give_back, give_back);/
