# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# A tag of type 0x9100 is none.
s/result = either(meaning, result, is(meaning, layers->type, 2, TYPE_QINQ));//
