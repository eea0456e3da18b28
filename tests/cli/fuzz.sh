#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: command:clang
# time-limit: 300
#
# Half a minute of any bytes as a match; `make fuzz` has longer ones. FUZZ_SEED
# begins one anew.
exec "$(dirname "$0")/../fuzz/run" "${FUZZ_SECONDS:-15}" ${FUZZ_SEED:+"$FUZZ_SEED"}
