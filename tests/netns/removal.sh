#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Mirrors go one by one or all at once, with the devices that were made for
# them; a device that two of them use stays until the last.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
apply --name one --from p0 --match 'tcp port 80' --to mir0 >/dev/null
apply --name two --from p0 --match 'tcp port 81' --to mir0 >/dev/null
apply --name three --from p0 --match 'tcp port 82' --to mir0 --to mir1 >/dev/null

expect_refusal 2 "mirror-nft: no mirror 'nope', there is one, three, two" "$mirror_nft" remove one nope
send p0	# one is still there: nothing is half done
expect_received mir0-tap 1 94

check_equal 'remove one' 'one: removed' "$("$mirror_nft" remove one)"
send p0 --count 3
send p0 --dport 81
expect_received mir0-tap 2 188

check_equal 'remove two of them' 'two: removed
three: removed' "$("$mirror_nft" remove two three)"
for device in mir0 mir0-tap mir1 mir1-tap; do
	! exists $device || fail "$device is still there"
done
check_equal 'rules' '' "$(ruleset)"

apply --name one --from p0 --to mir0 >/dev/null
apply --name one-b --from p0:egress --to mir1 >/dev/null
nft add table netdev other
check_equal 'remove all' '2 mirrors removed' "$("$mirror_nft" remove --all)"
check_equal 'rules of others' 'table netdev other { # handle N }' \
	"$(ruleset | sed 's/handle [0-9]*/handle N/' | tr '\n' ' ' | sed 's/ $//')"
! exists mir1 || fail 'mir1 is still there'
check_equal 'again' 'nothing to remove' "$("$mirror_nft" remove --all)"
expect_refusal 2 "mirror-nft: no mirror 'one', none runs" "$mirror_nft" remove one
