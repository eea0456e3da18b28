#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# A second apply of the same definition changes nothing: no rule, chain or
# device is made anew, and nobody else is touched.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
nft add table netdev other
nft add chain netdev other c '{ type filter hook ingress device "p0" priority 5; }'
nft add rule netdev other c counter

definition=(--name web --from p0 --match 'tcp port 80' --to mir0)
check_equal 'the first apply' 'web: applied
web: made mir0, read the copies on mir0-tap' "$(apply "${definition[@]}")"
# Whether there is a carrier the kernel notices a moment later.
for device in mir0 mir0-tap; do
	wait_until 5 _runs $device || fail "$device has no carrier"
done
before=$(ruleset)
links=$(ip -d link)

check_equal 'the second apply' 'web: unchanged' "$(apply "${definition[@]}")"
check_equal 'rules, with their handles' "$before" "$(ruleset)"
check_equal 'devices' "$links" "$(ip -d link)"

# White space is no difference, traffic neither.
send p0 --count 3
expect_received mir0-tap 3 282
check_equal 'with more spaces' 'web: unchanged' \
	"$(apply --name web --from p0 --match '  tcp   port 80 ' --to mir0)"
check_equal 'rules after traffic' "$before" "$(ruleset)"
check_equal 'check says so too' 'web: would change nothing' "$("$mirror_nft" check "${definition[@]}")"

# Somebody took a rule out: that is a difference.
handle=$(nft -a list chain netdev mirror_nft mirror/web/copy | sed -n 's/.*dup to.*handle //p')
nft delete rule netdev mirror_nft mirror/web/copy handle "$handle"
check_equal 'after a rule was deleted' 'web: replaced' "$(apply "${definition[@]}")"
send p0 --count 2
expect_received mir0-tap 5 470
