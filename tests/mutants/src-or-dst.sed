# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# "src and dst" is "src or dst".
s/case FILTER_BOTH: return both(/case FILTER_BOTH: return either(/
