#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames that do not match, against a kernel without any mirror: one port, and a list of
# hosts. The mirror is made and removed for each measurement, since a hook anywhere
# turns on code for all devices.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
cable 0
target mir0

prefixes=$(pick 100000 100)
awk -v count="$prefixes" 'BEGIN {
	for (i = 0; i < count; i++)
		printf "%d.%d.%d.0/24\n", 1 + i / 32768, i / 128 % 256, i % 128 * 2
}' >"$work/list.txt"

# The lists' sets of frames: addresses of which none is listed, in all of the list's space.
sent=(--set 4096 --to 1.0.1.0 --step 512 --addresses "$prefixes" --port 53)
turns=$pairs
for direction in ingress egress; do
	way=("${sent[@]}")
	[ $direction = egress ] || way+=(--bypass)
	device=s0
	[ $direction = egress ] || device=w0
	for ((turn = 0; turn < turns; turn++)); do
		pairs=1
		frames_time "$direction/none=$device" -- "${way[@]}"
		mirror nft s0:$direction mir0 --match 'udp port 9091'
		frames_time "$direction/one-port=$device" -- "${way[@]}"
		"$mirror_nft" remove --all >/dev/null
		frames_time "$direction/none-2=$device" -- "${way[@]}"
		mirror nft s0:$direction mir0 --hosts "@$work/list.txt"
		frames_time "$direction/hosts=$device" -- "${way[@]}"
		"$mirror_nft" remove --all >/dev/null
		# What nobody can do without: a chain on the hook with nothing in it.
		by_hand s0 $direction ''
		frames_time "$direction/empty-chain=$device" -- "${way[@]}"
		nft flush ruleset
	done
	expect_copies mir0 0
	record ns/frame "$direction"/{none,one-port,none-2,hosts,empty-chain}
	ratio "no match of one port, against no mirror, $direction" "$direction/none" "$direction/one-port" least 0.95
	ratio "an empty chain on the hook, against none, $direction" "$direction/none-2" "$direction/empty-chain"
	ratio "no match of $prefixes prefixes, against no mirror, $direction" "$direction/none-2" "$direction/hosts" least 0.95
done
