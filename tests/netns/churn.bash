# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Devices that come and go in masses while the daemon runs. Sourced.
# shellcheck source-path=SCRIPTDIR source=run.bash
. "$(dirname "${BASH_SOURCE[0]}")/run.bash"

# links add|delete PREFIX COUNT: cables from here to the namespace other.
links() {
	local i
	for ((i = 1; i <= $3; i++)); do
		case $1 in
		add) echo "link add $2$i type veth peer name p$2$i netns other" ;;
		delete) echo "link delete $2$i" ;;
		esac
	done | ip -batch -
}

# As many hooks as there are devices named vX, each on its own, and no other.
_hooks_fit() {
	local devices direction
	mapfile -t devices < <(ip -o link show type veth | sed -nE 's/^[0-9]+: (v[^@:]*).*/\1/p')
	[ "$(hooks)" = "$(for direction in $directions; do printf "$direction %s\n" "${devices[@]}"; done | sort)" ]
}
expect_fit() { wait_until "$1" _hooks_fit || fail "hooks do not fit the devices: $(hooks | wc -l)"; }

_hooks_number() { [ "$(hooks | wc -l)" = "$1" ]; }

rss() { awk '/VmHWM/ { print $2 }' /proc/"$daemon"/status; } # the most so far, KiB
cpu() { awk '{ print ($14 + $15) * 10 }' /proc/"$daemon"/stat; } # ms, at 100 ticks a second

timer_start() { # PREFIX
	coproc TIMER { "$tools/hook_times" "$1"; }
	read -r <&"${TIMER[0]}"
}
# "60 devices, 60 hooked, after ...": all that came up to now.
timer_stop() {
	local pid=$TIMER_PID in=${TIMER[1]} out=${TIMER[0]}
	exec {in}>&-
	read -r times <&"$out"
	wait "$pid"
}

# BASE devices are there all the time; COUNT come and go, ROUNDS times, each of them
# gets its hooks; and while others come and go at once.
churn() { # BASE COUNT ROUNDS
	local round
	quiet_namespace
	namespace other
	define 'v*' mir0 'tcp port 80'
	links add va "$1"
	run_start
	wait_until 60 _hooks_fit || fail 'not even the first'
	for ((round = 1; round <= $3; round++)); do
		timer_start vb
		links add vb "$2"
		wait_until 60 _hooks_number "$((($1 + $2) * $(wc -w <<<"$directions")))" ||
			fail "$(hooks | wc -l) hooks, of $(($1 + $2)) devices"
		timer_stop
		[[ $times = "$2 devices, $2 hooked"* ]] || fail "not each got its hooks: $times"
		say "round $round: $times"
		expect_fit 60
		links delete vb "$2" &
		links add vc "$(($2 / 2))"
		links delete vc "$(($2 / 2))"
		links add vd "$(($2 / 4))"
		wait $! || fail 'deleting'
		expect_fit 60
		links delete vd "$(($2 / 4))"
		expect_fit 60
		memory=$(rss)
		say "round $round: $memory KiB of memory, $(cpu) ms of CPU in all"
	done
	run_stop TERM
}
say() { :; }
