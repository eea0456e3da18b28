#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth bridge
#
# The graph that loops are judged by is true of this kernel: a frame passes the
# hooks that it says, in counts. What is refused does loop, and is stopped here by
# a limit of the rules alone.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1
ip link add br0 type bridge
ip link set br0 up
ip link set p1 master br0
ip link set q0 master br0

# One counter for each hook, and no copies.
watch() { # DEVICE...
	local device direction
	nft add table netdev watch
	for device; do
		for direction in ingress egress; do
			nft "add chain netdev watch $device.$direction { type filter hook $direction device $device priority 0; }"
			nft "add rule netdev watch $device.$direction udp dport 7 counter"
		done
	done
}

passed() { # DEVICE DIRECTION
	nft list chain netdev watch "$1.$2" | grep -oE 'packets [0-9]+' | grep -oE '[0-9]+'
}

seen() { # DEVICE DIRECTION PACKETS
	wait_until 5 _seen "$@" || true
	check_equal "packets at $1:$2" "$3" "$(passed "$1" "$2")"
}
_seen() { [ "$(passed "$1" "$2")" = "$3" ]; }

# p0 -> p1, a port -> br0, and the other port -> q1: a broadcast goes everywhere.
watch p0 p1 q0 q1 br0
send p0 --protocol udp --dport 7 --count 5 --to-mac ff:ff:ff:ff:ff:ff
seen q1 ingress 5
for hook in p0.egress p1.ingress br0.ingress q0.egress; do seen "${hook%.*}" "${hook#*.}" 5; done
for hook in p0.ingress p1.egress br0.egress q0.ingress q1.egress; do seen "${hook%.*}" "${hook#*.}" 0; done

# What leaves by the bridge leaves by its ports.
send br0 --protocol udp --dport 7 --count 3 --to-mac ff:ff:ff:ff:ff:ff
seen p0 ingress 3
seen q1 ingress 8
seen p1 egress 3
seen br0 egress 3
seen br0 ingress 5
nft delete table netdev watch

# What the tool refuses as a loop, made by hand: one frame becomes as many copies as
# the limit lets through.
expect_refusal 2 "mirror-nft: --to:1:1: p1:egress -> br0 -> p1: the copies would be copied again" \
	"$mirror_nft" check --name web --from p1:egress --to br0
nft -f - <<-END
	table netdev loop {
		chain copy {
			type filter hook egress device p1 priority 0;
			udp dport 7 limit rate 1/day burst 20 packets counter dup to br0
		}
	}
END
before=$(_received_packets p0)
send br0 --protocol udp --dport 7 --to-mac ff:ff:ff:ff:ff:ff
wait_until 5 _received_at_least p0 $((before + 2)) || fail 'no copy came back'
copies=$(nft list chain netdev loop copy | grep -oE 'counter packets [0-9]+' | grep -oE '[0-9]+')
((copies > 1)) || fail "the loop ended after $copies copies"
