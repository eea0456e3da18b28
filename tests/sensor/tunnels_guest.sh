#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In a guest: one HTTP request mirrored into every kind of tunnel, and what arrived at the
# collector. Prints "NAME DELIVERED CAPTURE", the capture packed and in base64.
# shellcheck source-path=SCRIPTDIR source=lab.bash
. "$(dirname "$0")/lab.bash"
lab_make

mirror_into() { # NAME TUNNEL MTU
	ip link set eth2 mtu "$3"
	in_ns collector ip link set far0 mtu "$3"
	apply --name web --from eth1 --match 'tcp port 80' --to "$2" >/dev/null 2>&1
	capture_start -n collector far0 "$work/$1" not icmp and not icmp6
	lab_request
	capture_stop "$work/$1"
	printf '%s %s %s\n' "$1" "$(lab_delivered)" "$(gzip -c "$work/$1" | base64 | tr -d '\n')"
	"$mirror_nft" remove --all >/dev/null
}

for family in ip ip6; do
	remote=198.51.100.2 mtu=1500
	# Over IPv6 nothing is fragmented: the way has to be wide enough.
	[ $family = ip ] || remote=2001:db8::2 mtu=1600
	mirror_into vxlan-$family "vxlan,remote=$remote,id=7" $mtu
	mirror_into geneve-$family "geneve,remote=$remote,id=7" $mtu
	mirror_into gretap-$family "gretap,remote=$remote,key=7" $mtu
	mirror_into erspan1-$family "erspan,remote=$remote,session=7,index=102" $mtu
	mirror_into erspan2-$family "erspan,remote=$remote,session=7,version=2,direction=egress,hardware=33" $mtu
done
