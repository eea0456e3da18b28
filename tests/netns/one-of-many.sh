#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
# time-limit: 120
#
# One mirror is changed, and many more are there that send to the same target: those that
# see its frames change with it, of all others not a rule is touched.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
mirrors=40
for ((i = 1; i <= mirrors; i++)); do cable "s$i" "w$i"; done

{
	echo 'mirrors:'
	for ((i = 1; i <= mirrors; i++)); do
		printf '  m%d: {from: [s%d:ingress], match: tcp port %d, to: [mir0]}\n' $i $i $((1000 + i))
	done
} >"$work/all.yaml"
apply -f "$work/all.yaml" >"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"
[ "$(nft list chains netdev | grep -c '^	chain ')" -gt 200 ] || fail 'not so many that rules are read later'

one() { # NAME SOURCE MATCH OUTCOME [OPTION...]
	apply --name "$1" --from "$2" --match "$3" --to mir0 "${@:5}" >"$work/out" 2>"$work/err" ||
		fail "$1: $(cat "$work/err")"
	check_equal "$1" "$1: $4" "$(cat "$work/out")"
}

# Chains of others, with the handles of their rules.
rules_of_others() { # NAME...
	local names
	names=$(IFS='|' && echo "$*")
	nft -a list table netdev mirror_nft | sed -E 's/packets [0-9]+ bytes [0-9]+//' |
		awk -v mine="^mirror/($names)(/|\$)" '
			/^\t(chain|set) / { skip = $2 ~ mine }
			!skip && NF && !/^\t?}/'
}

copies=0
copied_once() { # DEVICE DPORT
	send "$1" --dport "$2"
	copies=$((copies + 1))
	expect_received mir0-tap $copies $((copies * 94))
}
marker() { copied_once w40 1040; } # what came twice is there before it

before=$(rules_of_others m1 m5 h5 n1 v1)

# m1 goes before n1, on the same hook.
one n1 s1:ingress tcp applied
copied_once w1 1001
copied_once w1 90
marker

# v1 sees on their way out what n1 and m1 see coming in.
one v1 w1:egress 'tcp port 90 or 91' applied
for port in 1001 90 91 92; do copied_once w1 $port; done
marker
"$mirror_nft" remove n1 >/dev/null
for port in 1001 90 91; do copied_once w1 $port; done
marker
one n1 s1:ingress tcp applied
one m1 s1:ingress 'tcp port 1001 or 91' replaced
for port in 1001 90 91 92; do copied_once w1 $port; done
marker
"$mirror_nft" remove m1 >/dev/null
for port in 1001 90 91 92; do copied_once w1 $port; done
marker
one m1 s1:ingress 'tcp port 1001' applied

# A list that only the table's set has, of a mirror that is not named in what is asked for.
for ((i = 0; i < 200; i++)); do echo "192.0.$((2 + i)).0/24"; done >"$work/list.txt"
one h5 s5:ingress tcp applied --hosts "@$work/list.txt"
one m5 s5:ingress 'tcp port 1005 or 2005' replaced
for port in 1005 2005 80; do copied_once w5 $port; done
send w5 --source 198.51.100.1 --destination 198.51.100.2 --dport 2006
send w5 --source 198.51.100.1 --destination 198.51.100.2 --dport 2005
copies=$((copies + 1))
marker

diff <(echo "$before") <(rules_of_others m1 m5 h5 n1 v1) >"$work/diff" || fail "others were changed: $(cat "$work/diff")"

# What was matched goes on being counted, of one that changes and of one that sees it change.
matched() { "$mirror_nft" status --json | jq ".mirrors[] | select(.name == \"$1\").matched.packets"; }
was=$(matched n1)
[ "$was" -gt 3 ] || fail "n1 has matched $was"
one m1 s1:ingress 'tcp port 1001 or 93' replaced
copied_once w1 94
check_equal 'n1 goes on' $((was + 1)) "$(matched n1)"

# Somebody takes a rule out of a match: seen when that mirror is asked for.
handle=$(nft -a list chain netdev mirror_nft mirror/m9/ip | sed -n '/dport 1009/s/.*handle //p')
nft delete rule netdev mirror_nft mirror/m9/ip handle "$handle"
one m9 s9:ingress 'tcp port 1009' replaced
copied_once w9 1009

# A target that is another device by now is so for all who send to it.
ip link delete mir0
apply --name m2 --from s2:ingress --match 'tcp port 1002' --to mir0 >"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"
copies=0
for i in 2 30 40; do copied_once w$i $((1000 + i)); done
