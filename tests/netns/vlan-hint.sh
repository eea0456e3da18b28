#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth vlan
#
# A match means the frame on the wire: where VLAN devices stand on a source and
# the match never says "vlan", check and apply say what that means.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
ip link add link p0 name p0.10 type vlan id 10
hint="source p0 carries the VLAN device p0.10"

hinted() { # MATCH
	"$mirror_nft" check --name web --from p0 --match "$1" --to mir0 2>&1 >/dev/null | grep -c "$hint" || true
}
check_equal 'no word of vlan' 1 "$(hinted 'tcp port 80')"
check_equal 'a word of vlan' 0 "$(hinted 'tcp port 80 or (vlan and tcp port 80)')"
check_equal 'vlan deep inside' 0 "$(hinted 'not (arp or (ip and not vlan 10))')"
check_equal 'everything' 0 "$(hinted '')"
check_equal 'the VLAN device itself' 0 \
	"$("$mirror_nft" check --name web --from p0.10 --match tcp --to mir0 2>&1 >/dev/null | grep -c VLAN || true)"

# Tagged frames pass p0 unmatched, and p0.10 without their tag.
ip link set p0.10 up
apply --name below --from p0:egress --match 'tcp port 80' --to mir0 >/dev/null 2>&1
apply --name above --from p0.10:egress --match 'tcp port 80' --to mir1 >/dev/null
send p0.10
send p0
expect_received mir1-tap 1 94
expect_received mir0-tap 1 94
