#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
#
# Sources appear, vanish, are renamed, move to another namespace and are made again;
# so are targets. In the end there are just the right hooks, and frames are copied.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
namespace other

define 'eth1 s*' mir0
ip link add s1 type veth peer name p1 netns other
run_start
expect_hooks s1
said 'started -> web mirrors s1; made mir0'
said 'web waits for eth1, which is not there yet'
cable q0 q1

# One that was named, and one that fits.
ip link add eth1 type veth peer name f1
expect_hooks eth1 s1
said 'eth1 appeared -> web mirrors eth1'
ip link set eth1 up
ip link set f1 up
wait_until 5 _runs eth1
wait_until 5 _runs f1
expect_copy f1 mir0-tap # arrives at eth1
ip link add s2 type veth peer name p2 netns other
expect_hooks eth1 s1 s2
said 's2 appeared -> web mirrors s2'

# What others have to do with, and what no pattern fits.
ip link add t1 type veth peer name p3 netns other
ip link set t1 name s3
expect_hooks eth1 s1 s2 s3
said 't1 was renamed to s3 -> web mirrors s3'
ip link set s3 name t1
expect_hooks eth1 s1 s2
said 's3 was renamed to t1 -> web leaves out s3'
ip link set s2 name s4
expect_hooks eth1 s1 s4
said 's2 was renamed to s4 -> web mirrors s4; web leaves out s2'
# Two that change their names with each other.
ip link set s4 name x
ip link set s1 name s4
ip link set x name s1
expect_hooks eth1 s1 s4

# Gone, gone to another namespace, and back.
ip link delete s4
expect_hooks eth1 s1
said 's4 is gone -> web leaves out s4'
ip link set s1 netns other
expect_hooks eth1
said 's1 is gone -> web leaves out s1'
ip -n other link set s1 netns "$$"
expect_hooks eth1 s1
said 's1 appeared -> web mirrors s1'

# Another one of the same name, at once.
ip -batch - <<-END
	link delete eth1
	link add eth1 type veth peer name f1
	link set eth1 up
	link set f1 up
END
wait_until 5 _runs f1
ip link delete s1
expect_hooks eth1
expect_copy f1 mir0-tap

# The last source, and the target stays.
index=$(cat /sys/class/net/mir0/ifindex 2>/dev/null || ip -o link show mir0 | cut -d: -f1)
ip link delete eth1
expect_hooks
ip link add eth1 type veth peer name f1
ip link set eth1 up
ip link set f1 up
wait_until 5 _runs f1
expect_hooks eth1
check_equal 'the target' "$index" "$(ip -o link show mir0 | cut -d: -f1)"
expect_copy f1 mir0-tap

# The target goes, is renamed, moves away.
ip link delete mir0
said 'mir0 and mir0-tap are gone -> web was put right; made mir0'
wait_until 5 _runs mir0-tap
expect_copy f1 mir0-tap
ip link set mir0-tap down
ip link set mir0-tap name away-tap
ip link set mir0 down
ip link set mir0 name away
renewed() { exists mir0 && nft list chain netdev mirror_nft mirror/web/copy | grep 'dup to "mir0"' >/dev/null; }
wait_until 10 renewed || fail "no other mir0: $(tail -n 3 "$log")"
expect_hooks eth1
run_stop TERM
