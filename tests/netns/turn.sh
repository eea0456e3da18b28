#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Changes of one network namespace wait for each other; those of another one
# and those who only look do not wait; and who holds the turn for ever stops
# nobody.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
namespace other

waits_for_its_turn() { # PID
	[[ $(readlink /proc/"$1"/fd/* 2>/dev/null) = *net:\[* ]]
}

exec {turn}</proc/self/ns/net
flock $turn
"$mirror_nft" apply --name a --from p0 --to m0 >"$work/a.out" 2>&1 {turn}<&- &
pid=$!
wait_until 5 waits_for_its_turn $pid || fail "apply does not ask for its turn: $(cat "$work/a.out")"

# All this takes longer than an apply, which is not to be seen meanwhile.
ip -n other link add m0 type veth peer name m0-tap
ip netns exec other "$mirror_nft" apply --name b --from lo --to m0 >/dev/null {turn}<&-
ip netns exec other "$mirror_nft" remove --all >/dev/null {turn}<&-
check_equal 'status while somebody changes' '{"version":1,"mirrors":[]}' \
	"$("$mirror_nft" status --json {turn}<&- | tr -d '\n ')"
check_equal 'rules before its turn' '' "$(ruleset)"

flock -u $turn
wait $pid || fail "apply after its turn: $(cat "$work/a.out")"
check_equal 'chains after its turn' 2 "$(ruleset | grep -c 'type filter hook')"

flock $turn
apply --name a --from p1 --to m0 {turn}<&- >/dev/null || fail 'a turn that never comes stops an apply'
