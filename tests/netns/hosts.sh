#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
# time-limit: 120
#
# Lists of addresses, short and long: against libpcap's own "net" on every edge
# frame, at the borders of prefixes, in sets that are shared, exact in text and by
# netlink, replaced for one address and gone with the mirror.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
apply --name marker --from p0 --match 'ip host 198.51.100.99' --to mir0 >/dev/null

# Some of the frames are long.
for device in p0 p1 mir0 mir0-tap; do ip link set "$device" mtu 9100; done

# So many that they are no longer written into the rules.
filler4=$(printf '10.9.%d.0/25,' {1..20})
filler6=$(printf '2001:db9:%x::/48,' {1..20})
long4=${filler4%,} long6=${filler6%,}

# "1.2.3.0/24,..." as libpcap says it.
nets() { sed -E 's/^/net /; s/,/ or net /g' <<<"$1"; } # LIST

decisions=0 bad=0 round=0
oracle() { # MATCH HOSTS EXCEPT
	local options=(--name t --from p0 --to mir0) words='' checked answer
	round=$((round + 1))
	[ -z "$1" ] || { options+=(--match "$1") && words="($1)"; }
	[ -z "$2" ] || { options+=(--hosts "$2") && words+="${words:+ and }($(nets "$2"))"; }
	[ -z "$3" ] || { options+=(--except "$3") && words+="${words:+ and }not ($(nets "$3"))"; }
	apply "${options[@]}" >/dev/null
	answer=$("$tools/oracle" "$round" p0 p1 mir0-tap "$words" 2>"$work/out") ||
		{ bad=$((bad + 1)) && sed "s|^|$*: |" "$work/out" >&2; }
	read -r checked _ <<<"${answer:-0}"
	decisions=$((decisions + checked))
}

for match in '' 'tcp port 80' 'udp or arp' 'vlan 10' 'vlan' 'mpls' 'not port 53' 'src host 192.0.2.1'; do
	for hosts in 192.0.2.1 "192.0.2.2/31,2001:db8::2" "192.0.2.0/24,$long4" \
		"2001:db8::/126,$long6" "192.0.2.1,2001:db8::1,$long4,$long6"; do
		oracle "$match" "$hosts" ''
		oracle "$match" '' "$hosts"
		oracle "$match" "192.0.2.0/24,2001:db8::/32,$long4,$long6" "$hosts"
	done
done
oracle '' 0.0.0.0/0 192.0.2.1
oracle '' ::/0 "2001:db8::1,$long6"
oracle '' "0.0.0.0/8,$long4,192.0.2.0/24,255.0.0.0/8" ''
oracle '' '' "0.0.0.0/8,$long4,192.0.2.2"
oracle 'tcp' "$long4,192.0.2.2,255.0.0.0/8" "0.0.0.0/8,$long4,192.0.2.9"
[ "$bad" = 0 ] || fail "$bad lists differ from libpcap"
[ "$decisions" -gt $((round * 140)) ] || fail "only $decisions decisions"
echo "$decisions decisions with $round lists"
"$mirror_nft" remove --all >/dev/null

# --- at the borders ---
{
	printf '# customers\n\n10.1.0.0/16\r\n  10.3.0.0/31 # two\n10.2.255.255\n2001:db8:1::/48\n'
	printf '10.20.%d.0/24\n' {0..60..2}
	printf '2001:db8:%x::/48\n' {2..60..2}
} >"$work/customers.txt"
apply --name web --from p0:egress --hosts "@$work/customers.txt" --except 10.1.2.0/24 --to mir0 >/dev/null
frames=0 bytes=0
probe() { # IN|OUT OPTION...
	"$tools/frames" send p0 --protocol udp --sport 1 --dport 2 "${@:2}"
	[ "$1" = OUT ] || frames=$((frames + 1))
	[ "$1" = OUT ] || bytes=$((bytes + $("$tools/frames" length --protocol udp --sport 1 --dport 2 "${@:2}")))
}
v4() { # IN|OUT ADDRESS: as source and as destination, of IP, ARP and RARP
	local kind
	for kind in '' --arp --rarp; do
		# shellcheck disable=SC2086 # one word or none
		probe "$1" $kind --source "$2" --destination 172.16.0.1
		# shellcheck disable=SC2086
		probe "$1" $kind --source 172.16.0.1 --destination "$2"
	done
}
v6() {
	probe "$1" --source "$2" --destination 2001:db9::1
	probe "$1" --source 2001:db9::1 --destination "$2"
}
v4 OUT 10.0.255.255
v4 IN 10.1.0.0
v4 OUT 10.1.2.0
v4 OUT 10.1.2.255
v4 IN 10.1.3.0
v4 IN 10.1.255.255
v4 OUT 10.2.0.0
v4 OUT 10.2.255.254
v4 IN 10.2.255.255
v4 IN 10.3.0.1
v4 OUT 10.3.0.2
v4 OUT 10.19.255.255
v4 IN 10.20.0.0
v4 OUT 10.20.1.0
v4 IN 10.20.60.255
v4 OUT 10.20.61.0
v6 OUT 2001:db8:0:ffff:ffff:ffff:ffff:ffff
v6 IN 2001:db8:1::
v6 IN 2001:db8:2:ffff:ffff:ffff:ffff:ffff
v6 OUT 2001:db8:3::
v6 IN 2001:db8:3c::
v6 OUT 2001:db8:3d::
v4 IN 10.1.0.1
expect_received mir0-tap $frames $bytes

# --- the sets ---
# Their names end with a digest of what is in them.
sets() { nft list sets | sed -n 's/.*set \(.*\)-[0-9a-f]\{8\} {/\1/p' | sort | tr '\n' ' '; }
set_of() { nft list sets | sed -n "s/.*set \(mirror\/$1\/hosts-$2-[0-9a-f]*\) {/\1/p"; } # MIRROR KIND
check_equal 'sets' 'mirror/web/hosts-ip mirror/web/hosts-ip6 mirror/web/hosts-raw32 ' "$(sets)"
check_equal 'rules without them' 0 "$(nft list ruleset | grep -c 'addr {')"
check_equal 'status' 'web: hosts: 65 prefixes
web: except: 1 prefix' "$("$mirror_nft" status | grep prefix)"

options=(--name web --from p0:egress --hosts "@$work/customers.txt" --except 10.1.2.0/24 --to mir0)
before=$(ruleset)
check_equal 'the same again' 'web: unchanged' "$(apply "${options[@]}")"
check_equal 'what is there' "$before" "$(ruleset)"
status=0
nft add element netdev mirror_nft "$(set_of web ip)" '{ 11.0.0.1 }' 2>/dev/null || status=$?
[ $status != 0 ] || fail 'somebody can add to a set under our hands'
status=0
nft flush set netdev mirror_nft "$(set_of web ip)" 2>/dev/null || status=$?
[ $status != 0 ] || fail 'somebody can empty a set under our hands'

# One address more, and it is another.
echo 11.0.0.1 >>"$work/customers.txt"
check_equal 'would be' 'web: would be replaced' "$("$mirror_nft" check "${options[@]}")"
check_equal 'one more' 'web: replaced' "$(apply "${options[@]}")"
v4 IN 11.0.0.1
v4 OUT 11.0.0.2
expect_received mir0-tap $frames $bytes
sed -i 's/^11.0.0.1$/11.0.0.2/' "$work/customers.txt"
check_equal 'another' 'web: replaced' "$(apply "${options[@]}")"
check_equal 'sets of the other' 'mirror/web/hosts-ip mirror/web/hosts-ip6 mirror/web/hosts-raw32 ' "$(sets)"
v4 OUT 11.0.0.1
v4 IN 11.0.0.2
expect_received mir0-tap $frames $bytes
check_equal 'none' 'web: replaced' "$(apply --name web --from p0:egress --to mir0)"
check_equal 'sets of none' '' "$(sets)"
# Two mirrors have sets of their own, and one goes without the other's.
apply "${options[@]}" >/dev/null
apply --name web2 "${options[@]:2}" >/dev/null
"$mirror_nft" remove web >/dev/null
check_equal 'the other mirror' 'web2: unchanged' "$(apply --name web2 "${options[@]:2}")"
check_equal 'its sets' 'mirror/web2/hosts-ip mirror/web2/hosts-ip6 mirror/web2/hosts-raw32 ' "$(sets)"
# Of a sort that nft does not hash alike: only single addresses.
printf '10.30.0.%d\n' {1..60..2} >"$work/singles.txt"
apply --name web2 --from p0:egress --hosts "@$work/singles.txt" --to mir0 >/dev/null
check_equal 'single addresses' 'web2: unchanged' "$(apply --name web2 --from p0:egress --hosts "@$work/singles.txt" --to mir0)"
v4 IN 10.30.0.59
v4 OUT 10.30.0.58
expect_received mir0-tap $frames $bytes
"$mirror_nft" remove --all >/dev/null
check_equal 'the table' '' "$(nft list ruleset)"
