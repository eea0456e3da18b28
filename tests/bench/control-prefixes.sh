#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A list of prefixes: apply, against `nft -f` of the text that generate makes of the same
# definition, from ten prefixes up; the kernel's own share is what both have to wait for.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
cable 0
target mir0

# /24 with a gap behind each, in disorder, but always the same.
prefixes() { # COUNT
	awk -v count="$1" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "%d.%d.%d.0/24\n", 1 + i / 32768, i / 128 % 256, i % 128 * 2
	}' | sort -R --random-source=<(yes)
}

fresh() { nft flush ruleset; }

read -r -a sizes < <(pick "10 100 1000 10000 100000" "10 100")
for size in "${sizes[@]}"; do
	samples=()
	prefixes "$size" >"$work/list.txt"
	options=(--name list --from s0:ingress --hosts "@$work/list.txt" --match udp --to mir0)
	"$mirror_nft" generate "${options[@]}" >"$work/text" 2>"$work/err" || fail "$(cat "$work/err")"
	for ((i = 0; i < pairs; i++)); do
		fresh
		command_cost mirror-nft "$mirror_nft" apply "${options[@]}"
		[ $i -gt 0 ] || nft list ruleset >"$work/ours"
		command_cost again "$mirror_nft" apply "${options[@]}"
		fresh
		command_cost nft nft -f "$work/text"
		[ $i -gt 0 ] || nft list ruleset | cmp - "$work/ours" || fail 'another ruleset'
	done
	record_costs "$size" mirror-nft nft again
done
ratio "time in userspace, $size prefixes" mirror-nft/user nft/user most 0.5
ratio "the whole time" mirror-nft/wall nft/wall most 0.7
ratio "the processor's time, kernel and all" mirror-nft/cpu nft/cpu
ratio "peak memory" mirror-nft/memory nft/memory most 0.3
ratio "apply again, against the first" again/wall mirror-nft/wall
