#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: clsact cls_bpf veth
# time-limit: 120
#
# generate --path tc | tc -batch - and apply --path tc list identically, for every
# example and for more. Where the kernel has police, gact and skbedit (in guests) limits,
# samples and tunnels too.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
namespace text
namespace netlink
devices=(p0 p1 q0 q1)

prepare() { # NAMESPACE
	quiet_namespace "$1"
	in_ns "$1" ip link add p0 type veth peer name p1
	in_ns "$1" ip link add q0 type veth peer name q1
	for device in "${devices[@]}"; do in_ns "$1" ip link set "$device" up; done
}

# Of all devices but the pairs, whose addresses are random anyway.
listed() { # NAMESPACE OPTION...
	local device hook
	in_ns "$1" tc qdisc show | grep -v noqueue || true
	for device in $(in_ns "$1" ip -o link | sed -E 's/^[0-9]+: ([^:@]+).*/\1/'); do
		for hook in ingress egress; do
			in_ns "$1" tc "${@:2}" filter show dev "$device" "$hook" 2>/dev/null || true
		done
	done | sed -E 's/ (installed|used) [0-9]+ sec//g; s/"(installed|last_used|index)":[0-9]+,?//g; s/index [0-9]+ //'
}

compared=0
compare() { # ARGUMENT...
	in_ns text "$mirror_nft" generate --path tc "$@" >"$work/batch" || fail "generate $*"
	in_ns netlink "$mirror_nft" apply --path tc "$@" >/dev/null 2>"$work/err" ||
		fail "apply $*: $(cat "$work/err")"
	# The same devices, which apply makes, under the same numbers.
	in_ns text "$mirror_nft" apply --path tc "$@" >/dev/null 2>&1
	for device in $(in_ns text tc qdisc show | awk '$2 == "clsact" { print $5 }'); do
		in_ns text tc qdisc del dev "$device" clsact
	done
	in_ns text tc -batch "$work/batch" || fail "tc refuses $*: $(cat "$work/batch")"
	check_equal "tc -s filter show of $*" "$(listed text -s)" "$(listed netlink -s)"
	check_equal "tc -j of $*" "$(listed text -j -s)" "$(listed netlink -j -s)"
	[ -n "$(listed netlink)" ] || fail "nothing is listed of $*"
	# And what the text made is what apply wants.
	check_equal "apply after the text of $*" ': unchanged' \
		"$(in_ns text "$mirror_nft" apply --path tc "$@" 2>/dev/null | sed 's/^[^:]*//')"
	in_ns text "$mirror_nft" remove --all >/dev/null
	in_ns netlink "$mirror_nft" remove --all >/dev/null
	check_equal 'what is left' '' "$(listed netlink)$(listed text)"
	compared=$((compared + 1))
}

prepare text
prepare netlink
# A guest is slow, and is asked for what the machine itself may lack.
if has_feature guest; then
	compare --name limit --from p0 --to mir0 --limit '10 mbytes/second'
	# A burst of whole microseconds: of others tc(8) of Debian 12 forgets the rest.
	compare --name bits --from p0 --to mir0 --limit '40 gbit/second burst 1000000 bytes'
	compare --name tenth --from p0 --to mir0 --sample 1/10
	compare --name tunnel --from p0 --to vxlan,remote=192.0.2.10,id=7
else
	compare --name all --from p0 --to mir0
	compare --name web --from p0 --match 'tcp port 80' --to mir0
	compare --name two --from p0:ingress --from q0:egress --match 'vlan 10 and udp' --to mir0 --to mir1
	compare --name long --from p0 --match "$(printf 'host 192.0.2.%d or ' {1..60})port 53" --to mir0
	compare --name pattern --from 'q*' --match 'not arp' --to mir0
fi
echo "$compared definitions"
