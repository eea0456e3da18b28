#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fragments are seen one by one though conntrack joins them, options and
# extension headers are no obstacle, and none of it looks like a copy.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
set -u

load
pair
# Conntrack brings defragmentation, at both ends and hooks.
for ns in a b; do
	within $ns nft -f - <<-END || skip "no conntrack"
		table inet tracked {
			chain pre { type filter hook prerouting priority 0; ct state new; }
			chain post { type filter hook output priority 0; ct state new; }
		}
	END
	reset $ns
done

# 4008 bytes of ICMP: 1480 + 1480 + 1048, each with 20 bytes of header.
within a ping -q -c 3 -i 0.01 -s 4000 192.0.2.2 >/dev/null || fail "ping"
same "out, whole" "$(line a LOCAL_OUT va HOST ip)" "3 $((3 * 4028)) 0"
same "in, fragments" "$(line b PRE_ROUTING vb HOST ip)" "9 $((3 * (4008 + 3 * 20))) 0"

# IPv6: 1448 + 1448 + 1112, each with 40 bytes of header and 8 of extension.
within a ping -q -c 3 -i 0.01 -s 4000 2001:db8::2 >/dev/null || fail "ping IPv6"
same "out, whole, IPv6" "$(line a LOCAL_OUT va HOST ip6)" "3 $((3 * 4048)) 0"
same "in, fragments, IPv6" "$(line b PRE_ROUTING vb HOST ip6)" "9 $((3 * (4008 + 3 * 48))) 0"

# Options: record route takes 40 bytes of them.
reset b
within a ping -q -c 4 -i 0.01 -R 192.0.2.2 >/dev/null || fail "ping -R"
same "options" "$(line b PRE_ROUTING vb HOST ip)" "4 $((4 * (84 + 40))) 0"

# The smallest packets, with nothing to fingerprint but the headers.
reset b
within a ping -q -c 4 -i 0.01 -s 0 192.0.2.2 >/dev/null || fail "ping -s 0"
within a ping -q -c 4 -i 0.01 -s 0 2001:db8::2 >/dev/null || fail "ping -s 0 IPv6"
same "small" "$(line b PRE_ROUTING vb HOST ip)" "4 $((4 * 28)) 0"
same "small, IPv6" "$(line b PRE_ROUTING vb HOST ip6)" "4 $((4 * 48)) 0"

# MLD reports have a hop-by-hop header.
reset b
ip -n a address add 2001:db8::3/64 dev va nodad
mld() { [ "$(line b PRE_ROUTING vb MULTICAST ip6)" != "0 0 0" ]; }
wait_until mld

exit 0
