# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# PPP has the types of Ethernet.
s/return is(meaning, layers->type, 2, ppp_type(type));/return ppp_type(type) ? is(meaning, layers->type, 2, type) : NULL;/
