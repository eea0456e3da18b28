#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
# time-limit: 60
#
# What the rules copy against what libpcap's own filter says of the same frame,
# for every form of the match language, in both directions.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"

expressions=(
	'ip' 'ip6' 'tcp' 'udp' 'ip tcp' 'ip udp' 'ip6 tcp' 'ip6 udp'
	'port 80' 'port 53' 'src port 80' 'dst port 80' 'port 0' 'port 65535' 'port 20480'
	'tcp port 80' 'tcp src port 80' 'tcp dst port 80' 'tcp port 53'
	'udp port 53' 'udp src port 53' 'udp dst port 53' 'udp port 80'
	'ip port 80' 'ip6 port 53' 'ip tcp port 80' 'ip udp dst port 53'
	'ip6 tcp src port 80' 'ip6 udp port 53'
	'host 192.0.2.1' 'src host 192.0.2.1' 'dst host 192.0.2.1' 'host 192.0.2.9'
	'ip host 192.0.2.1' 'ip src host 192.0.2.2' 'ip dst host 192.0.2.2'
	'host 2001:db8::1' 'src host 2001:db8::1' 'dst host 2001:db8::1'
	'ip6 host 2001:db8::2' 'ip6 src host 2001:db8::2'
	'tcp and port 80' 'ip and tcp' 'ip and ip6' 'ip6 and port 53' 'udp and host 192.0.2.1'
	'host 192.0.2.1 and host 192.0.2.2' 'host 192.0.2.1 and host 192.0.2.9'
	'src host 192.0.2.1 and tcp dst port 80'
	'host 2001:db8::1 and udp port 53' 'host 2001:db8::1 && ip6'
	'tcp and ip and src host 192.0.2.1 and dst host 192.0.2.2 and src port 40000 and dst port 80'
	'ip6 and src host 2001:db8::1 and dst host 2001:db8::2 and udp and port 53 and port 40001'
)

# libpcap takes one protocol before "port" and none before another: what it
# cannot read is put to it in its own words.
libpcap_words() { # EXPRESSION
	sed -E -e 's/^ip port/ip and port/' -e 's/^ip6 port/ip6 and port/' \
		-e 's/^(ip6?) (tcp|udp)/\1 and \2/' <<<"$1"
}

quiet_namespace
cable p0 p1
"$mirror_nft" apply --name marker --from p0 --match 'ip host 198.51.100.99' --to mir0 >/dev/null
# Room for the longest edge frame.
for device in p0 p1 mir0 mir0-tap; do ip link set "$device" mtu 9100; done

decisions=0 allowed=0 bad=0 round=0
for expression in "${expressions[@]}"; do
	round=$((round + 1))
	"$mirror_nft" apply --name t --from p0 --match "$expression" --to mir0 >/dev/null
	answer=$("$tools/oracle" "$round" p0 p1 mir0-tap "$(libpcap_words "$expression")" 2>"$work/out") ||
		{ bad=$((bad + 1)) && sed "s/^/$expression: /" "$work/out" >&2; }
	read -r checked _ cut <<<"${answer:-0 0 0}"
	decisions=$((decisions + checked)) allowed=$((allowed + cut))
done
echo "$decisions decisions, $allowed of them on frames cut short inside a header went the other way"
[ "$bad" = 0 ] || fail "$bad of ${#expressions[@]} expressions differ from libpcap"
# Nothing is proved if frames or expressions got lost on the way.
[ "$decisions" -gt $((${#expressions[@]} * 140)) ] || fail "only $decisions decisions"
