# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# The fragment header of IPv6 hides the protocol behind it.
s/^\t\t    either(meaning, direct, fragment));/\t\t    ((void)fragment, direct));/
