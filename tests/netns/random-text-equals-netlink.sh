#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
# time-limit: 300
#
# A thousand random matches: nft takes what `generate` prints for them, and makes
# of it what `apply` makes, in nft's words and in the bytes that it reads; a second
# apply changes nothing. With this machine's nft, and with Debian 13's where
# cli/newer-nft has got it. ROUND_SEED chooses which.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"

seed=${ROUND_SEED:-1} size=50 rounds=20
! has_feature guest || rounds=2
echo "seed $seed"
quiet_namespace
cable p0 p1

# Where its nft is; nothing where there is none.
newer_root() {
	! has_feature guest && has_feature root && has_feature command:mmdebstrap || return 0
	"$_lib/../vm/nft" trixie 2>"$work/root.log" || tail -n 1 "$work/root.log" >&2
}

# Each rule of the bytes is headed by its handles, sets are numbered by the kernel
# and list their elements in the order of some hash.
bytes() { # NFT...
	"$@" --debug=netlink list ruleset | grep -E '^(netdev|  \[|'$'\t''element)' |
		sed -E 's/^(netdev mirror_nft [^ ]+) [0-9 ]+$/\1/; s/__set[0-9]+/__set/g'
}

elements_sorted() {
	awk '!/^\telement/ { group++ } { printf "%06d %s\n", group, $0 }' | LC_ALL=C sort
}

listed() {
	nft list ruleset
	bytes nft | elements_sorted
}

# From text the newer nft makes one "range eq" of what are two comparisons to the
# older one and to apply, and joins neighbours in either order into one load: the
# tests mean the same but are not the same, so it is the rules that are compared.
listed_newer() { bytes "${newer[@]}" | grep -E '^netdev|\[ (immediate|dup|counter) '; }

compare() { # WHAT LIST LIST
	cmp -s "$2" "$3" || fail "$1: $(diff "$2" "$3" | head -n 6)"
}

root=$(newer_root)
newer=()
[ -z "$root" ] || newer=(chroot "$root" /usr/sbin/nft)
for ((round = 0; round < rounds; round++)); do
	"$tools/round" apply $((seed + round)) $size || fail "apply, seed $((seed + round))"
	listed >"$work/netlink"
	[ -z "$root" ] || listed_newer >"$work/netlink.newer"
	nft delete table netdev mirror_nft
	"$tools/round" text $((seed + round)) $size >"$work/text"
	nft -c -f "$work/text"
	nft -f "$work/text"
	listed >"$work/text.listed"
	compare "seed $((seed + round))" "$work/netlink" "$work/text.listed"
	nft delete table netdev mirror_nft
	[ -z "$root" ] && continue
	"${newer[@]}" -f - <"$work/text"
	listed_newer >"$work/text.newer"
	compare "seed $((seed + round)), $("${newer[@]}" --version)" "$work/netlink.newer" "$work/text.newer"
	nft delete table netdev mirror_nft
done
echo "ok $((rounds * size)) matches with $(nft --version)"
if [ -n "$root" ]; then
	echo "ok $((rounds * size)) matches, rule by rule, with $("${newer[@]}" --version)"
elif ! has_feature guest; then
	echo "skip a newer nft : a root of trixie"
fi
