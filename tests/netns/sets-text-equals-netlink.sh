#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# time-limit: 300
#
# The two ways out of a plan, for every form that a test against ranges can take, and
# for what chance makes of tests and statements, in tables of both families.
# shellcheck source-path=SCRIPTDIR source=plans.bash
. "$(dirname "$0")/plans.bash"

compare forms 15000
for ((seed = 1; seed <= 10; seed++)); do
	compare "random:$seed" 100
	compare "random-inet:$seed" 100
done
# More than fits into one message.
compare large:20000 4
compare table:5000 4

# Anonymous sets go with their rules.
"$tools/plans" apply forms
nft flush chain netdev mirror_nft forms/9/9
nft delete chain netdev mirror_nft forms/9/9
check_equal 'a plan that lacks a chain' 0 "$("$tools/plans" has forms)"
nft flush table netdev mirror_nft
check_equal 'sets without their rules' '' \
	"$(nft --debug=netlink list ruleset | grep -F @__set || true)"
