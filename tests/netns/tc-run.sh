#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: clsact cls_bpf veth
#
# `run` with mirrors on the tc path: what others take away is put back, what they have
# beside it stays, devices come and go, and with SIGHUP mirrors do.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
cable p0 p1

tc_define() { # SOURCES MATCH
	printf 'mirrors:\n  web:\n    from: [%s]\n    to: mir0\n    match: %s\n    path: tc\n' "$1" "$2" >"$file"
}
# "p0 ingress 49000", one a line.
filters() {
	local device hook
	for device in p0 p1 late; do
		for hook in ingress egress; do
			tc filter show dev "$device" "$hook" 2>/dev/null |
				sed -n "s/^filter protocol all pref \([0-9]*\) bpf chain 0 handle .*/$device $hook \1/p"
		done
	done
}
_filters_are() { [ "$(filters)" = "$1" ]; }
expect_filters() { # LINES
	wait_until 20 _filters_are "$1" || fail "expected filters '$1', got '$(filters)', log: $(tail -n 3 "$log")"
}
undone() { # WHAT EFFECT COMMAND...
	local lines
	lines=$(wc -l <"$log")
	"${@:3}" || fail "$*"
	expect_filters "$ours"
	more() { (($(wc -l <"$log") > lines)); }
	wait_until 10 more || fail "nothing was said of $1"
	check_equal "said of $1" "mirror-nft: somebody changed the filters of tc -> web was put $2" \
		"$(sed -n "$((lines + 1)),\$p" "$log")"
	expect_copy p0 mir0-tap
}

# One that the file does not have goes at the start, one that it has stays as it is.
apply --path tc --name old --from p1 --to mir9 >/dev/null 2>&1
tc_define p0 'tcp port 80'
"$mirror_nft" apply -f "$file" >/dev/null 2>&1 || fail 'apply'
before=$(tc -s filter show dev p0 egress)
tc_define 'p0, late' 'tcp port 80'
run_start
ours=$'p0 ingress 49001\np0 egress 49001'
expect_filters "$ours"
expect_copy p0 mir0-tap

undone 'a filter that is gone' right tc filter del dev p0 egress pref 49001
# Nothing is left that says which preference it was: the first free one it is.
ours=${ours//49001/49000}
undone 'clsact that is gone' 'in place' tc qdisc del dev p0 clsact

# What others have beside it is nobody's business.
lines=$(wc -l <"$log")
tc filter add dev p0 egress protocol all pref 1 handle 0x1 bpf bytecode '1,6 0 0 0' \
	action mirred egress mirror dev p1 continue
tc filter del dev p0 egress pref 1

# Devices.
cable late late-in
ours+=$'\nlate ingress 49000\nlate egress 49000'
expect_filters "$ours"
check_equal 'said of filters of others' "mirror-nft: late appeared -> web mirrors late" "$(sed -n "$((lines + 1)),\$p" "$log")"
expect_copy late mir0-tap
ip link delete late
ours=${ours%%$'\nlate'*}
expect_filters "$ours"

# Another match, a path that cannot be handed over to, and an end.
tc_define 'p0, late' 'tcp port 80 or tcp port 81'
kill -HUP $daemon
changed() { [[ $(tc filter show dev p0 egress) != "${before%%Sent*}"* ]] && "$mirror_nft" status | grep 'port 81' >/dev/null; }
wait_until 20 changed || fail "the match stays: $(tail -n 3 "$log")"
send p0 --dport 81
expect_copy p0 mir0-tap
define p0 mir0 'tcp port 80'
kill -HUP $daemon
said "$file:2:3: mirror 'web' runs on the tc path, and no path takes over from the other without a gap or copies made twice: mirror-nft remove web first"
expect_filters "$ours"
printf 'mirrors:\n  other:\n    from: ["p1%s"]\n    to: mir1\n' "$both" >"$file"
kill -HUP $daemon
expect_filters ''
[[ $(tc qdisc show dev p0) != *clsact* ]] || fail 'clsact stays'
run_stop TERM
