#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 300
#
# The experiment on this machine, without the module: it says so, goes on with
# nft's counters, and finds what is known. tc-htb runs in guests only.
. "$(dirname "$0")/../lib/lib.sh"
. "$(dirname "$0")/../lib/compare.bash"
need nft_egress clsact

work=$(mktemp -d)
defer rm -rf "$work"

targets=""
for target in $every_target; do
	case $target in
	lo | veth) targets+=" $target" ;;
	bridge-port) ! has_feature bridge || targets+=" $target" ;;
	loop) [ ! -c /dev/net/tun ] || targets+=" $target" ;;
	*) ! has_feature "$target" || targets+=" $target" ;;
	esac
done

links_before=$(ip -br link)
"$mirror_nft" compare --path nft,tc --json >"$work/json" 2>"$work/notes" || fail "compare: $(cat "$work/notes")"
observer=nft
[ ! -e /proc/net/mirror_probe/counters ] || observer=module
grep -q "^{\"version\":1,\"kernel\":\"$(uname -r)\",\"observer\":\"$observer\"," "$work/json" ||
	fail "heading: $(head -c 100 "$work/json")"
[ $observer = module ] || grep -q 'the module mirror_probe is not loaded' "$work/notes" ||
	fail "nothing said of the missing module: $(cat "$work/notes")"
for target in $every_target; do
	[[ " $targets " = *" $target "* ]] || grep -q "no target $target: this kernel needs" "$work/notes" ||
		fail "nothing said of the missing $target: $(cat "$work/notes")"
done

expected_cases "nft tc" "$targets" >"$work/expected"
cases_of_json "$work/json" >"$work/got"
diff "$work/expected" "$work/got" || fail "compare differs from what is known"

# What could not be found out is named: marks from ingress take an action of tc's.
expected_traits "nft tc" "$every_trait" >"$work/expected"
if grep -q 'not found out, mark: this kernel lacks act_skbedit' "$work/notes"; then
	sed -i '/ ingress veth mark /d' "$work/expected"
fi
traits_of_json "$work/json" >"$work/got"
diff "$work/expected" "$work/got" || fail "traits differ from what is known"
expected_lives "nft tc" >"$work/expected"
lives_of_json "$work/json" >"$work/got"
diff "$work/expected" "$work/got" || fail "lives differ from what is known"
check_equal "points where they differ" 7 "$(jq '.differences | length' "$work/json")"
check_equal "devices afterwards" "$links_before" "$(ip -br link)"
check_equal "rules afterwards" "" "$(nft list ruleset)"

# A part of it, as a table; two at once.
for run in 1 2; do
	"$mirror_nft" compare --path nft,tc --target veth --protocol udp >"$work/table$run" 2>/dev/null &
	pids[run]=$!
done
for run in 1 2; do wait "${pids[run]}" || fail "run $run of two at once"; done
cmp "$work/table1" "$work/table2" || fail "two at once differ"
grep -q '^nft and tc agree in 16 of 16 cases\.$' "$work/table1" || fail "the table: $(cat "$work/table1")"
grep -q '^- egress to lo, with the original.s entry of connection tracking: nft 3 of 3 copies, tc 0 of 3: ' "$work/table1" ||
	fail "the differences: $(cat "$work/table1")"

# Interrupted on a terminal: no half line, and the echo behind "loop" is gone too.
command -v script >/dev/null || exit 0
script -qfec "'$mirror_nft' compare" "$work/terminal" >/dev/null 2>&1 </dev/null &
wait_until 20 grep -qs " left" "$work/terminal"
pkill -INT -f -x "$mirror_nft compare" || fail "it does not run"
wait $! || true
check_equal "the end of the terminal's text" $'\r\e[K' "$(grep -v '^Script done' "$work/terminal" | tail -c 60 | grep -oP '\r\e\[K$')"
! pgrep -f -x "$mirror_nft compare" >/dev/null || fail "a process is left"
