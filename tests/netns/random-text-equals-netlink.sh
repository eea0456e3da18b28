#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
# time-limit: 300
#
# A thousand random matches: nft takes what `generate` prints for them, and makes
# of it what `apply` makes, in nft's words and in the bytes that it reads; a second
# apply changes nothing. With this machine's nft, and with a newer one where a root
# of Debian 13 can be made, or is there already. ROUND_SEED chooses which.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"

seed=${ROUND_SEED:-$RANDOM} size=50 rounds=20
! has_feature guest || rounds=2
echo "seed $seed"
quiet_namespace
cable p0 p1
cable mir0 mir0-tap

# Where its nft is; nothing where there is none.
newer_root() {
	! has_feature guest && has_feature root && has_feature command:mmdebstrap || return 0
	"$_lib/../vm/nft" trixie 2>"$work/root.log" || tail -n 1 "$work/root.log" >&2
}

# Each rule of the bytes is headed by its handles, sets are numbered by the kernel
# and list their elements in the order of some hash.
listed() { # NFT...
	"$@" list ruleset
	"$@" --debug=netlink list ruleset | sed -E 's/^(netdev mirror_nft [^ ]+) [0-9 ]+$/\1/; s/__set[0-9]+/__set/g' |
		awk '!/^\telement/ { group++ } { printf "%06d %s\n", group, $0 }' | LC_ALL=C sort
}

compare() { # WHAT LIST LIST
	cmp -s "$2" "$3" || fail "$1: $(diff "$2" "$3" | head -n 6)"
}

root=$(newer_root)
newer=()
[ -z "$root" ] || newer=(chroot "$root" /usr/sbin/nft)
for ((round = 0; round < rounds; round++)); do
	"$tools/round" apply $((seed + round)) $size || fail "apply, seed $((seed + round))"
	listed nft >"$work/netlink"
	[ -z "$root" ] || listed "${newer[@]}" >"$work/netlink.newer"
	nft delete table netdev mirror_nft
	"$tools/round" text $((seed + round)) $size >"$work/text"
	nft -c -f "$work/text"
	nft -f "$work/text"
	listed nft >"$work/text.listed"
	compare "seed $((seed + round))" "$work/netlink" "$work/text.listed"
	nft delete table netdev mirror_nft
	[ -z "$root" ] && continue
	"${newer[@]}" -f - <"$work/text"
	listed "${newer[@]}" >"$work/text.newer"
	compare "seed $((seed + round)), $("${newer[@]}" --version)" "$work/netlink.newer" "$work/text.newer"
	nft delete table netdev mirror_nft
done
echo "ok $((rounds * size)) matches with $(nft --version)"
if [ -n "$root" ]; then
	echo "ok $((rounds * size)) matches with $("${newer[@]}" --version)"
else
	echo "skip a newer nft : a root of trixie"
fi
