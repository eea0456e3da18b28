# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# "src" is "dst".
s/case FILTER_SOURCE: return source;/case FILTER_SOURCE: return destination;/
