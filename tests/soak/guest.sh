#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh REPLACEMENTS KILLS: for soak/atomic.sh, inside a guest.
export ATOMIC_COUNT=$1 ATOMIC_KILLS=$2

"$(dirname "$0")/../vm/keep-hooks"
uname -r
exec "$(dirname "$0")/../run" -v --time-limit 3000 netns/atomic-replace netns/atomic-kill
