# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What there is to try: each topology by each way is a cell, TOPOLOGY/WAY. Sourced by
# run on the machine and by guest.sh in the guest.
# shellcheck disable=SC2034 # for those two

# Suites of Debian's, from the oldest kernel on.
kernels=(bullseye bookworm bookworm-security trixie trixie-backports)

# Mirrors, FROM:DIRECTION>TO each, in the order in which a frame meets them. vx0 is a
# VXLAN device whose collector is behind eth0.
declare -A mirrors_of=(
	[self]="eth0:egress>eth0"
	[pair]="eth0:egress>eth1 eth1:egress>eth0"
	[lo-out]="eth0:egress>lo lo:egress>eth1 eth1:egress>eth0"
	[lo-in]="eth0:egress>lo lo:ingress>eth1 eth1:egress>eth0"
	[vxlan]="eth0:egress>vx0"
	[lo-out-vxlan]="eth0:egress>lo lo:egress>vx0"
	[lo-in-vxlan]="eth0:egress>lo lo:ingress>vx0"
)
topologies=(self pair lo-out lo-in vxlan lo-out-vxlan lo-in-vxlan)

# So many frames would be on the cables beside each packet if every mirror copied it
# just once. More than that are copies of copies.
declare -A right=([self]=1 [pair]=2 [lo-out]=2 [lo-in]=2 [vxlan]=1 [lo-out-vxlan]=1 [lo-in-vxlan]=1)

declare -A way_is=(
	[tc-htb]="tc, mirred in a filter of the classful root qdisc"
	[tc-clsact]="tc, mirred in a filter of clsact"
	[nft]="nft, dup to, without guards"
	[apply]="mirror-nft apply"
)
ways=(tc-htb tc-clsact nft apply)

# For `make check`, "KERNEL CELL": a loop by every way, what our own guards make of it,
# and the lock-up itself, which is tried last, as it ends its guest.
core=(
	"bookworm self/tc-clsact"
	"bookworm vxlan/nft"
	"bookworm lo-in/nft"
	"bookworm pair/apply"
	"bookworm vxlan/apply"
	"bullseye vxlan/tc-clsact"
	"bullseye vxlan/tc-htb"
)
