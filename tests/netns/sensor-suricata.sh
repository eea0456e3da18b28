#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup nft_fwd veth vxlan cls_bpf clsact sensors command:curl command:jq
# time-limit: 240
#
# A real Suricata, checksums checked, raises its alerts for a real HTTP request and the
# answer to it: on mir0-tap, on the NIC of a collector and on its vxlan device. The same
# request mirrored by nft's dup or tc's mirred alone shows what becomes of it there.
# shellcheck source-path=SCRIPTDIR source=../sensor/lab.bash
. "$(dirname "$0")/../sensor/lab.bash"
# shellcheck source-path=SCRIPTDIR source=../sensor/suricata.bash
. "$(dirname "$0")/../sensor/suricata.bash"
lab_make

show() { printf '%-36s %3d packets, %s; alerts: %s\n' "$1" "$2" "$(suricata_summary)" "$(suricata_alerts)"; }

# Every copy arrived and is as the wire would have it, and both alerts are raised.
expect_good() { # WHAT LONGEST
	show "$1" "$(suricata_stats .decoder.pkts)"
	check_equal "alerts, $1" 'answer request ' "$(suricata_alerts)"
	check_equal "invalid checksums, $1" 0 "$(suricata_stats .tcp.invalid_checksum)"
	check_equal "packets cut short, $1" 0 "$(suricata_stats .decoder.invalid)"
	(($(suricata_stats .decoder.max_pkt_size) <= $2)) || fail "$1: a packet of $(suricata_stats .decoder.max_pkt_size) bytes"
	echo "ok $1"
}

# --- on mir0-tap ---

for how in --af-packet --pcap; do
	apply --name web --from eth1 --match 'tcp port 80' --to mir0 >/dev/null 2>&1
	suricata_start - mir0-tap $how
	lab_request
	suricata_stop mir0 tcp "$(lab_delivered)"
	expect_good "mirror-nft, mir0-tap, ${how#--}" 1514
	"$mirror_nft" remove --all >/dev/null
done

# --- the same by hand: what the kernel's senders leave to the NIC is left undone ---

pair() {
	local device
	ip link add mir0 type veth peer name mir0-tap
	for device in mir0 mir0-tap; do
		sysctl -q -w net.ipv6.conf.$device.disable_ipv6=1
		ip link set $device up
	done
}
plain_nft() {
	nft -f - <<-END
		table netdev plain {
			chain in { type filter hook ingress device "eth1" priority 0; tcp dport 80 counter dup to "mir0"; }
			chain out { type filter hook egress device "eth1" priority 0; tcp sport 80 counter dup to "mir0"; }
		}
	END
}
plain_tc() {
	local direction
	tc qdisc add dev eth1 clsact
	for direction in ingress egress; do
		tc filter add dev eth1 $direction protocol ip \
			bpf bytecode "$(tcpdump -ddd -i eth1 'tcp port 80' 2>/dev/null | tr '\n' ,)" \
			action mirred egress mirror dev mir0
	done
}
for by in nft tc; do
	for how in --pcap --af-packet; do
		pair
		plain_$by
		suricata_start - mir0-tap $how
		lab_request
		copies=$(_received_packets mir0-tap)
		suricata_stop mir0 ipv4 "$copies"
		show "plain $by, mir0-tap, ${how#--}" "$copies"
		(($(suricata_stats .decoder.max_pkt_size) > 1514)) || fail "no large segments: this proves nothing"
		if [ $how = --pcap ]; then
			check_equal 'alerts without checksums' '' "$(suricata_alerts)"
			(($(suricata_stats .tcp.invalid_checksum) > 0)) || fail 'no invalid checksum'
			check_equal 'sessions without checksums' 0 "$(suricata_stats .tcp.sessions)"
		fi
		ip link delete mir0
		nft flush ruleset
		[ $by = nft ] || tc qdisc delete dev eth1 clsact
	done
	echo "ok plain $by is worse"
done

# --- behind vxlan ---

# On the collector's NIC Suricata looks into the tunnel itself; with the usual MTU on the
# way the large ones come in two fragments. On the vxlan device it reads frames.
behind_vxlan() { # MTU DEVICE LONGEST THREADS
	ip link set eth2 mtu "$1"
	in_ns collector ip link set far0 mtu "$1"
	in_ns collector ip link add vx7 type vxlan id 7 dstport 4789 local 198.51.100.2
	in_ns collector sysctl -q -w net.ipv6.conf.vx7.disable_ipv6=1
	in_ns collector ip link set vx7 mtu 1500 up
	in_ns collector ethtool -K vx7 gro off
	apply --name web --from eth1 --match 'tcp port 80' --to vxlan,remote=198.51.100.2,id=7 >/dev/null 2>&1
	suricata_start collector "$2" --af-packet "$4"
	lab_request
	suricata_stop '' tcp "$(lab_delivered)"
	expect_good "mirror-nft, vxlan, $2, MTU $1" "$3"
	in_ns collector ip link delete vx7
	"$mirror_nft" remove --all >/dev/null
}
behind_vxlan 1500 far0 1564 1
behind_vxlan 1600 far0 1564 1
behind_vxlan 1500 vx7 1514 auto
