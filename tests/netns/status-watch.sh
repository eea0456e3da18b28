#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth
#
# status --watch goes on, a line of JSON at a time, with counters that move,
# and ends when its reader does.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
apply --name web --from p0 --to mir0 >/dev/null
"$mirror_nft" status --json --watch 0.1 >"$work/watched" &
watcher=$!
lines() { [ "$(wc -l <"$work/watched")" -ge "$1" ]; }
wait_until 5 lines 2 || fail "only $(wc -l <"$work/watched") lines"
send p0 --count 3
seen() { grep -q '"matched":{"packets":3,"bytes":282},"delivered":{"packets":3,"bytes":282}' "$work/watched"; }
wait_until 5 seen || fail "the last line is $(tail -n 1 "$work/watched")"
kill $watcher
wait $watcher || true
check_equal 'lines that are no JSON of ours' 0 "$(grep -vc '^{"version":1,"mirrors":\[{"name":"web",.*}\]}$' "$work/watched")"
head -n 1 "$work/watched" | grep '"matched":{"packets":0,"bytes":0}' >/dev/null || fail "the first line has counted already"

# The reader goes: so does the watch.
status=0
timeout 10 "$mirror_nft" status --watch 0.1 | head -n 3 >/dev/null || status=$?
[ $status != 124 ] || fail 'the watch goes on without a reader'
