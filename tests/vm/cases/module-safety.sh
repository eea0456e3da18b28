#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm trixie-backports
# cpus: 2
# time-limit: 300
#
# module-safety.sh [PACKETS [LOADS [NAMESPACES [REWRITES [DISTINCT]]]]]: the module harms nobody,
# whatever is done to it. soak/module.sh has it do the numbers in full.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

packets=${1:-50000} loads=${2:-20} namespaces=${3:-10} rewrites=${4:-300} distinct=${5:-50000}
addresses=(192.0.2.2 2001:db8::2)
chunk=$((packets < 50000 ? packets : 50000))

load
pair
rmmod mirror_probe || fail "rmmod"
# Hooks of somebody else's all the time: otherwise the kernel patches itself when the
# module's come and go, which an emulator of two processors gets wrong now and then (the
# other processor runs into the breakpoint after it is gone).
for ns in a b; do
	within $ns nft -f - <<-END || fail "nft"
		table inet always {
			chain in { type filter hook prerouting priority 0; }
			chain out { type filter hook output priority 0; }
		}
	END
done

# Datagrams by the chunk, all of them looked at, until /tmp/stop and there were enough.
traffic() { # PACKETS
	local sent=0
	while [ ! -e /tmp/stop ] || [ "$sent" -lt "$1" ]; do
		within a true # the namespaces are there
		exact a b $chunk "${addresses[@]}" >/tmp/exact || exit
		sent=$((sent + chunk))
		echo "$sent" >/tmp/sent.new && mv /tmp/sent.new /tmp/sent # whole, for who looks
	done
}
traffic_start() { rm -f /tmp/stop /tmp/sent; traffic "$1" & traffic=$!; }
traffic_stop() { # WHAT
	touch /tmp/stop
	wait "$traffic" || fail "$1: packets were lost or altered"
	echo "$1, $(cat /tmp/sent) packets on the way, all as they were sent"
}
sent() { [ -e /tmp/sent ] && [ "$(cat /tmp/sent)" -ge "$1" ]; }
total() { counters "$1" | awk -v hook="$2" -v field="$3" '$1 == hook { n += $field } END { print n + 0 }'; }

# --- it comes and goes under traffic ---

traffic_start "$packets"
for ((i = 0; i < loads || !$(sent "$packets" && echo 1 || echo 0); i++)); do
	load
	# Somebody who uses the files while they go away.
	{ within a sh -c "echo '1,6 0 0 1' >$probe/filter; cat $probe/counters"; } >/dev/null 2>&1 &
	user=$!
	((i % 2)) || wait $user
	rmmod mirror_probe || fail "rmmod the ${i}th time"
	wait $user
done
traffic_stop "loaded and unloaded $i times"

# --- nothing but copies is called a copy, and nothing is overlooked ---

# 64 slots are full at 640 packets a second, and 2048 at 20,480: then each bucket holds as
# many as it can for as long as they count, and more packets a second change nothing.
for slots in 2048 64; do
	MODULE_PARAMETERS='' load copy_slots=$slots
	for ns in a b; do reset $ns; done
	exact a b "$distinct" "${addresses[@]}" >/tmp/exact || fail "packets were lost"
	same "$slots slots: counted at LOCAL_OUT" "$(total a LOCAL_OUT 5)" "$distinct"
	same "$slots slots: counted at PRE_ROUTING" "$(total b PRE_ROUTING 5)" "$distinct"
	for ns in a b; do
		same "$slots slots: taken for copies in $ns" "$(counters $ns | awk '{ n += $7 } END { print n + 0 }')" 0
	done
	echo "$distinct different packets, $slots slots: none of them taken for a copy, twice"
	rmmod mirror_probe || fail "rmmod"
done

# --- two writers, a reader and one who resets ---

load
first='4,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0' second='1,6 0 0 65535'
traffic_start 0
# shellcheck disable=SC2016 # for the inner shells
write='for ((i = 0; i < $2; i++)); do
	echo "$1" >$0/filter || { echo "write $i of $1" >/tmp/wrong; exit 1; }
done' look='while [ ! -e /tmp/written ]; do
	cat $0/counters | tail -n +3 | while read -r line; do
		set -- $line
		[ $# = 7 ] || echo "a line: $line" >/tmp/wrong
	done
	echo reset >$0/counters || echo "a reset" >/tmp/wrong
done'
writers=()
rm -f /tmp/written
for text in "$first" "$second"; do
	within a bash -c "$write" $probe "$text" $((rewrites / 2)) &
	writers+=($!)
done
within a bash -c "$look" $probe &
reader=$!
wait "${writers[@]}" || fail "a writer: $(cat /tmp/wrong)"
touch /tmp/written
wait $reader || fail "the reader"
[ ! -e /tmp/wrong ] || fail "wrong: $(cat /tmp/wrong)"
traffic_stop "$rewrites filters by two writers"
got=$(within a cat $probe/filter)
[ "$got" = "$first" ] || [ "$got" = "$second" ] || fail "a filter that nobody wrote: $got"

# --- namespaces that end while somebody reads of them ---

for ((i = 0; i < namespaces; i++)); do
	ip netns add short
	ip -n short link set lo up
	# The reader is the last who knows the namespace, then one who comes from elsewhere.
	ip netns exec short bash -c "exec 4<$probe/counters; read -rn 5 <&4
		ip netns delete short
		exec nsenter --net=/proc/1/ns/net cat <&4" >/dev/null 2>&1
done
! ip netns list | grep short >/dev/null || fail "namespaces are left"
echo "$namespaces namespaces ended with their counters open"

# --- hostile writes and odd reads, of every file ---

head -c 1048576 /dev/zero >/tmp/zeros
tr '\0' 9 </tmp/zeros >/tmp/nines
printf 'reset\0' >/tmp/nul
printf '\xff\xfe\n' >/tmp/bytes
within a sh -c "echo all >$probe/filter"
for file in counters filter stages events; do
	[ -e "/proc/net/mirror_probe/$file" ] || fail "no file $file"
	for text in zeros nines bytes; do
		# One write, so that what is refused is refused as a whole.
		if within a dd if=/tmp/$text of=$probe/$file bs=2M status=none 2>/tmp/said; then
			fail "$file takes $text"
		fi
		grep -qE 'Invalid argument|File too large|Permission denied|Operation not permitted|Argument list too long|Input/output error|Bad file' /tmp/said ||
			fail "$file on $text: $(cat /tmp/said)"
	done
done
same "the filter afterwards" "$(within a cat $probe/filter)" all
within a ping -q -c 3 -i 0.01 192.0.2.2 >/dev/null || fail "ping"
same "counters, byte by byte" "$(within a dd if=$probe/counters bs=1 status=none | md5sum)" \
	"$(within a cat $probe/counters | md5sum)"
same "from the middle" "$(within a dd if=$probe/counters bs=1 skip=30 status=none)" \
	"$(within a cat $probe/counters | tail -c +31)"
rmmod mirror_probe || fail "rmmod at the end"
exit 0
