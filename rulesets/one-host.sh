#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What this machine says to one host by UDP, and not what it is told.
#
# For narrow questions on a busy NIC (which DNS server do we ask, what do our
# log lines to the collector look like) without the load of the other
# direction. In this version terms are joined by "and"; what "or" would say is
# said by a second mirror of another name.
#
#	sh one-host.sh			makes the mirror
#	sh one-host.sh generate		prints the rules, as in one-host.nft
set -eu
command=${1:-apply}
[ $# -eq 0 ] || shift
exec "${MIRROR_NFT:-mirror-nft}" "$command" --name one-host \
	--from eth1:egress \
	--match 'dst host 192.0.2.53 and udp' \
	--to mir0 "$@"
