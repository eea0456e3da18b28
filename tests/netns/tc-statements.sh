#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: clsact cls_bpf veth vxlan
# must-run-on: guest
# time-limit: 240
#
# Limits, samples and tunnels of the tc path: police, gact and skbedit, which only guests
# have.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1

mirror() { apply --path tc --name s --from p0 --to mir0 "$@" >"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"; }
matched() { "$mirror_nft" status --json s | sed -E 's/.*"matched":\{"packets":([0-9]+).*/\1/'; }
limited() { "$mirror_nft" status --json s | sed -E 's/.*"limited":(\{[^}]*\}).*/\1/'; }
copies() { _received_packets mir0-tap; }
drop() { "$mirror_nft" remove s >/dev/null; }

# Of 4000 frames one in ten, 400, give or take eight times the deviation of 19.
mirror --sample 1/10
check_equal 'a sample again' 's: unchanged' "$(apply --path tc --name s --from p0 --to mir0 --sample 1/10 2>/dev/null)"
send p0 --count 2000
send p1 --count 2000
wait_until 5 _received_at_least mir0-tap "$(matched)" || fail 'copies are missing'
check_equal 'copies of what was chosen' "$(matched)" "$(copies)"
(($(matched) > 248 && $(matched) < 552)) || fail "one in ten of 4000: $(matched)"
drop

# Bytes: ten frames of 94, and then one every 94 seconds. On ingress the kernel counts
# without the Ethernet header.
mirror --limit '1 bytes/second burst 200 bytes' --match 'tcp port 80'
check_equal 'a limit again' 's: unchanged' \
	"$(apply --path tc --name s --from p0 --to mir0 --limit '1 bytes/second burst 200 bytes' --match 'tcp port 80' 2>/dev/null)"
send p0 --count 20
wait_until 5 _received_at_least mir0-tap 2 || fail 'copies are missing'
check_equal 'copies within 200 bytes' 2 "$(copies)"
check_equal 'over the limit' '{"packets":18,"bytes":1692}' "$(limited)"
check_equal matched 20 "$(matched)"
drop

# A large rate, which nothing here reaches.
mirror --limit '40 gbit/second' --match 'tcp port 80'
send p0 --count 20
expect_received mir0-tap 20 1880
check_equal 'over a limit that is not reached' '{"packets":0,"bytes":0}' "$(limited)"
drop

# Packets: since 5.13, and refused before.
if [[ $(uname -r) = 5.10.* ]]; then
	links=$(ip -o link | sed 's/ state .*//')
	expect_refusal 1 "mirror-nft: p0: this kernel's tc limits no packets: it needs Linux 5.13; limit bytes, or choose the path nft" \
		"$mirror_nft" apply --path tc --name s --from p0 --to mir0 --limit '1 packets/second burst 7 packets'
	check_equal 'devices after it' "$links" "$(ip -o link | sed 's/ state .*//')"
	check_equal 'qdiscs after it' '' "$(tc qdisc show | grep clsact || true)"
else
	# The kernel begins with an empty bucket, which a second fills.
	mirror --limit '20 packets/second burst 7 packets' --match 'tcp port 80'
	sleep 1
	begin=${EPOCHREALTIME/[.,]/}
	send p0 --count 200
	most=$((7 + 1 + 20 * (${EPOCHREALTIME/[.,]/} - begin) / 1000000))
	check_equal matched 200 "$(matched)"
	wait_until 5 _received_at_least mir0-tap 7 || fail 'copies are missing'
	over=$(limited | sed -E 's/.*"packets":([0-9]+).*/\1/')
	check_equal 'copied and limited' 200 $(($(copies) + over))
	(($(copies) <= most)) || fail "seven at once, and twenty a second: $(copies), not $most"
	drop
fi

# A tunnel: from the tap to the wire, marked, and guarded against itself. The collector
# is the other end of the cable that is mirrored.
namespace collector
link_pair - va 192.0.2.1/24 collector vb 192.0.2.2/24
in_ns collector ip link add vx type vxlan id 7 dstport 4789 local 192.0.2.2
in_ns collector ip link set vx up
apply --path tc --name t --from va --from p0 --match 'udp or tcp' --to vxlan,remote=192.0.2.2,id=7,name=mir0 \
	>"$work/out" 2>"$work/err" || fail "$(cat "$work/err")"
check_equal 'a tunnel again' 't: unchanged' \
	"$(apply --path tc --name t --from va --from p0 --match 'udp or tcp' --to vxlan,remote=192.0.2.2,id=7,name=mir0 2>/dev/null)"
send p0 --count 5
_collected_at_least() { (($(in_ns collector awk '$1 == "vx:" { print $3 }' /proc/net/dev) >= $1)); }
wait_until 10 _collected_at_least 5 || fail "the collector got too few"
# A marker behind them: more than those there are not.
send p0 --count 1
wait_until 10 _collected_at_least 6 || fail 'the marker is missing'
check_equal 'frames out of the tunnel' 6 "$(in_ns collector awk '$1 == "vx:" { print $3 }' /proc/net/dev)"
case $("$mirror_nft" status --json) in
*'"path":"tc"'*'"tunnel":"vxlan,remote=192.0.2.2,id=7"'*'"matched":{"packets":6,"bytes":564},"delivered":{"packets":6,"bytes":564}'*'"problems":[]'*) ;;
*) fail "status: $("$mirror_nft" status --json)" ;;
esac
"$mirror_nft" remove --all >/dev/null
check_equal 'tc afterwards' '' "$(tc qdisc show | grep clsact || true)"
! exists mir0-tun || fail 'the tunnel stays behind'
