#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Copies for a program on the same host without a mirror: tcpdump on the source itself,
# which copies in userspace, beside a mirror to a device that nobody reads and one that
# tcpdump reads. Of the frames that it has no time for it says how many.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
cable none nft read tcpdump
target tnft tread
mirror nft snft:ingress tnft --match 'udp port 9091'
mirror nft sread:ingress tread --match 'udp port 9091'

capture() { # DEVICE
	tcpdump --immediate-mode -B 65536 -n -i "$1" -w /dev/null udp port 9091 2>"$work/$1.log" &
	pids+=($!)
	defer end_quietly $!
	wait_until 10 grep -q 'listening on' "$work/$1.log" || fail "tcpdump: $(cat "$work/$1.log")"
}

pids=()
capture stcpdump
capture tread-tap
frames_time none=wnone mirror-nft=wnft mirror-and-tcpdump=wread tcpdump=wtcpdump -- --bypass
expect_copies tnft "$frames"
expect_copies tread "$frames"
record ns/frame none mirror-nft mirror-and-tcpdump tcpdump
ratio "a frame's way with tcpdump on the source, against a mirror" tcpdump mirror-nft
for i in 0 1; do
	name=reader-$([ $i = 0 ] && echo source || echo mirror)
	samples[$name]=" $(($(cpu_of "${pids[i]}") / frames))"
	record "ns/frame of tcpdump's CPU" "$name"
	kill -INT "${pids[i]}"
	wait "${pids[i]}" || true
done
for device in stcpdump tread-tap; do
	samples[lost-$device]=" $(awk '/dropped by kernel/ { print $1 }' "$work/$device.log")"
	record "frames that tcpdump had no time for" "lost-$device"
done
