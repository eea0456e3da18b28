#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the private veth in front of a tunnel costs: every frame is copied into vxlan, by
# mirror-nft (through a pair with offloads off, and fwd from there) and straight.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"
cable nft straight veth
target tveth

# Two ways out, so that each has its own counters.
ip link add out0 type veth peer name far0
quiet_device out0 far0
ip address add 192.0.2.1/24 dev out0
ip neighbour replace 192.0.2.2 lladdr 02:00:00:00:00:99 dev out0 nud permanent
ip link add vxstraight type vxlan id 8 remote 192.0.2.2 local 192.0.2.1 dstport 4790 dev out0
quiet_device vxstraight

"$mirror_nft" apply --name nft --from snft:ingress --match udp \
	--to vxlan,remote=192.0.2.2,id=7 >/dev/null 2>"$work/err" || fail "$(cat "$work/err")"
by_hand sstraight ingress 'ip protocol udp counter dup to vxstraight'
mirror nft sveth:ingress tveth --match udp

before=$(received far0)
frames_time mirror-nft=wnft straight=wstraight pair-only=wveth -- --bypass --size 200
check_equal 'packets around copies' $((before + 2 * frames)) "$(received far0)"
expect_copies tveth "$frames"
record ns/frame mirror-nft straight pair-only
ratio "into vxlan through the pair, against straight" mirror-nft straight
