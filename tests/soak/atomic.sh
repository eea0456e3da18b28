#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# atomic.sh: the full counts of netns/atomic-replace and netns/atomic-kill, on this
# machine's kernel and on Debian's in guests with two processors. SOAK_KERNELS
# says which ones ("this" is this machine's own).
set -euo pipefail
tests=$(cd "$(dirname "$0")/.." && pwd -P)

kernels=${SOAK_KERNELS:-this bookworm trixie trixie-backports}
export ATOMIC_COUNT=${ATOMIC_COUNT:-100} ATOMIC_KILLS=${ATOMIC_KILLS:-100}
bad=0

in_guest() { # KERNEL
	"$tests/vm/run" --kernel "$1" --cpus 2 --time-limit 3600 --memory 1024 \
		"$tests/soak/guest.sh" "$ATOMIC_COUNT" "$ATOMIC_KILLS"
}

for kernel in $kernels; do
	echo "# $kernel: $ATOMIC_COUNT replacements of each kind, $ATOMIC_KILLS kills"
	if [ "$kernel" = this ]; then
		"$tests/run" -v --time-limit 3600 netns/atomic-replace netns/atomic-kill || bad=1
		# As many frames as go: more of them are on their way at the moment itself.
		ATOMIC_RATE=0 "$tests/run" -v --time-limit 3600 netns/atomic-replace || bad=1
	else
		in_guest "$kernel" || bad=1
	fi
done
exit $bad
