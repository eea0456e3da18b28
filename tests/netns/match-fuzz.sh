#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup veth clsact
# time-limit: 600
#
# Random expressions on edge frames: nft rules, cls_bpf and libpcap must agree,
# frame by frame, both ways. MATCH_FUZZ_DECISIONS and MATCH_FUZZ_SEED choose how
# many and which; MATCH_FUZZ_SECONDS goes on with other seeds for so long. One
# expression, and one frame of hex digits, are asked again by MATCH_FUZZ_EXPRESSION
# and MATCH_FUZZ_FRAME.
# shellcheck source-path=SCRIPTDIR source=match_fuzz.bash
. "$(dirname "$0")/match_fuzz.bash"

decisions=1000000
! has_feature guest || decisions=200000
decisions=${MATCH_FUZZ_DECISIONS:-$decisions}
# The same run every time; other seeds come with make fuzz-match.
seed=${MATCH_FUZZ_SEED:-1}

match_fuzz_prepare
has_feature nft_egress || echo "nft on egress : skipped, nft_egress"
if [ -n "${MATCH_FUZZ_EXPRESSION-}" ]; then
	match_fuzz 1 0 "$MATCH_FUZZ_EXPRESSION" ${MATCH_FUZZ_FRAME:+"$MATCH_FUZZ_FRAME"}
	exit
fi
# Not by SECONDS, which bash would take from make's own.
end=$((EPOCHSECONDS + ${MATCH_FUZZ_SECONDS:-0}))
match_fuzz "$seed" "$decisions"
while ((EPOCHSECONDS < end)); do
	seed=$((seed + 1))
	match_fuzz "$seed" "$decisions"
done
