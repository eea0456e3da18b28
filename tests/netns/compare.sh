#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 180
#
# The experiment on this machine, without the module: it says so, goes on with
# nft's counters, and finds what is known. tc-htb runs in guests only.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/compare.bash"
need nft_egress clsact

work=$(mktemp -d)
defer rm -rf "$work"

targets="lo veth"
has_feature ifb && targets+=" ifb"
has_feature dummy && targets="${targets/lo/lo dummy}"

links_before=$(ip -br link)
"$mirror_nft" compare --path nft,tc --json >"$work/json" 2>"$work/notes"
observer=nft
[ ! -e /proc/net/mirror_probe/counters ] || observer=module
grep -q "^{\"version\":1,\"kernel\":\"$(uname -r)\",\"observer\":\"$observer\"," "$work/json" ||
	fail "heading: $(head -c 100 "$work/json")"
[ $observer = module ] || grep -q 'the module mirror_probe is not loaded' "$work/notes" ||
	fail "nothing said of the missing module: $(cat "$work/notes")"

expected_cases "nft tc" "$targets" >"$work/expected"
cases_of_json "$work/json" >"$work/got"
diff "$work/expected" "$work/got" || fail "compare differs from what is known"
check_equal "devices afterwards" "$links_before" "$(ip -br link)"
check_equal "rules afterwards" "" "$(nft list ruleset)"
