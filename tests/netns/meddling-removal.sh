#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# remove --all comes between an apply and the device that it has just made and
# that no mirror uses yet: apply may fail or make it again, but what it calls
# applied has to copy.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
apply --name old --from p0 --match 'tcp port 81' --to mir0 >/dev/null
status=0
LD_PRELOAD=$tools/meddle.so MEDDLE_AT=rules MEDDLE="$mirror_nft remove --all >/dev/null" \
	"$mirror_nft" apply --name web --from p0 --match 'tcp port 80' --to mir1 || status=$?
if [ $status = 0 ]; then
	send p0
	expect_received mir1-tap 1 94
else
	check_equal 'rules after an error' '' "$(ruleset)"
	! exists mir1 || fail 'the device is left'
fi
