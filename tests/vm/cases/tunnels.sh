#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye trixie-backports
# time-limit: 600
#
# Devices and tunnels for copies, of every kind, on every kernel.
shopt -s extglob
cd /root/tests/netns || exit
# What hooks egress cannot run on the first of these kernels.
exec /root/tests/run --fail-on-skip "$PWD"/tunnel-@(vxlan|geneve|gre|erspan).sh "$PWD"/device-kinds.sh
