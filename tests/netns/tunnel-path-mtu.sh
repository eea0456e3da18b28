#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_egress nft_ingress nft_dup nft_fwd veth vxlan
#
# Copies of this host's own packets carry the route that the originals have. A tunnel
# would lower the path MTU of that route; behind a pair it cannot.
# shellcheck source-path=SCRIPTDIR source=tunnel.bash
. "$(dirname "$0")/tunnel.bash"
tunnel_lab
device_make make vxlan,remote=192.0.2.2,id=7 mir0
in_ns b ip link add peer type vxlan id 7 dstport 4789
in_ns b sysctl -q -w net.ipv6.conf.peer.disable_ipv6=1
in_ns b ip link set peer mtu 2000 arp off up

copies_to() { # DEVICE: of the echo requests
	in_ns a nft -f - <<-END
		table netdev way
		delete table netdev way
		table netdev way {
			chain copies { type filter hook egress device va priority 0
				icmpv6 type echo-request dup to $1; }
			chain onward { type filter hook ingress device "mir0-tap" priority 0
				fwd to "mir0-tun"; }
		}
	END
}
path_mtu() { in_ns a ip -6 route get 2001:db8::2 | grep -oE 'mtu [0-9]+' || true; }

# 1500 bytes of IPv6, five times: all of them arrive, and their copies.
copies_to mir0
peer_before=$(_packets_of b peer 3)
in_ns a ping -6 -q -c 5 -i 0.01 -s 1452 2001:db8::2 >/dev/null || fail 'an echo is missing'
wait_until 5 _peer_has 5 || fail "copies: $(($(_packets_of b peer 3) - peer_before)) of 5"
check_equal 'path MTU of production' '' "$(path_mtu)"

# The negative twin: straight into the tunnel.
copies_to mir0-tun
in_ns a ping -6 -q -c 2 -i 0.01 -s 1452 2001:db8::2 >/dev/null || true
check_equal 'path MTU behind a tunnel' 'mtu 1450' "$(path_mtu)"
