#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm trixie trixie-backports bullseye
# time-limit: 600
#
# The daemon, where a source that vanishes takes its chain along (before 6.14), leaves
# the chain without a hook, or where hooks follow names (6.16): it comes to the same.
# What asks nothing of the kernel's ways is left to the machine itself; with the
# argument "all" it is asked here too.
shopt -s extglob
if [ "${1-}" = all ]; then
	exec /root/tests/run -v /root/tests/netns/run-*.sh
fi
exec /root/tests/run -v /root/tests/netns/run-@(devices|rules|tunnel).sh
