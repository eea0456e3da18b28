#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup nft_fwd veth gretap ip6gretap command:tcpdump
#
# Copies in GRE, over IPv4 and IPv6: every frame comes out as it went in.
# shellcheck source-path=SCRIPTDIR source=tunnel.bash
. "$(dirname "$0")/tunnel.bash"
tunnel_lab
tunnel_case gretap,remote=192.0.2.2 gretap remote 192.0.2.1 local 192.0.2.2
tunnel_case gretap,remote=192.0.2.2,key=4294967295,local=192.0.2.1,ttl=3 \
	gretap remote 192.0.2.1 local 192.0.2.2 key 4294967295
tunnel_case gretap,remote=2001:db8::2 ip6gretap remote 2001:db8::1 local 2001:db8::2
tunnel_case gretap,remote=2001:db8::2,key=5,local=2001:db8::1 \
	ip6gretap remote 2001:db8::1 local 2001:db8::2 key 5
