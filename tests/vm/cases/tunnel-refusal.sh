#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm
# without: vxlan geneve ip_gre ip6_gre dummy ifb
#
# A kernel without the kind of device: the refusal says what is missing, and nothing
# is left of what could be made.
# shellcheck source-path=SCRIPTDIR source=../../netns/mirror.bash
. "$(dirname "$0")/../../netns/mirror.bash"

# The kernel's own tunnels (ip6tnl0) come with the modules that do exist.
refused() { # KIND BEGINNING END
	local status=0
	"$tools/device_make" make "$1" mir0 2>"$work/error" || status=$?
	check_equal "exit status for $1" 1 "$status"
	check_equal "lines about $1" 1 "$(wc -l <"$work/error")"
	case $(cat "$work/error") in
	"mirror-nft: $2: Operation not supported: "*": $3") ;;
	*) fail "$1: $(cat "$work/error")" ;;
	esac
	check_equal "devices after $1" '' "$(ip -o link | grep mir0 || true)"
}
missing() { echo "this kernel has no $1 devices, $2 or its module $3 is missing"; }

refused dummy 'mir0: cannot make the dummy' "$(missing dummy CONFIG_DUMMY dummy)"
refused ifb 'mir0: cannot make the ifb' "$(missing ifb CONFIG_IFB ifb)"
refused vxlan,remote=192.0.2.2,id=7 'mir0-tun: cannot make the vxlan tunnel' \
	"$(missing vxlan CONFIG_VXLAN vxlan)"
refused geneve,remote=192.0.2.2,id=7 'mir0-tun: cannot make the geneve tunnel' \
	"$(missing geneve CONFIG_GENEVE geneve)"
refused gretap,remote=192.0.2.2 'mir0-tun: cannot make the gretap tunnel' \
	"$(missing gretap CONFIG_NET_IPGRE ip_gre)"
refused erspan,remote=192.0.2.2,session=1 'mir0-tun: cannot make the erspan tunnel' \
	"$(missing erspan CONFIG_NET_IPGRE ip_gre)"
refused gretap,remote=2001:db8::2,local=2001:db8::1 'mir0-tun: cannot make the ip6gretap tunnel' \
	"$(missing ip6gretap CONFIG_IPV6_GRE ip6_gre)"
