# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# Ports are looked for in later fragments.
s/ip = both(meaning, is_first_fragment(meaning), ip);//
