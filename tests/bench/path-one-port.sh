#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One port, every frame is copied: mirror-nft's rules, tc's clsact with cls_bpf and
# mirred, and the shortest rule that nft can have. Targets are pairs that are alike.
#
# On ingress all that happens behind the cable is done by softirqs. What sending alone
# takes, into an ifb, which drops what nobody has redirected to it, is the rest.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"

softirqs_part() { # SIDE...: adds samples of softirq/SIDE
	local side
	for side; do
		samples[softirq/$side]=$(paste -d' ' <(xargs -n 1 <<<"${samples[ingress/$side]}") \
			<(xargs -n 1 <<<"${samples[ingress/sending]}") | awk '{ printf " %.1f", $1 - $2 }')
	done
}

for direction in ingress egress; do
	sent=()
	cable none nft tc hand
	target tnft ttc thand
	mirror nft "snft:$direction" tnft --match 'udp port 9091'
	mirror tc "stc:$direction" ttc --match 'udp port 9091'
	by_hand shand "$direction" 'udp dport 9091 dup to thand'
	ip link add sink type ifb
	quiet_device sink
	end=s sent=() more=()
	[ $direction = egress ] || end=w sent=(--bypass) more=(ingress/sending=sink)
	frames_time "$direction/none=${end}none" "$direction/mirror-nft=${end}nft" \
		"$direction/tc=${end}tc" "$direction/nft-by-hand=${end}hand" "${more[@]}" -- "${sent[@]}"
	for name in tnft ttc thand; do expect_copies $name "$frames"; done
	record ns/frame "$direction"/{none,mirror-nft,tc,nft-by-hand}
	ratio "copies a second against tc, $direction" "$direction/tc" "$direction/mirror-nft" least 1
	ratio "copies a second, one rule by hand against tc, $direction" "$direction/tc" "$direction/nft-by-hand"
	"$mirror_nft" remove --all >/dev/null
	nft flush ruleset
	for name in snone snft stc shand tnft ttc thand sink; do ip link delete "$name"; done
done
softirqs_part none mirror-nft tc nft-by-hand
record 'ns/frame in softirqs' softirq/{none,mirror-nft,tc,nft-by-hand}
ratio "CPU in softirqs, mirror-nft against tc" softirq/mirror-nft softirq/tc
