#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: veth vxlan ifb command:ethtool
#
# The devices of targets, without mirrors: what is made, what is judged to fit, what
# is taken for our own, and what takes another's place.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
quiet_namespace ipv6 # as on most machines, so that it has to be switched off
vxlan=vxlan,remote=192.0.2.2,id=7

make_device() { "$tools/device_make" make "$@"; }
fit() { # EXPECTED KIND DEVICE
	check_equal "$3 as $2" "$1" "$("$tools/device_make" check "$2" "$3")"
}
alias_of() { ip link show dev "$1" | sed -n 's/^ *alias //p'; }
refusal() { # STATUS BEGINNING ARGUMENT...
	expect_refusal "$1" "mirror-nft: $2" "$tools/device_make" "${@:3}"
}

expect_ready() { # DEVICE MTU
	local link
	link=$(ip -o link show dev "$1")
	[[ $link = *NOARP* && $link = *,UP* && $link = *"mtu $2 "* && $link = *'group default'* ]] ||
		fail "$1 is $link"
	check_equal "addresses of $1" '' "$(ip -o address show dev "$1")"
	check_equal "IPv6 on $1" 1 "$(cat "/proc/sys/net/ipv6/conf/$1/disable_ipv6")"
}
expect_no_offloads() { # DEVICE
	! ethtool -k "$1" | grep -E '^(tx-checksumming|scatter-gather|tcp-segmentation-offload|generic-segmentation-offload): on' ||
		fail "$1 has offloads"
}

fit absent any pair
make_device any pair
make_device ifb ifb
make_device $vxlan mir0 9000
for device in pair:1500 pair-tap:1500 ifb:1500 mir0:9000 mir0-tap:9000 mir0-tun:9008; do
	expect_ready ${device%:*} ${device#*:}
done
for device in pair ifb mir0; do expect_no_offloads $device; done
check_equal alias 'mirror-nft: takes the copies, read them on pair-tap' "$(alias_of pair)"
check_equal alias 'mirror-nft: takes the copies' "$(alias_of ifb)"
check_equal alias 'mirror-nft: takes the copies, they leave by mir0-tun' "$(alias_of mir0)"
check_equal alias 'mirror-nft: copies sent to mir0' "$(alias_of mir0-tap)"
check_equal alias "mirror-nft: tunnel of mir0: $vxlan" "$(alias_of mir0-tun)"
if has_feature dummy; then
	make_device dummy dummy
	expect_ready dummy 1500
	expect_no_offloads dummy
fi

# What fits, and what is something else.
fit fits any mir0
fit fits $vxlan mir0
fit fits veth pair
fit fits ifb ifb
refusal 2 "device:1:1: 'pair' exists and is a veth that was made for other mirrors, not a dummy" \
	check dummy pair
refusal 2 "device:1:1: 'mir0' exists and is a veth pair with a tunnel that was made for other mirrors, not a private veth pair" \
	check veth mir0
ip link add own type veth peer name own-tap
fit fits any own
refusal 2 "device:1:1: 'own' exists and is a veth of somebody else, not $vxlan: " check $vxlan own
refusal 2 "device:1:1: no device 'mir0-tap-long', and its name is too long" check any mir0-tap-long
refusal 2 "device:1:1: 'mir0-tun' takes the packets of vxlan,remote=192.0.2.3,id=7 already" \
	check vxlan,remote=192.0.2.3,id=7 new
ip link add x-tun type veth peer name y
refusal 2 "device:1:1: no device 'x', and it cannot be made because 'x-tun' exists" check $vxlan,port=99 x

# The kernel is asked, and not the alias.
fit 'other tunnel' vxlan,remote=192.0.2.2,id=8 mir0
ip link set mir0-tun type vxlan ttl 9
fit 'other tunnel' $vxlan mir0
ip link set mir0-tun type vxlan ttl 64
fit fits $vxlan mir0
ip link set mir0-tun down
fit 'other tunnel' $vxlan mir0
ip link set mir0-tun up

# Another tunnel has the name, the index and the size of the former.
index=$(<"/sys/class/net/mir0-tun/ifindex")
"$tools/device_make" replace vxlan,remote=192.0.2.9,id=7,ttl=3 mir0
expect_ready mir0-tun 9008
check_equal 'index of the new tunnel' "$index" "$(<"/sys/class/net/mir0-tun/ifindex")"
fit fits vxlan,remote=192.0.2.9,id=7,ttl=3 mir0
# A refusal brings the former back: the port is taken.
ip link add external type vxlan external dstport 99
ip link set external up
refusal 1 'mir0-tun: cannot set up the vxlan tunnel: Address already in use' \
	replace vxlan,remote=192.0.2.9,id=8,port=99 mir0
fit fits vxlan,remote=192.0.2.9,id=7,ttl=3 mir0
check_equal 'index of the former tunnel' "$index" "$(<"/sys/class/net/mir0-tun/ifindex")"
refusal 1 'mir1-tun: cannot set up the vxlan tunnel: Address already in use' \
	make vxlan,remote=192.0.2.9,id=8,port=99 mir1
for device in mir1 mir1-tap mir1-tun; do ! exists $device || fail "$device is left"; done
refusal 2 "device:1:1: 'external' takes the packets of vxlan,remote=192.0.2.9,id=8,port=99 already" \
	check vxlan,remote=192.0.2.9,id=8,port=99 mir1
ip link delete mir0-tun
fit 'other tunnel' $vxlan mir0
"$tools/device_make" replace $vxlan mir0
fit fits $vxlan mir0

# Names change, and we know our own.
ip link set mir0-tun down # older kernels want it so
ip link set mir0-tun name t9
ip link set t9 up
fit fits $vxlan mir0
"$tools/device_make" delete mir0
for device in mir0 mir0-tap t9; do ! exists $device || fail "$device is left"; done

# Killed half way: made anew, and dropped by whoever drops all. A tunnel without its
# pair is no more in the way than that.
"$tools/device_make" unfinished any half
fit unfinished any half
make_device any half
fit fits any half
"$tools/device_make" unfinished any half2
make_device $vxlan mir0
ip link delete mir0
exists mir0-tun || fail 'the tunnel went with the pair: this case proves nothing'
fit absent $vxlan mir0
make_device $vxlan mir0
fit fits $vxlan mir0
ip link delete mir0
"$mirror_nft" remove --all >/dev/null
for device in half half2 mir0-tun pair ifb dummy; do ! exists $device || fail "$device is left"; done
exists own || fail 'a device of somebody else is gone'
exists external || fail 'a device of somebody else is gone'
