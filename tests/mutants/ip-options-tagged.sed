# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# The same behind a tag.
s/network + 4 \* words + offset/network + 20 + 0 * words + offset/
