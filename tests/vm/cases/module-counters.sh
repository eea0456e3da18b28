#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm bullseye trixie trixie-backports
# time-limit: 240
#
# The module counts what nft counts: every line, in packets and bytes.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

# One nft rule for each possible line; the comment is the line's beginning.
oracle() {
	local hook key dev type family
	echo 'table inet oracle {'
	for hook in PRE_ROUTING LOCAL_OUT; do
		[ $hook = LOCAL_OUT ] && key=oifname || key=iifname
		echo " chain ${hook,,} {"
		[ $hook = LOCAL_OUT ] && echo '  type filter hook output priority -500;' ||
			echo '  type filter hook prerouting priority -500;'
		for dev in lo va; do for type in host broadcast multicast other; do for family in ip ip6; do
			echo "  $key $dev meta pkttype $type meta nfproto ${family/#ip/ipv}" \
				"counter comment \"$hook $dev ${type^^} $family\";"
		done; done; done | sed 's/ipv counter/ipv4 counter/'
		echo ' }'
	done
	echo '}'
}

oracle_counts() {
	within a nft list table inet oracle |
		sed -n 's/.* packets \([0-9]*\) bytes \([0-9]*\) comment "\(.*\)".*/\3 \1 \2/p' |
		sed 's/ OTHER / OTHERHOST /' | awk '$5' | sort
}

module_counts() { counters a | cut -d' ' -f1-6 | sort; }

# Without traffic both stand still; only then can they be compared.
agree() {
	quiet
	diff <(oracle_counts) <(module_counts)
}

load
pair
same "first line" "$(within a sed -n 1p $probe/counters)" "# mirror_probe 1"
same "second line" "$(within a sed -n 2p $probe/counters)" "hook device pkt_type family packets bytes copies"

oracle | within a nft -f - || fail "the oracle's rules"
reset a
same "after reset" "$(counters a)" ""

within a ping -q -c 5 -i 0.01 192.0.2.2 >/dev/null || fail "ping"
within a ping -q -c 7 -i 0.01 -s 1000 2001:db8::2 >/dev/null || fail "ping IPv6"
within a ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null || fail "ping lo"
within a ping -q -c 2 -i 0.01 ::1 >/dev/null || fail "ping lo IPv6"
within b ping -q -c 4 -i 0.01 -b 192.0.2.255 >/dev/null 2>&1
within b ping -q -c 6 -i 0.01 -L -I vb 224.0.0.1 >/dev/null 2>&1
datagrams a 30 192.0.2.2
datagrams b 20 192.0.2.1

# Frames for somebody else's MAC never get as far as PRE_ROUTING.
ip -n b neigh replace 192.0.2.1 lladdr 02:00:00:00:00:0f dev vb nud permanent
datagrams b 9 192.0.2.1
ip -n b neigh replace 192.0.2.1 lladdr 02:00:00:00:00:0a dev vb nud permanent

agree || fail "nft (<) and the module (>) differ"
# 5 echo replies and 30 port unreachables; 84 bytes are ping's own.
same "echo replies and errors" "$(line a PRE_ROUTING va HOST ip | cut -d' ' -f1)" \
	"$(within a nft list table inet oracle | awk '/PRE_ROUTING va HOST ip"/ { for (i = 1; i < NF; i++) if ($i == "packets") print $(i + 1) }')"
same "IPv6 replies" "$(line a PRE_ROUTING va HOST ip6)" "7 $((7 * 1048)) 0"
same "IPv6 requests" "$(line a LOCAL_OUT va HOST ip6)" "7 $((7 * 1048)) 0"
same "broadcasts" "$(line a PRE_ROUTING va BROADCAST ip)" "4 $((4 * 84)) 0"
same "multicasts" "$(line a PRE_ROUTING va MULTICAST ip)" "6 $((6 * 84)) 0"
same "others' frames" "$(line a PRE_ROUTING va OTHERHOST ip)" "0 0 0"
same "over lo, in" "$(line a PRE_ROUTING lo HOST ip)" "6 $((6 * 84)) 6"
same "over lo, out" "$(line a LOCAL_OUT lo HOST ip)" "6 $((6 * 84)) 0"
same "copies beside lo" "$(counters a | awk '$2 != "lo" { n += $7 } END { print n + 0 }')" 0

# Bytes are those of the network header on, whatever the link: TCP too, where
# one packet can be a whole super-frame.
within a nft delete table inet oracle
oracle | within a nft -f -
reset a
within b bash -c 'exec busybox nc -l -p 5000 >/dev/null' &
wait_until within b sh -c 'grep -q :1388 /proc/net/tcp*'
within a bash -c 'head -c 2000000 /dev/zero >/dev/tcp/192.0.2.2/5000' || fail "TCP"
wait
agree || fail "TCP: nft (<) and the module (>) differ"

# One write each; a shell would write line by line.
for text in reset1 RESET 'reset\nx' 'reset ' 'reset\n\n' 'res' ' reset' 'reset\0' '\0reset' '\n' '0'; do
	# shellcheck disable=SC2059 # escapes are wanted
	printf "$text" >/tmp/text
	within a dd if=/tmp/text of=$probe/counters status=none 2>/dev/null && fail "'$text' was taken for reset"
done
[ -n "$(counters a)" ] || fail "a refused write emptied the counters"
within a sh -c "printf reset >$probe/counters" || fail "reset without a newline"
same "after reset without a newline" "$(counters a)" ""
exit 0
