#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye bookworm trixie trixie-backports
# time-limit: 300
#
# See tests/topology/run. The machine itself runs all cases that it has devices for;
# here is a part of them, or what the arguments say.
[ $# -gt 0 ] || set -- --core
exec "$(dirname "$0")/../../topology/run" "$@"
