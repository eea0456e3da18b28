#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 240
#
# Lines belong to names: they outlive the device, follow a name and not a
# rename, and are bounded, with all the rest on lines of their own.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

# A device of a's that leads to nobody, with an address and a way to 198.51.100.x.
device() { # NAME X
	ip -n a link add "$1" type veth peer name "$1-tap"
	within a sysctl -qw "net.ipv6.conf.$1.disable_ipv6=1" "net.ipv6.conf.$1-tap.disable_ipv6=1"
	ip -n a link set "$1-tap" up
	up "$1" "$2"
}

up() { # NAME X
	ip -n a link set "$1" up
	ip -n a route replace "198.51.100.$2/32" dev "$1" src 192.0.2.1
	ip -n a neigh replace "198.51.100.$2" lladdr 02:00:00:00:00:ff dev "$1" nud permanent
}

out() { line a LOCAL_OUT "$1" HOST ip | cut -d' ' -f1; }

load lines=16
pair
reset a

device d1 1
datagrams a 5 198.51.100.1
same "d1" "$(out d1)" 5
ip -n a link set d1 down
ip -n a link set d1 name d2
up d2 1
datagrams a 7 198.51.100.1
same "d1 after its rename" "$(out d1)" 5
same "d2, once d1" "$(out d2)" 7
ip -n a link delete d2
same "d2 after its end" "$(out d2)" 7
device d2 1
datagrams a 4 198.51.100.1
same "another d2" "$(out d2)" 11
same "lines of d2" "$(counters a | grep -c ' d2 ')" 1
ip -n a link delete d2

# 14 lines are left of the 16; of 20 devices, 6 find none.
for i in $(seq 20); do
	device "e$i" "$i"
	datagrams a 10 "198.51.100.$i"
	[ "$i" -gt 14 ] || same "e$i" "$(out "e$i")" 10
done
same "lines" "$(counters a | grep -vc :overflow)" 16
same "the rest" "$(out :overflow)" 60
same "bytes of the rest" "$(line a LOCAL_OUT :overflow HOST ip | cut -d' ' -f2)" \
	"$(line a LOCAL_OUT e1 HOST ip | awk '{ print $2 * 6 }')"
same "all of it" "$(counters a | awk '{ n += $5 } END { print n }')" $((16 + 200))

reset a
same "after reset" "$(counters a)" ""
datagrams a 3 198.51.100.20
same "e20 after reset" "$(out e20)" 3

# Renamed and made again under traffic, nothing is lost: the sum is right.
reset a
datagrams a 3000 192.0.2.2 &
for i in $(seq 20); do
	ip -n a link set e1 down
	ip -n a link set e1 name "f$i"
	ip -n a link set "f$i" name e1
	up e1 1
	ip -n a link delete "e$((i % 10 + 2))" 2>/dev/null
	datagrams a 10 198.51.100.1
done
wait
same "under changes, va" "$(out va)" 3000
same "under changes, e1" "$(out e1)" 200
exit 0
