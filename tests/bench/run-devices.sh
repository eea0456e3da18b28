#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The daemon: wake-ups while nothing happens, and what each device costs it that appears,
# the first hundred and the last.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
total=$(pick 1000 20) step=$(pick 100 10)
target mir0
printf 'mirrors:\n  all: {from: ["e*:ingress"], match: udp port 9091, to: [mir0]}\n' >"$work/file"
"$mirror_nft" run -f "$work/file" 2>"$work/log" &
daemon=$!
defer end_quietly $daemon
wait_until 20 grep -q 'started -> ' "$work/log" || fail "$(cat "$work/log")"

switches() { awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$daemon/status"; }
hooks() { nft list chains netdev | grep -c 'hook ingress device "e'; }
hooked() { [ "$(hooks)" = "$1" ]; }

seconds=$(pick 10 1)
before=$(switches)
sleep "$seconds" # this is what is measured: a time in which nothing happens
samples[idle]=" $(($(switches) - before))"
record "wake-ups in $seconds s" idle

for ((n = step; n <= total; n += step)); do
	start=$(cpu_of $daemon) begin=${EPOCHREALTIME/[.,]/}
	for ((i = n - step + 1; i <= n; i++)); do
		echo "link add e$i type veth peer name p$i"
	done | ip -batch -
	wait_until 60 hooked "$n" || fail "$(hooks) hooks of $n devices: $(tail -n 1 "$work/log")"
	samples[cpu]=" $((($(cpu_of $daemon) - start) / 1000 / step))"
	samples[wall]=" $(((${EPOCHREALTIME/[.,]/} - begin) / step))"
	record_point cpu "$n" us/device cpu
	record_point wall "$n" us/device wall
	[ "$n" != "$step" ] || samples[first]=${samples[cpu]}
done
ratio "CPU for a device, the last ones against the first" cpu first most 1.5
