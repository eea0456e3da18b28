#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guests: its own
# time-limit: 300
#
# make bench in a guest, in small: the kernel's generator sends, instructions are counted,
# and the same frames take the same of them (one round of three may have met a timer).
set -euo pipefail
tests=$(cd "$(dirname "$0")/../.." && pwd -P)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$tests/bench/run" --short --kernel bookworm --into "$out" path-one-port >"$out/said" 2>&1 ||
	{ cat "$out/said" && exit 1; }
jq -e '.cpu | startswith("instructions, ")' "$out/bench.json" >/dev/null ||
	{ echo "no guest: $(jq -r .cpu "$out/bench.json")" && exit 1; }
jq -e '[.records[] | select(.kind == "measure")] | length == 12 and all(
	(.samples | sort) as $s | $s[1] > 500 and ([$s[1] - $s[0], $s[2] - $s[1]] | min) < $s[1] / 100)' \
	"$out/bench.json" >/dev/null || { echo 'records:' && cat "$out/said" "$out/bench.json" && exit 1; }
