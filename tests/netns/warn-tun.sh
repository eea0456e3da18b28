#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Packets without an Ethernet header do not go where frames are expected, nor the
# other way round.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
ip tuntap add tun0 mode tun 2>/dev/null || skip tun
ip tuntap add tun1 mode tun
ip tuntap add tap0 mode tap
for device in tun0 tun1 tap0; do ip link set "$device" up; done

for command in check apply; do
	expect_refusal 2 "mirror-nft: --from:1:1: packets of 'tun0' have no Ethernet header, and target 'mir0' takes Ethernet frames" \
		"$mirror_nft" $command --name web --from tun0 --to mir0
	expect_refusal 2 "mirror-nft: --from:1:1: packets of 'tun0' have no Ethernet header" \
		"$mirror_nft" $command --name web --from p0 --from tun0 --to mir0
	expect_refusal 2 "mirror-nft: --to:1:1: target 'tun0' takes packets without an Ethernet header" \
		"$mirror_nft" $command --name web --from p0 --to tun0
done
check_equal 'rules' '' "$(nft list ruleset)"
! exists mir0 || fail 'mir0 was made'
apply --name web --from tun0 --to tun1 >/dev/null 2>&1
apply --name frames --from tap0 --to mir0 >/dev/null 2>&1
