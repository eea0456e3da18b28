#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm
# time-limit: 1800
#
# Cases of tests/netns/ on a kernel that has every device and module: those that had
# to be skipped on the machine itself get their answer here. One kernel, for the time
# that it takes, and without those that take long and ask nothing of devices, or that
# have guests of their own on all kernels. tests/vm/run --kernel SUITE with this
# script asks another, with the argument "all" about every case.
shopt -s extglob
if [ "${1-}" = all ]; then
	exec /root/tests/run /root/tests/netns/*.sh
fi
exec /root/tests/run /root/tests/netns/!(atomic-*|compare|device-names|hosts|hosts-large|match-*|meddling*|parallel|random-*|run-*|sample-limit|sets-*|statements-*|status-watch|text-*|topology|tunnel-*|turn|verify*|whole-flows).sh
