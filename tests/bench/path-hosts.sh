#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Lists of hosts, every frame is copied: many prefixes against one, and where the time
# goes from one to the other.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"

read -r -a sizes < <(pick "1 10 100 1000 10000 100000" "1 100")
sides=()
for size in "${sizes[@]}"; do
	cable "$size"
	target "t$size"
	if [ "$size" = 1 ]; then echo 0.0.0.0/5; else
		awk -v count="$size" 'BEGIN {
			for (i = 0; i < count; i++)
				printf "%d.%d.%d.0/24\n", 1 + i / 32768, i / 128 % 256, i % 128 * 2
		}'
	fi >"$work/$size"
	mirror nft "s$size:ingress" "t$size" --hosts "@$work/$size"
	# The first ten prefixes are in every list, and in all but one are looked for among many.
	sides+=("$size=w$size")
done
most=${sizes[-1]}

# Addresses of ten prefixes, the same frames for all; then of all of the longest list.
frames_time "${sides[@]}" -- --bypass --set 4096 --to 1.0.0.0 --step 512 --addresses "$(pick 10 100)"
for size in "${sizes[@]}"; do
	expect_copies "t$size" "$frames"
	samples[mirror-nft]=${samples[$size]}
	record_point lookup "$size" ns/frame mirror-nft
done
ratio "$most prefixes against 1, the same ten hosts" 1 "$most" least 0.9
before=$frames
samples=()
frames_time "1=w1" "$most=w$most" -- --bypass --set 16384 --to 1.0.0.0 --step 512 --addresses "$most"
expect_copies t1 $((before + frames))
expect_copies "t$most" $((before + frames))
for size in 1 "$most"; do
	samples[mirror-nft]=${samples[$size]}
	record_point spread "$size" ns/frame mirror-nft
done
ratio "$most prefixes against 1, hosts of all of them" 1 "$most" least 0.9
