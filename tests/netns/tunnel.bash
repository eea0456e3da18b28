# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the cases of tunnels: what goes into the device of a target comes out of a
# tunnel device of iproute2's in another namespace, byte for byte. Sourced.
#
#   a: p1 ~~ p0 --dup--> mir0 ~~ mir0-tap --fwd--> mir0-tun, va ~~~~ b: vb, peer
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/mirror.bash"

device_make() { in_ns a "$tools/device_make" "$@"; }

tunnel_lab() {
	quiet_namespace
	namespace a ipv6
	namespace b ipv6
	link_pair a va 192.0.2.1/24,2001:db8::1/64 b vb 192.0.2.2/24,2001:db8::2/64
	link_pair a p0 198.51.100.1/24 a p1 203.0.113.1/24
	local device
	for device in p0 p1; do
		in_ns a sysctl -q -w "net.ipv6.conf.$device.disable_ipv6=1"
		in_ns a ip link set $device mtu 9000
		# Frames that are not for it, and no answers.
		in_ns a ip link set $device arp off
	done
}

# What p0 receives is copied; what comes out of mir0 enters the tunnel.
_tunnel_rules() {
	in_ns a nft -f - <<-END
		table inet guard {
			chain sent { type filter hook output priority 0; meta mark 77 counter; }
		}
		table netdev way {
			chain copies { type filter hook ingress device p0 priority 0; dup to mir0; }
			chain onward { type filter hook ingress device "mir0-tap" priority 0
				meta mark set 77 counter fwd to "mir0-tun"; }
		}
	END
}

# Frames in the words of frames; with tags up to twice 4 bytes longer.
tunnel_frames=(
	"--source 198.51.100.9 --destination 198.51.100.8 --protocol udp --sport 1 --dport 2 --payload 1 --pad 60"
	"--source 198.51.100.9 --destination 198.51.100.8 --protocol udp --sport 1 --dport 2 --payload 1000"
	"--source 2001:db8:9::1 --destination 2001:db8:9::2 --protocol tcp --sport 3 --dport 4 --payload 40"
	"--vlan 7 --source 198.51.100.9 --destination 198.51.100.8 --protocol udp --sport 1 --dport 2 --payload 100"
	"--vlan 0x88a8:5 --vlan 9 --source 198.51.100.9 --destination 198.51.100.8 --protocol udp --sport 1 --dport 2 --payload 100"
	"--type 0x88b5 --raw 0102030405 --pad 60"
	"--to-mac ff:ff:ff:ff:ff:ff --arp --source 198.51.100.9 --destination 198.51.100.8"
)
# As long as the wire has them: 1500 bytes behind the Ethernet header and tags.
tunnel_full_frames=(
	"--source 198.51.100.9 --destination 198.51.100.8 --protocol udp --sport 1 --dport 2 --payload 1472"
	"--source 2001:db8:9::1 --destination 2001:db8:9::2 --protocol udp --sport 1 --dport 2 --payload 1452"
	"--vlan 7 --source 198.51.100.9 --destination 198.51.100.8 --protocol udp --sport 1 --dport 2 --payload 1472"
	"--vlan 0x88a8:5 --vlan 9 --source 198.51.100.9 --destination 198.51.100.8 --protocol udp --sport 1 --dport 2 --payload 1472"
)

# Asked once: a guest is slow.
declare -A frame_hex
for frame in "${tunnel_frames[@]}" "${tunnel_full_frames[@]}"; do
	# shellcheck disable=SC2086 # words
	frame_hex[$frame]=$("$tools/frames" print $frame)
done

# Every frame of a capture in hex, a line each.
capture_hex() { # FILE
	tcpdump -n -t -xx -r "$1" 2>/dev/null | awk '
		/^\t0x/ { sub(/^\t0x[0-9a-f]+: */, ""); gsub(/ /, ""); frame = frame $0; next }
		frame != "" { print frame; frame = "" }
		END { if (frame != "") print frame }'
}

capture_count_lines() { # FILE PATTERN
	tcpdump -n -r "$1" 2>/dev/null | grep -c "$2" || true
}

# Send FRAMES, and see them leave the peer as they were.
expect_frames() { # FRAME...
	local frame
	: >"$work/expected"
	capture_start -n b peer "$work/copies"
	for frame; do
		printf '%s\n' "${frame_hex[$frame]}" >>"$work/expected"
		# shellcheck disable=SC2086 # words
		in_ns a "$tools/frames" send p1 $frame
	done
	wait_until 5 _peer_has $# || true
	capture_stop "$work/copies"
	capture_hex "$work/copies" >"$work/got"
	diff "$work/expected" "$work/got" >&2 || fail "$tunnel_text: not the frames that were sent"
}

_packets_of() { # NAMESPACE DEVICE COLUMN
	in_ns "$1" awk -v device="$2:" -v column="$3" '$1 == device { print $column }' /proc/net/dev
}
_peer_has() { (($(_packets_of b peer 3) - peer_before >= $1)); }

_routes() {
	in_ns a ip route get 192.0.2.2
	in_ns a ip -6 route get 2001:db8::2
	in_ns a ip route show cache
	in_ns a ip -6 route show cache
}

_marked() { in_ns a nft list chain inet guard sent | grep -oE 'packets [0-9]+'; }

# All of it for one tunnel.
tunnel_case() { # TEXT KIND PEER-OPTION...
	local routes count=${#tunnel_frames[@]} peer_before
	tunnel_text=$1
	routes=$(_routes)
	device_make make "$1" mir0
	in_ns b ip link add peer type "${@:2}"
	in_ns b sysctl -q -w net.ipv6.conf.peer.disable_ipv6=1
	in_ns b ip link set peer mtu 2000 arp off up
	check_equal "$1: what is there" fits "$(device_make check "$1" mir0)"
	_tunnel_rules

	peer_before=$(_packets_of b peer 3)
	expect_frames "${tunnel_frames[@]}"
	check_equal "$1: outer packets with the mark of the copies" "packets $count" "$(_marked)"
	case $1 in
	*remote=*:*) full_frames_ip6 ;;
	*) full_frames_ip ;;
	esac
	check_equal "$1: routes" "$routes" "$(_routes)"

	in_ns a nft flush ruleset
	device_make delete mir0
	in_ns b ip link delete peer
	check_equal "$1: what is left" '' "$(in_ns a ip -o link | grep mir0 || true)"
	echo "ok $1"
}

# Over IPv4 they leave in two fragments each.
full_frames_ip() {
	local peer_before fragments
	peer_before=$(_packets_of b peer 3)
	capture_start -n b vb "$work/outer" 'ip[6:2] & 0x3fff != 0'
	expect_frames "${tunnel_full_frames[@]}"
	capture_stop "$work/outer"
	# What is inside has lines of its own.
	fragments=$(capture_count_lines "$work/outer" '192\.0\.2\.1.* > 192\.0\.2\.2')
	check_equal "$tunnel_text: fragments" $((2 * ${#tunnel_full_frames[@]})) "$fragments"
}

# Over IPv6 they have to fit; where they do not, the tunnel's device counts them.
full_frames_ip6() {
	local peer_before errors frame
	errors=$(_packets_of a mir0-tun 12)
	for frame in "${tunnel_full_frames[@]}"; do
		# shellcheck disable=SC2086 # words
		in_ns a "$tools/frames" send p1 $frame
	done
	wait_until 5 _tunnel_errors $((errors + ${#tunnel_full_frames[@]})) ||
		fail "$tunnel_text: $(in_ns a ip -s -s link show dev mir0-tun)"
	in_ns a ip link set va mtu 1600
	in_ns b ip link set vb mtu 1600
	peer_before=$(_packets_of b peer 3)
	expect_frames "${tunnel_full_frames[@]}"
	in_ns a ip link set va mtu 1500
	in_ns b ip link set vb mtu 1500
}

# Of the tunnel: what could not be sent, whatever the kernel calls it.
_tunnel_errors() { (($(_packets_of a mir0-tun 12) == $1)); }
