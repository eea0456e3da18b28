#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# The same name with another match, source or target replaces the mirror: what
# was is gone, rules and devices, and what others have stays.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1
apply --name other --from q0 --match 'udp port 7' --to mir9 >/dev/null
others=$(nft list chain netdev mirror_nft mirror/other)

chains() { nft list chains | sed -n 's/.*chain \(mirror\/web[^ ]*\).*/\1/p' | sort | tr '\n' ' '; }

apply --name web --from p0 --match 'tcp port 80 and host 192.0.2.1' --to mir0 >/dev/null
check_equal 'chains' 'mirror/web mirror/web/1 mirror/web/2 mirror/web/copy mirror/web/egress/p0 mirror/web/ingress/p0 mirror/web/ip mirror/web/ip/cut mirror/web/start ' "$(chains)"

check_equal 'another match' 'web: replaced' "$(apply --name web --from p0 --match 'tcp port 81' --to mir0)"
check_equal 'chains of the other match' 'mirror/web mirror/web/copy mirror/web/egress/p0 mirror/web/ingress/p0 mirror/web/ip mirror/web/ip/cut mirror/web/ip6 mirror/web/ip6/cut mirror/web/start ' "$(chains)"
send p0 --count 5
send p0 --dport 81
expect_received mir0-tap 1 94

check_equal 'another source' 'web: replaced' "$(apply --name web --from q0:egress --match 'tcp port 81' --to mir0)"
check_equal 'chains of the other source' 'mirror/web mirror/web/copy mirror/web/egress/q0 mirror/web/ip mirror/web/ip/cut mirror/web/ip6 mirror/web/ip6/cut mirror/web/start ' "$(chains)"
send p0 --dport 81 --count 5
send q0 --dport 81
expect_received mir0-tap 2 188

check_equal 'another target' 'web: replaced
web: made mir1, read the copies on mir1-tap' "$(apply --name web --from q0:egress --match 'tcp port 81' --to mir1)"
send q0 --dport 81
expect_received mir1-tap 1 94
! exists mir0 || fail 'the former target is still there'
! exists mir0-tap || fail 'the tap of the former target is still there'

check_equal 'the other mirror' "$others" "$(nft list chain netdev mirror_nft mirror/other)"
exists mir9-tap || fail 'the other device is gone'
