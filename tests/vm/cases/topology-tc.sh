#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye
# time-limit: 300
#
# The same over tc, on the kernel that has no other way for what leaves.
[ $# -gt 0 ] || set -- --core
exec "$(dirname "$0")/../../topology/run" --path tc "$@"
