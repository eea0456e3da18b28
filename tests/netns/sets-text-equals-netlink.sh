#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 300
#
# The two ways out of a plan, for every form that a test against ranges can take:
# what nft makes of the text and what is sent by netlink is the same, in nft's
# words and in the bytes that it reads; and it is recognised when it is read back.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"

# Each rule of the bytes is headed by its handles, which are the kernel's to give,
# and the elements of a set come in the order of some hash.
listed() {
	nft list ruleset
	nft --debug=netlink list ruleset | sed -E 's/^(netdev mirror_nft [^ ]+) [0-9 ]+$/\1/' |
		awk '!/^\telement/ { group++ } { printf "%06d %s\n", group, $0 }' | LC_ALL=C sort
}

recognised() { check_equal "$1 $2 is recognised" 1 "$("$tools/plans" has "$1")"; } # PLAN HOW

compare() { # PLAN EXPRESSIONS: at least so many, so that something was compared
	"$tools/plans" apply "$1"
	listed >"$work/netlink"
	recognised "$1" 'by netlink'
	case $("$tools/plans" changed "$1") in
	'0 of '[1-9]*) ;;
	*) fail "$1: a plan that is a little different is recognised as well" ;;
	esac
	nft delete table netdev mirror_nft
	"$tools/plans" text "$1" >"$work/text"
	nft -f "$work/text"
	listed >"$work/loaded"
	recognised "$1" 'by text'
	nft delete table netdev mirror_nft
	(($(grep -c '\[ ' "$work/netlink") >= $2)) || fail "$1: too little was listed"
	cmp -s "$work/netlink" "$work/loaded" ||
		fail "$1: $(diff "$work/netlink" "$work/loaded" | head -n 6)"
}

compare forms 15000
for ((seed = 1; seed <= 10; seed++)); do compare "random:$seed" 100; done
# More than fits into one message.
compare large:20000 4
compare table:5000 4

# Anonymous sets go with their rules.
"$tools/plans" apply forms
nft flush chain netdev mirror_nft forms/9/9
nft delete chain netdev mirror_nft forms/9/9
check_equal 'a plan that lacks a chain' 0 "$("$tools/plans" has forms)"
nft flush table netdev mirror_nft
check_equal 'sets without their rules' '' \
	"$(nft --debug=netlink list ruleset | grep -F @__set || true)"
