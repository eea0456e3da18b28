#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh REPLACEMENTS KILLS: for soak/atomic.sh, inside a guest.
export ATOMIC_COUNT=$1 ATOMIC_KILLS=$2

# Hooks of somebody else's all the time, see docs/kernels.md: otherwise the kernel patches
# itself as hooks come and go, which an emulator of two processors gets wrong.
nft -f - <<-END
	table netdev always {
		chain in { type filter hook ingress device lo priority 0; }
	}
END
nft -f - <<-END || echo "no egress hook"
	table netdev always {
		chain out { type filter hook egress device lo priority 0; }
	}
END
uname -r
exec "$(dirname "$0")/../run" -v --time-limit 3000 netns/atomic-replace netns/atomic-kill
