#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth
# time-limit: 120
#
# The short form of tests/soak/run.sh: exactly the right hooks in the end, and each
# device had its own; how long that takes is for the long form to say.
# shellcheck source-path=SCRIPTDIR source=churn.bash
. "$(dirname "$0")/churn.bash"
churn 40 60 2
((memory < 32768)) || fail "it took $memory KiB of memory"
