# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The cases. Each function makes a laboratory and ends every phase in it with a
# verdict; the list at the end calls them. Sourced, after lab.bash, for which most
# of the variables are.
# shellcheck disable=SC2034,SC2154,SC2086 # none of them has white space

# The collector that listened is deaf, then it is gone.
collector_leaves() { # NAME ADDRESS
	local prefix=24
	[[ $2 != *:* ]] || prefix=64
	listening=deaf
	ip -n outside link delete sink
	traffic 3 2
	verdict "$1/deaf"
	# Requests for its address may go out at any time from here on.
	listening=down guards=positive
	ip -n outside address delete "$2/$prefix" dev "${3:-eth0}"
	ip -n server neighbour flush to "$2"
	traffic 3 2
	verdict "$1/down"
}

# --- kinds of tunnel, over a plain cable ---

plain() { # NAME KIND REMOTE
	local from=$server4
	need_kind "$2"
	[[ $3 != *:* ]] || { from=$server6 fits=no; }
	cable
	network
	sink outside "$2" "$3" "$from"
	# shellcheck disable=SC2046 # options
	mirror server --name web $(sources eth0) --to "$(target "$2" "$3")"
	traffic 3 2
	verdict "$1"
	collector_leaves "$1" "$3"
}

tcp() { # COUNT: to port 80, both ways
	at server "$tools/frames" send eth0 --count "$1" --from-mac $server_mac --to-mac $outside_mac \
		--source $server4 --destination $client4 --protocol tcp --sport 40000 --dport 80 --payload 40
	at outside "$tools/frames" send eth0 --count "$1" --from-mac $outside_mac --to-mac $server_mac \
		--source $client4 --destination $server4 --protocol tcp --sport 40000 --dport 80 --payload 40
	crossed outside "$1"
	crossed server "$1"
	mirrored "$1" 0
}

filtered() { # NAME
	cable
	network
	pairs=("no ${pairs[0]#* }")
	sink outside vxlan $collector4 $server4
	# shellcheck disable=SC2046
	mirror server --name web $(sources eth0) --match 'tcp port 80' --to "$(target vxlan $collector4)"
	traffic() {
		udp "$@"
		tcp $(($1 + $2))
	}
	traffic 3 2
	verdict "$1"
	collector_leaves "$1" $collector4
}

# --- underlays ---

vlan_devices() {
	pairs+=("yes 198.51.100.2 2001:db8:10::2 198.51.100.1 2001:db8:10::1")
	batch server <<-END
		link add link eth0 name eth0.10 type vlan id 10
		link set eth0.10 up
		$(addresses eth0.10 198.51.100.1/24 2001:db8:10::1/64)
		$(neighbours eth0.10 $outside_mac 198.51.100.2 2001:db8:10::2)
	END
	batch outside <<-END
		link add link eth0 name eth0.10 type vlan id 10
		link set eth0.10 up
		$(addresses eth0.10 198.51.100.2/24 2001:db8:10::2/64 198.51.100.10/24)
		$(neighbours eth0.10 $server_mac 198.51.100.1 2001:db8:10::1)
	END
}

# The collector is on the main network or in the VLAN.
vlan() { # NAME COLLECTOR SOURCE...
	local name=$1 collector=$2
	shift 2
	need_here vlan
	[ $# = 1 ] || nft_only # where the same frames pass two sources, see once/*
	cable
	network
	[[ " $* " = *' eth0 '* ]] || pairs=("no ${pairs[0]#* }")
	vlan_devices
	sink outside vxlan "$collector" $server4
	# shellcheck disable=SC2046
	mirror server --name web $(sources "$@") --to "$(target vxlan "$collector")"
	# In the VLAN outer packets pass both devices, outside of it none but eth0.
	case $collector-$* in
	"$collector4-eth0.10") guards=any ;;
	"198.51.100.10-eth0 eth0.10") guards=positive ;;
	esac
	traffic 3 2
	verdict "$name"
	listening=deaf
	ip -n outside link delete sink
	traffic 3 2
	verdict "$name/deaf"
	[ "$collector" != $collector4 ] || return 0
	[[ ${pairs[0]} = yes* ]] || return 0
	listening=down down_says='no route'
	unset 'pairs[1]'
	ip -n server link set eth0.10 down
	traffic 3 2
	verdict "$name/down"
}

bridge() { # NAME SOURCE
	need_here bridge
	cable
	batch server <<-END
		link add br0 address $server_mac type bridge mcast_snooping 0
		link set eth0 master br0
		link set br0 up
	END
	network br0
	sink outside vxlan $collector4 $server4
	# shellcheck disable=SC2046
	mirror server --name web $(sources "$2") --to "$(target vxlan $collector4)"
	traffic 3 2
	verdict "$1"
	collector_leaves "$1" $collector4
}

# Outer packets go through a namespace that routes them, and come back to leave by
# eth0; their mark does not survive that.
#
#	[server] up0 ---- r0 [router] r1 ---- up1 [server] eth0 ----
router() { # NAME SOURCE...
	local name=$1 collector=203.0.113.10
	shift
	cable
	network
	host router
	ip -n server link add up0 address 02:00:00:00:01:01 type veth peer name r0 address 02:00:00:00:01:02 netns router
	ip -n server link add up1 address 02:00:00:00:02:01 type veth peer name r1 address 02:00:00:00:02:02 netns router
	batch router <<-END
		link set r0 up
		link set r1 up
		address add 10.9.0.2/24 dev r0
		address add 10.9.1.2/24 dev r1
		neighbour replace 10.9.1.1 lladdr 02:00:00:00:02:01 dev r1 nud permanent
		route add $collector via 10.9.1.1
	END
	batch server <<-END
		link set up0 up
		link set up1 up
		address add 10.9.0.1/24 dev up0
		address add 10.9.1.1/24 dev up1
		neighbour replace 10.9.0.2 lladdr 02:00:00:00:01:02 dev up0 nud permanent
		route add $collector via 10.9.0.2
		rule add iif up1 lookup 100
		route add $collector via $client4 dev eth0 table 100
	END
	batch outside <<-END
		address add $collector/32 dev eth0
		route add 10.9.0.0/24 via $server4
	END
	ask router 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	# What comes back has the server's own address as its source.
	ask server 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv4/conf/up1/accept_local'
	sink outside vxlan $collector 10.9.0.1
	# shellcheck disable=SC2046
	mirror server --name web $(sources "$@") --to "$(target vxlan $collector)"
	[ $# = 1 ] || guards=positive
	traffic 3 2
	verdict "$name"
	listening=deaf
	ip -n outside link delete sink
	traffic 3 2
	verdict "$name/deaf"
	listening=down down_says='no route'
	ip -n server link set up0 down
	traffic 3 2
	verdict "$name/down"
}

# --- two hosts that mirror to each other ---

# Where both tunnels have one ID, each tunnel device takes the other's copies.
two_hosts() { # NAME KIND KIND ID ID
	need_kind "$2"
	need_kind "$3"
	cable
	network
	mirroring=(server outside)
	# shellcheck disable=SC2046
	mirror server --name web $(sources eth0) --to "$(target "$2" $client4 "$4")"
	# shellcheck disable=SC2046
	mirror outside --name web $(sources eth0) --to "$(target "$3" $server4 "$5")"
	if [ "$4" = "$5" ]; then
		listening=silent
	else
		sink outside "$2" $client4 $server4 "$4"
		sink server "$3" $server4 $client4 "$5"
	fi
	traffic 3 2
	verdict "$1"
	broadcast
	verdict "$1/broadcast"
	[ $listening = yes ] || return 0
	# Tunnels over UDP have a socket, and drop in silence what has an ID that is
	# none of theirs; that of the other kind answers with errors.
	listening=silent
	[ "$2" != gretap ] && [ "$2" = "$3" ] || listening=deaf
	ip -n outside link delete sink
	ip -n server link delete sink
	traffic 3 2
	verdict "$1/deaf"
}

# One frame that everybody takes: a copy that came up into a stack would count.
broadcast() {
	at server "$tools/frames" send eth0 --from-mac $server_mac --to-mac ff:ff:ff:ff:ff:ff \
		--source $server4 --destination 192.0.2.255 --protocol udp --sport 40000 --dport 9000 --payload 40
	crossed outside 1
	copied outside 1 0
	[ $egress = no ] || copied server 1 0
}

# --- neighbours, connections ---

# Who asks for whose hardware address, both ways; only the answer to the echo and
# the echo itself are copied.
neighbour() { # NAME REMOTE SERVER
	local from=$server4
	[[ $2 != *:* ]] || { from=$server6 fits=no; }
	cable
	network
	ip -n outside neighbour delete "$from" dev eth0
	sink outside vxlan "$2" "$from"
	# shellcheck disable=SC2046
	mirror server --name web $(sources eth0) --to "$(target vxlan "$2")"
	at outside ping -q -n -c 1 -W 5 -I "$2" "$from" >"$work/ping" || fail "$(cat "$work/ping")"
	add outside.other 1
	add server.other 1
	copied server 1 0
	[ $egress = no ] || copied server 1 0
	# What comes out of the tunnel is no production.
	add outside.stray $((1 + (${#egress} == 3)))
	add outside.copy -$((1 + (${#egress} == 3)))
	traffic 3 2
	verdict "$1"
	check_equal "requests for a neighbour" some "$(_asked outside)"
	check_equal "requests for a neighbour, answered" some "$(_asked server)"
}

_asked() { [ "${count[$1.neighbour]}" = 0 ] || echo some; } # HOST

# Connection tracking has entries for production and none for the tunnel. The rule
# against it taken away, it has: so the test can fail. What arrives is dropped before
# it gets an entry.
connections() { # NAME
	nft_only
	cable
	network
	at server nft -f - <<-END
		table inet track {
			chain out {
				type filter hook output priority 0
				ct state new counter
			}
		}
	END
	# shellcheck disable=SC2046
	mirror server --name web $(sources eth0) --to "$(target vxlan "$collector4")"
	listening=deaf
	flows 500
	wait_until 10 _counted || fail "500 flows do not arrive"
	check_equal "tracked connections" "$production_tracked" "$(_connections)"
	pairs=()
	verdict "$1"
	at server nft flush chain inet mirror_nft untracked
	flows 1
	wait_until 10 _counted || fail "one more flow does not arrive"
	check_equal "tracked connections, without our rule" $((production_tracked + 1)) "$(_connections)"
}

production_tracked=0

flows() { # COUNT: in the direction that is mirrored
	if [ $egress = yes ]; then
		ask server flows "$1" "$client4" || fail "the server can't send all"
		crossed outside "$1"
		production_tracked=$((production_tracked + $1))
	else
		ask outside flows "$1" "$server4" || fail "the client can't send all"
		crossed server "$1"
	fi
	copied server "$1" 0
}

_connections() {
	# shellcheck disable=SC2016 # for the shell there
	ask server 'echo "$(</proc/sys/net/netfilter/nf_conntrack_count)"'
	echo "$answer"
}

# --- at most once ---

definition() { # LINE...: of mirrors
	printf '%s\n' mirrors: "$@" >"$work/definition.yaml"
	mirror server -f "$work/definition.yaml"
}

collector_only() {
	cable
	network
	sink outside vxlan $collector4 $server4
}

# Two mirrors that select the same frames: from a file, then from the command
# line, then without the first one.
overlap() { # NAME
	nft_only
	local to="[{vxlan: {remote: $collector4, id: 7}}]" from
	from=$(yaml_sources eth0)
	collector_only
	mirrors=(first second) guards=any
	definition "  first: {from: $from, match: udp, to: $to}" "  second: {from: $from, to: $to}"
	traffic 3 2
	verdict "$1/file"
	at server "$mirror_nft" remove --all >/dev/null || fail "remove"
	counting_begins_anew
	# shellcheck disable=SC2046
	mirror server --name first $(sources eth0) --match udp --to "$(target vxlan $collector4)"
	# shellcheck disable=SC2046
	mirror server --name second $(sources eth0) --to "$(target vxlan $collector4)"
	traffic 3 2
	verdict "$1/one-by-one"
	at server "$mirror_nft" remove first >/dev/null || fail "remove"
	mirrors=(second)
	counting_begins_anew
	traffic 3 2
	# Of what the target delivered before, some were copies of the other one.
	delivering=any
	verdict "$1/first-removed"
}

counting_begins_anew() { expected[matched@server]=0 told[frames]=0; }

# Two devices that the same frames pass: in one mirror, and in one each.
twice() { # NAME DEVICE DEVICE...
	local name=$1 to="[{vxlan: {remote: $collector4, id: 7}}]" lines=() device
	shift
	# shellcheck disable=SC2046
	mirror server --name web $(sources "$@") --to "$(target vxlan $collector4)"
	guards=any
	traffic 3 2
	verdict "$name"
	[ $# -gt 1 ] || return 0
	at server "$mirror_nft" remove --all >/dev/null || fail "remove"
	counting_begins_anew
	mirrors=()
	for device; do
		mirrors+=("of-$device")
		lines+=("  of-$device: {from: $(yaml_sources "$device"), to: $to}")
	done
	definition "${lines[@]}"
	traffic 3 2
	verdict "$name/two-mirrors"
}

both_ends() { # NAME
	nft_only
	collector_only
	batch server <<-END
		link add va address 02:00:00:00:03:01 type veth peer name vb address 02:00:00:00:03:02
		link set va up
		link set vb up
	END
	traffic() {
		local device
		for device in va vb; do
			at server "$tools/frames" send $device --count "$1" --source 10.9.3.1 \
				--destination 10.9.3.2 --protocol udp --sport 9 --dport 9000 --payload 40
			copied server "$1" 0
		done
	}
	twice "$1" va vb
}

# Newer VXLAN devices refuse frames from 00:00:00:00:00:00, which is lo's address:
# here the outer packets are counted, and one of another ID drops them in silence.
loopback() { # NAME
	nft_only
	cable
	network
	sink outside vxlan $collector4 $server4 8
	listening=silent
	traffic() {
		ask server datagrams "$1" "$2" 127.0.0.1 ::1 || fail "the server can't send all"
		add server.delivered $((2 * ($1 + $2)))
		copied server $((2 * $1)) $((2 * $2))
	}
	twice "$1" lo
}

bond() { # NAME
	nft_only
	need_here bond
	cable
	ip -n server link add eth1 type veth peer name eth1 netns outside
	ip -n outside link set eth1 up
	batch server <<-END
		link add bond0 type bond mode active-backup miimon 20
		link set eth0 down
		link set eth0 master bond0
		link set eth1 master bond0
		link set bond0 up
	END
	network bond0
	sink outside vxlan $collector4 $server4
	wait_until 10 _bond_runs || fail "bond0 has no carrier"
	twice "$1" bond0 eth0 eth1
}

_bond_runs() { [[ $(ip -n server -o link show dev bond0) = *' state UP '* ]]; }

vlan_twice() { # NAME
	nft_only
	need_here vlan
	collector_only
	vlan_devices
	twice "$1" eth0 eth0.10
}

# FUNCTION NAME ARGUMENT...
cases=(
	"plain vxlan vxlan $collector4"
	"plain geneve geneve $collector4"
	"plain gretap gretap $collector4"
	"plain erspan1 erspan1 $collector4"
	"plain erspan2 erspan2 $collector4"
	"plain vxlan-ip6 vxlan $collector6"
	"plain gretap-ip6 gretap $collector6"
	"filtered filter"
	"vlan vlan/eth0 198.51.100.10 eth0"
	"vlan vlan/eth0.10 198.51.100.10 eth0.10"
	"vlan vlan/both 198.51.100.10 eth0 eth0.10"
	"vlan untagged/eth0.10 $collector4 eth0.10"
	"vlan untagged/both $collector4 eth0 eth0.10"
	"bridge bridge/eth0 eth0"
	"bridge bridge/br0 br0"
	"router router/eth0 eth0"
	"router router/both eth0 up0"
	"two_hosts two-hosts/vxlan vxlan vxlan 7 8"
	"two_hosts two-hosts/same-id vxlan vxlan 7 7"
	"two_hosts two-hosts/gretap gretap gretap 7 8"
	"two_hosts two-hosts/mixed geneve vxlan 7 8"
	"neighbour arp $collector4"
	"neighbour nd $collector6"
	"connections connections"
	"overlap overlap"
	"vlan_twice once/vlan"
	"both_ends once/veth"
	"loopback once/lo"
	"bond once/bond"
)

# Those that a guest with an emulated processor has the time for: of each sort the
# one that asks most, and what needs devices that a machine may lack.
# shellcheck disable=SC2034 # for run
core=(gretap-ip6 erspan2 vlan/both bridge/eth0 router/eth0 two-hosts/same-id
	two-hosts/mixed nd overlap once/vlan once/bond)
