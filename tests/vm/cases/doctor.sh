#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye bookworm trixie trixie-backports
# time-limit: 300
#
# What doctor must say of Debian's kernels: all is there, but for what the oldest lacks.
. "$(dirname "$0")/../../lib/lib.sh"
set -u

missing() { "$mirror_nft" doctor | awk 'NR > 3 && $2 != "yes" { printf "%s ", $1 }'; }
links_before=$(ip -br link)
lacks=""
[[ $(uname -r) != 5.10.* ]] || lacks="nft-egress "
check_equal "missing without the module" "mirror_probe $lacks" "$(missing)"
check_equal "devices of modules that were loaded" "$links_before" "$(ip -br link)"
insmod "${MIRROR_PROBE:-/lib/mirror_probe.ko}"
check_equal "missing" "$lacks" "$(missing)"
exec /root/tests/run -v --may-lack "" netns/doctor
