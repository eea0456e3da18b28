#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_egress nft_ingress nft_dup nft_fwd veth vxlan command:tcpdump command:ethtool
#
# A megabyte of TCP as its sender leaves it, in segments of up to 64 KiB without a
# checksum: out of the tunnel comes what the wire would show.
# shellcheck source-path=SCRIPTDIR source=tunnel.bash
. "$(dirname "$0")/tunnel.bash"
tunnel_lab
bytes=1000000
namespace c
link_pair a vc 192.0.3.1/24 c vd 192.0.3.2/24
device_make make vxlan,remote=192.0.2.2,id=7 mir0
in_ns b ip link add peer type vxlan id 7 dstport 4789
in_ns b sysctl -q -w net.ipv6.conf.peer.disable_ipv6=1
in_ns b ip link set peer mtu 2000 arp off up
in_ns b ethtool -K peer gro off # which would join them again
in_ns a nft -f - <<-END
	table netdev way {
		chain copies { type filter hook egress device vc priority 0
			tcp dport 9091 meta length > 1514 counter
			tcp dport 9091 dup to mir0; }
		chain onward { type filter hook ingress device "mir0-tap" priority 0
			fwd to "mir0-tun"; }
	}
END

capture_start -n b peer "$work/copies" -s 2000 -B 16384
in_ns c "$tools/stream" receive 192.0.3.2 9091 >"$work/received" &
receiver=$!
in_ns a "$tools/stream" send 192.0.3.2 9091 $bytes >"$work/sent"
wait $receiver
check_equal 'bytes that arrived' $bytes "$(cat "$work/received")"
# The tunnel's queue is empty as soon as its device has sent what the tap received.
capture_stop

# shellcheck disable=SC2046 # numbers
set -- $(tcpdump -n -vv -e -r "$work/copies" 2>/dev/null | awk '
	match($0, /ethertype IPv4 \(0x0800\), length [0-9]+/) {
		split(substr($0, RSTART, RLENGTH), words, "length ")
		if (words[2] > longest) longest = words[2]
	}
	/cksum 0x[0-9a-f]+ \(correct\)/ { right++ }
	/cksum 0x[0-9a-f]+ \(incorrect/ { wrong++ }
	match($0, /, length [0-9]+$/) && / > 192\.0\.3\.2\.9091: / {
		split(substr($0, RSTART, RLENGTH), words, " "); data += words[3]
	}
	END { print longest + 0, right + 0, wrong + 0, data + 0 }')
[ "$1" -le 1514 ] || fail "a copy of $1 bytes"
[ "$2" -gt 600 ] || fail "only $2 copies"
check_equal 'copies with a wrong checksum' 0 "$3"
check_equal 'bytes of data in the copies' "$(cat "$work/sent")" "$4"
large=$(in_ns a nft list chain netdev way copies | grep -oE 'packets [0-9]+' | grep -oE '[0-9]+')
[ "$large" -gt 0 ] || fail 'the sender made no large segments: this case proves nothing'
