#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# After an apply that fails all is as it was: the mirrors that run, the
# devices, and what belongs to others.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
apply --name old --from p0 --match 'tcp port 80' --to mir9 >/dev/null

# $1: exit status, $2: how the error begins; the rest for apply
expect_nothing_changed() {
	local rules links
	rules=$(ruleset) links=$(ip -o link | sed 's/ state .*//')
	expect_refusal "$1" "$2" "$mirror_nft" apply "${@:3}"
	check_equal "rules after '$2'" "$rules" "$(ruleset)"
	check_equal "devices after '$2'" "$links" "$(ip -o link | sed 's/ state .*//')"
}

expect_nothing_changed 2 "mirror-nft: --from:1:1: no device 'nope' to mirror, this namespace has lo, " \
	--name new --from nope --to mir0
expect_nothing_changed 2 "mirror-nft: --to:1:1: p0:ingress -> p1 -> p0: the copies would be copied again" \
	--name new --from p0 --to p1
expect_nothing_changed 2 "mirror-nft: --to:1:1: no device 'twelve-chars', and its name is too long" \
	--name new --from p0 --to twelve-chars

# The tap's name is taken.
ip link add mir0-tap type veth peer name mine
expect_nothing_changed 2 "mirror-nft: --to:1:1: no device 'mir0', and it cannot be made because 'mir0-tap' exists" \
	--name new --from p0 --to mir0
# The first target can be made, the second cannot.
expect_nothing_changed 2 "mirror-nft: --to:1:1: no device 'mir0'" \
	--name new --from p0 --to mir1 --to mir0
expect_nothing_changed 2 "mirror-nft: --to:1:1: 'mir2-tap' is the end of 'mir2' that a sensor reads" \
	--name new --from p0 --to mir2 --to mir2-tap
# A replacement that cannot be made leaves the mirror that runs.
expect_nothing_changed 2 "mirror-nft: --to:1:1: no device 'mir0'" \
	--name old --from p0 --match 'tcp port 80' --to mir0

send p0 --count 2
expect_received mir9-tap 2 188
"$mirror_nft" remove --all >/dev/null
