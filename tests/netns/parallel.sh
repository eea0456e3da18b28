#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# Ten hands at once, each with mirrors of its own: all of them succeed, and
# none takes away what another one made.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
hands=10 rounds=10

hand() { # NUMBER
	local i
	for ((i = 1; i <= rounds; i++)); do
		apply --name "hand$1" --from p0 --match "tcp port $((1000 * $1 + i))" --to "m$1" || return
	done
}

pids=()
for ((n = 1; n <= hands; n++)); do
	hand $n >"$work/$n.out" 2>"$work/$n.err" &
	pids+=($!)
done
bad=0
for ((n = 1; n <= hands; n++)); do
	wait "${pids[n - 1]}" || { bad=$((bad + 1)) && cat "$work/$n.err" >&2; }
done
check_equal 'hands that failed' 0 $bad

for ((n = 1; n <= hands; n++)); do
	send p0 --dport $((1000 * n + rounds))
	send p0 --dport $((1000 * n + 1))
	expect_received "m$n-tap" 1 94
done

# The same mirror by several at once: one of the wishes, whole.
pids=()
for ((n = 1; n <= 4; n++)); do
	apply --name same --from p0 --match "udp port $n" --to "m$n" >/dev/null 2>"$work/$n.err" &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "$(cat "$work"/*.err)"; done
check_equal 'rules that copy for it' 1 "$(nft list chain netdev mirror_nft mirror/same/copy | grep -c 'dup to')"

# All of them take all away.
pids=()
for ((n = 1; n <= 4; n++)); do
	"$mirror_nft" remove --all >/dev/null 2>"$work/$n.err" &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "remove: $(cat "$work"/*.err)"; done
check_equal 'rules' '' "$(ruleset)"
! ip link | grep 'm[0-9]*-tap' >/dev/null || fail "devices are left: $(ip -br link)"
