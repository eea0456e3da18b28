#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Two sources and two targets: every frame of either source goes to both
# targets, once, in its own direction, and nothing of a third device.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1
cable r0 r1
apply --name two --from p0:egress --from q0:ingress --to mir0 --to mir1 >/dev/null

send r0 --count 4
send r1 --count 4
send p1 --count 4	# ingress of p0
send q0 --count 4	# egress of q0
send p0 --count 3 --payload 100
send q1 --count 2
expect_received mir0-tap 5 $((3 * 154 + 2 * 94))
expect_received mir1-tap 5 $((3 * 154 + 2 * 94))

# One sensor of two is not there: the other one sees as much as before.
ip link set mir0 down
send p0 --count 3 --payload 100
send q1
expect_received mir1-tap 9 $((6 * 154 + 3 * 94))
expect_received mir0-tap 5 $((3 * 154 + 2 * 94))
