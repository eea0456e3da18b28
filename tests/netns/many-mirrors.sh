#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
#
# So many mirrors that their rules are read chain by chain (nft_state.c), with names of
# which one begins as another does: apply, again, a change of one, remove.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
mirrors=40
for ((i = 1; i <= mirrors; i++)); do cable "s$i" "w$i"; done
cable q0 q1

definition() { # PORT OF m1
	echo 'mirrors:'
	local i
	for ((i = 1; i <= mirrors; i++)); do
		printf '  m%d: {from: [s%d:ingress], match: tcp port %d, to: [mir0]}\n' $i $i $((i == 1 ? $1 : 1000 + i))
	done
	echo '  m1-b: {from: [q0:ingress], match: tcp port 80, to: [mir1]}'
}

definition 80 >"$work/one.yaml"
definition 81 >"$work/other.yaml"
apply -f "$work/one.yaml" >"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"
check_equal 'applied' $((mirrors + 1)) "$(grep -c ': applied$' "$work/out")"
chains=$(nft list chains netdev | grep -c '^	chain ')
[ "$chains" -gt 200 ] || fail "only $chains chains: not read chain by chain"
check_equal 'again' $((mirrors + 1)) "$(apply -f "$work/one.yaml" 2>/dev/null | grep -c ': unchanged$')"
check_equal 'mirrors that run' $((mirrors + 1)) "$("$mirror_nft" status --json | jq '.mirrors | length')"

send w1
send w30 --dport 1030
expect_received mir0-tap 2 188
send q1
expect_received mir1-tap 1 94

apply -f "$work/other.yaml" >"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"
check_equal 'replaced' 'm1: replaced' "$(grep -v ': unchanged$' "$work/out")"
send w1
send w1 --dport 81
expect_received mir0-tap 3 282

"$mirror_nft" remove m1 >/dev/null
send w1 --dport 81
send w30 --dport 1030
expect_received mir0-tap 4 376
send q1
expect_received mir1-tap 2 188
check_equal 'mirrors that are left' "$mirrors" "$("$mirror_nft" status --json | jq '.mirrors | length')"
"$mirror_nft" remove --all >/dev/null
check_equal 'the ruleset' '' "$(nft list ruleset)"
