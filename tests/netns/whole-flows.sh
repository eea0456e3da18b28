#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_egress nft_dup veth command:tcpdump
# time-limit: 240
#
# Sampling by flow takes both directions of a connection or neither, though one is
# seen on egress and the other on ingress: 200 flows, over IPv4 and IPv6, of TCP and
# UDP, and connections that the kernel itself makes.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace

# By the text that a plan prints, see statements-text-equals-netlink.
sample() { # NAMESPACE DEVICE EVERY
	in_ns "$1" nft -f - <<-END
		table netdev flows {
			chain in {
				type filter hook ingress device "$2" priority -300; policy accept;
				symhash mod $3 == 0 dup to "mir0"
			}
			chain out {
				type filter hook egress device "$2" priority 300; policy accept;
				symhash mod $3 == 0 dup to "mir0"
			}
		}
	END
}

cable p0 p1
cable mir0 mir0-tap
sample - p0 4

# One frame out and one frame in, the addresses and ports the other way round.
both_ways() { # PROTOCOL ADDRESS ADDRESS PORT
	"$tools/frames" send p0 --source "$2" --destination "$3" --protocol "$1" \
		--sport "$4" --dport 443 --payload 10
	"$tools/frames" send p1 --source "$3" --destination "$2" --protocol "$1" \
		--sport 443 --dport "$4" --payload 10
}

# Each flow of a capture and its frames.
flows() { # FILE
	tcpdump -n -t -r "$1" 2>/dev/null | awk '
		{ sub(/:$/, "", $4); seen[$2 < $4 ? $2 " " $4 : $4 " " $2]++ }
		END { for (flow in seen) print flow, seen[flow] }' | LC_ALL=C sort
}

capture_start mir0-tap "$work/copies"
for ((flow = 0; flow < 50; flow++)); do
	both_ways tcp 192.0.2.1 "198.51.100.$flow" $((40000 + flow))
	both_ways udp 192.0.2.1 "198.51.100.$flow" $((50000 + flow))
	both_ways tcp 2001:db8::1 "2001:db8::a:$flow" $((40000 + flow))
	both_ways udp 2001:db8::1 "2001:db8::a:$flow" $((50000 + flow))
done
capture_stop
flows "$work/copies" >"$work/flows"
whole=$(wc -l <"$work/flows")
echo "$whole of 200 flows copied"
check_equal 'flows that are not whole' '' "$(grep -v ' 2$' "$work/flows" || true)"
# 50 of them: by chance it is never less than 20 or more than 90.
((whole > 20 && whole < 90)) || fail "$whole of 200 flows, one in four"

# Connections of the kernel's own, handshake and end and all.
namespace a
namespace b
link_pair a va 192.0.2.1/24 b vb 192.0.2.2/24
in_ns a ip link add mir0 type veth peer name mir0-tap
in_ns a ip link set mir0 up
in_ns a ip link set mir0-tap up
wait_until 5 _carrier a mir0-tap
sample a va 2
capture_start -n a va "$work/all" tcp
capture_start -n a mir0-tap "$work/some" tcp
for ((port = 9001; port <= 9024; port++)); do
	in_ns b "$tools/stream" receive 192.0.2.2 $port >/dev/null &
	in_ns a "$tools/stream" send 192.0.2.2 $port 1000 >/dev/null
	wait $!
done
capture_stop
flows "$work/all" >"$work/all.flows"
flows "$work/some" >"$work/some.flows"
# Those that were refused since nobody listened yet are some more.
all=$(wc -l <"$work/all.flows") copied=$(wc -l <"$work/some.flows")
echo "$copied of $all connections copied"
((all >= 24)) || fail "only $all connections"
((copied > 0 && copied < all)) || fail "$copied of $all connections, one in two"
check_equal 'connections that are not whole' '' \
	"$(LC_ALL=C comm -13 "$work/all.flows" "$work/some.flows")"
