# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Shared by the cases of the module's stages; sourced, never run.

# eth1, with an address, and its other end wire1 in the namespace "wire", where nobody
# answers. Only ICMP is looked at, so whatever else devices say does not count.
stages_lab() {
	ip netns add wire
	ip link add eth1 type veth peer name wire1 netns wire
	ip link set eth1 addrgenmode none up
	ip -n wire link set wire1 addrgenmode none up
	ip address add 192.0.2.1/24 dev eth1
	ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:0b dev eth1 nud permanent
	icmp_only
}

# shellcheck disable=SC2120 # those who source this give one
icmp_only() { # [NAMESPACE]: IPv4 and protocol 1
	within "${1-}" sh -c "echo '7,48 0 0 0,84 0 0 240,21 0 3 64,48 0 0 9,21 0 1 1,6 0 0 65535,6 0 0 0' >$probe/filter" ||
		fail "filter"
}

arm() { # [N]: until disarm, or the end of this shell
	exec {stages}<>$probe/stages || fail "opening stages"
	echo "on${1:+ $1}" >&"$stages" || fail "arming"
}
disarm() { exec {stages}>&-; }

# Nobody answers: ping's status says nothing here.
pings() { ping -q -c "$1" -i 0.01 -W 0.1 "${2:-192.0.2.2}" >/dev/null || :; }

stages() { grep -v '^#' $probe/stages | tail -n +2; }
of() { stages | awk -v of="$1" '$5 == of { print $1, $2, $3, $4, $6 }'; } # original|copy

# All that was begun has ended: packets in the backlog take a moment.
all_ended() { # N
	[ "$(stages | awk '$6 != "-" { n += $4 } END { print n + 0 }')" = "$1" ]
}

check_lines() { # WHAT GOT: against standard input
	local want
	want=$(cat)
	[ "$2" = "$want" ] || fail "$1:
--- got
$2
--- wanted
$want"
}

# The kernel's word where it has one.
kernel_at_least() { # MAJOR MINOR
	local major minor
	IFS=.- read -r major minor _ < <(uname -r)
	((major > $1 || (major == $1 && minor >= $2)))
}
otherhost=drop:OTHERHOST
kernel_at_least 5 18 || otherhost=drop
dummy_end=dummy_xmit
kernel_at_least 6 3 || dummy_end=consume_skb

wait_until_ended() { # N
	local deadline=$((SECONDS + 20))
	until all_ended "$1"; do
		((SECONDS < deadline)) || fail "not $1 packets have ended: $(cat $probe/stages)"
		sleep 0.05
	done
}
