#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bullseye trixie-backports
# time-limit: 600
#
# The tc path on the kernel that has no other way for what leaves, and on the newest; with
# the actions that the machine itself may lack. 6.1 has these cases and the others of tc
# in vm/netns, and `make check-guests` has all of them on all kernels.
exec /root/tests/run /root/tests/netns/tc-apply.sh /root/tests/netns/tc-statements.sh \
	/root/tests/netns/tc-foreign.sh
