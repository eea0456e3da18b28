# SPDX-License-Identifier: GPL-2.0-only
# file: formula_shape.c
# The jump goes to the chain where a piece ends, not where it begins.
s/^\tconst struct cursor entry = piece;/#define entry piece/
