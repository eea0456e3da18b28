#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth clsact cls_bpf
#
# tc comes before nftables where frames arrive: what redirects there is named, and it
# does keep frames from being copied.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1

warnings() { # OPTION...
	{ "$mirror_nft" check --name web "$@" >/dev/null; } 2>&1
}
redirects='mirror-nft: warning: source p0 has a tc bpf filter that redirects at its ingress, which comes before nftables: frames that it redirects or drops there are not copied'

check_equal 'no qdisc' '' "$(warnings --from p0 --to mir0)"
tc qdisc add dev p0 clsact
check_equal 'no filter' '' "$(warnings --from p0 --to mir0)"
tc filter add dev p0 ingress bpf bytecode '1,6 0 0 65535,' action mirred egress mirror dev q0
check_equal 'a filter that copies' '' "$(warnings --from p0 --to mir0)"
tc filter add dev p0 egress bpf bytecode '1,6 0 0 65535,' action mirred egress redirect dev q0
check_equal 'one where frames leave' '' "$(warnings --from p0 --to mir0)"
tc filter add dev p0 ingress bpf bytecode '1,6 0 0 65535,' action mirred egress redirect dev q0
check_equal 'one that redirects' "$redirects" "$(warnings --from p0 --to mir0)"
check_equal 'for what leaves' '' "$(warnings --from p0:egress --to mir0)"

# It is true.
apply --name web --from p0:ingress --to mir0 >/dev/null 2>&1
send p1 --count 3
expect_received q1 3 282
tc qdisc delete dev p0 clsact
send p1 --count 2
expect_received mir0-tap 2 188
check_equal 'without it' '' "$(warnings --from p0 --to mir1)"
