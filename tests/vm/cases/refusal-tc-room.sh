#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Users other than root's have only so much room for compiled filters. Without it the
# kernel (Debian's 6.1) refuses with an error of its own: it is told what that is, and
# nothing is left.
. "$(dirname "$0")/../../lib/lib.sh"

export mirror_nft
sysctl -qw net.core.bpf_jit_limit=1
unshare --user --map-root-user --net bash -euc '
	ip link add eth1 type veth peer name far
	{ ip -br link && tc qdisc; } >/tmp/before
	"$mirror_nft" apply --path tc --name web --from eth1 --match tcp --to mir0 \
		>/tmp/out 2>/tmp/err || echo $? >/tmp/status
	{ ip -br link && tc qdisc; } >/tmp/after
' || fail "the namespace"
check_equal "exit status" 1 "$(cat /tmp/status)"
check_equal "what it says" "mirror-nft: eth1:ingress: the kernel could not compile the filter: Unknown error 524: net.core.bpf_jit_limit leaves no room for it, raise it by sysctl, or remove mirrors of the path tc, or choose the path nft" "$(cat /tmp/err)"
check_equal "devices and qdiscs afterwards" "$(cat /tmp/before)" "$(cat /tmp/after)"
