#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# without: nft_numgen nft_hash nft_limit nft_fwd_netdev nft_ct
#
# A kernel without the expressions that samples, limits, tunnels and notrack need:
# each time the CONFIG is named, and nothing is left behind.
. "$(dirname "$0")/../../lib/lib.sh"

refused() { # PLAN WORDS...
	local status=0 word
	"$_lib/../tools/build/plans" apply "only:$1" >/tmp/out 2>/tmp/err || status=$?
	check_equal "$1: exit status" 1 $status
	for word in "${@:2}" 'No such file or directory'; do
		grep -qF -- "$word" /tmp/err || fail "$1: no '$word' in: $(cat /tmp/err)"
	done
	check_equal "$1: rules afterwards" '' "$(nft list ruleset)"
}

refused chance 'cannot sample by chance' CONFIG_NFT_NUMGEN
refused flow 'cannot sample by flow' CONFIG_NFT_HASH
refused limit 'no rate limits' CONFIG_NFT_LIMIT
refused fwd "no 'fwd to'" CONFIG_NFT_FWD_NETDEV
refused inet-notrack "no 'notrack'" CONFIG_NFT_CT
refused both 'only: this kernel lacks one of the expressions' CONFIG_NFT_LIMIT CONFIG_NFT_NUMGEN
