#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye trixie-backports
# time-limit: 900
#
# The tc path on the kernel that has no other way for what leaves, and on the newest; with
# the actions that the machine itself may lack.
exec /root/tests/run /root/tests/netns/tc-*.sh
