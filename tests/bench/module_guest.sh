#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# module_guest.sh PACKETS REPETITIONS: for bench/module, inside a guest whose clock counts
# instructions. Prints lines "WHERE CASE INSTRUCTIONS...", a number a repetition, the cases
# in turn in each of them.
#
#	LOCAL_OUT     datagrams leave a by a dummy
#	PRE_ROUTING   frames that a packet socket sends on vb arrive on va of a, and have no
#	              route from there
# shellcheck source=../vm/cases/module-lib.bash
. "$(dirname "$0")/../vm/cases/module-lib.bash" || exit
set -u
packets=$1 repetitions=$2

# udp and port 9, and port 10: the same instructions, another outcome.
program() { # PORT
	echo "11,48 0 0 0,84 0 0 240,21 0 7 64,48 0 0 9,21 0 5 17,40 0 0 6,69 3 0 8191,177 0 0 0,72 0 0 2,21 1 0 $1,6 0 0 0,6 0 0 65535" |
		sed 's/^11,/12,/'
}

lab() {
	ip netns add a
	ip netns add b
	ip link add va netns a type veth peer name vb netns b
	ip -n a link add out0 type dummy
	for device in "a va" "b vb" "a out0"; do
		# shellcheck disable=SC2086 # two words
		set -- $device
		within "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=1"
		ip -n "$1" link set "$2" up
	done
	ip -n a link set va address 02:00:00:00:00:0a
	ip -n a address add 192.0.2.1/24 dev out0
	ip -n a neigh add 192.0.2.2 lladdr 02:00:00:00:00:0b dev out0 nud permanent
	ip -n a address add 203.0.113.1/24 dev va
	within a sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.va.rp_filter=0
}

rule() { # TEXT: at both hooks
	within a nft -f - <<-END || fail "nft"
		table ip bench {
			chain in { type filter hook prerouting priority 0; $1; }
			chain out { type filter hook output priority 0; $1; }
		}
	END
}

cases=(without module module-no-match module-match module-no-copies nft-counter nft-match nft-no-match)
begin() { # CASE
	case $1 in
	without) ;;
	module) load ;;
	module-no-match) load && within a sh -c "echo '$(program 10)' >$probe/filter" ;;
	module-match) load && within a sh -c "echo '$(program 9)' >$probe/filter" ;;
	module-no-copies) load copy_slots=0 ;;
	nft-counter) rule counter ;;
	nft-match) rule "udp dport 9 counter" ;;
	nft-no-match) rule "udp dport 10 counter" ;;
	esac || fail "$1"
}
end() {
	[ ! -d /sys/module/mirror_probe ] || rmmod mirror_probe || fail "rmmod"
	within a nft flush ruleset
}

lab
load
rmmod mirror_probe
declare -A results
for ((i = 0; i < repetitions; i++)); do
	for case in "${cases[@]}"; do
		begin "$case"
		results[LOCAL_OUT $case]+=" $(within a hook_cost out 192.0.2.2 "$packets")"
		results[PRE_ROUTING $case]+=" $(within b hook_cost in vb 02:00:00:00:00:0a "$packets")"
		if [ "$i" = 0 ] && [[ $case = module* ]]; then
			echo "# $case: $(counters a | xargs -d '\n' printf '%s; ')"
		fi
		end
	done
done
for where in LOCAL_OUT PRE_ROUTING; do
	for case in "${cases[@]}"; do echo "$where $case${results[$where $case]}"; done
done
