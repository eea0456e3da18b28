#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup nft_fwd veth vxlan command:tcpdump
#
# Copies in VXLAN, over IPv4 and IPv6: every frame comes out as it went in.
# shellcheck source-path=SCRIPTDIR source=tunnel.bash
. "$(dirname "$0")/tunnel.bash"
tunnel_lab
tunnel_case vxlan,remote=192.0.2.2,id=7 vxlan id 7 dstport 4789
tunnel_case vxlan,remote=192.0.2.2,id=16777215,local=192.0.2.1,port=8472,ttl=3 \
	vxlan id 16777215 dstport 8472
tunnel_case vxlan,remote=2001:db8::2,id=7 vxlan id 7 dstport 4789 local 2001:db8::2
tunnel_case vxlan,remote=2001:db8::2,id=0,local=2001:db8::1 \
	vxlan id 0 dstport 4789 local 2001:db8::2

# With a port of its own both directions of a connection leave by it.
source_ports() { # TUNNEL
	in_ns a "$mirror_nft" apply --name both --from p0:ingress --to "$1" >/dev/null 2>&1 || fail "$1: apply"
	capture_start -n b vb "$work/outer"
	before=$(_packets_of b vb 3)
	in_ns a "$tools/frames" send p1 --source 198.51.100.9 --destination 198.51.100.8 --protocol tcp --sport 3000 --dport 80
	in_ns a "$tools/frames" send p1 --source 198.51.100.8 --destination 198.51.100.9 --protocol tcp --sport 80 --dport 3000
	arrived() { (($(_packets_of b vb 3) - before >= 2)); }
	wait_until 5 arrived || fail "$1: no outer packets"
	capture_stop "$work/outer"
	in_ns a "$mirror_nft" remove --all >/dev/null
	tcpdump -nn -q -r "$work/outer" udp dst port 4789 2>/dev/null | sed -n 's/.* IP 192\.0\.2\.1\.\([0-9]*\) > .*/\1/p' | sort -u
}
in_ns a ip neigh replace 192.0.2.2 lladdr "$(in_ns b cat /sys/class/net/vb/address)" dev va nud permanent
check_equal 'ports with srcport' 50000 "$(source_ports vxlan,remote=192.0.2.2,id=7,srcport=50000)"
