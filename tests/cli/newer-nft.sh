#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: root command:mmdebstrap
# time-limit: 300
#
# The nft of other releases for the cases in namespaces, which have no network to get
# them from: an older and a newer one. netns/nft-releases and
# netns/random-text-equals-netlink run them.
set -euo pipefail

for suite in bullseye trixie; do
	root=$("$(dirname "$0")/../vm/nft" $suite) || { echo "a root of $suite" && exit 77; }
	chroot "$root" /usr/sbin/nft --version
done
