#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth bridge vxlan
#
# Copies that would come back are refused by check and by apply alike, with the way
# in the message, and nothing is left behind; what only looks alike is applied.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
ip link set lo up
cable p0 p1
cable q0 q1
cable r0 r1
again=': the copies would be copied again, without end: '

refused() { # BEGINNING OPTION...
	local before
	before=$(ruleset && ip -br link)
	expect_refusal 2 "mirror-nft: --to:1:1: $1" "$mirror_nft" check --name web "${@:2}"
	expect_refusal 2 "mirror-nft: --to:1:1: $1" "$mirror_nft" apply --name web "${@:2}"
	check_equal "after the refusal of ${*:2}" "$before" "$(ruleset && ip -br link)"
}

# And it is taken away again, so that the next one finds nothing.
applied() { # OPTION...
	apply --name web "$@" >/dev/null 2>"$work/applied.err" ||
		fail "refused: $*: $(cat "$work/applied.err")"
	"$mirror_nft" remove web >/dev/null
}

# --- a cable ---
refused "p0:ingress -> p1 -> p0$again" --from p0 --to p1
refused "p0:ingress -> p1 -> p0$again" --from q0:egress --from p0:ingress --to p1
refused "p0:egress -> p1 -> p0: what target 'p1' takes comes out of 'p0'" --from p0:egress --to p1
applied --from p0 --to q0
applied --from p0 --to lo
applied --from q0 --from q1 --to p0

# --- with mirrors that run: two in a circle, three with the loopback between ---
apply --name back --from q0 --to p0 >/dev/null 2>&1
refused "p0:egress -> q0 -> p0${again}mirror 'back' copies q0:egress to p0: choose another target" \
	--from p0 --to q0
refused "p1:ingress -> q1 -> q0 -> p0 -> p1$again" --from p1:ingress --to q1
applied --from p0:ingress --to q0
applied --from p0 --to r0
apply --name between --from lo --to q0 >/dev/null 2>&1
refused "p0:egress -> lo -> q0 -> p0${again}mirror 'back' copies q0:egress to p0: choose another target for one of them" --from p0 --to lo
applied --from r0 --to lo
"$mirror_nft" remove between >/dev/null
applied --from p0 --to lo
"$mirror_nft" remove --all >/dev/null

# --- a bridge ---
ip link add br0 type bridge
ip link set br0 up
ip link set p0 master br0
ip link set q0 master br0
ip link set r1 master br0
refused "p0:egress -> br0 -> p0$again" --from p0 --to br0
refused "p0:ingress -> br0 -> " --from p0:ingress --to br0
refused "br0:ingress -> r0 -> r1 -> br0$again" --from br0 --to r0
refused "p0:egress -> r0 -> r1 -> p0$again" --from p0 --to r0
refused "p0:ingress -> q0: frames of p0 leave by q0 as well" --from p0 --to q0
refused "br0:egress -> q0: frames of br0 leave by q0 as well" --from br0 --to q0
refused "q0 -> br0 -> q0: frames that arrive by q0 pass br0:ingress" --from br0:ingress --to q0
applied --from p0 --from q0 --to mir0
applied --from br0 --to mir0
# As it says: taken out of the bridge, it may be a target.
ip link set q0 nomaster
applied --from br0 --to q0
expect_refusal 2 "mirror-nft: --from:1:1: frames of bridge 'br0' pass its port 'p0' too" \
	"$mirror_nft" apply --name web --from p0 --from br0 --to mir0

# --- a tunnel that is there already, over the device that is mirrored ---
ip address add 192.0.2.1/24 dev br0
ip link add vx0 type vxlan id 7 remote 192.0.2.9 dstport 4789
ip link set vx0 up
refused "br0:egress -> vx0 -> br0${again}nothing keeps the packets of the existing tunnel vx0" \
	--from br0 --to vx0
refused "p0:egress -> vx0 -> br0 -> p0$again" --from p0 --to vx0
applied --from q0 --to vx0
applied --from br0:ingress --to vx0
