#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The web traffic of some customers: those listed in customers.txt, one address
# or prefix a line, but never that of the monitoring at 192.0.2.200.
#
# For a list that somebody else keeps up to date: apply again after a change,
# and all of it is replaced at once. IPv4 and IPv6 may be mixed and overlap; a
# list may have hundreds of thousands of lines.
#
#	sh customers.sh			makes the mirror
#	sh customers.sh generate	prints the rules, as in customers.nft
set -eu
here=$(dirname "$0")
command=${1:-apply}
[ $# -eq 0 ] || shift
exec "${MIRROR_NFT:-mirror-nft}" "$command" --name customers \
	--from eth1 \
	--match 'tcp port 443' \
	--hosts "@$here/customers.txt" --except 192.0.2.200 \
	--to mir0 "$@"
