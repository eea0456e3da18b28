#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [DEVICES [ROUNDS]]: the daemon with DEVICES (1000) devices that stay, and as
# many that come and go, ROUNDS (5) times, as fast as they can; and then one after the
# other. Prints how long it takes from a device's appearance to its hooks, and what
# memory and time the daemon takes. Run it as root, on a machine that does nothing else.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
[ "${1-}" != --help ] || { sed -n '4,/^[^#]/s/^# \{0,1\}//p' "$0" && exit; }
if [ -z "${MIRROR_NFT_SOAK-}" ]; then
	MIRROR_NFT_SOAK=1 exec unshare --net --mount "$0" "$@"
fi
mount --make-rprivate / && mount -t tmpfs tmpfs /run
# shellcheck source-path=SCRIPTDIR source=../netns/churn.bash
. "$here/../netns/churn.bash"
say() { echo "$*"; }
count=${1:-1000} rounds=${2:-5}

echo "$(uname -r), $(nproc) CPUs, load $(cut -d' ' -f1-3 /proc/loadavg)"
churn "$count" "$count" "$rounds"

# One after the other, with none of them coming while another is looked at.
run_start
wait_until 60 _hooks_fit
before=$(cpu)
timer_start ve
for ((i = 1; i <= 100; i++)); do
	ip link add ve$i type veth peer name pve$i netns other
	sleep 0.05
done
expect_fit 60
timer_stop
echo "one by one: $times, $((($(cpu) - before) / 100)) ms of CPU each"
# Nothing should have gone wrong on the way.
grep -v -e ' -> ' -e 'warning: ' "$log" || true
quiet() { awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/$daemon/status; }
before=$(quiet)
sleep 5
echo "wake-ups in 5 s without events: $(($(quiet) - before))"
run_stop TERM
