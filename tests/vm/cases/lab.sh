#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guests: its own
# time-limit: 120
#
# Loops of mirrors on a kernel that survives them and on one that locks up: each cell
# comes out as it is known. `make lab` tries all of them; see tests/lab/run.
exec "$(dirname "$0")/../../lab/run" --core --jobs 1
