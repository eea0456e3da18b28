#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup veth bridge vxlan ifb
#
# What check and apply say of a mirror that they do not refuse: each of it appears
# with its cause and goes with it, and changes neither output nor exit status.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "$0")/mirror.bash"
quiet_namespace
cable p0 p1
cable q0 q1

# The warnings of a mirror, one line each.
warnings() { # OPTION...
	"$mirror_nft" check --name web "$@" 2>"$work/warnings" >"$work/output" ||
		fail "check $*: $(cat "$work/warnings")"
	check_equal "output of check $*" 1 "$(grep -c '^web: would be \(applied\|replaced\)' "$work/output")"
	cat "$work/warnings"
}

# Just one line, and it begins so; or none.
expect_warning() { # BEGINNING OPTION...
	local got
	got=$(warnings "${@:2}")
	case $got in
	"mirror-nft: warning: $1"*$'\n'*) fail "more than one warning: $got" ;;
	"mirror-nft: warning: $1"*) ;;
	*) fail "check ${*:2} says '$got', expected: $1..." ;;
	esac
}
expect_none() { check_equal "warnings of $*" '' "$(warnings "$@")"; } # OPTION...

expect_none --from p0 --to mir0

# --- who reads the copies ---
expect_warning 'nobody reads q1 yet, where the copies for target q0 come out: tcpdump -ni q1' --from p0 --to q0
capture_start q1 "$work/q1.pcap"
expect_none --from p0 --to q0
capture_stop
expect_warning 'nobody reads q1 yet' --from p0 --to q0
# Of a target that several mirrors send to it is said once.
printf 'mirrors:\n  a: {from: p0, match: udp, to: q0}\n  b: {from: p0, match: tcp, to: q0}\n' >"$work/two.yaml"
"$mirror_nft" check -f "$work/two.yaml" >"$work/output" 2>"$work/warnings" || fail 'check of two'
check_equal 'warnings of two' 'mirror-nft: warning: nobody reads q1 yet, where the copies for target q0 come out: tcpdump -ni q1, or start the sensor there' "$(cat "$work/warnings")"
# A sensor in its own namespace is none of ours to see.
namespace sensor
ip link set q1 netns sensor
ip -n sensor link set q1 up
wait_until 5 _runs q0
expect_none --from p0 --to q0
ip -n sensor link set q1 netns 1 2>/dev/null || ip -n sensor link delete q1
exists q0 && ip link delete q0
cable q0 q1
capture_start q1 "$work/q1.pcap"

# --- the state of the target ---
ip link set q0 down
expect_warning 'target q0 is down, copies are dropped until it is up: ip link set q0 up' --from p0 --to q0
ip link set q0 up
ip link set q1 down
expect_warning 'target q0 has no carrier, copies are dropped' --from p0 --to q0
ip link set q1 up
wait_until 5 _runs q0
ip link add i0 type ifb
ip link set i0 up
expect_warning 'target i0 is an ifb' --from p0 --to i0
ip link set lo up
expect_warning 'target lo is the loopback' --from p0 --to lo
expect_warning 'source lo is the loopback' --from lo --to mir0

# --- a bridge at the end of it ---
ip link add br0 type bridge
ip link set br0 up
ip link set q1 master br0
expect_warning 'copies to target q0 pass bridge port q1 with their original addresses' --from p0 --to q0
ip link set q1 nomaster
# Two ports of one mirror.
cable r0 r1
ip link set r1 master br0
ip link set p1 master br0
expect_warning 'web: frames that bridge br0 passes from source ' --from p1 --from r1 --to mir0
expect_none --from p1:ingress --from r1:ingress --to mir0
ip link set p1 nomaster

# --- a mirror copies what another one has copied ---
apply --name other --from q0:egress --to mir1 >/dev/null 2>&1
expect_warning 'copies of mirror web to q0 pass q0:egress, where mirror other copies them again to mir1' --from p0 --to q0
"$mirror_nft" remove other >/dev/null
expect_none --from p0 --to q0

# --- a tunnel that is there already ---
ip address add 192.0.2.1/24 dev r0
ip link add vx0 type vxlan id 7 remote 192.0.2.9 dstport 4789
ip link set vx0 up
expect_warning 'target vx0 is a tunnel, and copies of frames that leave bring their route along' --from p0 --to vx0
expect_none --from p0:ingress --to vx0
expect_warning 'target vx0 is a tunnel whose remote answers by source r0' --from r0:ingress --to vx0

# apply says the same, once, and does it.
check_equal 'apply' 'web: applied' "$(apply --name web --from p0 --to vx0 2>"$work/warnings")"
check_equal 'warnings of apply' 1 "$(wc -l <"$work/warnings")"
