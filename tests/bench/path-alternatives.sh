#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fifty alternatives as somebody writes them, against the best rules that can be written
# by hand for them; half of the frames match.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
alternatives=50

# (host and port), each host with a port of its own.
cable nft hand tc
target tnft thand ttc
match='' elements=''
for ((i = 0; i < alternatives; i++)); do
	match+="${match:+ or }(udp dst port $((7000 + i)) and dst host 10.2.0.$i)"
	elements+="${elements:+, }10.2.0.$i . $((7000 + i))"
done
mirror nft snft:ingress tnft --match "$match"
mirror tc stc:ingress ttc --match "$match"
by_hand shand ingress "ip protocol udp ip frag-off & 0x1fff == 0 ip daddr . udp dport { $elements } counter dup to thand"

# Each address with each port: the pairs of the list are one in fifty of these.
sent=(--set 4096 --to 10.2.0.0 --addresses "$alternatives" --port 7000 --ports "$alternatives")
frames_time --same pairs/mirror-nft=wnft pairs/nft-by-hand=whand pairs/tc=wtc -- --bypass "${sent[@]}"
copies=$(received tnft-tap)
if [ "$copies" = 0 ] || [ "$copies" -ge "$frames" ]; then fail "$copies copies of $frames frames"; fi
expect_copies thand "$copies"
expect_copies ttc "$copies"
record ns/frame pairs/{mirror-nft,nft-by-hand,tc}
ratio "$alternatives hosts with a port each, against the best by hand" pairs/nft-by-hand pairs/mirror-nft least 0.95
ratio "$alternatives hosts with a port each, against tc" pairs/tc pairs/mirror-nft

# Ports of which there are many, one after the other.
"$mirror_nft" remove --all >/dev/null && nft flush ruleset
tc qdisc delete dev stc clsact 2>/dev/null || true # remove may have done that
match='' elements=''
for ((i = 0; i < alternatives; i++)); do
	match+="${match:+ or }udp dst port $((7000 + 2 * i))"
	elements+="${elements:+, }$((7000 + 2 * i))"
done
mirror nft snft:ingress tnft --match "$match"
mirror tc stc:ingress ttc --match "$match"
by_hand shand ingress "ip protocol udp ip frag-off & 0x1fff == 0 udp dport { $elements } counter dup to thand"
frames_time --same ports/mirror-nft=wnft ports/nft-by-hand=whand ports/tc=wtc -- --bypass \
	--set 4096 --to 10.2.0.0 --port 7000 --ports $((2 * alternatives))
now=$(received tnft-tap)
[ "$now" -gt "$copies" ] || fail 'no copies'
expect_copies thand "$now"
expect_copies ttc "$now"
record ns/frame ports/{mirror-nft,nft-by-hand,tc}
ratio "$alternatives ports, against the best by hand" ports/nft-by-hand ports/mirror-nft least 0.95
ratio "$alternatives ports, against tc" ports/tc ports/mirror-nft
