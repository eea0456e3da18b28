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
