#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm trixie-backports
# time-limit: 240
#
# Who arms stages, for how long, and whose packets are seen.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
# shellcheck source=module-stages-lib.bash
. "$(dirname "$0")/module-stages-lib.bash" || exit
set -u

off="# mirror_probe stages 1
function device pkt_type packets of end
# off"
probes() { cat /sys/kernel/debug/kprobes/list 2>/dev/null; }
is_off() { [ "$(cat $probe/stages)" = "$off" ]; }
users() { sed -n 's/^# on: users \([0-9]*\) .*/\1/p' $probe/stages; }
originals() { sed -n 's/^# on: .* originals \([0-9]*\)$/\1/p' $probe/stages; }
has_users() { [ "$(users)" = "$1" ]; }

load
mount -t debugfs debugfs /sys/kernel/debug
stages_lab

# Off: nothing is seen, nothing is probed, reading and opening alone change nothing.
pings 2
is_off || fail "not off: $(cat $probe/stages)"
same "events" "$(tail -n +3 $probe/events)" ""
exec {idle}<>$probe/stages
is_off || fail "armed by opening"
same "kprobes" "$(probes)" ""

# What can be written.
try() { # TEXT WANTED-ERROR
	local message
	# shellcheck disable=SC2016 # for the inner shell
	message=$(bash -c 'exec 3<>$1/stages; [ -z "$3" ] || echo on >&3; printf %b "$2" >&3' \
		- $probe "$1" "${3-}" 2>&1)
	[[ $message = *"$2"* ]] || fail "'$1': got '$message', wanted '$2'"
	[ -n "$2" ] || same "'$1'" "$message" ""
}
for text in "" x o onn "on " "on x" "on 0" "on -1" "on 99999999999" "on 1 2" "on\n\n" "of" "offf" " on" \
	"on  5" "on +5" "alone 0" "alon" "alonee" "alone5"; do
	[ -z "$text" ] || try "$text" "Invalid argument"
done
try "off\n" "Invalid argument"
try "on\n" "" && try "on" "" && try "on 5" "" && try "on 4294967295\n" ""
try "alone\n" "" && try "alone 7\n" ""
try "on 3" "" armed && try "alone" "" armed && try "off" "" armed
is_off || fail "still on"

# A limit is of originals, and their copies do not count for it. Nobody mirrors here.
arm 3
pings 5
same "originals" "$(originals)" 3
wait_until_ended 3
same "probes" "$(probes | grep -c tcf_mirred_act)" "$(grep -c ' tcf_mirred_act' /proc/kallsyms | sed 's/[^0].*/1/')"
[ "$(probes | wc -l)" -ge 10 ] || fail "hardly a probe: $(probes)"

# off and on again by the same open file: from the beginning, and numbers go on.
last=$(tail -n 1 $probe/events | cut -d' ' -f1)
echo off >&"$stages" || fail "off"
is_off || fail "not off"
same "kprobes" "$(probes)" ""
echo on >&"$stages" || fail "on again"
pings 1
wait_until_ended 1
same "originals" "$(originals)" 1
same "the next number" "$(sed -n 3p $probe/events | cut -d' ' -f1)" $((last + 1))

# A second user joins: the first may go, and what was seen stays.
exec {second}<>$probe/stages
echo "on 1" >&"$second" || fail "second user"
same "users" "$(users)" 2
disarm
same "users" "$(users)" 1
pings 1
wait_until_ended 2
exec {second}>&-
is_off || fail "on without users"

# Alone is alone, before and after, and until it ends; again is anew.
arm
busy() { # TEXT
	try "$1" "Device or resource busy"
}
busy alone && busy "alone 5"
try on ""
echo alone >&"$stages" || fail "alone"
busy alone && busy on && busy "on 3"
same "users" "$(users)" 1
pings 2
same "originals" "$(originals)" 2
echo "on 7" >&"$stages" || fail "again"
same "originals" "$(originals)" 0
try on ""
disarm
is_off || fail "on without users"

# Two readers at once, each with all events, one of them as they come.
arm
exec {follower}<$probe/events
while :; do cat <&"$follower"; done >/tmp/one &
reader=$!
exec {events}<$probe/events
pings 100
wait_until_ended 100
cat <&"$events" | tail -n +3 >/tmp/two
cat <&"$events" | grep . && fail "events twice"
pings 1
wait_until_ended 101
cat <&"$events" >>/tmp/two
tail -n +3 $probe/events >/tmp/three
cmp /tmp/two /tmp/three || fail "two readers differ"
same "events" "$(grep -c ' LOCAL_OUT ' /tmp/three)" 101
one_is_complete() { tail -n +3 /tmp/one | cmp -s - /tmp/three; }
wait_until one_is_complete
kill $reader
disarm

# The user is killed, the hard way: all is given back.
bash -c "exec 3<>$probe/stages; echo on >&3; exec sleep 1000" &
holder=$!
wait_until has_users 1
kill -9 $holder
wait_until is_off
same "kprobes" "$(probes)" ""

# Another namespace's packets are not seen, nor is its arming felt here.
ip netns add other
ip -n other link set lo up
arm
within other ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null || fail "ping in other"
same "originals" "$(originals)" 0
within other cat $probe/stages | grep '^# off$' >/dev/null || fail "on in other"
pings 1
wait_until_ended 1
disarm
icmp_only other
# shellcheck disable=SC2016 # for the inner shell
within other bash -c 'exec 3<>$0/stages; echo on >&3; ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null
	exec ping -q -c 1 -W 0.1 127.0.0.2 >/dev/null; cat $0/stages' $probe >/dev/null
# shellcheck disable=SC2016
within other bash -c 'exec 3<>$0/stages; echo on >&3; ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null
	cat $0/stages' $probe >/tmp/other &
pings 5
wait $!
check_lines "in other" "$(grep -E ' [0-9]+ original ' /tmp/other | grep -c '^[a-zA-Z_]* lo ')" < <(grep -cE ' [0-9]+ original ' /tmp/other)
same "in other, sent" "$(awk '$1 == "LOCAL_OUT" { print $4 }' /tmp/other)" 6
is_off || fail "other's arming is felt here"

# A namespace ends while it is armed: by a process that lives on elsewhere.
ip netns add gone
ip netns exec gone bash -c "exec 3<>$probe/stages; echo on >&3; echo >/tmp/armed
	exec nsenter --net=/proc/1/ns/net sleep 1000" &
holder=$!
wait_until test -e /tmp/armed
[ -n "$(probes)" ] || fail "not armed"
ip netns delete gone
no_probes() { [ -z "$(probes)" ]; }
wait_until no_probes
kill $holder

# Who may: stages is read by all, and written by nobody but the machine's own
# administrator; events are the namespace's administrator's.
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
refused() { # FILE-REDIRECTION COMMAND...
	local message to=$1
	shift
	message=$("$@" sh -c "exec 3$to" 2>&1) && fail "$to opened by: $*"
	[[ ${message,,} = *"operation not permitted"* ]] || fail "$to: not EPERM but: $message"
}
"${nobody[@]}" cat $probe/stages | grep '^# off$' >/dev/null || fail "reading stages"
refused ">$probe/stages" "${nobody[@]}"
refused "<>$probe/stages" "${nobody[@]}"
refused "<$probe/events" "${nobody[@]}"
refused ">$probe/stages" setpriv --bounding-set -net_admin
if unshare --user true 2>/dev/null; then
	sysctl -qw kernel.unprivileged_userns_clone=1 2>/dev/null
	refused ">$probe/stages" "${nobody[@]}" unshare --user --map-root-user --net
	"${nobody[@]}" unshare --user --map-root-user --net sh -c "exec 3<$probe/events" ||
		fail "events of a namespace of one's own"
	refused "<$probe/events" "${nobody[@]}" unshare --user --map-root-user
fi
exec {idle}>&-
rmmod mirror_probe || fail "rmmod"
exit 0
