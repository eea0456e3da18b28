#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernel: bookworm trixie-backports
# time-limit: 300
#
# The tool's trace, on real packets: what it prints, and that it leaves all as it was.
# shellcheck source=module-lib.bash
. "$(dirname "$0")/module-lib.bash" || exit
# shellcheck source=module-stages-lib.bash
. "$(dirname "$0")/module-stages-lib.bash" || exit
set -u

path=nft mirrored=nf_dup_netdev_egress
kernel_at_least 5 16 || path=tc mirrored=tcf_mirred_act
web=(--name web --from eth1:egress --match icmp)
trace() { mirror-nft trace "${web[@]}" "$@"; }

# Without the module: what to do, and nothing touched.
trace --to lo --path $path -- touch /tmp/ran >/tmp/out 2>/tmp/errors && fail "without a module"
same "status" $? 1
grep -q 'the module mirror_probe is not loaded.*modprobe mirror_probe' /tmp/errors ||
	fail "without a module: $(cat /tmp/errors)"
[ ! -s /tmp/out ] && [ ! -e /tmp/ran ] || fail "something was done without a module"

load
stages_lab
echo all >$probe/filter
ip link add dum0 type dummy
ip link set dum0 addrgenmode none up

state() {
	nft -s list ruleset
	ip -br link
	tc qdisc show
	tc filter show dev eth1 egress
	cat $probe/filter $probe/stages
}
echo '1,6 0 0 77' >$probe/filter
state >/tmp/before
unchanged() { state | cmp -s - /tmp/before || fail "$1 left: $(state | diff /tmp/before -)"; }

# The picture, without its widths.
trace --to lo --path $path -- ping -q -c 2 -i 0.01 -W 0.1 192.0.2.2 >/tmp/out 2>/tmp/errors ||
	fail "trace: $(cat /tmp/errors)"
unchanged trace
same "errors" "$(cat /tmp/errors)" ""
grep -q '2 packets transmitted' /tmp/out || fail "the command's output"
check_lines "the picture" "$(sed -n '/went this way/,$p' /tmp/out | sed 's/^  */ /; s/  */ /g; s/ $//' |
	grep -E '^ (\+->|\||'"'--"')' | grep -v '^ |$')" <<-END
	 +-> dev_queue_xmit lo HOST (0)
	 | loopback_xmit lo HOST (0)
	 | netif_rx lo OTHERHOST (3)
	 | __netif_receive_skb lo OTHERHOST (3)
	 | ip_rcv lo OTHERHOST (3)
	 '-- = $otherhost in ip_rcv_core
END
check_lines "the original" "$(sed -n '/^  original/,/^$/p' /tmp/out | grep -oE '^  [a-zA-Z_=]+ .*' | sed 's/ *|$//; s/  */ /g' | tail -n +2)" <<-END
	 LOCAL_OUT eth1 HOST (0)
	 dev_queue_xmit eth1 HOST (0)
	 $mirrored eth1 HOST (0)
	 veth_xmit eth1 HOST (0)
	 = left by eth1
END
grep -q '^2 packets went this way, the first one of 84 bytes:$' /tmp/out || fail "packets: $(cat /tmp/out)"
grep -q '^The original left this network namespace by eth1\.$' /tmp/out || fail "the original's end"
grep -q '^The copy ends in ip_rcv_core, dropped as OTHERHOST.*not that of lo.*before PRE_ROUTING\.$' /tmp/out ||
	fail "the copy's end"
grep -qx "Every function on the way, with BPF: pwru .* 'icmp'" /tmp/out || fail "pwru"
grep -q '^The command ended with status 1\.$' /tmp/out || fail "the command's status"
[ "$(grep -c '^Not shown' /tmp/out)" = 0 ] || fail "$(grep '^Not shown' /tmp/out)"

# For programs: the command's output is not among it.
trace --to dum0 --path $path --json --packets 2 -- ping -q -c 3 -i 0.01 -W 0.1 192.0.2.2 \
	>/tmp/json 2>/tmp/errors || fail "json: $(cat /tmp/errors)"
unchanged json
grep -q '3 packets transmitted' /tmp/errors || fail "the command's output with --json"
same "lines" "$(wc -l </tmp/json)" 1
grep -q "^{\"version\":1,\"kernel\":\"$(uname -r)\",\"path\":\"$path\",\"packets\":\[{\"original\":{\"packet\":1,\"stages\":\[{\"function\":\"LOCAL_OUT\",\"device\":\"eth1\",\"pkt_type\":\"HOST\",\"length\":84,\"time\":[0-9]*}," /tmp/json ||
	fail "json: $(cat /tmp/json)"
same "packets" "$(grep -o '"original"' /tmp/json | wc -l)" 2
same "copies" "$(grep -o "\"copies\":\[{\"packet\":[24],\"stages\":\[{\"function\":\"dev_queue_xmit\",\"device\":\"dum0\"" /tmp/json | wc -l)" 2
same "ends" "$(grep -o "\"end\":{\"how\":\"consumed\",\"function\":\"$dummy_end\",\"device\":\"dum0\",\"pkt_type\":\"HOST\"},\"words\":\"ends in dummy_xmit: " /tmp/json | wc -l)" 2

# The tc path, and a device that is made for the trace, with a tap that is received on.
trace --to dum0 --path tc -- ping -q -c 1 -W 0.1 192.0.2.2 >/tmp/out 2>/tmp/errors ||
	fail "tc: $(cat /tmp/errors)"
unchanged "the tc path"
grep -q 'tcf_mirred_act  *eth1' /tmp/out || fail "tc: $(cat /tmp/out)"
tc qdisc add dev eth1 clsact
state >/tmp/before
trace --to dum0 --path tc -- ping -q -c 1 -W 0.1 192.0.2.2 >/tmp/out 2>&1 || fail "tc with clsact"
unchanged "the tc path with a clsact"
trace --to nix0 --path tc -- true 2>/tmp/errors && fail "tc makes a device"
grep -q "there is no device 'nix0', and the tc path makes none" /tmp/errors || fail "$(cat /tmp/errors)"
if [ $path = nft ]; then
	trace --to lo --to mir0 -- ping -q -c 1 -W 0.1 192.0.2.2 >/tmp/out || fail "two targets"
	unchanged "two targets"
	grep -q '^Copy 1 ends .* of lo,' /tmp/out && grep -q '^Copy 2 ends .* of mir0-tap,' /tmp/out ||
		fail "two targets: $(cat /tmp/out)"

	# A mirror that runs stays, and so do its counters; another definition is refused.
	mirror-nft apply "${web[@]}" --to dum0 2>/dev/null || fail "apply"
	nft -s list ruleset >/tmp/rules
	trace --to dum0 -- ping -q -c 1 -W 0.1 192.0.2.2 >/tmp/out || fail "one that runs"
	grep -q '^The copy ends in dummy_xmit' /tmp/out || fail "one that runs: $(cat /tmp/out)"
	nft -s list ruleset | cmp - /tmp/rules || fail "one that runs was changed"
	trace --to lo -- true 2>/tmp/errors && fail "another definition"
	grep -q "mirror 'web' runs with another definition" /tmp/errors || fail "$(cat /tmp/errors)"
	mirror-nft remove --all >/dev/null
fi

# A copy with lo's own hardware address passes PRE_ROUTING, and ends behind it, since
# no packet from an address of this machine is taken from lo.
ip neigh replace 192.0.2.2 lladdr 00:00:00:00:00:00 dev eth1 nud permanent
trace --to lo --path $path -- ping -q -c 1 -W 0.1 192.0.2.2 >/tmp/out 2>&1 || fail "PRE_ROUTING"
unchanged PRE_ROUTING
grep -q '| *PRE_ROUTING  *lo  *HOST (0)' /tmp/out || fail "PRE_ROUTING: $(cat /tmp/out)"
grep -q '^The copy ends in .*, dropped .*, last on lo; PRE_ROUTING has seen it\.$' /tmp/out ||
	fail "PRE_ROUTING: $(cat /tmp/out)"

# Nothing that matches; a command that is not there; signals.
trace --to dum0 --path $path -- true >/tmp/out || fail "no packets"
grep -q '^The command caused no packet that matches\.$' /tmp/out || fail "no packets: $(cat /tmp/out)"
trace --to dum0 --path $path -- /nowhere 2>/tmp/errors && fail "no command"
grep -q "cannot run '/nowhere': No such file or directory" /tmp/errors || fail "$(cat /tmp/errors)"
unchanged "no command"
for signal in TERM HUP; do
	rm -f /tmp/runs
	mirror-nft trace "${web[@]}" --to dum0 --path $path -- sh -c 'echo $$ >/tmp/runs; exec sleep 1000' 2>/tmp/errors &
	tracer=$!
	wait_until test -s /tmp/runs
	kill -$signal $tracer
	wait $tracer && fail "done after SIG$signal"
	unchanged SIG$signal
	kill -0 "$(cat /tmp/runs)" 2>/dev/null && fail "the command outlives SIG$signal"
done
# Two at once would share a filter.
rm -f /tmp/runs
mirror-nft trace "${web[@]}" --to dum0 --path $path -- sh -c 'echo >/tmp/runs; exec sleep 1000' >/dev/null 2>&1 &
tracer=$!
wait_until test -e /tmp/runs
trace --to dum0 --path $path -- true 2>/tmp/errors && fail "two at once"
grep -q "somebody else follows packets in this network namespace" /tmp/errors || fail "$(cat /tmp/errors)"
kill $tracer
wait $tracer
unchanged "two at once"

# Who may not.
setpriv --bounding-set -net_admin mirror-nft trace "${web[@]}" --to dum0 -- true 2>/tmp/errors &&
	fail "without CAP_NET_ADMIN"
grep -q "Operation not permitted, tracing takes CAP_NET_ADMIN" /tmp/errors || fail "$(cat /tmp/errors)"
exit 0
