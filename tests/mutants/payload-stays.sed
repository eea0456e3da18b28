# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# "vlan" does not move what follows.
s/^\tlayers->payload += 4;//
