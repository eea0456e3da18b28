#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# without: nf_tables
#
# A kernel without nf_tables at all.
. "$(dirname "$0")/../../lib/lib.sh"

ip link add eth1 type veth peer name far
for command in 'apply --name web --from eth1 --to mir0' 'check --name web --from eth1 --to mir0' \
	status 'remove --all' compare; do
	status=0
	# shellcheck disable=SC2086 # words
	"$mirror_nft" $command >/tmp/out 2>/tmp/err || status=$?
	check_equal "$command: exit status" 1 $status
	grep -q 'CONFIG_NF_TABLES' /tmp/err || fail "$command says: $(cat /tmp/err)"
done
