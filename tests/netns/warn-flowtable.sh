#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth bridge
#
# Flowtables that take frames away before our rules see them are named.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
ip link add br0 type bridge

flowtable() { # PRIORITY
	nft -f - <<-END
		table inet fast
		delete table inet fast
		table inet fast {
			flowtable ft {
				hook ingress priority $1
				devices = { p0 }
			}
		}
	END
}
flowtable 0 2>/dev/null || skip flowtable

warnings() { # OPTION...
	{ "$mirror_nft" check --name web "$@" >/dev/null; } 2>&1
}

check_equal 'behind us' '' "$(warnings --from p0 --to mir0)"
flowtable -301
check_equal 'before us' 'mirror-nft: warning: source p0 belongs to flowtable ft of table inet fast, whose priority -301 comes before ours (-300): frames of its flows that arrive are not copied' \
	"$(warnings --from p0 --to mir0)"
check_equal 'what leaves' '' "$(warnings --from p0:egress --to mir0)"
ip link set p0 master br0
check_equal 'below a bridge' 'mirror-nft: warning: source br0 stands on p0, which belongs to flowtable ft of table inet fast: frames of its flows go past br0 and are not copied there, mirror p0 instead' \
	"$(warnings --from br0 --to mir0)"
nft delete table inet fast
check_equal 'without it' '' "$(warnings --from br0 --to mir0)"
