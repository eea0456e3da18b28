#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth vxlan
#
# What status says of a mirror into a tunnel when something is wrong on the way,
# each thing made to happen, and no word once it is right again.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
namespace collector
link_pair - eth0 192.0.2.1/24 collector far0 192.0.2.10/24
ip netns exec collector ip link add vx7 type vxlan id 7 dstport 4789 local 192.0.2.10
ip -n collector link set vx7 up

problems() {
	"$mirror_nft" status --json web | sed -E 's/.*"problems":\[(.*)\]\}\]\}/\1/'
}
expect_problems() { # WHEN TEXT
	check_equal "problems $1" "$2" "$(problems)"
}

apply --name web --from eth0 --match 'udp port 7' \
	--to vxlan,remote=192.0.2.10,id=7,name=col >/dev/null 2>&1
expect_problems 'at first' ''
send eth0 --protocol udp --dport 7
wait_until 5 [ "$(ip netns exec collector awk '$1 == "vx7:" { print $3 }' /proc/net/dev)" = 1 ] ||
	fail 'the copy does not arrive at the collector'
expect_problems 'with a copy delivered' ''
case $("$mirror_nft" status --json web) in
*'"matched":{"packets":1,"bytes":82},"delivered":{"packets":1,"bytes":82},"guarded":{"packets":1,"bytes":'*) ;;
*) fail "$("$mirror_nft" status --json web)" ;;
esac

# The way to the collector.
ip route add unreachable 192.0.2.10/32
expect_problems 'without a route' '"no route for vxlan,remote=192.0.2.10,id=7: No route to host"'
ip route delete unreachable 192.0.2.10/32
expect_problems 'with it again' ''
ip neighbour replace 192.0.2.10 dev eth0 nud failed
expect_problems 'without an answer' '"the next hop for vxlan,remote=192.0.2.10,id=7 does not answer on eth0"'
ip neighbour replace 192.0.2.10 lladdr "$(mac_of collector far0)" dev eth0 nud permanent
expect_problems 'with it again' ''
ip -n collector link set far0 down
wait_until 5 eval '! _carrier - eth0'
expect_problems 'without a carrier' '"vxlan,remote=192.0.2.10,id=7 leaves by eth0, which has no carrier"'
ip -n collector link set far0 up
wait_until 5 _carrier - eth0
expect_problems 'with it again' ''

# The tunnel itself.
ip link set col-tun down
expect_problems 'with the tunnel down' '"tunnel col-tun is down"'
ip link set col-tun up
expect_problems 'with it up again' ''
ip link delete col-tun
nothing='"frames match, but no copy arrives at the target"'
expect_problems 'without the tunnel' "\"tunnel col-tun of target col is missing: apply again\",$nothing"
ip link add col-tun type vxlan id 7 remote 192.0.2.10 dstport 4789
expect_problems 'with another one' \
	"\"tunnel col-tun was made anew, the rules still send to the old one: apply again\",$nothing"
# That one is somebody else's, so it is theirs to take away.
expect_refusal 2 'mirror-nft: --to:1:1: ' apply --name web --from eth0 --match 'udp port 7' \
	--to vxlan,remote=192.0.2.10,id=7,name=col
ip link delete col-tun
apply --name web --from eth0 --match 'udp port 7' \
	--to vxlan,remote=192.0.2.10,id=7,name=col >/dev/null 2>&1 || fail 'apply does not repair it'
expect_problems 'applied again' ''
nft delete chain netdev mirror_nft tap/col
expect_problems 'without the rule of the tap' '"nothing hands the copies of target col to its tunnel: apply again"'
apply --name web --from eth0 --match 'udp port 7' \
	--to vxlan,remote=192.0.2.10,id=7,name=col >/dev/null 2>&1
expect_problems 'applied again' ''

# Nobody listens at the collector: it says so, and that is not copied either.
ip -n collector link delete vx7
send eth0 --protocol udp --dport 7
wait_until 5 eval '[ -n "$(problems)" ]' || fail 'no word about the errors of the collector'
expect_problems 'without a listener' \
	'"guards hit: 1 ICMP error about the copies to 192.0.2.10 came back: does it listen there?"'

# The private pair: nothing comes out of it.
ip link set col-tap down
send eth0 --protocol udp --dport 7
case $(problems) in
*"\"target col has no carrier, copies are dropped until its other end is up, in whatever namespace that is\"$(drops_told col)"*) ;;
*) fail "with the tap down: $(problems)" ;;
esac
"$mirror_nft" remove --all >/dev/null
for device in col col-tap col-tun; do ! exists $device || fail "$device is left"; done
check_equal 'rules that are left' '' "$(ruleset)"
