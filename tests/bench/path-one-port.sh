#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One port, every frame is copied: mirror-nft's rules, tc's clsact with cls_bpf and
# mirred, and the shortest rule that nft can have. Targets are pairs that are alike.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"

for direction in ingress egress; do
	sent=()
	cable none nft tc hand
	target tnft ttc thand
	mirror nft "snft:$direction" tnft --match 'udp port 9091'
	mirror tc "stc:$direction" ttc --match 'udp port 9091'
	by_hand shand "$direction" 'udp dport 9091 dup to thand'
	end=s sent=()
	[ $direction = egress ] || end=w sent=(--bypass)
	frames_time "$direction/none=${end}none" "$direction/mirror-nft=${end}nft" \
		"$direction/tc=${end}tc" "$direction/nft-by-hand=${end}hand" -- "${sent[@]}"
	for name in tnft ttc thand; do expect_copies $name "$frames"; done
	record ns/frame "$direction"/{none,mirror-nft,tc,nft-by-hand}
	ratio "copies a second against tc, $direction" "$direction/tc" "$direction/mirror-nft" least 1
	ratio "copies a second, one rule by hand against tc, $direction" "$direction/tc" "$direction/nft-by-hand"
	"$mirror_nft" remove --all >/dev/null
	nft flush ruleset
	for name in snone snft stc shand tnft ttc thand; do ip link delete "$name"; done
done
