# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the cases of mirrors in this folder: lib.sh and more. Sourced.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/lib.sh"

tools=$_lib/../tools/build
work=$(mktemp -d)
defer rm -rf "$work"

apply() { "$mirror_nft" apply "$@"; }

# Frames of the kind that most cases speak of: TCP to port 80, 94 bytes.
send() { # DEVICE [OPTION...]
	"$tools/frames" send "$1" --source 192.0.2.1 --destination 192.0.2.2 \
		--protocol tcp --sport 40000 --dport 80 --payload 40 "${@:2}"
}

# What DEVICE has received so far.
received() { # DEVICE
	awk -v device="$1:" '$1 == device { print $2 " bytes", $3 " packets" }' /proc/net/dev
}

_received_packets() {
	awk -v device="$1:" '$1 == device { print $3 }' /proc/net/dev
}

# Kernels count differently what finds a device down: what status is to say of it,
# with a comma in front, or nothing.
drops_told() { # TARGET
	local drops
	drops=$(awk -v device="$1:" '$1 == device { print $13 }' /proc/net/dev)
	[ "${drops:-0}" = 0 ] || printf ',"target %s dropped %s: its other end was down or had no room"' \
		"$1" "$drops cop$([ "$drops" = 1 ] && echo y || echo ies)"
}

_received_at_least() {
	local packets
	packets=$(_received_packets "$1")
	((${packets:-0} >= $2))
}

# Exactly so many copies came out of DEVICE, and no more. The frame sent last
# has to be one that is copied: copies keep their order, so when it is there
# all of them are.
expect_received() { # DEVICE PACKETS BYTES
	wait_until 5 _received_at_least "$1" "$2" || true
	check_equal "received by $1" "$3 bytes $2 packets" "$(received "$1")"
}

exists() { # DEVICE
	ip link show dev "$1" >/dev/null 2>&1
}

# All there is of nf_tables, with handles, without what was counted.
ruleset() {
	nft -a list ruleset | sed -E 's/packets [0-9]+ bytes [0-9]+/packets N bytes N/'
}

# COMMAND must end with STATUS and say exactly one line that begins so.
expect_refusal() { # STATUS BEGINNING COMMAND...
	local status=0 lines
	"${@:3}" >"$work/refusal.out" 2>"$work/refusal.err" || status=$?
	check_equal "exit status of ${*:3}" "$1" "$status"
	check_equal "output of ${*:3}" '' "$(cat "$work/refusal.out")"
	lines=$(wc -l <"$work/refusal.err")
	check_equal "lines of errors of ${*:3}" 1 "$lines"
	case $(cat "$work/refusal.err") in
	"$2"*) ;;
	*) fail "${*:3} says: $(cat "$work/refusal.err"), expected: $2..." ;;
	esac
}

# Two ends of a cable in this namespace, without addresses: what is sent on one
# passes its egress and the other's ingress.
cable() { # DEVICE DEVICE
	ip link add "$1" type veth peer name "$2"
	ip link set "$1" up
	ip link set "$2" up
	# Up is not yet running: frames before that are lost.
	wait_until 5 _runs "$1" || fail "$1 has no carrier"
	wait_until 5 _runs "$2" || fail "$2 has no carrier"
}

_runs() { [[ $(ip -o link show dev "$1") = *' state UP '* ]]; }
