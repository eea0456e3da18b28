#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guests: its own
# time-limit: 300
#
# make bench in a guest, in small: the kernel's generator sends, and instructions are
# counted. It proves that it runs.
set -euo pipefail
tests=$(cd "$(dirname "$0")/../.." && pwd -P)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$tests/bench/run" --short --kernel bookworm --into "$out" path-one-port >"$out/said" 2>&1 ||
	{ cat "$out/said" && exit 1; }
jq -e '.cpu | startswith("instructions, ")' "$out/bench.json" >/dev/null ||
	{ echo "no guest: $(jq -r .cpu "$out/bench.json")" && exit 1; }
jq -e '[.records[] | select(.kind == "measure")] | length == 12 and all(.median > 500 and (.samples | length) == 3)' \
	"$out/bench.json" >/dev/null || { echo 'records:' && cat "$out/said" "$out/bench.json" && exit 1; }
