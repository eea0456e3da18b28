#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup nft_fwd veth geneve command:tcpdump
#
# Copies in Geneve, over IPv4 and IPv6: every frame comes out as it went in.
# shellcheck source-path=SCRIPTDIR source=tunnel.bash
. "$(dirname "$0")/tunnel.bash"
tunnel_lab
tunnel_case geneve,remote=192.0.2.2,id=7 geneve id 7 remote 192.0.2.1
tunnel_case geneve,remote=192.0.2.2,id=16777215,port=7000,ttl=3 \
	geneve id 16777215 remote 192.0.2.1 dstport 7000
tunnel_case geneve,remote=2001:db8::2,id=7 geneve id 7 remote 2001:db8::1

# Only new kernels know a local address; the others take no notice of it, and that is
# not what was asked for.
local=geneve,remote=192.0.2.2,id=7,local=192.0.2.1
if device_make make $local mir0 2>"$work/error"; then
	check_equal 'with a local address' fits "$(device_make check $local mir0)"
	echo "ok $local"
else
	check_equal 'refusal of a local address' \
		"mirror-nft: mir0-tun: this kernel makes geneve,remote=192.0.2.2,id=7 of $local, leave out what it does not know" \
		"$(cat "$work/error")"
	check_equal 'what is left' '' "$(in_ns a ip -o link | grep mir0 || true)"
	echo "ok $local is refused"
fi
