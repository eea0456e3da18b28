# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the cases of bench/run, each in a network namespace of its own. What is measured
# stands in `samples`, a list a side; sides take turns, so that the n-th samples of two
# sides are a pair. Sourced.
#
# BENCH_SHORT=1 makes everything small: it proves that a case runs, its numbers are
# worth nothing. BENCH_PAIRS is how many pairs; records go to the end of BENCH_RECORDS.
# BENCH_GUEST=1: the clock counts instructions, so few frames are enough.
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/lib.sh"
# shellcheck source-path=SCRIPTDIR source=pktgen.bash
. "$(dirname "${BASH_SOURCE[0]}")/pktgen.bash"

bench=$_lib/../bench
PATH=$bench/build:$PATH
case_name=$(basename "$0" .sh)
work=$(mktemp -d)
defer rm -rf "$work"
export NO_COLOR=1

pairs=${BENCH_PAIRS:-15}
short() { [ -n "${BENCH_SHORT-}" ]; }
! short || pairs=3
pick() { if short; then echo "$2"; else echo "$1"; fi; } # USUAL SHORT

# --- devices ---

quiet_device() { # DEVICE...
	local device
	for device; do
		echo 1 >"/proc/sys/net/ipv6/conf/$device/disable_ipv6"
		ip link set "$device" up
	done
}

# cable NAME...: frames sent on wNAME arrive on sNAME, the source of a mirror, and the
# other way round. One for each side of a comparison, all alike.
cable() {
	local name
	for name; do
		ip link add "s$name" type veth peer name "w$name"
		quiet_device "s$name" "w$name"
	done
}

# target NAME...: pairs to mirror to that are there already, the same for everybody.
target() {
	local name
	for name; do
		ip link add "$name" type veth peer name "$name-tap"
		quiet_device "$name" "$name-tap"
	done
}

received() { # DEVICE: packets
	awk -v device="$1:" '$1 == device { print $3 }' /proc/net/dev
}

# --- the two sides of a mirror ---

# mirror PATH SOURCE[:DIRECTION] TARGET OPTION...
mirror() {
	local options=(--name "${2%:*}" --from "$2" --to "$3" "${@:4}")
	case $1 in
	nft) "$mirror_nft" apply "${options[@]}" >/dev/null 2>"$work/err" || fail "$(cat "$work/err")" ;;
	tc) "$mirror_nft" generate --path tc "${options[@]}" | tc -batch - || fail 'tc' ;;
	esac
}

# What somebody writes by hand, in the place that mirror-nft uses.
by_hand() { # DEVICE DIRECTION RULE
	nft -f - <<-END || fail "$3"
		table netdev by_hand {
			chain $1 {
				type filter hook $2 device "$1" priority -300
				$3
			}
		}
	END
}

# --- measuring ---

declare -A samples

# frames_time [--same] SIDE=DEVICE... -- OPTION...: nanoseconds for a frame sent by each
# device, in turn; sets $frames to how many each device has sent in all. With --same, which
# is for frames of which some match, each gets the very same ones.
frames_time() {
	local sides=() devices=() rounds=$pairs side device times i=0 count same=no
	[ "$1" != --same ] || { same=yes && shift; }
	while [ "$1" != -- ]; do sides+=("${1%%=*}") devices+=("${1#*=}") && shift; done
	count=$(pick "${BENCH_FRAMES:-65536}" 256)
	# shellcheck disable=SC2034 # for the cases
	frames=$((count * rounds))
	if [ -n "${BENCH_GUEST-}" ] && [ $same = no ] && pktgen_can "${@:2}"; then
		pktgen_send "$rounds" "$count" "${@:2}" -- "${devices[@]}" >"$work/times"
	else
		send --rounds "$rounds" --frames "$count" --cpu "$(($(nproc) - 1))" \
			"${@:2}" "${devices[@]}" >"$work/times"
	fi || fail 'send'
	while read -r device times; do
		side=${sides[i++]}
		[ "$device" = "${devices[i - 1]}" ] || fail 'send lost a device'
		samples[$side]="${samples[$side]-} $times"
	done <"$work/times"
}

# Each frame that was sent has been copied, or none.
expect_copies() { # TARGET PACKETS
	local got
	got=$(received "$1-tap")
	check_equal "copies on $1-tap" "$2" "$got"
}

# The scheduler's own count, in nanoseconds.
cpu_of() { awk '{ print $1 }' "/proc/$1/schedstat"; } # PID

end_quietly() { kill "$1" 2>/dev/null || true; } # PID

# command_cost SIDE COMMAND...: adds a sample to SIDE/user, SIDE/cpu, SIDE/wall (ms) and
# SIDE/memory (MiB).
command_cost() {
	local side=$1 user cpu wall memory
	cost "${@:2}" 3>"$work/cost" >"$work/out" 2>"$work/err" ||
		fail "${*:2}: $(tail -n 3 "$work/err")"
	read -r user cpu wall memory <"$work/cost"
	samples[$side/user]+=" $user"
	samples[$side/cpu]+=" $cpu"
	samples[$side/wall]+=" $wall"
	samples[$side/memory]+=" $((memory / 1024)).$((memory % 1024 * 10 / 1024))"
}

# --- records ---

# record UNIT SIDE...: what the samples of these sides are.
record() { _record '' null "$@"; }

# record_point CURVE X UNIT SIDE...: the same as a point of a curve, which is plotted.
record_point() { _record "$@"; }

_record() {
	local side
	for side in "${@:4}"; do
		[ -n "${samples[$side]-}" ] || fail "$side has not been measured"
		jq -nc --arg case "$case_name" --arg curve "$1" --argjson x "$2" --arg unit "$3" \
			--arg side "$side" --arg samples "${samples[$side]}" -f "$bench/measure.jq"
	done >>"$BENCH_RECORDS"
}

# The four of command_cost.
record_costs() { # X SIDE...
	local what sides=("${@:2}")
	for what in user:ms cpu:ms wall:ms memory:MiB; do
		record_point "${what%:*}" "$1" "${what#*:}" "${sides[@]/%//${what%:*}}"
	done
}

# ratio WHAT OVER UNDER [least|most GOAL]: OVER's samples divided by UNDER's, pair by pair.
ratio() {
	jq -nc --arg case "$case_name" --arg what "$1" --arg over "$2" --arg under "$3" \
		--arg a "${samples[$2]}" --arg b "${samples[$3]}" --arg sense "${4-}" \
		--argjson goal "${5-null}" -f "$bench/ratio.jq" >>"$BENCH_RECORDS"
}
