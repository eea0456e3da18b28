#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth command:tcpdump command:ethtool
#
# Two megabytes of TCP, mirrored: the sensor sees what the wire would show, with what
# had to be sent again. Every copy has a right checksum and fits into an Ethernet frame,
# while the production device keeps its offloads.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
bytes=2000000
namespace a
namespace b
link_pair a va 192.0.2.1/24 b vb 192.0.2.2/24
offloads=$(in_ns a ethtool -k va)
mtu=$(in_ns a ip -o link show dev va | grep -o 'mtu [0-9]*')
in_ns a "$mirror_nft" apply --name web --from va --match 'tcp port 9091' --to mir0 >/dev/null

# One in twenty that arrive is lost, and the kernel sends it again.
in_ns b nft -f - <<-END
	table netdev lossy {
		chain in { type filter hook ingress device vb priority 0
			tcp dport 9091 meta length > 1000 numgen inc mod 20 9 drop; }
	}
END

# Slots of the size of a frame, enough for all of them.
capture_start -n a mir0-tap "$work/copies" -s 2000 -B 16384
in_ns b "$tools/stream" receive 192.0.2.2 9091 >"$work/received" &
receiver=$!
in_ns a "$tools/stream" send 192.0.2.2 9091 $bytes >"$work/sent"
wait $receiver
check_equal 'bytes that arrived' $bytes "$(cat "$work/received")"
[ "$(cat "$work/sent")" -gt $bytes ] || fail 'nothing was sent again'
capture_stop

# shellcheck disable=SC2046 # numbers
set -- $(tcpdump -n -vv -e -r "$work/copies" 2>/dev/null | awk '
	match($0, /ethertype IPv4 \(0x0800\), length [0-9]+/) {
		split(substr($0, RSTART, RLENGTH), words, "length "); copies++
		if (words[2] > longest) longest = words[2]
	}
	/cksum 0x[0-9a-f]+ \(correct\)/ { right++ }
	/cksum 0x[0-9a-f]+ \(incorrect/ { wrong++ }
	/bad cksum/ { bad++ }
	match($0, /, length [0-9]+$/) && / > 192\.0\.2\.2\.9091: / {
		split(substr($0, RSTART, RLENGTH), words, " "); data += words[3]
	}
	END { print copies + 0, longest + 0, right + 0, wrong + 0, bad + 0, data + 0 }')
copies=$1 longest=$2 right=$3 wrong=$4 bad=$5 data=$6
echo "$copies copies, the longest of $longest bytes, $wrong with a wrong checksum"
[ "$copies" -gt 1300 ] || fail "only $copies copies"
[ "$longest" -le 1514 ] || fail "a copy of $longest bytes"
check_equal 'copies with a right TCP checksum' "$copies" "$right"
check_equal 'copies with a wrong TCP checksum' 0 "$wrong"
check_equal 'copies with a wrong IP checksum' 0 "$bad"
check_equal 'bytes of data in the copies' "$(cat "$work/sent")" "$data"

check_equal 'offloads of the source' "$offloads" "$(in_ns a ethtool -k va)"
check_equal 'MTU of the source' "$mtu" "$(in_ns a ip -o link show dev va | grep -o 'mtu [0-9]*')"

# The negative twin: into a device that nobody prepared, copies are as the
# kernel's own senders leave them, and this case must see it.
in_ns a ip link add raw type veth peer name raw-tap
in_ns a ip link set raw up
in_ns a ip link set raw-tap up
in_ns a "$mirror_nft" apply --name web --from va --match 'tcp port 9091' --to raw >/dev/null
capture_start -n a raw-tap "$work/raw" -s 2000 -B 16384
in_ns b "$tools/stream" receive 192.0.2.2 9091 >/dev/null &
receiver=$!
in_ns a "$tools/stream" send 192.0.2.2 9091 $bytes >/dev/null
wait $receiver
capture_stop
tcpdump -n -vv -r "$work/raw" 2>/dev/null | grep '(incorrect' >/dev/null ||
	fail 'copies into a device with offloads have right checksums: this case proves nothing'
