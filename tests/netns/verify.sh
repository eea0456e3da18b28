#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
# time-limit: 120
#
# What apply sends it reads back, and with --verify it watches the traffic: a change
# that traffic speaks against is undone, rules and devices, and what was there
# before is there again.
# shellcheck source-path=SCRIPTDIR source=atomic.bash
. "$(dirname "$0")/atomic.bash"
rate=$(atomic_rate 1000 1000)
atomic_setup
from=p0

# Numbered frames from p1 to p0, until "quiet".
busy() {
	coproc TRAFFIC { exec "$tools/sequence" p1 "$rate" p0 2>/dev/null; }
	traffic=$TRAFFIC_PID traffic_input=${TRAFFIC[1]}
	read -r _ <&"${TRAFFIC[0]}"
}
quiet() {
	exec {traffic_input}>&-
	wait "$traffic" || true
}

meddled=()
warnings() { grep -v 'nobody reads' "$work/err" || true; }

# apply must end with STATUS and say just LINE on standard error, of which "N" is
# any number.
expect_apply() { # STATUS LINE OPTION...
	local status=0
	"${meddled[@]}" "$mirror_nft" apply "${@:3}" >"$work/out" 2>"$work/err" || status=$?
	check_equal "exit status of ${*:3}: $(cat "$work/err")" "$1" "$status"
	check_equal "errors of ${*:3}" "$2" "$(warnings | sed -E 's/\b[0-9]+ frames/N frames/')"
}

# The same, and all is as it was before.
expect_undone() { # LINE OPTION...
	local rules links
	rules=$(blocks --all) links=$(devices)
	expect_apply 1 "mirror-nft: $1; all is as it was before" "${@:2}"
	check_equal "output of ${*:2}" '' "$(cat "$work/out")"
	check_equal "rules after '$1'" "$rules" "$(blocks --all)"
	check_equal "devices after '$1'" "$links" "$(devices)"
}

# --- copies ---

expect_apply 0 'mirror-nft: warning: m: nothing matched while watching for 0.4 s, so whether copies arrive is not known' \
	--name m --from p0 --match tcp --to mir0 --verify 0.4
check_equal 'without traffic' 'm: applied
m: made mir0, read the copies on mir0-tap' "$(cat "$work/out")"

busy
expect_apply 0 '' --name m --from p0 --match 'udp port 7777' --to mir0 --to mir1 --verify=0.4
check_equal 'with traffic' 'm: replaced
m: made mir1, read the copies on mir1-tap' "$(cat "$work/out")"
(($(_received_packets mir1-tap) > rate / 10)) || fail "only $(_received_packets mir1-tap) copies while it watched"
expect_apply 0 '' --name m --from p0 --match 'udp port 7777' --to mir0 --to mir1 --verify 0.4
check_equal 'again' 'm: unchanged' "$(cat "$work/out")"

# One of two targets lets nothing through, for one mirror of three: a list that comes,
# one that is replaced, a mirror and a device that are new, a mirror that goes.
{ echo mirrors: && mirror m "$numbered" mir0 "hosts: {file: $work/long}" && mirror n tcp mir1; } >"$work/first"
{ echo mirrors: && mirror m udp 'mir0, mir3' "hosts: {file: $work/short}" &&
	mirror o "udp port 7777" mir2 && mirror p tcp mir2 "except: {file: $work/longer}"; } >"$work/second"
expect_apply 0 '' --only -f "$work/first"
ip link set mir0-tap down
expect_undone 'm: N frames matched in 0.6 s, and no copy of them got through mir0 (target mir0 has no carrier, copies are dropped until its other end is up, in whatever namespace that is)' \
	--only -f "$work/second" --verify 0.6
expect_undone 'm: N frames matched in 0.6 s, and no copy of them got through mir0 (target mir0 has no carrier, copies are dropped until its other end is up, in whatever namespace that is)' \
	-f "$work/second" --verify 0.6
# What was put back works.
ip link set mir0-tap up
before=$(_received_packets mir0-tap)
copies_again() { (($(_received_packets mir0-tap) > before + rate / 10)); }
wait_until 5 copies_again || fail 'no copies after what was before is back'
expect_apply 0 'mirror-nft: warning: p: nothing matched while watching for 0.6 s, so whether copies arrive is not known' \
	--only -f "$work/second" --verify 0.6

# --- the traffic itself ---

new_rules() { nft list chain netdev mirror_nft mirror/m 2>/dev/null | grep "$1" >/dev/null; }
stop_when() { # MATCH: p1 goes down as soon as it is in force
	wait_until 60 new_rules "$1" && ip link set p1 down
}
stop_when 'udp or icmp' &
stopper=$!
expect_undone 'p0 had traffic before the change and has received nothing for 1.0 s since' \
	--name m --from p0 --match 'udp or icmp' --to mir0 --verify 20
wait $stopper
quiet

# It was never there: nobody misses it.
ip link set p1 up
expect_apply 0 'mirror-nft: warning: m: nothing matched while watching for 0.4 s, so whether copies arrive is not known' \
	--name m --from p0 --match 'udp or tcp' --to mir0 --verify 0.4
# Only now and then: no traffic all the time.
"$tools/frames" send p1 --source 192.0.2.1 --destination 192.0.2.2 --protocol udp --sport 1 --dport 2
expect_apply 0 'mirror-nft: warning: m: nothing matched while watching for 0.4 s, so whether copies arrive is not known' \
	--name m --from p0 --match 'udp or icmp' --to mir0 --verify 0.4

# --- what is read back ---

meddled=(env "LD_PRELOAD=$tools/meddle.so" MEDDLE_AT=done 'MEDDLE=nft flush chain netdev mirror_nft mirror/m/copy || true')
expect_apply 0 '' --name m --from p0 --match 'udp port 9' --to mir0
check_equal 'somebody spoils it once' 'm: replaced' "$(cat "$work/out")"
check_equal 'after all' 'm: unchanged' "$(apply --name m --from p0 --match 'udp port 9' --to mir0 2>/dev/null)"
meddled+=(MEDDLE_TIMES=3)
expect_undone 'the rules that the kernel holds are not those that it was given, 3 times in a row: something else changes them, or this kernel does not understand them as we do' \
	--name m --from p0 --match 'udp port 10' --to mir0 --to mir4

# --- words ---

for wrong in '' 0 0.1 -1 3601 nan 1s; do
	expect_refusal 2 "mirror-nft: --verify:1:1: '$wrong' is no time to watch, give seconds from 0.2 to 3600" \
		"$mirror_nft" apply --name m --from p0 --to mir0 --verify "$wrong"
done
expect_refusal 2 "mirror-nft: command line:1:7: option '--verify' needs a value, see mirror-nft apply --help" \
	"$mirror_nft" apply --name m --from p0 --to mir0 --verify
expect_refusal 2 "mirror-nft: command line:1:7: option '--verify' is not known, see mirror-nft check --help" \
	"$mirror_nft" check --name m --from p0 --to mir0 --verify 1
