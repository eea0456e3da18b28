#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Copies for a program on the same host without a mirror: tcpdump on the source itself,
# which copies in userspace, and a ring, which does no more than that; beside a mirror to a
# device that nobody reads and one that tcpdump reads. Of the frames that they have no time
# for they say how many.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
cable none nft read tcpdump ring
target tnft tread
mirror nft snft:ingress tnft --match 'udp port 9091'
mirror nft sread:ingress tread --match 'udp port 9091'

tcpdump_start() { # DEVICE
	tcpdump --immediate-mode -B 65536 -n -i "$1" -w /dev/null udp port 9091 2>"$work/$1.log" &
	pids+=($!)
	defer end_quietly $!
	wait_until 10 grep -q 'listening on' "$work/$1.log" || fail "tcpdump: $(cat "$work/$1.log")"
}

pids=()
tcpdump_start stcpdump
tcpdump_start tread-tap
tcpdump -y EN10MB -ddd udp port 9091 >"$work/program" 2>/dev/null || fail 'tcpdump -ddd'
"$bench/build/ring" sring "$work/program" >"$work/ring" &
reader=$!
defer end_quietly $reader
wait_until 10 grep -q ready "$work/ring" || fail 'ring'

frames_time none=wnone mirror-nft=wnft mirror-and-tcpdump=wread tcpdump=wtcpdump ring=wring -- --bypass
expect_copies tnft "$frames"
expect_copies tread "$frames"
record ns/frame none mirror-nft mirror-and-tcpdump tcpdump ring
ratio "a frame's way with tcpdump on the source, against a mirror" tcpdump mirror-nft
ratio "a frame's way with a ring on the source, against a mirror" ring mirror-nft

kill "$reader"
wait "$reader" || fail 'ring'
read -r got lost took < <(tail -n 1 "$work/ring")
check_equal 'frames in the ring and lost' "$frames" $((got + lost))
samples[reader-ring]=" $((took / frames))"
samples[lost-ring]=" $lost"
for i in 0 1; do
	name=reader-$([ $i = 0 ] && echo source || echo mirror)
	samples[$name]=" $(($(cpu_of "${pids[i]}") / frames))"
	kill -INT "${pids[i]}"
	wait "${pids[i]}" || true
done
for device in stcpdump tread-tap; do
	samples[lost-$device]=" $(awk '/dropped by kernel/ { print $1 }' "$work/$device.log")"
done
record "ns/frame of the reader's CPU" reader-{source,mirror,ring}
record 'frames without time for them' lost-{stcpdump,tread-tap,ring}
