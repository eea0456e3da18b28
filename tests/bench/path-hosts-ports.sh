#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many hosts with ten ports: our table, against the ways of tc: u32 with a hash table on
# the last bits of the address, the same with a second table for the ports, cls_bpf, and
# flower where there is one. Every frame is copied.
# shellcheck source-path=SCRIPTDIR source=lib.bash
. "$(dirname "$0")/lib.bash"

hosts=$(pick 1000 20) ports=10
cable nft u32 two bpf
target tnft tu32 ttwo tbpf

address() { echo "10.1.$(($1 / 256)).$(($1 % 256))"; }

for ((i = 0; i < hosts; i++)); do address "$i"; done >"$work/list.txt"
mirror nft snft:ingress tnft --hosts "@$work/list.txt" \
	--match "udp dst port 7000 or 7001 or 7002 or 7003 or 7004 or 7005 or 7006 or 7007 or 7008 or 7009"

# The destination's last eight bits choose one of 256 buckets; each has its hosts, one
# filter for each port.
{
	echo 'qdisc add dev su32 clsact'
	echo 'filter add dev su32 ingress pref 10 handle 2: protocol ip u32 divisor 256'
	echo 'filter add dev su32 ingress pref 10 protocol ip u32 ht 800:: match ip protocol 17 0xff match u16 0 0x1fff at 6 link 2: hashkey mask 0x000000ff at 16'
	for ((i = 0; i < hosts; i++)); do
		for ((port = 7000; port < 7000 + ports; port++)); do
			printf 'filter add dev su32 ingress pref 10 protocol ip u32 ht 2:%x: match ip dst %s/32 match u16 %d 0xffff at 22 action mirred egress mirror dev tu32\n' \
				$((i % 256)) "$(address "$i")" "$port"
		done
	done
} | tc -batch - || fail 'u32'

# What somebody does who knows u32 well: each host leads to one table of the ports.
{
	echo 'qdisc add dev stwo clsact'
	echo 'filter add dev stwo ingress pref 10 handle 2: protocol ip u32 divisor 256'
	echo 'filter add dev stwo ingress pref 10 handle 3: protocol ip u32 divisor 16'
	echo 'filter add dev stwo ingress pref 10 protocol ip u32 ht 800:: match ip protocol 17 0xff match u16 0 0x1fff at 6 link 2: hashkey mask 0x000000ff at 16'
	for ((port = 7000; port < 7000 + ports; port++)); do
		printf 'filter add dev stwo ingress pref 10 protocol ip u32 ht 3:%x: match u16 %d 0xffff at 22 action mirred egress mirror dev ttwo\n' \
			$((port % 16)) "$port"
	done
	for ((i = 0; i < hosts; i++)); do
		printf 'filter add dev stwo ingress pref 10 protocol ip u32 ht 2:%x: match ip dst %s/32 link 3: hashkey mask 0x0000000f at 20\n' \
			$((i % 256)) "$(address "$i")"
	done
} | tc -batch - || fail 'u32 with two tables'

# A program of cls_bpf has room for some hosts: as many filters as that takes.
each=20
{
	echo 'qdisc add dev sbpf clsact'
	for ((i = 0; i < hosts; i += each)); do
		match=''
		for ((k = i; k < i + each && k < hosts; k++)); do match+="${match:+ or }$(address "$k")"; done
		"$mirror_nft" generate --path tc --name bpf --from sbpf:ingress --to tbpf --match \
			"udp dst portrange 7000-7009 and dst host ($match)" |
			sed -n "s/pref [0-9]*/pref $((1000 + i))/;/^filter/p"
	done
} | tc -batch - || fail 'cls_bpf'

# Exact matches of one mask, which flower keeps in a hash table.
sides=(mirror-nft=wnft u32=wu32 u32-twice=wtwo cls_bpf=wbpf) targets=(tnft tu32 ttwo tbpf)
if has_feature flower; then
	cable flower
	target tflower
	{
		echo 'qdisc add dev sflower clsact'
		for ((i = 0; i < hosts; i++)); do
			for ((port = 7000; port < 7000 + ports; port++)); do
				printf 'filter add dev sflower ingress pref 10 protocol ip flower ip_proto udp dst_ip %s dst_port %d action mirred egress mirror dev tflower\n' \
					"$(address "$i")" "$port"
			done
		done
	} | tc -batch - || fail 'flower'
	sides+=(flower=wflower) targets+=(tflower)
fi

frames_time "${sides[@]}" -- --bypass --set 4096 --to 10.1.0.0 \
	--addresses "$hosts" --port 7000 --ports $ports
for name in "${targets[@]}"; do expect_copies "$name" "$frames"; done
record ns/frame "${sides[@]%=*}"
ratio "$hosts hosts x $ports ports against u32 with a hash table" u32 mirror-nft least 5
ratio "$hosts hosts x $ports ports against u32 with two hash tables" u32-twice mirror-nft
ratio "$hosts hosts x $ports ports against cls_bpf" cls_bpf mirror-nft least 5
[ ${#sides[@]} = 4 ] || ratio "$hosts hosts x $ports ports against flower" flower mirror-nft least 5
