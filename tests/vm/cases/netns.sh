#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm, trixie-backports
# time-limit: 900
#
# The cases of tests/netns/ on a kernel that has every device and module: those
# that had to be skipped on the machine itself get their answer here. The two
# kernels are the oldest with the egress hook and the newest. match-fuzz has a
# guest of its own, on more kernels.
shopt -s extglob
exec /root/tests/run /root/tests/netns/!(match-fuzz|match-mutants).sh
