#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth command:ethtool
#
# The device that is made for the copies: no addresses, no IPv6, no ARP, no
# offloads, a mark by which we know it, and room for the frames of its sources.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
# As on most machines: a new device would get an IPv6 address by itself.
quiet_namespace ipv6
cable p0 p1
ip link set p0 mtu 9000
ip link set p1 mtu 9000
apply --name web --from p0 --to mir0 >/dev/null

expect_off() { # DEVICE FEATURE...
	local feature
	for feature in "${@:2}"; do
		ethtool -k "$1" | grep -E "^$feature: off" >/dev/null ||
			fail "$1 has $(ethtool -k "$1" | grep "^$feature:")"
	done
}
expect_off mir0 tx-checksumming scatter-gather tcp-segmentation-offload \
	generic-segmentation-offload

for device in mir0 mir0-tap; do
	check_equal "addresses of $device" '' "$(ip -o address show dev $device)"
	check_equal "IPv6 on $device" 1 "$(cat /proc/sys/net/ipv6/conf/$device/disable_ipv6)"
	link=$(ip -o link show dev $device)
	[[ $link = *NOARP* && $link = *'mtu 9000'* && $link = *,UP,* ]] || fail "$device is $link"
done
[[ $(ip link show dev mir0) = *'alias mirror-nft: takes the copies, read them on mir0-tap'* ]] || fail "alias"
[[ $(ip link show dev mir0-tap) = *'alias mirror-nft: copies sent to mir0'* ]] || fail "alias"

# The source is as it was.
ethtool -k p0 | grep '^tx-checksumming: on' >/dev/null || fail "p0 lost its offloads"
[[ $(ip -o link show dev p0) = *'mtu 9000'* ]] || fail "p0 has another MTU"

capture_start mir0-tap "$work/jumbo" tcp # p0 has IPv6, and reports its groups
send p0 --payload 8946	# 9000 bytes of IP
capture_stop
check_equal 'a jumbo frame' 1 "$(capture_count "$work/jumbo" greater 9000)"

# A small MTU of a source is no reason to cut what others send.
"$mirror_nft" remove web >/dev/null
ip link set p0 mtu 576
apply --name web --from p0 --to mir0 >/dev/null
[[ $(ip -o link show dev mir0) = *'mtu 1500'* ]] || fail "mir0 is $(ip -o link show dev mir0)"
