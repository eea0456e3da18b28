# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# "not" is left out.
s/return negate(meaning, mean(meaning, filter->left));/return mean(meaning, filter->left);/
