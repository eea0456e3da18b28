#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
#
# More happens than the kernel keeps for it, while it does not get to run: it reads
# everything anew.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
cable p0 p1
define 'p0 e*' mir0
run_start
ip link add e1 type veth peer name f1
ip link add x1 type veth peer name y1
expect_hooks e1 p0

drops() { awk -v pid=$daemon '$2 == 0 && $9 { n += $9 } END { print n + 0 }' /proc/net/netlink; }
check_equal 'lost before' 0 "$(drops)"
kill -STOP $daemon
ip link add e2 type veth peer name f2
for ((i = 0; i < 4000; i++)); do printf 'link set x1 mtu %d\n' $((1000 + i % 2)); done >"$work/many"
lost() {
	ip -batch "$work/many"
	(($(drops) > 0))
}
wait_until 50 lost || fail 'nothing is lost: the test has no teeth'
# These are not told of any more.
ip link delete e1
ip link set e2 name e3
ip link add e4 type veth peer name f4
nft flush chain netdev mirror_nft mirror/web/copy
kill -CONT $daemon
expect_hooks e3 e4 p0
whole() { [ "$("$mirror_nft" check -f "$file" 2>/dev/null)" = 'web: would change nothing' ]; }
wait_until 10 whole || fail "not as it should be: $(tail -n 3 "$log")"
run_stop TERM
