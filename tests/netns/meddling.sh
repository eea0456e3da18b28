#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Somebody else is faster: between what apply reads and what it writes the
# rules change, or are refused. It begins anew as long as that helps, and else
# leaves nothing behind.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
# MOMENT COMMAND...
meddle() { LD_PRELOAD=$tools/meddle.so MEDDLE_AT=$1 "${@:2}"; }
definition=(--name web --from p0 --match 'tcp port 80' --to mir0)

# Another mirror comes in between: both are there in the end.
MEDDLE="$mirror_nft apply --name other --from p0 --match 'tcp port 81' --to mir1 >/dev/null" \
	meddle rules "$mirror_nft" apply "${definition[@]}" >/dev/null
send p0 --count 2
send p0 --dport 81
expect_received mir0-tap 2 188
expect_received mir1-tap 1 94

# The same mirror goes in between, table and all: it is there in the end.
"$mirror_nft" remove other >/dev/null
MEDDLE="$mirror_nft remove web >/dev/null" \
	meddle rules "$mirror_nft" apply --name web --from p0 --match 'tcp port 82' --to mir1 >/dev/null
send p0 --dport 82
expect_received mir1-tap 1 94
check_equal 'again' 'web: unchanged' "$(apply --name web --from p0 --match 'tcp port 82' --to mir1)"

# A removal is met by another one's change.
MEDDLE='nft add table netdev elsewhere' meddle rules "$mirror_nft" remove web >/dev/null
check_equal 'mirrors' 'no mirror runs' "$("$mirror_nft" status)"
! exists mir1 || fail 'the device is left'
nft delete table netdev elsewhere

# Rules that change all the time: a sentence, and nothing left.
MEDDLE='nft add table netdev elsewhere; nft delete table netdev elsewhere' MEDDLE_TIMES=1000 \
	expect_refusal 1 'mirror-nft: the ruleset keeps changing under our hands' \
	meddle rules "$mirror_nft" apply "${definition[@]}"
! exists mir0 || fail 'the device is left'

# The kernel says no after the device was made.
for errno in 95 1 12; do	# EOPNOTSUPP, EPERM, ENOMEM
	MEDDLE_ERRNO=$errno expect_refusal 1 'mirror-nft: ' meddle rules "$mirror_nft" apply "${definition[@]}"
	! exists mir0 || fail 'the device is left'
done
check_equal 'rules' '' "$(ruleset)"

# The same no to a replacement leaves the mirror that runs.
apply "${definition[@]}" >/dev/null
MEDDLE_ERRNO=1 expect_refusal 1 'mirror-nft: ' \
	meddle rules "$mirror_nft" apply --name web --from p0 --match udp --to mir1
send p0
expect_received mir0-tap 1 94
! exists mir1 || fail 'the device of the replacement is left'
