#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup nft_fwd nft_notrack
#
# The two ways out of a plan, for samples, limits, marks, copies and notrack, in
# tables of both families.
# shellcheck source-path=SCRIPTDIR source=plans.bash
. "$(dirname "$0")/plans.bash"

compare actions 200
compare inet 200
compare random:100 100
compare random-inet:100 100
