# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The two ways out of one of tools/plans' plans: what nft makes of the text and what
# is sent by netlink is the same, in nft's words and in the bytes that it reads; it
# is recognised when it is read back, and what is a little different is not. Sourced.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/mirror.bash"

# Each rule of the bytes is headed by its handles, which are the kernel's to give,
# and the elements of a set come in the order of some hash.
listed() {
	nft list ruleset
	nft --debug=netlink list ruleset | sed -E 's/^((netdev|inet) mirror_nft [^ ]+) [0-9 ]+$/\1/' |
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
	nft flush ruleset
	"$tools/plans" text "$1" >"$work/text"
	nft -f "$work/text"
	listed >"$work/loaded"
	recognised "$1" 'by text'
	nft flush ruleset
	(($(grep -c '\[ ' "$work/netlink") >= $2)) || fail "$1: too little was listed"
	cmp -s "$work/netlink" "$work/loaded" ||
		fail "$1: $(diff "$work/netlink" "$work/loaded" | head -n 6)"
}
