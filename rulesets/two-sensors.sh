#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Two sensors, each with every frame: an intrusion detection system reads
# mir0-tap, a recorder mir1-tap.
#
# For a router: each packet crosses two of its NICs. Of eth0, towards the
# Internet, only what arrives is taken, of eth2, towards the servers, only what
# leaves, so that a packet from one to the other is there twice (before and
# after what the firewall does to it), and not four times. eth1, the
# management network, is taken in both directions.
#
#	sh two-sensors.sh		makes the mirror
#	sh two-sensors.sh generate	prints the rules, as in two-sensors.nft
set -eu
command=${1:-apply}
[ $# -eq 0 ] || shift
exec "${MIRROR_NFT:-mirror-nft}" "$command" --name two-sensors \
	--from eth0:ingress --from eth1 --from eth2:egress \
	--to mir0 --to mir1 "$@"
