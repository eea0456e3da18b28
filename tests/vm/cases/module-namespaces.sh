#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 240
#
# Each namespace shows and resets its own; one that ends takes nothing along.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

ip netns add early # before the module, so it is given its state later
load
pair
for ns in a b early ""; do reset "$ns"; done

within a ping -q -c 4 -i 0.01 192.0.2.2 >/dev/null || fail "ping"
same "a out" "$(line a LOCAL_OUT va HOST ip)" "4 336 0"
same "b in" "$(line b PRE_ROUTING vb HOST ip)" "4 336 0"
same "a knows nothing of vb" "$(counters a | grep -c vb)" 0
same "early" "$(counters early)" ""
same "the first namespace" "$(counters "")" ""

# The same packet in two namespaces is no copy in either.
same "copies" "$(for ns in a b; do counters $ns; done | awk '{ n += $7 } END { print n + 0 }')" 0

reset a
same "a after reset" "$(counters a)" ""
same "b after a's reset" "$(line b PRE_ROUTING vb HOST ip)" "4 336 0"

within a sh -c "echo '1,6 0 0 0' >$probe/filter" || fail "filter"
same "a's filter" "$(within a cat $probe/filter)" "1,6 0 0 0"
same "b's filter" "$(within b cat $probe/filter)" "all"

# A namespace is deleted while its files are open: reading them may fail, no more.
ip netns add gone
ip -n gone link set lo up
within gone ping -q -c 2 -i 0.01 127.0.0.1 >/dev/null
exec 3< <(:)
mkfifo /tmp/go
ip netns exec gone bash -c "exec 4<$probe/counters 5<>$probe/filter; read -rn 5 <&4
	echo '1,6 0 0 1' >&5; echo open >/tmp/opened; exec nsenter --net=/proc/1/ns/net bash -c '
	read -r </tmp/go; cat <&4; cat <&5; echo all >&5; :'" 2>/dev/null &
holder=$!
wait_until test -s /tmp/opened
ip netns delete gone
sleep 0.5 # its end is a work item; nothing shows when it is over
echo go >/tmp/go
wait $holder || fail "the holder of open files"

# Many short lives, with traffic in each.
for i in $(seq 40); do
	ip netns add "n$i"
	ip -n "n$i" link set lo up
	within "n$i" ping -q -c 2 -i 0.002 127.0.0.1 >/dev/null || fail "ping in n$i"
	same "n$i" "$(line "n$i" PRE_ROUTING lo HOST ip)" "4 336 4"
	[ "$i" -lt 6 ] || ip netns delete "n$((i - 5))"
done
rmmod mirror_probe || fail "rmmod with namespaces alive"
[ ! -e $probe ] || fail "$probe is still there"
within a test ! -e $probe || fail "$probe is still there in a"
exit 0
