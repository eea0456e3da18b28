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

# Of some 2,500 allocations for a namespace, seconds each, those of the module are wanted.
# Each that may fail at all is asked whether it is to, by one of two functions; what is
# asked within ops_init for the module is the module's.
tracing=/sys/kernel/debug/tracing
asks_record() {
	local kind
	cat >$tracing/kprobe_events <<-'E' || fail "kprobes"
		p:fail_nth/armed proc_fail_nth_write number=+0(%si):ustring
		p:fail_nth/slab should_failslab flags=%si:x32
		p:fail_nth/page should_fail_alloc_page flags=%di:x32
		p:fail_nth/setup ops_init ops=%di:x64
		r:fail_nth/done ops_init
		p:fail_nth/module mirror_probe:probe_net_init
	E
	for kind in slab page; do
		echo '!(flags & 0x8000)' >$tracing/events/fail_nth/$kind/filter # __GFP_NOFAIL
	done
	echo 50000 >$tracing/buffer_size_kb
	echo 1 >$tracing/options/event-fork
	echo $$ >$tracing/set_event_pid # and its children
	echo >$tracing/trace
	echo 1 >$tracing/events/fail_nth/enable
}
asks_forget() {
	echo 0 >$tracing/events/fail_nth/enable
	echo >$tracing/set_event_pid
	echo >$tracing/kprobe_events
	echo >$tracing/trace
}
# "FIRST LAST ALL MISSING SUM": between which numbers the module's were, how many they are,
# and how many of them have not failed yet, each counted from the begin of the module's
# part: what comes before it differs by a few from attempt to attempt, as does what comes
# within, by pages for the allocator's own stock; ALL is the least of an attempt without a
# failure. SUM is how many were asked in all when none failed.
asks_of_module() {
	awk '
		{ event = $5; pid = $1; sub(/.*-/, "", pid) }
		event == "armed:" && !(pid in number) {
			split($0, at, "\"")
			number[pid] = at[2]
			next
		}
		# As in_task(): neither in an interrupt nor in what follows one.
		!(pid in number) || substr($3, 3, 1) != "." { next }
		event == "slab:" || event == "page:" { asked[pid]++ }
		event == "armed:" { sum[pid] = asked[pid] } # the end of the attempt
		event == "setup:" { ops[pid] = $NF; before[pid] = asked[pid] }
		event == "module:" { ours = ops[pid] }
		event == "done:" { after[pid, ops[pid]] = asked[pid] }
		event == "setup:" || event == "module:" {
			if (ops[pid] == ours) begin[pid] = before[pid]
		}
		END {
			for (pid in begin) {
				end = after[pid, ours]
				if (number[pid] > begin[pid] && (end == "" || number[pid] <= end))
					failed[number[pid] - begin[pid]]
				else if (end != "") {
					if (!all || end - begin[pid] < all) all = end - begin[pid]
					if (!first || begin[pid] + 1 < first) first = begin[pid] + 1
					if (end > last) last = end
					if (number[pid] > sum[pid]) whole = sum[pid]
				}
			}
			for (i = 1; i <= all; i++) if (!(i in failed)) missing++
			print first + 0, last + 0, all + 0, missing + 0, whole + 0
		}' $tracing/trace
}

namespaces_in_turn() {
	local first last all missing sum said rounds
	asks_record
	said=$(fail_nth 90000 90000 namespace) || fail "a namespace without a failure: $said"
	read -r first last all missing sum < <(asks_of_module)
	if [ "$all" -lt 10 ] || [ "$missing" != "$all" ]; then
		fail "no allocation of the module is seen: $first $last $all $missing"
	fi
	same "what was asked" "$sum" "$(sed -n 's/.* of the last \([0-9]*\) asked$/\1/p' <<<"$said")"
	for ((rounds = 0; missing && rounds < 10; rounds++)); do
		in_turn "namespaces, allocations about the module's" \
			$((first - 10)) $((last + 10)) namespace
		read -r first last all missing _ < <(asks_of_module)
		echo "namespaces: $((all - missing)) of at least $all allocations of the module failed"
	done
	asks_forget
	same "allocations for a namespace that never failed" "$missing" 0
}

in_turn "loading" 1 100000 load "$module"
gone "loading"
load
within "" ping -q -c 2 -i 0.01 127.0.0.1 >/dev/null || fail "ping"
same "it works afterwards" "$(line "" PRE_ROUTING lo HOST ip | cut -d' ' -f1)" 4

namespaces_in_turn
in_turn "reading counters" 1 100000 read $probe/counters
in_turn "resetting" 1 100000 write $probe/counters "reset
"
in_turn "reading the filter" 1 100000 read $probe/filter
in_turn "a filter" 1 100000 write $probe/filter "4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0
"
in_turn "reading stages" 1 100000 read $probe/stages
in_turn "arming stages" 1 100000 write $probe/stages "on
"
same "a filter at last" "$(cat $probe/filter)" "4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0"
ping -q -c 2 -i 0.01 127.0.0.1 >/dev/null || fail "ping at the end"
rmmod mirror_probe || fail "rmmod"
gone "unloading"
exit 0
