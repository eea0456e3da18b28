#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# What status says of mirrors that run, to the packet and the byte, and of
# what is wrong with them.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1

# The whole of the JSON, with what is left to say between.
json() { # MATCHED-PACKETS BYTES DELIVERED-PACKETS BYTES PRESENT UP PROBLEMS [FROM]
	local from=${8-'{"device":"p0","direction":"ingress","present":true},{"device":"p0","direction":"egress","present":true}'}
	printf '{"version":1,"mirrors":[{"name":"web","path":"nft","match":"tcp port 80","from":[%s],' "$from"
	printf '"to":[{"device":"mir0","present":%s,"up":%s}],' "$5" "$6"
	printf '"matched":{"packets":%s,"bytes":%s},"delivered":{"packets":%s,"bytes":%s},' "$1" "$2" "$3" "$4"
	printf '"guarded":{"packets":0,"bytes":0},"problems":[%s]}]}' "$7"
}
expect_json() { # as above
	check_equal status "$(json "$@")" "$("$mirror_nft" status --json web)"
}

check_equal 'nothing runs' '{"version":1,"mirrors":[]}' "$("$mirror_nft" status --json)"
check_equal 'nothing runs' 'no mirror runs' "$("$mirror_nft" status)"
expect_refusal 2 "mirror-nft: no mirror 'web' runs" "$mirror_nft" status web

# mir0 has a past: it does not count.
apply --name before --from p0 --to mir0 >/dev/null
send p0 --count 7
apply --name web --from p0 --match 'tcp port 80' --to mir0 >/dev/null
"$mirror_nft" remove before >/dev/null
expect_json 0 0 0 0 true true ''

send p0 --count 3 --payload 100
send p0 --dport 81 --count 5
send p1 --dport 81 --count 5
send p1 --count 2
expect_received mir0-tap 12 $((7 * 94 + 3 * 154 + 2 * 94))
expect_json 5 650 5 650 true true ''
check_equal 'as a table' \
	'MIRROR  FROM  MATCH        TO    MATCHED  DELIVERED
web     p0    tcp port 80  mir0        5          5' "$("$mirror_nft" status)"

ip link set mir0 down
send p0
expect_json 6 744 5 650 true false "\"target mir0 is down, copies are dropped until it is up: ip link set mir0 up\"$(drops_told mir0)"
check_equal 'as a table' 'web: target mir0 is down, copies are dropped until it is up: ip link set mir0 up' \
	"$("$mirror_nft" status web | grep 'is down')"
ip link set mir0 up
ip link set mir0-tap down
expect_json 6 744 5 650 true true "\"target mir0 has no carrier, copies are dropped until its other end is up, in whatever namespace that is\"$(drops_told mir0)"
ip link set mir0-tap up
wait_until 5 _runs mir0
send p0
lost=$(drops_told mir0)
expect_json 7 838 6 744 true true "${lost#,}"

ip link delete mir0
expect_json 7 838 0 0 false false '"target mir0 is missing, copies go nowhere","frames match, but no copy arrives at the target"'
ip link add mir0 type veth peer name mir0-tap
ip link set mir0 up
ip link set mir0-tap up
wait_until 5 _runs mir0
before=$(_received_packets mir0-tap)
send p0
check_equal 'copies into the new device' "$before" "$(_received_packets mir0-tap)"
expect_json 8 932 0 0 false false '"target mir0 was made anew, the rules still send to the old one: apply again","frames match, but no copy arrives at the target"'
check_equal repair 'web: replaced' "$(apply --name web --from p0 --match 'tcp port 80' --to mir0)"
send p0
expect_json 1 94 1 94 true true ''

# A source goes, and with it what hung on it: told once, not for each direction.
apply --name web --from p0 --from q0:ingress --match 'tcp port 80' --to mir0 >/dev/null
send p0
ip link delete p0
expect_json 1 94 1 94 true true '"source p0 is missing"' \
	'{"device":"p0","direction":"ingress","present":false},{"device":"p0","direction":"egress","present":false},{"device":"q0","direction":"ingress","present":true}'
