#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh SCRIPT [ARGUMENT]...: runs SCRIPT in a guest with the debug kernel, and then
# asks the kernel for memory that nobody refers to any more. A splat has ended the guest
# before: it panics on warnings.
set -u
leaks=/sys/kernel/debug/kmemleak

grep -q " /sys/kernel/debug " /proc/mounts || mount -t debugfs debugfs /sys/kernel/debug || exit 1

# A processor that is emulated waits for whatever else the machine does: it is locked up
# when it has not moved for two minutes, not for twenty seconds, and so long may a task
# wait for RCU, whose callbacks come behind the packets.
echo 60 >/proc/sys/kernel/watchdog_thresh || exit 1
echo 120 >/proc/sys/kernel/hung_task_timeout_secs || exit 1

# What a case does to every call, or often, it does here less often, and under a traffic
# that leaves time for it.
export ATOMIC_COUNT=2 ATOMIC_KILLS=4 ATOMIC_EVERY=48 ATOMIC_RATE=200

# tests/run's limits for a case, six times those of another guest.
export GUEST_SLOWNESS=30

# What the kernel's own start has left is not to be told of.
echo scan >$leaks && echo clear >$leaks || exit 1
"$@"
status=$?
ip -all netns delete
[ ! -d /sys/module/mirror_probe ] || rmmod mirror_probe || status=1
# Young objects are spared, and one reference may still lie on a stack: twice, then.
sleep 6
echo scan >$leaks
sleep 1
echo scan >$leaks
if [ -n "$(cat $leaks)" ]; then
	echo "not ok no leak: see below"
	cat $leaks
	[ $status != 0 ] || status=1
fi
[ "$(cat /proc/sys/kernel/tainted)" = 4096 ] || [ "$(cat /proc/sys/kernel/tainted)" = 0 ] || {
	echo "tainted: $(cat /proc/sys/kernel/tainted)"
	status=1
}
grep -q '^ *debug_locks: *1' /proc/lockdep_stats || { echo "lockdep has switched itself off"; status=1; }
exit $status
