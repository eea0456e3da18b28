#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup nft_fwd veth erspan ip6erspan command:tcpdump
#
# Copies in ERSPAN, versions 1 and 2, over IPv4 and IPv6: every frame comes out as
# it went in, and session and index are on the wire as they were given.
# shellcheck source-path=SCRIPTDIR source=tunnel.bash
. "$(dirname "$0")/tunnel.bash"
tunnel_lab
tunnel_case erspan,remote=192.0.2.2,session=5 \
	erspan remote 192.0.2.1 local 192.0.2.2 seq key 5 erspan_ver 1
tunnel_case erspan,remote=192.0.2.2,session=1023,index=102,local=192.0.2.1 \
	erspan remote 192.0.2.1 local 192.0.2.2 seq key 1023 erspan_ver 1 erspan 102
tunnel_case erspan,remote=192.0.2.2,session=5,version=2,direction=egress,hardware=33 \
	erspan remote 192.0.2.1 local 192.0.2.2 seq key 5 erspan_ver 2 erspan_dir egress erspan_hwid 33
tunnel_case erspan,remote=2001:db8::2,session=5 \
	ip6erspan remote 2001:db8::1 local 2001:db8::2 seq key 5 erspan_ver 1
tunnel_case erspan,remote=2001:db8::2,session=5,version=2 \
	ip6erspan remote 2001:db8::1 local 2001:db8::2 seq key 5 erspan_ver 2 erspan_dir ingress erspan_hwid 0
