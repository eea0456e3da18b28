#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every allocation of the module fails in turn: when it is loaded, when a namespace is
# made, and at each use of its files. Each attempt fails cleanly or works, and leaves
# nothing behind.
# shellcheck source=../cases/module-lib.bash
. "$(dirname "$0")/../cases/module-lib.bash" || exit
set -u

grep -q " /sys/kernel/debug " /proc/mounts || mount -t debugfs debugfs /sys/kernel/debug
# A load and its end wait for many grace periods, which last long in this guest.
echo 1 >/sys/kernel/rcu_expedited
for kind in failslab fail_page_alloc; do
	folder=/sys/kernel/debug/$kind
	[ -d $folder ] || fail "no $kind"
	echo N >$folder/ignore-gfp-wait # those that may sleep are to fail too
	echo 0 >$folder/verbose
done
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem

in_turn() { # WHAT ARGUMENT...
	local said
	said=$(fail_nth "${@:2}" 2>&1) || fail "$1: $said"
	[[ $said =~ ^(.*$'\n')?[1-9][0-9]*' allocations, '[1-9] ]] ||
		fail "$1: nothing failed: $said"
	echo "$1: ${said//$'\n'/, }"
}
gone() {
	[ ! -e /sys/module/mirror_probe ] || fail "$1: the module is left"
	[ ! -e $probe ] || fail "$1: files are left"
}

# Only what is asked for with the module's own code on the stack, or all again.
only_of_module() { # yes|no
	local kind size first=0 last=0xffffffffffffffff
	if [ "$1" = yes ]; then
		read -r size first < <(awk '$1 == "mirror_probe" { print $2, $6 }' /proc/modules)
		last=$(printf '%#x' $((first + size)))
	fi
	for kind in failslab fail_page_alloc; do
		echo "$first" >/sys/kernel/debug/$kind/require-start
		echo "$last" >/sys/kernel/debug/$kind/require-end
		echo 32 >/sys/kernel/debug/$kind/stacktrace-depth
	done
}

in_turn "loading" load "$module"
gone "loading"
load
within "" ping -q -c 2 -i 0.01 127.0.0.1 >/dev/null || fail "ping"
same "it works afterwards" "$(line "" PRE_ROUTING lo HOST ip | cut -d' ' -f1)" 4

# Thousands are the kernel's own, seconds each.
only_of_module yes
in_turn "namespaces, what the module asks for" namespace
only_of_module no
in_turn "reading counters" read $probe/counters
in_turn "resetting" write $probe/counters "reset
"
in_turn "reading the filter" read $probe/filter
in_turn "a filter" write $probe/filter "4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0
"
in_turn "reading stages" read $probe/stages
in_turn "arming stages" write $probe/stages "on
"
same "a filter at last" "$(cat $probe/filter)" "4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0"
ping -q -c 2 -i 0.01 127.0.0.1 >/dev/null || fail "ping at the end"
rmmod mirror_probe || fail "rmmod"
gone "unloading"
exit 0
