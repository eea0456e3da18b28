# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The truth that every kernel so far has shown: `compare --json` must print
# exactly these cases, traits and lives.

every_target="lo dummy veth ifb vlan bridge-port loop vxlan gretap"

has_path() { # PATH DIRECTION
	[[ $2 = egress || $1 = nft || $1 = tc ]]
}

# expected_cases PATHS TARGETS: a line for each case, as cases_of_json has it.
expected_cases() {
	local direction target destination family path protocol type seen dropped copies outer
	for protocol in udp tcp; do
		for direction in egress ingress; do
			for target in $2; do
				for destination in other target broadcast multicast; do
					for family in ip ip6; do
						for path in $1; do
							has_path "$path" $direction || continue
							expected_case "$path"
						done
					done
				done
			done
		done
	done
}

# With the variables of expected_cases.
# shellcheck disable=SC2154
expected_case() { # PATH
	local local_out=0
	[ $direction = ingress ] || local_out=3
	copies=3 outer=null
	expect_copy
	case $target in
	vxlan | gretap) outer=3 ;;
	esac
	# Its filter is for IPv4 alone.
	if [ "$1/$family" = tc-original/ip6 ]; then
		copies=0 type=null seen=0 dropped=null
		[ $outer = null ] || outer=0
	fi
	echo "$1 $direction $target $destination $family $protocol sent=3 copies=$copies $type local_out=$local_out pre_routing=$seen $dropped outer=$outer outer_local_out=$outer"
}

# What becomes of the copies, in type, seen and dropped.
expect_copy() {
	seen=3 dropped=null
	case $target/$destination in
	dummy/*) type=OUTGOING seen=0 dropped=dummy_xmit ;;
	ifb/*) type=OUTGOING seen=0 dropped=ifb_xmit ;;
	vxlan/* | gretap/*) type=OUTGOING seen=0 ;;
	*/other) type=OTHERHOST ;;
	*/target) type=HOST ;;
	# The loopback's broadcast address is 00:00:00:00:00:00.
	lo/broadcast) type=MULTICAST ;;
	*/broadcast) type=BROADCAST ;;
	*/multicast) type=MULTICAST ;;
	esac
	# Received on the source first, a frame to lo's address was OTHERHOST there,
	# and the loopback sets no type where the address is its own.
	[ "$direction/$target/$destination" != ingress/lo/target ] || type=OTHERHOST
	if [ $type = OTHERHOST ]; then
		seen=0
		[ "$family" = ip ] && dropped=ip_rcv || dropped=ipv6_rcv
	fi
}

# cases_of_json FILE
cases_of_json() {
	sed 's/.*"cases":\[\(.*\)\],"traits".*/\1/' "$1" | grep -o '{"path"[^}]*}' |
		sed -E 's/,"end":"[^"]*"//; s/[{}"]//g; s/(path|direction|target|destination|family|protocol|pkt_type|dropped_at)://g; s/:/=/g; s/,/ /g'
}

# expected_traits PATHS TRAITS: "PATH DIRECTION TARGET TRAIT VALUE of COPIES"
expected_traits() {
	local trait path direction value copies target
	for trait in $2; do
		for path in $1; do
			for direction in ingress egress; do
				has_path "$path" $direction || continue
				[ $trait/$direction != size/ingress ] || continue
				value=3 copies=3 target=veth
				case $trait/$path/$direction in
				conntrack/*/ingress) value=0 ;;
				conntrack/nft/egress) target=lo ;;
				conntrack/*) value=0 target=lo ;;
				skb_iif/nft/egress) value=0 ;;
				checksum-unfinished/*/ingress) value=0 ;;
				size/*) value=3042 copies=1 ;; # headers, and three times 1000 bytes
				# What clsact sends skips the hook.
				target-nft-egress/tc/*) value=0 ;;
				esac
				echo "$path $direction $target $trait $value of $copies"
			done
		done
	done
}

# traits_of_json FILE
traits_of_json() {
	sed 's/.*"traits":\[\(.*\)\],"lives".*/\1/' "$1" | grep -o '{"path"[^}]*}' |
		sed -E 's/.*"path":"([^"]*)","direction":"([^"]*)","target":"([^"]*)".*"trait":"([^"]*)","copies":([0-9]*),"value":([0-9]*)\}/\1 \2 \3 \4 \6 of \5/'
}

# expected_lives PATHS: "PATH DIRECTION LIFE COPIES of SENT drops=N overlimits=N"
expected_lives() {
	local path direction life copies overlimits
	for path in $1; do
		for direction in ingress egress; do
			has_path "$path" $direction || continue
			for life in down up-again gone made-again made-again-same-index; do
				copies=0 overlimits=3
				case $life/$path in
				up-again/* | made-again-same-index/nft) copies=3 overlimits=0 ;;
				*/nft) overlimits=0 ;;
				esac
				echo "$path $direction $life $copies of 3 drops=0 overlimits=$overlimits"
			done
		done
	done
}

# lives_of_json FILE
lives_of_json() {
	sed 's/.*"lives":\[\(.*\)\],"agreement".*/\1/' "$1" | grep -o '{"path"[^}]*}' |
		sed -E 's/.*"path":"([^"]*)","direction":"([^"]*)".*"life":"([^"]*)","sent":([0-9]*),"copies":([0-9]*),"drops":([0-9]*),"overlimits":([0-9]*)\}/\1 \2 \3 \5 of \4 drops=\6 overlimits=\7/'
}

every_trait="mark conntrack skb_iif checksum-unfinished size target-nft-egress target-tc-egress receiver-nft-ingress receiver-tc-ingress"
