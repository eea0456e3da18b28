#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module comes and goes under traffic in several namespaces, and no packet
# is lost for it.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash"
set -u

load
pair
rmmod mirror_probe || fail "rmmod"

# Each reports what it lost; -f waits for the answer before the next.
packets=20000
floods=()
flood() { # NAMESPACE ADDRESS
	within "$1" ping -q -f -c $packets "$2" >"/tmp/flood-${#floods[@]}" &
	floods+=($!)
}
flood a 192.0.2.2
flood b 2001:db8::1
flood a 127.0.0.1
flood b ::1

running() { kill -0 "${floods[@]}" 2>/dev/null; }

times=0
while running && ((times < 40)); do
	load
	within a sh -c "echo '1,6 0 0 1' >$probe/filter; cat $probe/counters; echo reset >$probe/counters" >/dev/null &
	reader=$!
	if ((times % 2)); then wait $reader; fi
	rmmod mirror_probe || fail "rmmod the ${times}th time"
	wait $reader
	times=$((times + 1))
done
((times >= 10)) || fail "only $times times before the traffic ended"
echo "loaded and unloaded $times times under traffic"

for flood in "${!floods[@]}"; do
	wait "${floods[$flood]}" || fail "flood $flood: $(cat "/tmp/flood-$flood")"
	grep -q "$packets packets transmitted, $packets received, 0% packet loss" "/tmp/flood-$flood" ||
		fail "flood $flood: $(cat "/tmp/flood-$flood")"
done
exit 0
