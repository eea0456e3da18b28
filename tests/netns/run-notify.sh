#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
#
# What the service manager is told, by a socket with a path and by one without.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
cable p0 p1
told=$work/told

listen() { # ADDRESS
	: >"$told"
	"$tools/datagrams" "$1" >>"$told" 2>&1 &
	listener=$!
	defer _kill $listener
	wait_until 5 grep -qx listening "$told" || fail "no listener: $(cat "$told")"
}
_was_told() { grep -qxE -e "$1" "$told"; }
was_told() { wait_until 10 _was_told "$1" || fail "nobody was told '$1' but: $(cat "$told")"; }

for address in "$work/socket" @mirror-nft-test; do
	define 'p0 e*' mir0
	listen "$address"
	export NOTIFY_SOCKET=$address
	run_start
	was_told 'READY=1\|STATUS=1 mirror on 1 device'
	ip link add e1 type veth peer name f1
	was_told 'STATUS=1 mirror on 2 devices'
	define p0 mir0
	: >"$told"
	kill -HUP $daemon
	was_told 'RELOADING=1\|MONOTONIC_USEC=[0-9]+'
	was_told 'READY=1\|STATUS=1 mirror on 1 device'
	echo nonsense >"$file"
	: >"$told"
	kill -HUP $daemon
	was_told 'READY=1\|STATUS=1 mirror on 1 device'
	run_stop TERM
	was_told STOPPING=1
	# In that order, and nothing else.
	check_equal 'all that was told' 'RELOADING=1 READY=1|STATUS=1 mirror on 1 device STOPPING=1' \
		"$(sed 's/|MONOTONIC.*//' "$told" | tr '\n' ' ' | sed 's/ $//')"
	kill $listener
	ip link delete e1
done

# Signs of life, only where they are asked for: of this process.
define p0 mir0
listen "$work/dog"
export NOTIFY_SOCKET=$work/dog WATCHDOG_USEC=200000
run_start
alive() { [ "$(grep -cx WATCHDOG=1 "$told")" -ge 3 ]; }
wait_until 10 alive || fail "no signs of life: $(cat "$told")"
run_stop TERM
: >"$told"
WATCHDOG_PID=1 run_start
was_told 'READY=1\|STATUS=1 mirror on 1 device'
ip link add e1 type veth peer name f1
kill -HUP $daemon
was_told 'RELOADING=1.*'
run_stop TERM
check_equal 'signs of life for another process' 0 "$(grep -c WATCHDOG "$told" || true)"

# Nobody listens, or at no address: the first is no reason to stop.
unset WATCHDOG_USEC
kill $listener
run_start
run_stop TERM
NOTIFY_SOCKET=nowhere expect_refusal 1 'mirror-nft: cannot tell the service manager: NOTIFY_SOCKET' \
	"$mirror_nft" run -f "$file"
