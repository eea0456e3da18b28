#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm
# time-limit: 1800
#
# The cases of tests/netns/ on a kernel that has every device and module: those
# that had to be skipped on the machine itself get their answer here. One kernel,
# for the time that it takes; tests/vm/run --kernel SUITE with this script asks
# another. match-fuzz has guests of its own, on all kernels.
shopt -s extglob
exec /root/tests/run /root/tests/netns/!(match-fuzz|match-mutants).sh
