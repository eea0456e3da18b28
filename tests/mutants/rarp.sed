# SPDX-License-Identifier: GPL-2.0-only
# file: filter_meaning.c
# "host" forgets RARP.
s/protocol == PROTOCOL_RARP || (protocol == PROTOCOL_NONE \&\& !meaning->layers.labels)/protocol == PROTOCOL_RARP/
