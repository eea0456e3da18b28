#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: clsact cls_bpf veth
# time-limit: 120
#
# The tc path's own bytecode against what libpcap says of the same frames as
# they are on the wire, with the outer tag where the kernel can have it: beside
# the frame on the way in, and in the data or beside them on the way out.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"

expressions=(
	'vlan' 'vlan 10' 'vlan 0' 'not vlan' 'not vlan 10' 'vlan and vlan' 'vlan 10 and vlan 20'
	'vlan 10 and udp port 53' 'vlan and ip6' 'vlan and arp' 'vlan or arp' 'not (vlan and tcp)'
	'vlan and ip[0] & 0xf > 5' 'vlan and vlan and tcp port 80' 'vlan and host 192.0.2.1'
	'tcp' 'not tcp' 'ip' 'not ip' 'port 53' 'not port 53' 'host 192.0.2.1' 'mpls' 'pppoes'
	'len > 60' 'len <= 98' 'greater 95' 'less 42'
	'ether[14:2] & 0xfff = 10' 'ether[12:2] = 0x8100' 'ether[12:4] = 0x8100000a'
	'ether[16:2] = 0x800' 'ether[11:4] & 0xffffff = 0x810000' 'ether[13] = 0xa8'
	'ether[15:4] & 0xffffff = 0x080045' 'ether proto 0x88a8' 'ether proto 0x8100'
	'ether[ether[15] + 6:2] = 0x0800' 'ether[ether[15] + 2:2] >= 0x8100'
	'ether[len - 1] = 0xaa' 'ether src 02:00:00:00:00:01' 'ether multicast'
)

# m0 takes the copies. Frames from q0 come in at q1 and go out again at p0:
# with their tag beside them, which AF_PACKET can't do.
cables() {
	local device
	cable p0 p1
	cable q0 q1
	cable m0 m1
	# Frames larger than an ordinary wire takes are among the edge frames.
	for device in p0 p1 q0 q1 m0 m1; do ip link set "$device" mtu 9100; done
	for device in p0 q1; do tc qdisc add dev "$device" clsact; done
	tc filter add dev q1 ingress pref 1 protocol all bpf bytecode '1,6 0 0 65535' \
		action mirred egress redirect dev p0
}

filter() { # HOOK PREFERENCE EXPRESSION
	printf "filter replace dev p0 %s protocol all pref %s handle 1 bpf bytecode '%s' %s\n" \
		"$1" "$2" "$("$tools/bytecode" "$3")" 'action mirred egress mirror dev m0 continue'
}

filters() { # PREFERENCE EXPRESSION
	{ filter ingress "$1" "$2" && filter egress "$1" "$2"; } | tc -batch -
}

decisions=0 bad=0 round=0
# Nothing may go the other way, not even with a frame that is cut short.
judge() { # SENDER EXPRESSION
	local answer checked different allowed
	round=$((round + 1))
	answer=$("$tools/oracle" "$round" "$1" p1 m1 "$2" 2>"$work/out") || true
	read -r checked different allowed <<<"${answer:-0 1 0}"
	decisions=$((decisions + checked))
	[ "$different $allowed" != '0 0' ] || return 0
	bad=$((bad + 1))
	sed "s/^/$2, sent on $1: /" "$work/out" >&2
	[ "$allowed" = 0 ] || echo "$2, sent on $1: $allowed short frames" >&2
}

quiet_namespace
cables
filters 1 'ip host 198.51.100.99'
for expression in "${expressions[@]}"; do
	filters 2 "$expression"
	judge p0 "$expression"
	judge q0 "$expression"
done
[ "$bad" = 0 ] || fail "$bad rounds differ from libpcap"
[ "$decisions" -gt $((${#expressions[@]} * 280)) ] || fail "only $decisions decisions"
echo "ok $decisions decisions on ${#expressions[@]} expressions"

# What a VLAN device sends: nothing of the above is an effect of the detour.
if has_feature vlan; then
	ip link add link p0 name p0.10 type vlan id 10
	ip link set p0.10 up
	for expression in 'vlan 10 and udp port 53' 'len = 86' 'not vlan' 'udp port 53'; do
		filters 2 "$expression"
		before=$(_received_packets m1)
		"$tools/frames" send p0.10 --source 192.0.2.1 --destination 192.0.2.2 \
			--protocol udp --sport 40001 --dport 53 --payload 40 --count 5
		# In order behind them, and never in doubt.
		"$tools/frames" send p0 --source 198.51.100.98 --destination 198.51.100.99 \
			--protocol icmp --payload 40
		want=1
		case $expression in vlan* | len*) want=6 ;; not*) want=2 ;; esac
		wait_until 5 _received_at_least m1 $((before + want)) || true
		check_equal "copies by '$expression' of 5 frames of a VLAN device" "$want" \
			$(($(_received_packets m1) - before))
	done
	echo 'ok frames of a VLAN device'
else
	echo 'skip frames of a VLAN device : vlan'
fi
