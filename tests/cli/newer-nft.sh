#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: root command:mmdebstrap
# time-limit: 300
#
# A newer release's nft for the cases in namespaces, which have no network to get
# it from. netns/random-text-equals-netlink runs it.
set -euo pipefail

root=$("$(dirname "$0")/../vm/nft" trixie) || { echo "a root of trixie" && exit 77; }
chroot "$root" /usr/sbin/nft --version
