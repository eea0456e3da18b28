#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth command:jq
#
# status --prometheus: the text that a collector reads, to the packet and the byte, and
# by the rules of the format: every metric explained once, its rows together, no row
# twice. What Prometheus itself says of it is in sensor-prometheus.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable "it's" peer

metrics() { "$mirror_nft" status --prometheus "$@"; }

# The values of NAME, with their labels.
rows() { metrics | grep -F "mirror_nft_$1" | grep -v '^#' | sed "s/^mirror_nft_$1//"; } # NAME
expect_rows() { # WHEN NAME ROWS
	check_equal "$2 $1" "$3" "$(rows "$2")"
}

# Names, types and what a counter is called, as the format has them.
well_formed() {
	awk '
	function bad(why) { print "line " NR ": " why ": " $0; exit_status = 1 }
	/^# HELP / { if ($3 in helped || NF < 5) bad("help"); helped[$3] = 1; next }
	/^# TYPE / {
		name = $3
		if (!(name in helped) || name in typed) bad("type without help, or a second one")
		if ((name ~ /_total$/) != ($4 == "counter")) bad("the name of a counter ends in _total")
		typed[name] = 1
		next
	}
	{
		row = $0
		sub(/ [0-9]+$/, "", row)
		if (row == $0) bad("no number")
		if (row in seen) bad("twice")
		seen[row] = 1
		sub(/\{.*/, "", row)
		if (row != name) bad("not below its metric")
		if (row !~ /^mirror_nft_[a-z_]+$/) bad("a name")
		if (NF > 1 && $0 ~ /\{/ && $0 !~ /\{([a-z]+="[^"]*",?)+\} [0-9]+$/) bad("labels")
	}
	END { if (!length(typed)) bad("nothing"); exit exit_status }' "$1"
}

metrics >"$work/none"
well_formed "$work/none" || fail 'without a mirror it is no exposition'
check_equal 'rows without a mirror' 2 "$(grep -vc '^#' "$work/none")"
expect_rows 'without a mirror' mirrors ' 0'

apply --name web --from p0 --match 'tcp port 80' --to mir0 >/dev/null
apply --name odd --from "it's:egress" --to mir1 --limit '1 packets/minute' >/dev/null
send p0 --count 3 --payload 100
send p0 --dport 81 --count 5
send p1 --count 2
expect_received mir0-tap 5 650
send "it's" --count 9
expect_received mir1-tap 1 94
metrics >"$work/all"
well_formed "$work/all" || fail 'it is no exposition'
check_equal 'all of it' '# HELP mirror_nft_build_info The version of mirror-nft that tells this, always 1.
# TYPE mirror_nft_build_info gauge
mirror_nft_build_info{version="'"$("$mirror_nft" --version | cut -d' ' -f2)"'"} 1
# HELP mirror_nft_mirrors Mirrors that run.
# TYPE mirror_nft_mirrors gauge
mirror_nft_mirrors 2' "$(head -n 6 "$work/all")"
expect_rows 'of two' matched_packets_total '{mirror="odd"} 9
{mirror="web"} 5'
expect_rows 'of two' matched_bytes_total '{mirror="odd"} 846
{mirror="web"} 650'
expect_rows 'of two' delivered_packets_total '{mirror="odd"} 1
{mirror="web"} 5'
expect_rows 'of two' delivered_bytes_total '{mirror="odd"} 94
{mirror="web"} 650'
expect_rows 'of one' limited_packets_total '{mirror="odd"} 8'
expect_rows 'of one' limited_bytes_total '{mirror="odd"} 752'
expect_rows 'of two' source_present '{mirror="odd",device="it'\''s",direction="egress"} 1
{mirror="web",device="p0",direction="ingress"} 1
{mirror="web",device="p0",direction="egress"} 1'
expect_rows 'of two' target_up '{mirror="odd",device="mir1"} 1
{mirror="web",device="mir0"} 1'
expect_rows 'of two' problems '{mirror="odd"} 0
{mirror="web"} 0'
check_equal 'mirrors asked for' 1 "$(metrics web | grep -c '^mirror_nft_problems')"

# The same numbers as in the JSON, and its problems.
ip link set mir0-tap down
ip link delete "it's"
expect_rows 'with a tap down' target_up '{mirror="odd",device="mir1"} 1
{mirror="web",device="mir0"} 0'
expect_rows 'with a tap down' target_present '{mirror="odd",device="mir1"} 1
{mirror="web",device="mir0"} 1'
expect_rows 'without a source' source_present '{mirror="odd",device="it'\''s",direction="egress"} 0
{mirror="web",device="p0",direction="ingress"} 1
{mirror="web",device="p0",direction="egress"} 1'
for name in odd web; do
	told=$("$mirror_nft" status --json $name | jq '.mirrors[0].problems | length')
	((told > 0)) || fail "$name has no problem"
	check_equal "problems of $name" "{mirror=\"$name\"} $told" "$(rows problems | grep $name)"
done
ip link delete mir0
expect_rows 'without the target' target_present '{mirror="odd",device="mir1"} 1
{mirror="web",device="mir0"} 0'
expect_rows 'without the target' target_dropped_packets_total '{mirror="odd",device="mir1"} 0'
metrics >"$work/all"
well_formed "$work/all" || fail 'with problems it is no exposition'

expect_refusal 2 'mirror-nft: --prometheus:1:1: ' "$mirror_nft" status --json --prometheus
expect_refusal 2 'mirror-nft: --prometheus:1:1: ' "$mirror_nft" status --prometheus --json
expect_refusal 2 'mirror-nft: --watch:1:1: ' "$mirror_nft" status --prometheus --watch 1
expect_refusal 2 "mirror-nft: no mirror 'nosuch' runs" "$mirror_nft" status --prometheus nosuch
