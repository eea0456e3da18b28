#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Two applies at once want the same new device: the one that comes second
# takes what the first one made.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
LD_PRELOAD=$tools/meddle.so MEDDLE_AT=link \
	MEDDLE="$mirror_nft apply --name first --from p0 --match 'tcp port 80' --to mir0 >/dev/null" \
	"$mirror_nft" apply --name second --from p0 --match 'tcp port 81' --to mir0 >/dev/null
send p0
send p0 --dport 81
expect_received mir0-tap 2 188
