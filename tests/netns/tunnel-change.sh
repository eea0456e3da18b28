#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup nft_fwd veth vxlan
#
# A tunnel that is given other parameters, and mirrors beside it that have to know
# of it: guards follow, counters of others go on, nothing is left.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
namespace collector
link_pair - eth0 192.0.2.1/24 collector far0 192.0.2.10/24
cable p0 p1

to_collector() { # ID [OPTION...]
	apply --name far --from eth0 --match 'udp port 7' \
		--to "vxlan,remote=192.0.2.10,id=$1,name=col" "${@:2}" 2>/dev/null
}
counted() { # MIRROR WHAT
	"$mirror_nft" status --json "$1" | sed -E "s/.*\"$2\":\{\"packets\":([0-9]+).*/\1/"
}
guards() { nft list chain netdev mirror_nft "mirror/$1/guard" 2>/dev/null | grep -c guard; }
collector_received() { ip netns exec collector awk -v device="$1:" '$1 == device { print $3 }' /proc/net/dev; }
arrived() { [ "$(collector_received "$1")" = "$2" ]; }

apply --name near --from p0 --to mir0 >/dev/null 2>&1
send p0 --count 3
check_equal 'guards of a mirror without a tunnel' 0 "$(guards near)"

for id in 7 8; do
	# shellcheck disable=SC2046 # nothing for one of them
	ip netns exec collector ip link add vx$id type vxlan id $id dstport 4789 local 192.0.2.10 \
		$([ $id = 7 ] || echo learning)
	ip -n collector link set vx$id up
done 2>/dev/null
to_collector 7 >/dev/null
[ "$(guards near)" -gt 5 ] || fail 'a mirror that runs does not guard the new tunnel'
check_equal 'what the other one had matched' 3 "$(counted near matched)"
send eth0 --protocol udp --dport 7
wait_until 5 arrived vx7 1 || fail 'no copy in the first tunnel'

index=$(cat /sys/class/net/col-tun/ifindex 2>/dev/null || ip -o link show col-tun | cut -d: -f1)
check_equal 'another id' 'far: replaced' "$(to_collector 8)"
check_equal 'index of the tunnel' "$index" "$(ip -o link show col-tun | cut -d: -f1)"
send eth0 --protocol udp --dport 7 --count 2
wait_until 5 arrived vx8 2 || fail 'no copies in the second tunnel'
check_equal 'frames in the first' 1 "$(collector_received vx7)"
check_equal unchanged 'far: unchanged' "$(to_collector 8)"

# What the kernel refuses leaves the tunnel that was there: the id is somebody else's.
ip link add other type vxlan id 9 remote 192.0.2.99 dstport 4789
before=$(ruleset)
expect_refusal 2 'mirror-nft: ' apply --name far --from eth0 --match 'udp port 7' \
	--to vxlan,remote=192.0.2.10,id=9,name=col
check_equal 'rules after a refusal' "$before" "$(ruleset)"
send eth0 --protocol udp --dport 7
wait_until 5 arrived vx8 3 || fail 'the tunnel that was there does not work any more'
ip link delete other

"$mirror_nft" remove far >/dev/null
check_equal 'guards without a tunnel' 0 "$(guards near)"
check_equal 'what the other one had matched' 3 "$(counted near matched)"
check_equal 'tables' 'table netdev mirror_nft' "$(nft list tables)"
for device in col col-tap col-tun; do ! exists $device || fail "$device is left"; done
send p0
expect_received mir0-tap 4 $((4 * 94))
