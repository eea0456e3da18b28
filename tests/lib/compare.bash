# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The truth that every kernel so far has shown: `compare --json` must print
# exactly these cases.

# expected_cases PATHS TARGETS: a line for each case, as cases_of_json has it.
expected_cases() {
	local direction target destination family path type seen dropped local_out
	for direction in egress ingress; do
		[ $direction = egress ] && local_out=3 || local_out=0
		for target in $2; do
			for destination in other target broadcast multicast; do
				for family in ip ip6; do
					expect_copy $direction "$target" $destination $family
					for path in $1; do
						[ "$path/$direction" != tc-htb/ingress ] || continue
						echo "$path $direction $target $destination $family sent=3 copies=3 $type local_out=$local_out pre_routing=$seen $dropped"
					done
				done
			done
		done
	done
}

# What becomes of the copies, in type, seen and dropped.
expect_copy() { # DIRECTION TARGET DESTINATION FAMILY
	seen=3 dropped=null
	case $2/$3 in
	dummy/*) type=OUTGOING seen=0 dropped=dummy_xmit ;;
	ifb/*) type=OUTGOING seen=0 dropped=ifb_xmit ;;
	*/other) type=OTHERHOST ;;
	*/target) type=HOST ;;
	# The loopback's broadcast address is 00:00:00:00:00:00.
	lo/broadcast) type=MULTICAST ;;
	*/broadcast) type=BROADCAST ;;
	*/multicast) type=MULTICAST ;;
	esac
	# Received on the source first, a frame to lo's address was OTHERHOST there,
	# and the loopback sets no type where the address is its own.
	[ "$1/$2/$3" != ingress/lo/target ] || type=OTHERHOST
	if [ $type = OTHERHOST ]; then
		seen=0
		[ "$4" = ip ] && dropped=ip_rcv || dropped=ipv6_rcv
	fi
}

# cases_of_json FILE
cases_of_json() {
	grep -o '{"path"[^}]*}' "$1" | sed -E 's/[{}"]//g; s/(path|direction|target|destination|family|pkt_type|dropped_at)://g; s/:/=/g; s/,/ /g'
}
