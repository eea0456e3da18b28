# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The laboratory of the topologies: a server with one NIC, and what is behind it.
#
#	[server] eth0 ------------- eth0 [outside]
#	 192.0.2.1                   192.0.2.2   the client
#	 2001:db8::1                 192.0.2.10  the collector, and so on with IPv6
#
# Everything on that cable is counted where it arrives, at both ends, by what it
# is; what the collector unpacks is counted once more. Nothing is sent that no
# case sent: the client's hardware address is known, no listener reports leave.
# Sourced, with $path set; what looks unused is for the cases.
# shellcheck disable=SC2034,SC2086,SC2154 # words without white space
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/lib.sh"

tools=$_lib/../tools/build
work=$(mktemp -d)
defer rm -rf "$work"

: "$path"

# --- hosts ---

# Without the mounts of `ip netns exec`, which take their time in a guest.
at() { # NAMESPACE COMMAND...
	nsenter "--net=/run/netns/$1" "${@:2}"
}

# A shell stays in each namespace for what needs no program: starting one for
# every few frames is most of the time that a case takes in a guest.
# shellcheck disable=SC2016 # for that shell
agent='
datagrams() { # SMALL FULL ADDRESS4 ADDRESS6
	local i
	exec 4>"/dev/udp/$3/9000" 6>"/dev/udp/$4/9000"
	for ((i = 0; i < $1; i++)); do printf small >&4 && printf small >&6 || return; done
	for ((i = 0; i < $2; i++)); do printf %1472s >&4 && printf %1452s >&6 || return; done
	exec 4>&- 6>&-
}
datagrams4() { # COUNT ADDRESS
	local i
	exec 4>"/dev/udp/$2/9000"
	for ((i = 0; i < $1; i++)); do printf small >&4 || return; done
	exec 4>&-
}
flows() { # COUNT ADDRESS: each from a port of its own, which stays in use
	local i socket
	for ((i = 0; i < $1; i++)); do
		exec {socket}>"/dev/udp/$2/9000"
		printf small >&"$socket" || return
	done
}
received() { # DEVICE
	local name packets
	while read -r name _ packets _; do
		[ "$name" != "$1:" ] || echo "$packets"
	done </proc/net/dev
}
set_up() {
	local conf
	cd /proc/sys/net
	# Errors must come back as fast as copies go out, or a loop would look slow
	# enough to be none.
	echo 0 >ipv4/icmp_ratemask
	echo >ipv6/icmp/ratemask
	echo 0 >ipv6/icmp/ratelimit
	for conf in all default; do
		echo 0 >ipv4/conf/$conf/rp_filter
		echo 0 >ipv6/conf/$conf/accept_ra
		echo 0 >ipv6/conf/$conf/dad_transmits
		echo 0 >ipv6/conf/$conf/router_solicitations
		echo 1 >ipv6/conf/$conf/addr_gen_mode
	done
	[ ! -e ipv6/conf/lo/disable_ipv6 ] || echo 0 >ipv6/conf/all/disable_ipv6
}
# Before anything else: the C library sizes the buffer of standard output by the
# first file that it is for, and a datagram must leave in one piece.
echo ready
while read -r line; do
	eval "$line"
	echo "done $?"
done
'

declare -A agent_in agent_out

ask() { # NAMESPACE WORD...: its answer, in lines, is $answer
	local line read_from=${agent_out[$1]}
	printf '%s\n' "${*:2}" >&"${agent_in[$1]}"
	answer=''
	while read -r line <&"$read_from"; do
		[[ $line != done\ * ]] || return "${line#done }"
		answer+=${answer:+$'\n'}$line
	done
	fail "the shell in $1 is gone"
}

_agent_start() { # NAMESPACE
	local write read_from
	mkfifo "$work/$1.in" "$work/$1.out"
	at "$1" bash -c "$agent" <"$work/$1.in" >"$work/$1.out" 2>>"$work/agents" &
	exec {write}>"$work/$1.in" {read_from}<"$work/$1.out"
	rm "$work/$1.in" "$work/$1.out"
	agent_in[$1]=$write agent_out[$1]=$read_from
	read -r <&"$read_from" || fail "no shell in $1"
}

# What arrives is counted by what it is, before any mirror looks at it; what comes
# out of the collector's tunnel is a copy of production, or a stray. Neither may
# get to the stack.
host_rules() { # DEVICE
	cat <<-END
		table inet count {
			counter delivered { }
			chain input {
				type filter hook input priority -300
				udp dport 9000 counter name delivered drop
				tcp dport 80 counter name delivered drop
			}
			chain output {
				type filter hook output priority -300
				icmpv6 type { mld-listener-report, mld2-listener-report } drop
			}
		}
		table netdev count {
			counter production { }
			counter outer { }
			counter fragment { }
			counter neighbour { }
			counter error { }
			counter other { }
			counter copy { }
			counter stray { }
			chain wire {
				type filter hook ingress device "$1" priority -400
				ip frag-off & 0x1fff != 0 counter name fragment accept
				udp dport { 4789, 6081 } counter name outer accept
				meta l4proto 47 counter name outer accept
				udp dport 9000 counter name production accept
				tcp dport 80 counter name production accept
				meta protocol arp counter name neighbour accept
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } counter name neighbour accept
				icmp type destination-unreachable counter name error accept
				icmpv6 type destination-unreachable counter name error accept
				counter name other
			}
		}
	END
}

sink_rules() { # DEVICE
	cat <<-END
		table netdev count {
			chain sink {
				type filter hook ingress device "$1" priority 0
				udp dport 9000 counter name copy drop
				tcp dport 80 counter name copy drop
				counter name stray drop
			}
		}
	END
}

# --- one cable ---

server4=192.0.2.1 server6=2001:db8::1
client4=192.0.2.2 client6=2001:db8::2
collector4=192.0.2.10 collector6=2001:db8::10
server_mac=02:00:00:00:00:01 outside_mac=02:00:00:00:00:02

addresses() { # DEVICE ADDRESS...: lines for batch
	local address nodad
	for address in "${@:2}"; do
		nodad=''
		[[ $address != *:* ]] || nodad=nodad
		echo "address add $address dev $1 $nodad"
	done
}

neighbours() { # DEVICE MAC ADDRESS...: lines for batch
	local address
	for address in "${@:3}"; do
		echo "neighbour replace $address lladdr $2 dev $1 nud permanent"
	done
}

batch() { # NAMESPACE: reads lines of ip's
	at "$1" ip -batch - || fail "ip -batch in $1"
}

host() { # NAMESPACE
	ip netns add "$1"
	defer ip netns delete "$1"
	_agent_start "$1"
	ask "$1" set_up || fail "settings of $1: $(cat "$work/agents")"
}

# Both hosts and the cable between them, frames counted from the first one on.
cable() {
	host server
	host outside
	ip -n server link add eth0 address $server_mac type veth \
		peer name eth0 address $outside_mac netns outside
	host_rules eth0 | at server nft -f -
	host_rules eth0 | at outside nft -f -
	_up server
	_up outside
	# Up is not yet running: frames before that are lost.
	wait_until 10 _runs server || fail "the server has no carrier"
}

_up() { printf 'link set %s up\n' lo eth0 | batch "$1"; }
_runs() { [[ $(ip -n "$1" -o link show dev eth0) = *' state UP '* ]]; }

# Who production is between, and whether the mirror under test is to copy that.
pairs=()

# The server's addresses are on DEVICE.
network() { # [DEVICE]
	local device=${1:-eth0}
	batch server <<-END
		$(addresses "$device" $server4/24 $server6/64)
		$(neighbours "$device" $outside_mac $client4 $client6)
	END
	batch outside <<-END
		$(addresses eth0 $client4/24 $client6/64 $collector4/24)
		address add $collector6/64 dev eth0 nodad preferred_lft 0
		$(neighbours eth0 $server_mac $server4 $server6)
	END
	# The client's source is never the collector: a GRE device over IPv6 does not
	# take what its own remote has sent.
	pairs+=("yes $client4 $client6 $server4 $server6")
}

# --- the mirror ---

# Where the kernel has no hook for what leaves, only what arrives is mirrored.
egress=yes
probe_egress() { [ "$path" = tc ] || has_feature nft_egress || egress=no; }

# A guest has everything, and each probe takes long there.
need_here() { has_feature guest || need "$@"; }

sources() { # DEVICE...: options for apply
	local source
	for source; do
		if [ $egress = yes ]; then echo --from "$source"; else echo --from "$source:ingress"; fi
	done
}

yaml_sources() { # DEVICE...: the same for a file
	local list=''
	while [ $# -gt 0 ]; do
		list+=${list:+, }$1
		[ $egress = yes ] || list+=:ingress
		shift
	done
	echo "[$list]"
}

target() { # KIND REMOTE [ID]: as on the command line
	local id=${3:-7}
	case $1 in
	vxlan | geneve) echo "$1,remote=$2,id=$id" ;;
	gretap) echo "gretap,remote=$2,key=$id" ;;
	erspan1) echo "erspan,remote=$2,session=$id" ;;
	erspan2) echo "erspan,remote=$2,session=$id,version=2" ;;
	esac
}

# The collector's end of a tunnel, with what comes out of it counted.
sink() { # NAMESPACE KIND LOCAL REMOTE [ID]
	local id=${5:-7} how kind=$2 six=''
	[[ $3 != *:* ]] || six=ip6
	case $2 in
	vxlan) how="id $id local $3 dstport 4789" ;;
	geneve) how="id $id remote $4" ;;
	gretap) how="local $3 remote $4 key $id" kind=${six}gretap ;;
	erspan1) how="local $3 remote $4 seq key $id erspan_ver 1" kind=${six}erspan ;;
	erspan2) how="local $3 remote $4 seq key $id erspan_ver 2" kind=${six}erspan ;;
	esac
	# shellcheck disable=SC2086 # words of ip's
	ip -n "$1" link add sink type $kind $how
	sink_rules sink | at "$1" nft -f -
	ip -n "$1" link set sink up
}

need_kind() { # KIND
	case $1 in
	erspan*) need_here erspan ;;
	*) need_here "$1" ;;
	esac
}

# Warnings are for people.
mirror() { # NAMESPACE OPTION...
	if [ "$path" = nft ]; then
		at "$1" "$mirror_nft" apply "${@:2}" >"$work/apply" 2>&1 ||
			fail "apply: $(cat "$work/apply")"
		return
	fi
	at "$1" "$mirror_nft" generate --path tc "${@:2}" >"$work/batch" 2>"$work/apply" ||
		fail "generate: $(cat "$work/apply")"
	_tc_devices "$@"
	at "$1" tc -batch "$work/batch" >"$work/apply" 2>&1 && return
	! grep -q 'Failed to load TC action' "$work/apply" || skip "tc_action_skbedit"
	fail "tc: $(cat "$work/apply")"
}

# The devices of a tunnel, which nothing but apply makes for users.
_tc_devices() { # NAMESPACE OPTION... --to TUNNEL
	local device
	device=$(sed -n 's/.*egress mirror dev \([^ ]*\) continue$/\1/p' "$work/batch" | head -n 1)
	at "$1" "$tools/device_make" make "${*: -1}" "$device" >"$work/apply" 2>&1 ||
		fail "device_make: $(cat "$work/apply")"
}

# What the tc path has no part in.
nft_only() { [ "$path" = nft ] || skip "nft_path"; }

# --- traffic, and what has to come of it ---

# Totals since the beginning, as they have to be and as they are: NAMESPACE.COUNTER.
declare -A expected count

add() { # NAMESPACE.COUNTER NUMBER
	expected[$1]=$((${expected[$1]-0} + $2))
}

# What a case says of itself.
listening=yes	# the collector; or deaf: it answers with errors; or silent; or down
fits=yes	# full frames are fragmented; or no: over IPv6 their copies are lost
guards=exact	# or positive, or any: how well known it is what passes the sources
mirroring=(server)	# the hosts that do, each to the other one
mirrors=(web)	# the names of the mirrors there

# So many frames are copied to the collector, of which the last ones are too long
# for one outer packet.
copied() { # HOST SMALL FULL
	local from=$1 to n=$2
	to=$(other "$1")
	shift
	expected[matched@$from]=$((${expected[matched@$from]-0} + $1 + $2))
	[ $fits = no ] || n=$((n + $2))
	[ $listening != down ] || return 0
	add "$to.outer" $n
	[ $fits = no ] || add "$to.fragment" "$2"
	case $listening in
	yes) add "$to.copy" $n ;;
	deaf) add "$from.error" $n ;;
	esac
}

# Frames of production have crossed the cable.
crossed() { # TO FRAMES
	add "$1.production" "$2"
	add "$1.delivered" "$2"
}

other() { [ "$1" = server ] && echo outside || echo server; } # HOST

# What is mirrored of frames that left a host, and as many that arrived.
mirrored() { # SMALL FULL
	local host
	for host in "${mirroring[@]}"; do
		copied "$host" "$1" "$2"
		[ $egress = no ] || copied "$host" "$1" "$2"
	done
}

# What a phase sends; cases may have another.
traffic() { udp "$@"; } # SMALL FULL

# Both ways, over IPv4 and IPv6, for each pair. Written by a socket, as programs
# do, so that the frames have a route that a tunnel could change.
udp() { # SMALL FULL
	local small=$1 full=$2 pair
	for pair in "${pairs[@]}"; do
		# shellcheck disable=SC2086 # its words
		set -- $pair
		ask server datagrams "$small" "$full" "$2" "$3" || fail "the server can't send all: $(cat "$work/agents")"
		ask outside datagrams "$small" "$full" "$4" "$5" || fail "the client can't send all: $(cat "$work/agents")"
		crossed outside $((2 * (small + full)))
		crossed server $((2 * (small + full)))
		[ "$1" = no ] || mirrored $((2 * small)) $((2 * full))
	done
}

# --- verdict ---

hosts=(server outside)

read_counters() {
	local namespace word name packets
	for namespace in "${hosts[@]}"; do
		while read -r word name packets; do
			[ "$word" != counter ] || count[${namespace}.last]=$name
			[ "$word" != packets ] || count[$namespace.${count[$namespace.last]}]=$name
		done < <(at "$namespace" nft list counters)
	done
}

# As many frames as there have to be at least, by the devices' own counters, which
# cost nothing to read.
_arrived() {
	local namespace frames name
	for namespace in "${hosts[@]}"; do
		frames=0
		for name in production outer fragment error; do
			frames=$((frames + ${expected[$namespace.$name]-0}))
		done
		ask "$namespace" received eth0
		((${answer:-0} >= frames)) || return 1
	done
}

_counted() {
	local name
	read_counters
	for name in "${!expected[@]}"; do
		[[ $name != *.* ]] || ((count[$name] >= expected[$name])) || return 1
	done
}

# Frames that are sent later stand behind what the ones before have caused, and
# the second marks behind what the first ones have caused: what goes on by itself
# has got into the counters by then.
marks() {
	wait_until 10 _arrived || true
	traffic 1 0
	wait_until 10 _arrived || true
	traffic 1 0
	wait_until 10 _counted || true
}

_want() { echo "${expected[$1]-0}"; }

check_frames() {
	local namespace
	for namespace in "${hosts[@]}"; do
		check_equal "frames of production at $namespace" "$(_want "$namespace.delivered")" "${count[$namespace.delivered]}"
		check_equal "frames of production on the wire to $namespace" "$(_want "$namespace.production")" "${count[$namespace.production]}"
		check_equal "copies at $namespace" "$(_want "$namespace.copy")" "${count[$namespace.copy]}"
		check_equal "strays among the copies at $namespace" "$(_want "$namespace.stray")" "${count[$namespace.stray]}"
		check_equal "outer packets to $namespace" "$(_want "$namespace.outer")" "${count[$namespace.outer]}"
		check_equal "later fragments to $namespace" "$(_want "$namespace.fragment")" "${count[$namespace.fragment]}"
		check_equal "errors to $namespace" "$(_want "$namespace.error")" "${count[$namespace.error]}"
		check_equal "other frames to $namespace" "$(_want "$namespace.other")" "${count[$namespace.other]}"
	done
}

# Of all mirrors together: $matched, $delivered, $guarded, $problems.
read_status() { # NAMESPACE
	local json mirror
	matched=0 delivered=0 guarded=0 problems=''
	json=$(at "$1" "$mirror_nft" status "${mirrors[@]}" --json)
	while read -r mirror; do
		[[ $mirror = *problems* ]] || continue
		matched=$((matched + $(_packets matched)))
		delivered=$((delivered + $(_packets delivered)))
		guarded=$((guarded + $(_packets guarded)))
		mirror=${mirror#*\"problems\":[}
		problems+=${mirror%%]*}
	done <<<"${json//\"name\":/$'\n'}"
}

# Neighbours ask for each other now and then, and the one count may be read before that and
# the other after: both are of one moment when the first has not changed meanwhile.
_read_both() { # HOST
	local before
	before=$(declare -p count)
	read_status "$1"
	read_counters
	[ "$before" = "$(declare -p count)" ]
}

_packets() { # KEY, of $mirror
	local rest=${mirror#*\""$1"\":\{\"packets\":}
	echo "${rest%%,*}"
}

# All that passed eth0 and is not production was kept from being copied.
check_guards() { # HOST
	local n peer
	peer=$(other "$1")
	n=$(_sum "$1".{error,neighbour,outer,fragment})
	[ $egress = no ] || n=$((n + $(_sum "$peer".{error,neighbour,outer,fragment})))
	check_equal "frames matched at $1" "$(_want "matched@$1")" "$matched"
	case $guards in
	exact) check_equal "frames guarded at $1" "$n" "$guarded" ;;
	positive) [ $egress = no ] || ((guarded > 0)) || fail "no guard did anything at $1" ;;
	esac
}

_sum() { # HOST.COUNTER...
	local n=0 name
	for name; do n=$((n + count[$name])); done
	echo $n
}

check_problems() {
	case $listening in
	yes | silent)
		if [ $fits = no ]; then
			[[ $problems = *'too large'* ]] || fail "status does not say that copies are too large: $problems"
		else
			[ "${delivering-}" = any ] || check_equal "copies delivered" "$matched" "$delivered"
			check_equal "problems" '' "$problems"
		fi ;;
	deaf) [ $guards = any ] || [[ $problems = *'ICMP error'* ]] || fail "status does not speak of the errors: $problems" ;;
	down) [[ $problems = *"${down_says-does not answer}"* ]] || fail "status does not say what is down: $problems" ;;
	esac
}

# A route that a copy has changed would show an MTU of its own.
check_route() {
	local route
	[ ${#pairs[@]} -gt 0 ] || return 0
	route=$(ip -n server -6 route get $client6)
	[[ $route != *' mtu '* ]] || fail "the path MTU of production: $route"
}

declare -A told

# Ends a phase: the line of one case, for people and for the table.
verdict() { # NAME
	local copies=0 frames=0 wire=0 guarding=- host
	marks
	check_frames
	check_route
	for host in "${mirroring[@]}"; do
		frames=$((frames + $(_want "matched@$host")))
		[ "$path" = nft ] || continue
		wait_until 10 _read_both "$host" || fail "frames that nobody sent pass $host all the time"
		check_guards "$host"
		check_problems
		guarding=$((${guarding#-} + guarded))
	done
	for host in "${hosts[@]}"; do
		copies=$((copies + count[$host.outer]))
		wire=$((wire + $(_sum "$host".{production,outer,fragment,error,neighbour,other})))
	done
	_tell "$1" $((copies - ${told[copies]-0})) $((frames - ${told[frames]-0})) \
		$((wire - ${told[wire]-0})) "$guarding"
	told=([copies]=$copies [frames]=$frames [wire]=$wire)
}

_tell() { # NAME COPIES FRAMES WIRE GUARDED
	local each=0
	[ "$3" = 0 ] || each=$(($2 * 100 / $3))
	case $each in
	*00) each=${each%00} ;;
	0) ;;
	*) printf -v each '%d.%02d' $((each / 100)) $((each % 100)) ;;
	esac
	echo "ok $1: $each a frame ($2 copies of $3), $4 frames on the wire, guards $5"
}
