# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Shared by the cases of the module; sourced, never run.

module=${MIRROR_PROBE:-/lib/mirror_probe.ko}
probe=/proc/net/mirror_probe

fail() { echo "FAIL: $*"; exit 1; }
skip() { echo "SKIP: $*"; exit 77; }

# An emulated guest on a busy machine lets a copy wait for longer than its original is
# remembered: cases of copies, not of that time, remember them for longer.
MODULE_PARAMETERS=copy_ms=10000
# shellcheck disable=SC2120 # most need none
load() { # [PARAMETER=VALUE]...
	[ -f "$module" ] || skip "no mirror_probe.ko for this kernel"
	# shellcheck disable=SC2086 # words
	insmod "$module" $MODULE_PARAMETERS "$@" || fail "insmod $*"
}

# In a namespace, or here without one: withwithin "" COMMAND...
within() {
	local ns=$1
	shift
	if [ -n "$ns" ]; then ip netns exec "$ns" "$@"; else "$@"; fi
}

same() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'"
}

counters() { within "$1" cat $probe/counters | tail -n +3; } # NAMESPACE
reset() { within "$1" sh -c "echo reset >$probe/counters" || fail "reset in '$1'"; }

# "packets bytes copies" of one line, zeros if it is not there.
line() { # NAMESPACE HOOK DEVICE PKT_TYPE FAMILY
	counters "$1" | awk -v want="$2 $3 $4 $5" '
		$1 " " $2 " " $3 " " $4 == want { got = $5 " " $6 " " $7 }
		END { print got ? got : "0 0 0" }'
}

wait_until() { # COMMAND...: for what takes a moment
	local deadline=$((SECONDS + 20))
	until "$@"; do
		((SECONDS < deadline)) || fail "waited in vain for: $*"
		sleep 0.05
	done
}

# a (va 192.0.2.1, 2001:db8::1) ---- (vb 192.0.2.2, 2001:db8::2) b
#
# Neighbours are static and nothing else speaks, so that counts are exact.
pair() {
	local ns dev
	ip netns add a
	ip netns add b
	ip link add va netns a type veth peer name vb netns b
	for ns in a b; do
		dev=v$ns
		within $ns sysctl -qw net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0 \
			net.ipv4.icmp_echo_ignore_broadcasts=0 net.ipv4.icmp_ratelimit=0
		ip -n $ns link set lo up
		ip -n $ns link set $dev addrgenmode none
		ip -n $ns link set $dev address 02:00:00:00:00:0$ns
		ip -n $ns link set $dev up
	done
	ip -n a address add 192.0.2.1/24 broadcast 192.0.2.255 dev va
	ip -n b address add 192.0.2.2/24 broadcast 192.0.2.255 dev vb
	ip -n a address add 2001:db8::1/64 dev va nodad
	ip -n b address add 2001:db8::2/64 dev vb nodad
	ip -n a neigh replace 192.0.2.2 lladdr 02:00:00:00:00:0b dev va nud permanent
	ip -n b neigh replace 192.0.2.1 lladdr 02:00:00:00:00:0a dev vb nud permanent
	ip -n a neigh replace 2001:db8::2 lladdr 02:00:00:00:00:0b dev va nud permanent
	ip -n b neigh replace 2001:db8::1 lladdr 02:00:00:00:00:0a dev vb nud permanent
	wait_until within a ping -q -c 1 -W 1 2001:db8::2 >/dev/null
	wait_until quiet
}

# MLD reports follow a device's coming up for some seconds.
quiet() {
	local before
	before=$(counters a; counters b)
	sleep 2
	[ "$before" = "$(counters a; counters b)" ]
}

# Datagrams that are all different, since each carries its number. An error that came
# back for an earlier one keeps the next from being sent: again, then. On a slow machine
# one follows another.
datagrams() { # NAMESPACE COUNT ADDRESS [PORT]
	within "$1" bash -c 'exec 3>/dev/udp/$2/$3; for ((i = 0; i < $1; i++)); do
		for ((try = 0; try < 100; try++)); do echo "datagram $i" >&3 && break; done
		((try < 100)) || exit 1; done' \
		- "$2" "$3" "${4:-9999}" 2>/dev/null || fail "sending to $3"
}
