#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm bullseye trixie trixie-backports
# time-limit: 240
#
# Copies are as many as were made: of what a leaves on va, mirrored to lo with
# lo's own destination MAC, and of nothing else.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

# Every packet of a to 192.0.2.77 and 2001:db8::77 has lo's MAC as its
# destination, so that the copy is for lo; the original is lost on the way.
aim() {
	ip -n a neigh replace "$1" lladdr 00:00:00:00:00:00 dev va nud permanent
}

mirror() { # nft|tc|none [TIMES]
	local i rules=
	within a nft delete table netdev mirror 2>/dev/null
	within a tc qdisc delete dev va clsact 2>/dev/null
	case $1 in
	nft)
		for ((i = 0; i < ${2:-1}; i++)); do rules+=$'dup to lo\n'; done
		within a nft -f - <<-END 2>/dev/null
			table netdev mirror {
				chain out {
					type filter hook egress device va priority 0
					$rules
				}
			}
		END
		;;
	tc)
		within a tc qdisc add dev va clsact &&
			within a tc filter add dev va egress matchall action mirred egress mirror dev lo
		;;
	esac
}

load
pair
aim 192.0.2.77
aim 2001:db8::77
paths=tc
mirror nft && paths="nft tc" || echo "no egress hook: tc alone"

# All different, and none mirrored: no copies, neither out nor in.
mirror none
reset a
reset b
datagrams a 2000 192.0.2.77
datagrams a 500 192.0.2.2
datagrams a 500 2001:db8::2
for ns in a b; do
	same "copies among different packets in $ns" "$(counters $ns | awk '{ n += $7 } END { print n + 0 }')" 0
done
same "sent to b" "$(line b PRE_ROUTING vb HOST ip | cut -d' ' -f1)" 500

for path in $paths; do
	mirror "$path" || skip "no mirror by $path"
	reset a
	datagrams a 300 192.0.2.77
	datagrams a 200 2001:db8::77
	same "$path: originals" "$(line a LOCAL_OUT va HOST ip | cut -d' ' -f1,3)" "300 0"
	same "$path: copies" "$(line a PRE_ROUTING lo HOST ip | cut -d' ' -f1,3)" "300 300"
	same "$path: originals, IPv6" "$(line a LOCAL_OUT va HOST ip6 | cut -d' ' -f1,3)" "200 0"
	same "$path: copies, IPv6" "$(line a PRE_ROUTING lo HOST ip6 | cut -d' ' -f1,3)" "200 200"

	# For another MAC, the copies do not get as far as PRE_ROUTING.
	reset a
	datagrams a 100 192.0.2.2
	same "$path: for another MAC" "$(line a PRE_ROUTING lo HOST ip) $(line a PRE_ROUTING lo OTHERHOST ip)" "0 0 0 0 0 0"

	# Broadcast and multicast copies do.
	reset a
	within a ping -q -c 5 -i 0.01 -b 192.0.2.255 >/dev/null 2>&1
	# lo has no broadcast address, so that ff:ff:ff:ff:ff:ff is a multicast there.
	same "$path: broadcast" "$(line a PRE_ROUTING lo MULTICAST ip | cut -d" " -f1,3)" "5 5"
done

# Fragments of one packet are different packets, and their copies are copies.
mirror tc
reset a
within a ping -q -c 2 -i 0.01 -W 1 -s 4000 192.0.2.77 >/dev/null
same "whole at LOCAL_OUT" "$(line a LOCAL_OUT va HOST ip | cut -d' ' -f1,3)" "2 0"
same "fragments are other packets" "$(line a PRE_ROUTING lo HOST ip | cut -d' ' -f1,3)" "6 0"

# Two copies of each count two.
if [ "$paths" != tc ]; then
	mirror nft 2
	reset a
	datagrams a 100 192.0.2.77
	same "twice mirrored" "$(line a PRE_ROUTING lo HOST ip | cut -d' ' -f1,3)" "200 200"
	mirror none
fi

# After a reset nothing is remembered; what was sent before copy_ms neither. Over IPv6,
# which does not number packets.
same_later() { # COPIES
	mirror none
	reset a
	within a bash -c 'exec 3>/dev/udp/2001:db8::77/9; for i in 1 2 3; do echo same >&3; sleep 0.3; done'
	same "the same bytes later" "$(line a LOCAL_OUT va HOST ip6 | cut -d' ' -f1,3)" "3 $1"
}
rmmod mirror_probe
MODULE_PARAMETERS='' load
same_later 0
same_later 0

# The same bytes again at once do count, where nothing numbers the packets.
reset a
within a bash -c 'exec 3>/dev/udp/2001:db8::77/9; for i in {1..20}; do echo same >&3; done'
[[ $(line a LOCAL_OUT va HOST ip6) =~ ^20\ .*\ ([1-9]|1[0-9])$ ]] ||
	fail "the same bytes at once: $(line a LOCAL_OUT va HOST ip6)"
rmmod mirror_probe
load

# A router lowers the TTL and may mark the packet: b forwards to w and mirrors
# there, and the copy is one of what came in by vb. (It must not be forwarded as
# well: it would go round until its TTL is used up.)
within b sysctl -qw net.ipv4.ip_forward=1
ip -n b link add w type veth peer name w-tap
within b sysctl -qw net.ipv6.conf.w.disable_ipv6=1 net.ipv6.conf.w-tap.disable_ipv6=1
ip -n b link set w up
ip -n b link set w-tap up
ip -n b route add 198.51.100.0/24 dev w
ip -n b neigh add 198.51.100.1 lladdr 00:00:00:00:00:00 dev w nud permanent
ip -n a route add 198.51.100.0/24 via 192.0.2.2
within b nft -f - <<-END || fail "marking"
	table ip marking {
		chain forward {
			type filter hook forward priority 0
			iifname lo drop
			ip dscp set cs1
		}
	}
END
within b tc qdisc add dev w clsact
within b tc filter add dev w egress matchall action mirred egress mirror dev lo || fail "mirror on w"
reset b
datagrams a 50 198.51.100.1
same "forwarded" "$(line b PRE_ROUTING vb HOST ip | cut -d' ' -f1,3)" "50 0"
same "copies of the forwarded" "$(line b PRE_ROUTING lo HOST ip | cut -d' ' -f1,3)" "50 50"

# --- other groupings: the copies leave by near, arrive by far with its own address ---

rmmod mirror_probe
load copy_slots=65536
ip -n a link add near type veth peer name far
for dev in near far; do
	ip -n a link set $dev addrgenmode none
	ip -n a link set $dev up
done
ip -n a link set far address 02:00:00:00:00:0b
same "sums are left to devices" "$(within a ethtool -k va | grep -c '^tx-checksumming: on')" 1

group() { # WHAT ADDRESS BYTES|-: by TCP, or datagrams
	reset a
	if [ "$3" = - ]; then
		within a stream group "$2" 9091 1000 60 || fail "$1: sending"
		return
	fi
	within b stream receive "$2" 9091 >/tmp/received &
	within a stream send "$2" 9091 "$3" >/dev/null || fail "$1: sending"
	wait $! || fail "$1: receiving"
	same "$1: bytes" "$(cat /tmp/received)" "$3"
}

# All that leave by far are copies, and no original is one; there are more, or fewer.
grouped() { # WHAT FAMILY more|fewer|as-many [HOOK]
	local sent copies unlike
	sent=$(line a "${4:-LOCAL_OUT}" va HOST "$2")
	copies=$(line a PRE_ROUTING far HOST "$2")
	same "$1: originals that are copies" "${sent##* }" 0
	same "$1: copies recognised" "${copies##* }" "${copies%% *}"
	unlike=$((${copies%% *} - ${sent%% *}))
	case $3 in
	more) ((unlike > 0)) ;;
	fewer) ((unlike < 0)) ;;
	*) ((unlike == 0)) ;;
	esac || fail "$1: ${sent%% *} became ${copies%% *}"
	echo "$1: ${sent%% *} packets, ${copies%% *} copies"
}

# Cut, since near can neither cut nor sum up.
within a ethtool -K near tx off tso off gso off sg off tx-udp-segmentation off >/dev/null 2>&1
mirror none
within a tc qdisc add dev va clsact
within a tc filter add dev va egress matchall action mirred egress mirror dev near || fail "mirror on near"
for address in 192.0.2.2 2001:db8::2; do
	family=$([[ $address = *:* ]] && echo ip6 || echo ip)
	group "TCP cut, $family" $address 2000000
	grouped "TCP cut, $family" "$family" more
	group "UDP cut, $family" $address -
	grouped "UDP cut, $family" "$family" more
	same "UDP cut, $family: one" "$(line a LOCAL_OUT va HOST "$family" | cut -d' ' -f1)" 1
	same "UDP cut, $family: of sixty" "$(line a PRE_ROUTING far HOST "$family" | cut -d' ' -f1)" 60
	# As it is, into a device that does not mind, with another mark and a VLAN tag on the way.
	within a ethtool -K near tx on sg on tso on gso on >/dev/null 2>&1
	group "TCP whole, $family" $address 2000000
	grouped "TCP whole, $family" "$family" as-many
	within a ethtool -K near tx off tso off gso off sg off >/dev/null 2>&1
done

# Joined: what b's device cuts arrives one by one, and the end of the mirror joins it.
if [ "$(uname -r | cut -d. -f1)" -ge 6 ]; then
	within a ethtool -K far gro on || fail "gro on"
	within b ethtool -K vb tso off >/dev/null 2>&1
	ip -n a link set far address 02:00:00:00:00:0a
	# They are for a's own connection, which would answer them as duplicates, and b would
	# send again: exactly the same, where IPv6 numbers no packets.
	within a nft -f - <<-END || fail "nft"
		table inet only-look {
			chain in { type filter hook input priority 0; iifname "far" drop; }
		}
	END
	mirror none
	within a tc qdisc add dev va clsact
	within a tc filter add dev va ingress matchall action mirred egress mirror dev near || fail "mirror on va"
	for address in 192.0.2.1 2001:db8::1; do
		family=$([[ $address = *:* ]] && echo ip6 || echo ip)
		reset a
		# On one processor: else copies may come to the hook before their originals.
		within a taskset 1 stream receive "$address" 9091 >/tmp/received &
		within b taskset 1 stream send "$address" 9091 2000000 >/dev/null || fail "joined: sending"
		wait $! || fail "joined: receiving"
		grouped "TCP joined, $family" "$family" fewer PRE_ROUTING
	done
fi

# More packets at once than the memory holds: then copies may be missed, but
# none are made up.
rmmod mirror_probe
load copy_slots=64
reset a
datagrams a 3000 192.0.2.77
same "a small memory makes none up" "$(counters a | awk '{ n += $7 } END { print n + 0 }')" 0
rmmod mirror_probe
load
same_later 2
rmmod mirror_probe
load copy_slots=0
within a ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null
same "without a memory" "$(line a PRE_ROUTING lo HOST ip)" "6 504 0"
exit 0
