# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# Novell's raw frames have LLC.
s/negate(meaning, is(meaning, layers->payload, 2, 0xffff)));/formula_constant(meaning->space, true));/
