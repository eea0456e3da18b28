#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth command:strace
#
# While nothing happens it sleeps; what does not concern it wakes it at most, and then
# it asks nothing; a change of its own is one transaction, and no reason for another
# look.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
namespace other
cable p0 p1
define 'p0 e*' mir0
run_start
expect_hooks p0

switches() { awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/$daemon/status; }
asleep() { [ "$(awk '{ print $3 }' /proc/$daemon/stat)" = S ]; }
# As often as not by chance, and then it would wake up again.
settled() {
	local before
	before=$(switches)
	_settle_marker
	asleep && [ "$before" = "$(switches)" ]
}
# Something of some length that is not for it: devices and rules in another namespace.
_settle_marker() {
	ip -n other link add x1 type veth peer name x2
	ip netns exec other nft add table inet marker
	ip netns exec other nft delete table inet marker
	ip -n other link delete x1
}
wait_until 20 settled || fail 'it does not come to rest'
before=$(switches)
for ((i = 0; i < 20; i++)); do _settle_marker; done
check_equal 'wake-ups while nothing happens' "$before" "$(switches)"
# Traffic is nothing that happens.
send p0 --count 1000
check_equal 'wake-ups by frames' "$before" "$(switches)"

# What it asks of the kernel from now on.
strace -f -q -e trace=sendto,sendmsg -o "$work/trace" -p $daemon &
tracer=$!
defer _kill $tracer
traced() { [ "$(awk '/TracerPid/ { print $2 }' /proc/$daemon/status)" != 0 ]; }
wait_until 10 traced || fail 'strace does not begin'
questions() { grep -c "$1" "$work/trace" || true; }

ip link set p1 mtu 1400
ip link set p0 down
ip link set p0 up
ip link set p0 address 02:00:00:00:00:07
ip link set p0 txqueuelen 17
nft add table inet elsewhere
nft delete table inet elsewhere
# The next is something, and comes behind all of those.
ip link add e1 type veth peer name f1 netns other
expect_hooks e1 p0
said 'e1 appeared -> web mirrors e1'
check_equal 'transactions' 1 "$(questions NFNL_MSG_BATCH_BEGIN)"
check_equal 'dumps of devices' 0 "$(questions 'RTM_GETLINK.*NLM_F_DUMP')"
check_equal 'dumps of rules' 0 "$(questions NFT_MSG_GETRULE)"
asked=$(questions sendto)
((asked > 0)) || fail 'strace saw nothing'
wait_until 20 settled || fail 'it does not come to rest after a change'
check_equal 'questions after its own change' "$asked" "$(questions sendto)"
run_stop TERM
