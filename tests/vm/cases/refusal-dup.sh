#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# without: nft_dup_netdev
#
# A kernel without "dup to": the CONFIG is named, and the devices that were made
# before the rules were refused are gone again.
. "$(dirname "$0")/../../lib/lib.sh"

ip link add eth1 type veth peer name far
before=$(ip -br link)
for command in check apply; do
	status=0
	"$mirror_nft" $command --name web --from eth1 --to mir0 >/tmp/out 2>/tmp/err || status=$?
	check_equal "$command: exit status" 1 $status
	check_equal "$command: lines of error" 1 "$(wc -l </tmp/err)"
	grep -q 'No such file or directory: it needs CONFIG_NFT_DUP_NETDEV' /tmp/err ||
		fail "$command says: $(cat /tmp/err)"
	check_equal "$command: devices afterwards" "$before" "$(ip -br link)"
	check_equal "$command: rules afterwards" "" "$(nft list ruleset)"
done
