#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh CELL...: tries cells one after the other, in a guest of its own with one
# processor, and may take its kernel down with it. See run, which starts it and reads
#
#	kernel RELEASE
#	begin CELL
#	end CELL VERDICT packets=N lost=N eth0=N eth1=N outer=N nested=N frames=N[ TEXT]
#
# where eth0 and eth1 are frames on that cable beyond the packets themselves, outer
# the VXLAN packets on eth0 and nested those of them that hold another one. VERDICT is
# survives, amplifies, endless, refused or absent; TEXT is what was said.
#
#	[server] eth0 ------ eth0 [outside]	192.0.2.1 to 192.0.2.2, the collector 192.0.2.10
#	         eth1 ------ eth1
#
# Packets are numbered by their UDP port, and are counted where they arrive.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=cells.bash
. "$(dirname "$0")/cells.bash"
has_feature guest || fail "this locks kernels up: for guests alone, see run"

packets=20

# More frames than any kernel's limit of nesting makes of those: whoever gets there has
# no end.
endless=20000

server=192.0.2.1 client=192.0.2.2 collector=192.0.2.10
server_mac=02:00:00:00:00:01 outside_mac=02:00:00:00:00:02

# Soon enough for a test, late enough for an emulated processor that has to wait.
echo 5 >/proc/sys/kernel/watchdog_thresh

at() { nsenter "--net=/run/netns/$1" "${@:2}"; } # NAMESPACE COMMAND...

# --- two hosts ---

# A program takes its time on an emulated processor, so a shell stays in each namespace
# for what needs none; what its devices count is in its folder of /proc.
# shellcheck disable=SC2016 # for that shell
agent='
cd /proc/sys/net/ipv6/conf && echo 1 >all/disable_ipv6 && echo 1 >default/disable_ipv6
echo ready
while read -r count address; do
	for ((i = 1; i <= count; i++)); do printf x >"/dev/udp/$address/$((9000 + i))"; done
	echo sent
done
'
declare -A pid to from

host() { # NAMESPACE
	local write read_from
	mkfifo "/tmp/$1.in" "/tmp/$1.out"
	# Not by at, which would be one more shell, with the devices of this namespace.
	nsenter "--net=/run/netns/$1" bash -c "$agent" <"/tmp/$1.in" >"/tmp/$1.out" &
	pid[$1]=$!
	exec {write}>"/tmp/$1.in" {read_from}<"/tmp/$1.out"
	rm "/tmp/$1.in" "/tmp/$1.out"
	to[$1]=$write from[$1]=$read_from
	answer "$1"
}

answer() { # NAMESPACE
	read -r <&"${from[$1]}" || fail "the shell in $1 is gone"
}

# Nothing is sent but what the cell sends: no IPv6, neighbours are known, and what has
# been counted goes no further, so that no error comes back.
lab() {
	ip -batch - <<-END
		netns add server
		netns add outside
	END
	host server
	host outside
	ip -n server -batch - <<-END
		link set lo up
		link add eth0 address $server_mac type veth peer name eth0 address $outside_mac netns outside
		link add eth1 type veth peer name eth1 netns outside
		link set eth0 up
		link set eth1 up
		address add $server/24 dev eth0
		neighbour replace $client lladdr $outside_mac dev eth0 nud permanent
		neighbour replace $collector lladdr $outside_mac dev eth0 nud permanent
	END
	ip -n outside -batch - <<-END
		link set lo up
		link set eth0 up
		link set eth1 up
		address add $client/24 dev eth0
		neighbour replace $server lladdr $server_mac dev eth0 nud permanent
	END
	at outside nft -f - <<-END
		table netdev lab {
			set numbers { type inet_service; size 1024; flags dynamic; }
			counter eth0 { }
			counter eth1 { }
			counter outer { }
			counter nested { }
			counter other { }
			chain eth0 {
				type filter hook ingress device eth0 priority 0
				udp dport 9001-9999 add @numbers { udp dport } counter name eth0 drop
				udp dport 4789 @th,416,16 4789 counter name nested
				udp dport 4789 counter name outer drop
				counter name other drop
			}
			chain eth1 {
				type filter hook ingress device eth1 priority 0
				counter name eth1 drop
			}
		}
	END
	# Up is not yet running: frames before that are lost.
	wait_until 10 run_both || fail "no carrier"
}

run_both() { # eth0 and eth1
	local text
	text=$(ip -n server -o link show type veth)
	[ "${text//[^$'\n']/}" = $'\n' ] && [[ $text = *' state UP '*' state UP '* ]]
}

lab_end() {
	local name write read_from
	for name in server outside; do
		write=${to[$name]} read_from=${from[$name]}
		exec {write}>&- {read_from}<&-
	done
	# Each shell has the ends of those before it.
	wait "${pid[outside]}" "${pid[server]}"
	ip -batch - <<-END
		netns delete server
		netns delete outside
	END
}

# --- the ways: 0 where the mirrors run, 1 where something refused them, with $said ---

# Classful on all that send, as the filter is a part of that qdisc; what arrives has
# another hook.
tc_lines() { # WAY MIRROR...
	local mirror from direction to
	for mirror in "${@:2}"; do
		IFS=':>' read -r from direction to <<<"$mirror"
		if [ "$1/$direction" = tc-htb/egress ]; then
			echo "qdisc add dev $from root handle 1: htb default 1"
			echo "class add dev $from parent 1: classid 1:1 htb rate 10gbit"
			echo "filter add dev $from parent 1: protocol all prio 1 matchall action mirred egress mirror dev $to"
		else
			echo "qdisc add dev $from clsact"
			echo "filter add dev $from $direction protocol all prio 1 matchall action mirred egress mirror dev $to"
		fi
	done
}

nft_lines() { # MIRROR...
	local mirror from direction to
	echo 'table netdev plain {'
	for mirror; do
		IFS=':>' read -r from direction to <<<"$mirror"
		printf 'chain %s { type filter hook %s device "%s" priority 0; dup to "%s"; }\n' \
			"$from" "$direction" "$from" "$to"
	done
	echo '}'
}

# With a tunnel of its own instead of vx0.
definition() { # MIRROR...
	local mirror from direction to
	echo 'mirrors:'
	for mirror; do
		IFS=':>' read -r from direction to <<<"$mirror"
		[ "$to" != vx0 ] || to="{vxlan: {remote: $collector, id: 7}}"
		printf '  of-%s: {from: ["%s:%s"], to: [%s]}\n' "$from" "$from" "$direction" "$to"
	done
}

tunnel() {
	ip -n server link add vx0 type vxlan id 7 local $server remote $collector dstport 4789
	ip -n server link set vx0 up
}

install() { # WAY MIRROR...
	local way=$1 status=0
	shift
	[ "$way" = apply ] || [[ "$*" != *vx0* ]] || tunnel
	case $way in
	tc-*) tc_lines "$way" "$@" | at server tc -batch - ;;
	nft) nft_lines "$@" | at server nft -f - ;;
	apply) definition "$@" | at server "$mirror_nft" apply -f - ;;
	esac >/dev/null 2>/tmp/said || status=1
	[ $status = 0 ] || said=$(grep -v ': warning: ' /tmp/said | head -n 1)
	return $status
}

# --- traffic ---

# Each from a socket of its own, as programs send.
send() {
	echo "$packets $client" >&"${to[server]}"
	answer server
}

# Of all devices of both hosts, in both directions: a frame that goes on its way, goes
# through one of them.
frames() { # sets $all
	local host line words
	all=0
	for host in server outside; do
		while read -r line; do
			[[ $line = *:* ]] || continue
			read -r -a words <<<"${line#*:}"
			all=$((all + words[1] + words[9]))
		done <"/proc/${pid[$host]}/net/dev"
	done
}

# With one processor, what waits on its way waits in one queue. An echo over the
# loopback of a third host goes through that queue: when it is back, everything that
# was in front of it has gone a step. Three of them without a frame: there is none left.
settle() { # sets $all; 1 where there is no end
	local before=-1 deadline=$((SECONDS + 60))
	while :; do
		frames
		((all < endless)) || return 1
		((SECONDS < deadline)) || fail "neither an end nor $endless frames in a minute"
		before=$all
		ping -q -n -A -c 3 -w 2 127.0.0.1 >/dev/null || continue
		frames
		[ "$all" != "$before" ] || return 0
	done
}

# Whatever still runs there, ends.
stop() {
	printf 'link set %s down\n' eth0 eth1 lo | ip -n server -batch -
}

count() {
	local text word last='' name='' distinct=0
	local -A counted
	text=$(at outside nft list table netdev lab)
	for word in ${text%%chain*}; do
		case $last/$word in
		counter/*) name=$word ;;
		packets/*) counted[$name]=$word ;;
		*/9[0-9][0-9][0-9] | */9[0-9][0-9][0-9],) distinct=$((distinct + 1)) ;;
		esac
		last=$word
	done
	[ "${counted[other]}" = 0 ] || fail "frames of other kinds: ${counted[other]}"
	lost=$((packets - distinct))
	eth0=$((counted[eth0] - distinct)) eth1=${counted[eth1]}
	outer=${counted[outer]} nested=${counted[nested]}
}

# --- a cell ---

judge() { # TOPOLOGY: the verdict of what was counted
	if [ $((eth0 + eth1 + outer)) -gt $((packets * ${right[$1]})) ]; then
		echo amplifies
	else
		echo survives
	fi
}

# What the kernel says of a loop that it has found; and forgets.
kernel_says() {
	local line
	while read -r line; do
		line=${line#\[*\] }
		[[ $line = *mirred* || $line = *'Dead loop'* || $line = *recursion* ]] || continue
		[ -n "$said" ] || said=$line
	done < <(dmesg -c)
}

cell() { # TOPOLOGY WAY
	local verdict='' said='' mirrors all lost eth0 eth1 outer nested
	read -r -a mirrors <<<"${mirrors_of[$1]}"
	lab
	if ! install "$2" "${mirrors[@]}"; then
		verdict=refused
		[ "$2" = apply ] || verdict=absent
	fi
	send
	settle || verdict=endless
	kernel_says
	[ "$verdict" != endless ] || stop
	count
	: "${verdict:=$(judge "$1")}"
	echo "end $1/$2 $verdict packets=$packets lost=$lost eth0=$eth0 eth1=$eth1" \
		"outer=$outer nested=$nested frames=$all${said:+ $said}"
	lab_end
	dmesg -c >/dev/null # of the stop
}

# Debian's name of a release says nothing of the stable version.
release=$(uname -v)
release=${release#*Debian }
echo "kernel ${release%%[-~+ ]*}"
for name; do
	echo "begin $name"
	cell "${name%/*}" "${name##*/}"
done
