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

# It goes on asking, so it has not gone on without.
waits_for_its_turn() { # FILE: its turns
	[ "$(grep -cx 'not yet' "$1")" -ge 3 ]
}

asks_for_turns() { # EXPECTED COMMAND...
	: >"$work/turns"
	LD_PRELOAD=$tools/turns.so TURNS=$work/turns "${@:2}" >"$work/out" {turn}<&- ||
		fail "${*:2}: $(cat "$work/out")"
	check_equal "turns, ${*:2}" "$1" "$(cat "$work/turns")"
}

exec {turn}</proc/self/ns/net
flock $turn
: >"$work/a.turns"
LD_PRELOAD=$tools/turns.so TURNS=$work/a.turns \
	"$mirror_nft" apply --name a --from p0 --to m0 >"$work/a.out" 2>&1 {turn}<&- &
pid=$!
wait_until 5 waits_for_its_turn "$work/a.turns" || fail "apply does not ask for its turn: $(cat "$work/a.out")"
# It would not wait for ever, and what follows may take longer.
kill -STOP $pid
check_equal 'rules before its turn' '' "$(ruleset)"

ip -n other link add m0 type veth peer name m0-tap
asks_for_turns taken ip netns exec other "$mirror_nft" apply --name b --from lo --to m0
asks_for_turns taken ip netns exec other "$mirror_nft" remove --all
asks_for_turns '' "$mirror_nft" status --json
check_equal 'status while somebody changes' '{"version":1,"mirrors":[]}' \
	"$(tr -d '\n ' <"$work/out")"

flock -u $turn
asks_for_turns taken "$mirror_nft" remove --all
kill -CONT $pid
wait $pid || fail "apply after its turn: $(cat "$work/a.out")"
check_equal 'chains after its turn' 2 "$(ruleset | grep -c 'type filter hook')"

flock $turn
apply --name a --from p1 --to m0 {turn}<&- >/dev/null || fail 'a turn that never comes stops an apply'
