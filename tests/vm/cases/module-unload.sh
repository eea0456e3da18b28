#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm bullseye trixie trixie-backports
# time-limit: 240
#
# The module comes and goes under traffic in several namespaces, and no packet
# is lost for it.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

load
pair
rmmod mirror_probe || fail "rmmod"

# ping itself overlooks an answer now and then; the kernel counts them all.
floods=()
flood() { # NAMESPACE ADDRESS
	while [ ! -e /tmp/stop ]; do
		within "$1" ping -q -f -c 500 "$2" >/dev/null
	done
}
asked() { within a awk '$1 == "Icmp:" { if (n++) print $i; for (i = NF; i && $i != "OutEchos"; i--); }' /proc/net/snmp; }
answered() { within a awk '$1 == "Icmp:" { if (n++) print $i; for (i = NF; i && $i != "InEchoReps"; i--); }' /proc/net/snmp; }
asked6() { within b awk '$1 == "Icmp6OutEchos" { print $2 }' /proc/net/snmp6; }
answered6() { within b awk '$1 == "Icmp6InEchoReplies" { print $2 }' /proc/net/snmp6; }

for to in "a 192.0.2.2" "b 2001:db8::1" "a 127.0.0.1" "b ::1"; do
	# shellcheck disable=SC2086 # two words
	flood $to &
	floods+=($!)
done

# Somebody who uses the files while they go away: only errors are allowed then.
use() {
	within a sh -c "echo '1,6 0 0 1' >$probe/filter; cat $probe/counters; echo reset >$probe/counters" \
		>/dev/null 2>&1
}

for i in $(seq 20); do
	load
	use &
	user=$!
	if ((i % 2)); then wait $user; fi
	rmmod mirror_probe || fail "rmmod the ${i}th time"
	wait $user
done
touch /tmp/stop
wait "${floods[@]}"
[ "$(asked)" -gt 10000 ] && [ "$(asked6)" -gt 10000 ] || fail "hardly any traffic: $(asked) $(asked6)"
same "answers" "$(answered)" "$(asked)"
same "answers, IPv6" "$(answered6)" "$(asked6)"
echo "$(asked) and $(asked6) packets and their answers during 20 times of loading and unloading"
exit 0
