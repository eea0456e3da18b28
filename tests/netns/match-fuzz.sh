#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth clsact
# time-limit: 600
#
# Random expressions on edge frames: nft rules, cls_bpf and libpcap must agree,
# frame by frame, both ways. MATCH_FUZZ_DECISIONS and MATCH_FUZZ_SEED choose how
# many and which.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"

decisions=${MATCH_FUZZ_DECISIONS:-1000000}
[ ! -e /proc/cmdline ] || ! grep -q mirror_nft_guest /proc/cmdline ||
	decisions=${MATCH_FUZZ_DECISIONS:-100000}

quiet_namespace
cable p0 p1
ip link add tct0 type veth peer name tct0-tap
ip link set tct0 up
ip link set tct0-tap up
marker='ip host 198.51.100.99'
"$mirror_nft" apply --name marker --from p0 --match "$marker" --to mir0 >/dev/null
"$mirror_nft" generate --name marker --from p0 --match "$marker" --to tct0 --path tc |
	sed 's/pref [0-9]*/pref 1/' | tc -batch -
"$tools/match_fuzz" "${MATCH_FUZZ_SEED:-$RANDOM$RANDOM}" "$decisions" "$@"
