# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the shell cases, on the machine and in guests alike:
#
#   . "$(dirname "$0")/../lib/lib.sh"
#
# A case ends with 0 (passed), 77 (skipped) or anything else (failed). It runs
# in a network namespace of its own; "-" below stands for that namespace, any
# other name for one that the case made with `namespace`.
set -euo pipefail

_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck disable=SC2034 # for the cases
mirror_nft=$_lib/../../userspace/mirror-nft
mirror_nft=$(realpath -m "$mirror_nft")
# shellcheck source-path=SCRIPTDIR source=features.sh
. "$_lib/features.sh"

# --- verdicts ---

fail() { # WHAT...
	printf 'failed: %s (%s)\n' "$*" "$(_caller)" >&2
	exit 1
}

skip() { # FEATURE: what is missing here; the runner shows the last line
	printf '%s\n' "$*"
	exit 77
}

need() { # FEATURE...
	local feature
	for feature; do has_feature "$feature" || skip "$feature"; done
}

check_equal() { # WHAT EXPECTED GOT
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# The line of the case itself, however deep in its helpers it happened.
_caller() {
	echo "${BASH_SOURCE[-1]##*/}:${BASH_LINENO[-2]}"
}

# A condition that comes true, instead of a sleep that is long enough. Where GUEST_SLOWNESS
# says that a guest is slower than others (5), it is waited for as much longer.
wait_until() { # SECONDS COMMAND...
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 200000 * ${GUEST_SLOWNESS:-5}))
	shift
	until "$@"; do
		((${EPOCHREALTIME/[.,]/} < deadline)) || return 1
		sleep 0.02
	done
}

# --- cleanup, in reverse ---

_deferred=()

defer() { # COMMAND...
	local command
	printf -v command '%q ' "$@"
	_deferred+=("$command")
}

_run_deferred() {
	local status=$? i
	set +e
	for ((i = ${#_deferred[@]} - 1; i >= 0; i--)); do eval "${_deferred[i]}"; done
	exit "$status"
}
trap _run_deferred EXIT

# --- namespaces and links ---

in_ns() { # NAMESPACE COMMAND...
	local namespace=$1
	shift
	if [ "$namespace" = - ]; then "$@"; else ip netns exec "$namespace" "$@"; fi
}

# Counters are compared exactly, so nothing may be sent that no case sent: no
# IPv6 unless asked for, and then without solicitations and address probes.
# Listener reports (MLD) of an IPv6 address can't be switched off: filter them.
quiet_namespace() { # [ipv6] [NAMESPACE]
	local disable=1
	[ "${1-}" != ipv6 ] || { disable=0 && shift; }
	# shellcheck disable=SC2016 # for the inner shell
	in_ns "${1:--}" bash -c '
		cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0
		for conf in all default; do
			echo 0 >$conf/accept_ra
			echo 0 >$conf/dad_transmits
			echo 0 >$conf/router_solicitations
			echo "$1" >$conf/disable_ipv6
		done' - "$disable"
}

# A quiet namespace with lo up.
namespace() { # NAME [ipv6]
	ip netns add "$1"
	defer ip netns delete "$1"
	ip -n "$1" link set lo up
	# shellcheck disable=SC2086 # nothing where not given
	quiet_namespace ${2-} "$1"
}

# Two ends of a cable, up, each with the other's address in its neighbour
# table, so that no ARP is ever asked. ADDRESSES: 192.0.2.1/24,2001:db8::1/64
link_pair() { # NAMESPACE DEVICE ADDRESSES  NAMESPACE DEVICE ADDRESSES
	ip link add "$2" type veth peer name "$5"
	[ "$1" = - ] || ip link set "$2" netns "$1"
	[ "$4" = - ] || ip link set "$5" netns "$4"
	_set_up "$1" "$2" "$3"
	_set_up "$4" "$5" "$6"
	_know_neighbours "$1" "$2" "$6" "$(mac_of "$4" "$5")"
	_know_neighbours "$4" "$5" "$3" "$(mac_of "$1" "$2")"
	# Up is not yet running: frames before that are lost.
	wait_until 5 _carrier "$1" "$2"
	wait_until 5 _carrier "$4" "$5"
}

# Asked of ip: /sys may show the devices of another namespace.
_link_column() { in_ns "$1" ip -brief link show dev "$2" | awk -v n="$3" '{ print $n }'; }
mac_of() { _link_column "$1" "$2" 3; } # NAMESPACE DEVICE
_carrier() { [ "$(_link_column "$1" "$2" 2)" = UP ]; }

_set_up() { # NAMESPACE DEVICE ADDRESSES
	local address
	for address in ${3//,/ }; do
		case $address in
		*:*) in_ns "$1" ip address add "$address" dev "$2" nodad ;;
		*) in_ns "$1" ip address add "$address" dev "$2" ;;
		esac
	done
	in_ns "$1" ip link set "$2" up
}

_know_neighbours() { # NAMESPACE DEVICE ADDRESSES MAC
	local address
	for address in ${3//,/ }; do
		in_ns "$1" ip neighbour replace "${address%/*}" lladdr "$4" dev "$2" nud permanent
	done
}

# --- captures ---

declare -A _captures

# Returns when tcpdump listens, so that the next frame is caught.
capture_start() { # [-n NAMESPACE] DEVICE FILE [FILTER...]
	local enter=() device file
	[ "$1" != -n ] || { enter=(ip netns exec "$2") && shift 2; }
	device=$1 file=$2
	shift 2
	: >"$file.log" # appended to below, since it is emptied while tcpdump runs
	# In this mode each frame takes 64 KiB of the buffer: 512 frames, when others have the processor.
	"${enter[@]}" tcpdump --immediate-mode -B 32768 -U -n -i "$device" -w "$file" "$@" 2>>"$file.log" &
	_captures[$file]=$!
	defer _capture_kill "$file"
	wait_until 10 _capture_says "$file" 'listening on' ||
		fail "tcpdump on $device: $(cat "$file.log")"
}

_capture_says() { grep -q "$2" "$1.log"; }

_capture_kill() { [ -z "${_captures[$1]-}" ] || kill "${_captures[$1]}" 2>/dev/null; }

# Frames can be in the kernel's buffer still: tcpdump is asked, until it has
# written what its socket received.
_capture_complete() { # FILE
	local numbers
	: >"$1.log"
	kill -USR1 "${_captures[$1]}" || fail "tcpdump is gone: $1"
	wait_until 2 _capture_says "$1" 'dropped' || return
	read -r -a numbers < <(grep -oE '[0-9]+' "$1.log" | tr '\n' ' ')
	[ "${numbers[0]}" = "${numbers[1]}" ]
}

capture_stop() { # [FILE...]: all, unless named
	local file
	[ $# -gt 0 ] || set -- "${!_captures[@]}"
	for file; do
		wait_until 10 _capture_complete "$file" || fail "capture $file: $(cat "$file.log")"
		kill -INT "${_captures[$file]}"
		wait "${_captures[$file]}" || true
		unset "_captures[$file]"
	done
}

capture_count() { # FILE [FILTER...]
	tcpdump -n -r "$1" "${@:2}" 2>/dev/null | wc -l
}
