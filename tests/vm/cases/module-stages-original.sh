#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm bullseye trixie trixie-backports
#
# The experiment that this project began with: tc mirrors what leaves eth1, on its
# classful root qdisc, to lo. What the copy's pkt_type is on its way, and where it ends.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
# shellcheck source=module-stages-lib.bash
. "$(dirname "$0")/module-stages-lib.bash" || exit
set -u

load
stages_lab
tc qdisc add dev eth1 handle 1: root htb || fail "htb"
tc filter add dev eth1 parent 1: protocol ip u32 match u32 0 0 \
	action mirred egress mirror dev lo || fail "mirred"

arm
exec {events}<$probe/events
pings 3
wait_until_ended 6
check_lines "the way of the copy" "$(of copy)" <<-END
	dev_queue_xmit lo HOST 3 -
	loopback_xmit lo HOST 3 -
	netif_rx lo OTHERHOST 3 -
	__netif_receive_skb lo OTHERHOST 3 -
	ip_rcv lo OTHERHOST 3 -
	ip_rcv_core lo OTHERHOST 3 $otherhost
END
check_lines "the way of the original" "$(of original)" <<-END
	LOCAL_OUT eth1 HOST 3 -
	dev_queue_xmit eth1 HOST 3 -
	tcf_mirred_act eth1 HOST 3 -
	veth_xmit eth1 HOST 3 -
	netif_rx eth1 OTHERHOST 3 left
END

# Each event once, in order; each copy names its original; and the table as it was
# printed then, pkt_type as a number, of one packet and its copy.
cat <&"$events" >/tmp/events
same "heading" "$(head -n 1 /tmp/events)" "# mirror_probe events 1"
check_lines "numbers" "$(tail -n +3 /tmp/events | cut -d' ' -f1)" < <(seq 33)
same "copies of originals" "$(awk 'NR > 2 && $4 { print $3 " of " $4 }' /tmp/events | sort -u | tr '\n' ',')" \
	"2 of 1,4 of 3,6 of 5,"
check_lines "the table" "$(awk '
	BEGIN { n["HOST"] = 0; n["OTHERHOST"] = 3 }
	$3 == 1 || $4 == 1 { if ($9 == "-") print n[$7], $5, $6 }' /tmp/events |
	grep -vE 'LOCAL_OUT|veth_xmit')" <<-END
	0 dev_queue_xmit eth1
	0 tcf_mirred_act eth1
	0 dev_queue_xmit lo
	0 loopback_xmit lo
	3 netif_rx lo
	3 __netif_receive_skb lo
	3 ip_rcv lo
END

# Time goes on, lengths are those of the frame until the header is taken off.
tail -n +3 /tmp/events | cut -d' ' -f2 | sort -nc || fail "time goes back"
same "lengths" "$(awk '$3 == 2 { printf "%s ", $8 }' /tmp/events)" "98 98 84 84 84 84 "

# What is missing is said, and what is there is not.
grep '^# missing' $probe/stages | grep -v nf_ && fail "missing on this kernel"
disarm
rmmod mirror_probe || fail "rmmod"
echo "as it was printed then"
exit 0
