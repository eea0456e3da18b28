#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: root, nft_ingress, nft_egress, nft_dup, cls_bpf, vxlan, command:jq, command:tcpdump
# time-limit: 240
#
# make bench in small: every case runs, counts its copies, and what is written can be
# read. What it measured here is worth nothing.
set -euo pipefail
tests=$(cd "$(dirname "$0")/.." && pwd -P)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$tests/bench/run" --short --into "$out" >"$out/said" 2>&1 || { cat "$out/said" && exit 1; }

# Each case that there is has told a ratio, all numbers are numbers.
cases=$("$tests/bench/run" --list | sort | xargs)
told=$(jq -r '[.records[] | select(.kind == "ratio").case] | unique | join(" ")' "$out/bench.json")
[ "$told" = "$cases" ] || { echo "cases: $cases, ratios of: $told" && exit 1; }
jq -e '.version == 1 and .short and all(.records[] | select(.kind == "measure");
	(.median | type) == "number" and .low <= .median and .median <= .high and (.samples | length) > 0)' \
	"$out/bench.json" >/dev/null || { echo 'records:' && cat "$out/bench.json" && exit 1; }
jq -e 'all(.records[] | select(.kind == "ratio" and .case[:5] == "path-"); .median > 0 and .pairs == 3)' \
	"$out/bench.json" >/dev/null || { echo 'ratios:' && cat "$out/said" && exit 1; }
for plot in control-prefixes-wall control-mirrors-cpu path-hosts-lookup run-devices-cpu; do
	grep -q '</svg>' "$out/$plot.svg" || { echo "no plot $plot" && exit 1; }
	[ "$(grep -c '<circle' "$out/$plot.svg")" -ge 2 ] || { echo "nothing in plot $plot" && exit 1; }
done

# What is never above zero has no place on an axis of powers of ten, and once had one without
# end.
mkdir "$out/zero"
jq '.records |= map(if .x != null then .median = 0 | .low = 0 | .high = 0 else . end)' \
	"$out/bench.json" >"$out/zero.json"
timeout 20 "$tests/bench/plot" "$out/zero.json" "$out/zero" || { echo 'a plot of zeros' && exit 1; }
[ -z "$(ls "$out/zero")" ] || { echo "plots of zeros: $(ls "$out/zero")" && exit 1; }

status=0
"$tests/bench/run" --pairs 6 >/dev/null 2>&1 || status=$?
[ $status = 2 ] || { echo "too few pairs: exit status $status" && exit 1; }
