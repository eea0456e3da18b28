#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: clsact cls_bpf veth
# time-limit: 240
#
# While numbered frames pass without a pause, mirrors of the tc path are replaced by others
# that select them too. Every number arrives once, none is missing, none comes twice.
#
# ATOMIC_COUNT replacements of each kind (8), ATOMIC_RATE frames in a second (20000; 0
# for as many as go), ATOMIC_KINDS instead of all of them.
# shellcheck source-path=SCRIPTDIR source=atomic.bash
. "$(dirname "$0")/atomic.bash"

path=tc
kinds=(match ports ranges targets beside both source name)
[ -z "${ATOMIC_KINDS-}" ] || read -r -a kinds <<<"$ATOMIC_KINDS"
count=${ATOMIC_COUNT:-8} rate=$(atomic_rate 20000 2000)
bad=0
atomic_setup
for direction in egress ingress; do
	for kind in "${kinds[@]}"; do
		replace_under_traffic "$kind" "$direction" "$count" "$rate"
		if is_exact; then
			echo "ok $kind, $direction: $verdict, $count replacements"
		else
			echo "not ok $kind, $direction: $verdict, $count replacements, queues dropped $dropped"
			bad=1
		fi
	done
done
exit $bad
