#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_dup nft_fwd nft_notrack veth vxlan
#
# A tunnel behind a target is kept as it was asked for: its device, its chain, and
# the table that keeps its packets out of connection tracking.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "$0")/run.bash"
quiet_namespace
namespace other
link_pair - n0 192.0.2.1/24 other n1 192.0.2.9/24
cable p0 p1
cat >"$file" <<END
devices:
  mir0: {kind: vxlan, remote: 192.0.2.9, id: 7}
mirrors:
  web:
    from: ["p0:ingress", "tun*:ingress"]
    to: [mir0]
END
run_start
said 'started -> web mirrors p0; made mir0'

# Counted at the collector: what p1 sends arrives at p0, and its copy there.
outer() { ip netns exec other awk '/^ *n1:/ { print $3 }' /proc/net/dev; }
outer_is() { [ "$(outer)" = "$1" ]; }
expect_outer() {
	local before
	before=$(outer)
	send p1
	wait_until 5 outer_is $((before + 1)) || fail "$1: $(($(outer) - before)) packets for the collector, log: $(tail -n 2 "$log")"
}
# In any order of devices and chains, without what was counted and how they are numbered.
all_of_it() { nft list ruleset | sed -E 's/packets [0-9]+ bytes [0-9]+//' | sort; ip -d link show mir0-tun | grep -o 'vxlan id 7.*remote 192.0.2.9'; }
whole=$(all_of_it)
is_whole() { [ "$(all_of_it 2>/dev/null)" = "$whole" ]; }
again() { # WHAT COMMAND...
	local before
	before=$(grep -c -- ' -> ' "$log")
	"${@:2}"
	more() { (($(grep -c -- ' -> ' "$log") > before)); }
	wait_until 10 more || fail "nothing was done about $1"
	wait_until 10 is_whole || fail "after $1: $(diff <(echo "$whole") <(all_of_it))"
	wait_until 5 _runs mir0-tap || fail "after $1 the tap does not run"
	expect_outer "after $1"
}
expect_outer 'at first'
again 'a flush' nft flush ruleset
again 'the chain of the tap' nft flush chain netdev mirror_nft tap/mir0
again 'the table of the outer packets' nft delete table inet mirror_nft
again 'the pair that is gone' ip link delete mir0
again 'the tunnel that is gone' ip link delete mir0-tun

# Another file, another tunnel; a device without headers is none for a pattern.
sed -i 's/id: 7/id: 8/' "$file"
kill -HUP $daemon
other_id() { ip -d link show mir0-tun 2>/dev/null | grep 'vxlan id 8 ' >/dev/null; }
wait_until 10 other_id || fail "another id: $(ip -d link show mir0-tun), $(tail -n 2 "$log")"
if ip tuntap add tun0 mode tun 2>/dev/null; then
	ip link add tun1 type veth peer name x1
	said 'tun1 appeared -> web mirrors tun1'
	check_equal 'hooks' 'ingress p0,ingress tun1,' "$(hooks | tr '\n' ',')"
fi
run_stop TERM
