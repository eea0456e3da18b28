# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# "greater" is "greater or equal".
s/\*low = number + 1;/*low = number;/
