#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm trixie-backports
# time-limit: 240
#
# The module goes while stages are armed, read and passed by packets, and no packet is
# lost for it.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

load
pair
modprobe -a act_mirred nft_dup_netdev
rmmod mirror_probe || fail "rmmod"
ip -n a link add dum0 type dummy
ip -n a link set dum0 addrgenmode none up
ip netns exec a tc qdisc add dev va clsact
ip netns exec a tc filter add dev va egress protocol ip u32 match u32 0 0 \
	action mirred egress mirror dev dum0 || fail "mirred"

flood() { # NAMESPACE ADDRESS
	while [ ! -e /tmp/stop ]; do
		within "$1" ping -q -f -c 200 "$2" >/dev/null
	done
}
asked() { within a awk '$1 == "Icmp:" { if (n++) print $i; for (i = NF; i && $i != "OutEchos"; i--); }' /proc/net/snmp; }
answered() { within a awk '$1 == "Icmp:" { if (n++) print $i; for (i = NF; i && $i != "InEchoReps"; i--); }' /proc/net/snmp; }

floods=()
for to in "a 192.0.2.2" "b 2001:db8::1" "a 127.0.0.1"; do
	# shellcheck disable=SC2086 # two words
	flood $to &
	floods+=($!)
done

# Armed in two namespaces; its readers get errors at most.
arm_in() { # NAMESPACE
	# shellcheck disable=SC2016 # for the inner shell
	ip netns exec "$1" bash -c 'exec 3<>$0/stages || exit; echo on >&3; echo >>/tmp/armed
		while cat $0/events $0/stages; do :; done' $probe >/dev/null 2>&1
}
both_armed() { [ "$(wc -l </tmp/armed)" -ge 2 ]; }

for i in $(seq 8); do
	load
	: >/tmp/armed
	users=()
	for ns in a b; do
		arm_in $ns &
		users+=($!)
	done
	((i % 4 == 0)) || wait_until both_armed # else while they arm
	if ((i == 1)); then
		seen() { within a grep -qE "^dummy_xmit dum0 HOST [0-9]+ copy -" $probe/stages; }
		wait_until seen
	fi
	rmmod mirror_probe || fail "rmmod the ${i}th time"
	wait "${users[@]}"
done
touch /tmp/stop
wait "${floods[@]}"
[ "$(asked)" -gt 1000 ] || fail "hardly any traffic: $(asked)"
same "answers" "$(answered)" "$(asked)"
echo "$(asked) packets and their answers"
exit 0
