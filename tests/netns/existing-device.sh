#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# A device that is there already is used as it is, and stays when its mirror
# goes.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable sensor sensor-in
ip link set sensor mtu 1400 alias 'mine'
before=$(ip -d link show dev sensor && ethtool -k sensor)

check_equal apply 'web: applied' "$(apply --name web --from p0 --match 'tcp port 80' --to sensor)"
check_equal 'the device' "$before" "$(ip -d link show dev sensor && ethtool -k sensor)"
! exists sensor-tap || fail 'a tap was made for a device that needs none'

send p0 --dport 81 --count 3
send p0 --count 2
expect_received sensor-in 2 188

"$mirror_nft" remove web >/dev/null
check_equal 'the device after its mirror' "$before" "$(ip -d link show dev sensor && ethtool -k sensor)"
apply --name web --from p0 --to sensor >/dev/null
"$mirror_nft" remove --all >/dev/null
exists sensor || fail 'remove --all took a device of ours'

# A pair that only looks like ours is not ours.
ip link add mir0 type veth peer name mir0-tap
ip link set mir0 up
ip link set mir0-tap up
apply --name web --from p0 --match 'tcp port 80' --to mir0 >/dev/null
"$mirror_nft" remove --all >/dev/null
exists mir0-tap || fail 'remove --all took a pair that it had not made'
