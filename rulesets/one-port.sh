#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# One service on one NIC: TCP port 9091 on eth1, what comes in and what goes
# out, for a sensor that reads mir0-tap.
#
# For a first mirror, and whenever the sensor has to see one application's
# conversations whole. mir0 and mir0-tap are made by the tool; eth1's offloads
# and its MTU stay as they are.
#
#	sh one-port.sh			makes the mirror
#	sh one-port.sh generate		prints the rules, as in one-port.nft
#	sh one-port.sh generate --path tc	the same for tc -batch
set -eu
command=${1:-apply}
[ $# -eq 0 ] || shift
exec "${MIRROR_NFT:-mirror-nft}" "$command" --name one-port \
	--from eth1 \
	--match 'tcp port 9091' \
	--to mir0 "$@"
