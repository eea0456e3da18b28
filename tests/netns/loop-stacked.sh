#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth vlan bond macvlan
#
# Loops over devices that stand on each other, see loop.sh.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1
cable r0 r1
again=': the copies would be copied again, without end: '

refused() { # BEGINNING OPTION...
	expect_refusal 2 "mirror-nft: --to:1:1: $1" "$mirror_nft" check --name web "${@:2}"
	check_equal "after the refusal of ${*:2}" '' "$(nft list ruleset)"
}

applied() { # OPTION...
	apply --name web "$@" >/dev/null 2>"$work/applied.err" ||
		fail "refused: $*: $(cat "$work/applied.err")"
	"$mirror_nft" remove --all >/dev/null
	nft delete table netdev mirror_nft 2>/dev/null || true
}

ip link add link p0 name p0.10 type vlan id 10
ip link add link p1 name p1.10 type vlan id 10
ip link add link p1 name p1.20 type vlan id 20
for device in p0.10 p1.10 p1.20; do ip link set "$device" up; done
refused "p0:egress -> p0.10 -> p0$again" --from p0 --to p0.10
refused "p0.10:ingress -> p1.10 -> p1 -> p0 -> p0.10$again" --from p0.10 --to p1.10
applied --from p0.10 --to p1.20
applied --from p0:egress --to r0
applied --from p0.10 --to mir0
applied --from p0 --from p0.10 --to mir0

ip link add m0 link q0 type macvlan mode bridge
ip link set m0 up
refused "q0:egress -> m0 -> q0$again" --from q0 --to m0
refused "m0:egress -> q0: frames of m0 leave by q0 as well" --from m0 --to q0
applied --from m0 --to mir0
expect_refusal 2 "mirror-nft: --from:1:1: frames of 'q0' pass 'm0' too" \
	"$mirror_nft" check --name web --from q0 --from m0 --to mir0

ip link add bond9 type bond mode active-backup
ip link set r0 down
ip link set r0 master bond9
ip link set bond9 up
refused "r0:egress -> bond9 -> r0$again" --from r0 --to bond9
refused "bond9:egress -> r0: frames of bond9 leave by r0 as well" --from bond9 --to r0
applied --from r0 --to mir0
applied --from bond9 --to mir0
