#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm trixie-backports
# time-limit: 240
#
# The way of copies to other sorts of devices, by tc and by nft, from egress and from
# ingress.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
# shellcheck source=module-stages-lib.bash
. "$(dirname "$0")/module-stages-lib.bash" || exit
set -u

load
stages_lab
modprobe -a act_mirred nft_dup_netdev || fail "modules"
ip link add mir0 type veth peer name mir0-tap
ip link add dum0 type dummy
ip link add vx0 type vxlan id 7 remote 192.0.2.2 dstport 4789 dev eth1
for device in mir0 mir0-tap dum0 vx0; do ip link set $device addrgenmode none up; done
tc qdisc add dev eth1 clsact

# The copy on each target, up to where it ends.
way_of() { # TARGET
	case $1 in
	lo) sed "s/TYPE/OTHERHOST/; s/END/$otherhost/" <<-END ;;
		dev_queue_xmit lo HOST 2 -
		loopback_xmit lo HOST 2 -
		netif_rx lo TYPE 2 -
		__netif_receive_skb lo TYPE 2 -
		ip_rcv lo TYPE 2 -
		ip_rcv_core lo TYPE 2 END
	END
	mir0) sed "s/TYPE/OTHERHOST/; s/END/$otherhost/" <<-END ;;
		dev_queue_xmit mir0 HOST 2 -
		veth_xmit mir0 HOST 2 -
		netif_rx mir0-tap TYPE 2 -
		__netif_receive_skb mir0-tap TYPE 2 -
		ip_rcv mir0-tap TYPE 2 -
		ip_rcv_core mir0-tap TYPE 2 END
	END
	dum0) cat <<-END ;;
		dev_queue_xmit dum0 HOST 2 -
		dummy_xmit dum0 HOST 2 -
		$dummy_end dum0 HOST 2 consumed
	END
	# The same packet with a header more, so the filter has no say in it any more.
	vx0) cat <<-END ;;
		dev_queue_xmit vx0 HOST 2 -
		vxlan_xmit vx0 HOST 2 -
		LOCAL_OUT eth1 HOST 2 -
		dev_queue_xmit eth1 HOST 2 -
		veth_xmit eth1 HOST 2 -
		netif_rx eth1 OTHERHOST 2 left
	END
	esac
}

original() { # FUNCTION
	cat <<-END
		LOCAL_OUT eth1 HOST 2 -
		dev_queue_xmit eth1 HOST 2 -
		$1 eth1 HOST 2 -
		veth_xmit eth1 HOST 2 -
		netif_rx eth1 OTHERHOST 2 left
	END
}

egress() { # PATH TARGET FUNCTION
	arm
	pings 2
	wait_until_ended 4
	check_lines "$1 to $2, copy" "$(of copy)" < <(way_of "$2")
	check_lines "$1 to $2, original" "$(of original)" < <(original "$3")
	disarm
}

for target in lo mir0 dum0 vx0; do
	tc filter add dev eth1 egress protocol ip u32 match ip protocol 1 0xff \
		action mirred egress mirror dev $target || fail "mirred to $target"
	egress tc $target tcf_mirred_act
	tc filter del dev eth1 egress
done

if kernel_at_least 5 16; then
	for target in lo mir0 dum0 vx0; do
		nft -f - <<-END || fail "dup to $target"
			table netdev t { chain c {
				type filter hook egress device "eth1" priority 0;
				ip protocol icmp dup to "$target";
			}; }
		END
		egress nft $target nf_dup_netdev_egress
		nft delete table netdev t
	done
fi

# From ingress: the original is delivered and answered, so its answer is in the way of
# copies too, of none here, as the rule only looks at requests.
nft -f - <<-END || fail "dup from ingress"
	table netdev t { chain c {
		type filter hook ingress device "eth1" priority 0;
		icmp type echo-request dup to "dum0";
	}; }
END
ip link delete vx0 # whose own packets the wire would refuse, by ICMP
ip -n wire address add 192.0.2.2/24 dev wire1
ip -n wire neigh replace 192.0.2.1 lladdr "$(cat /sys/class/net/eth1/address)" dev wire1
ip neigh replace 192.0.2.2 lladdr "$(ip -n wire -br link show wire1 | awk '{ print $3 }')" dev eth1
arm
within wire ping -q -c 2 -i 0.01 -W 2 192.0.2.1 >/dev/null || fail "ping from the wire"
wait_until_ended 6
check_lines "from ingress, copy" "$(of copy | sed 's/ [A-Z]* 2/ 2/')" <<-END
	dev_queue_xmit dum0 2 -
	dummy_xmit dum0 2 -
	$dummy_end dum0 2 consumed
END
check_lines "from ingress, the request" "$(of original | awk '$2 == "eth1" { print $1, $3, $4 }' | head -n 6)" <<-END
	netif_rx HOST 2
	__netif_receive_skb HOST 2
	nf_dup_netdev_egress HOST 2
	ip_rcv HOST 2
	PRE_ROUTING HOST 2
	ip_local_deliver HOST 2
END
disarm
rmmod mirror_probe || fail "rmmod"
exit 0
