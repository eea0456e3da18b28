#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: nft_ingress nft_egress nft_dup nft_fwd veth vxlan
# time-limit: 300
#
# apply is killed: before each of its calls into the kernel, and at random
# moments. What is in force then is the old definition or the new one, every
# frame of both is still copied once, whatever is left over is gone after the next
# apply, and remove --all leaves nothing at all.
#
# ATOMIC_KILLS random moments (10); one of the first eight calls and from it on each
# ATOMIC_EVERY (8), with 100 random moments or more all calls. ATOMIC_RATE frames in a
# second.
# shellcheck source-path=SCRIPTDIR source=atomic.bash
. "$(dirname "$0")/atomic.bash"

kills=${ATOMIC_KILLS:-10} every=${ATOMIC_EVERY:-8}
[ "$kills" -lt 100 ] || every=1
rate=$(atomic_rate 5000 1000)
atomic_setup
ip address add 198.51.100.1/24 dev q0
from=p0:egress

# Devices are made for some of them, lists come and go, a tunnel does.
{ echo 'mirrors:' && mirror m "$numbered" mir0; } >"$work/plain"
{ echo 'mirrors:' && mirror m 'udp' 'mir0, mir1' "hosts: {file: $work/long}" && mirror n "$others" mir2; } >"$work/lists"
{ echo 'mirrors:' && mirror m 'udp or tcp' 'mir0, {vxlan: {remote: 198.51.100.2, id: 7}}' "hosts: {file: $work/short}"; } >"$work/tunnel"
: >"$work/nothing"

in_force() { blocks; }

go_to() { # DEFINITION
	if [ "$1" = nothing ]; then
		"$mirror_nft" remove --all >/dev/null
	else
		"$mirror_nft" apply --only -f "$work/$1" >"$work/out" 2>"$work/err" || fail "apply of $1: $(cat "$work/err")"
	fi
}

# What "in force" means of each, and how long its apply is from another.
declare -A listing
note() { # DEFINITION
	go_to "$1"
	listing[$1]=$(in_force)
	devices >"$work/devices.$1"
}

calls_of() { # OLD NEW
	go_to "$1"
	LD_PRELOAD=$tools/cut.so CUT_COUNT=$work/count "$mirror_nft" apply --only -f "$work/$2" >/dev/null 2>&1
	cat "$work/count"
}

old=0 new=0
judge_force() { # WHAT OLD NEW
	local got
	got=$(in_force)
	if [ "$got" = "${listing[$2]}" ]; then
		old=$((old + 1))
	elif [ "$got" = "${listing[$3]}" ]; then
		new=$((new + 1))
	else
		fail "$1: a mixture: $(diff <(echo "${listing[$3]}") <(echo "$got") | head -n 20)"
	fi
}

expect_nothing() { # WHAT
	check_equal "rules after remove --all, $1" '' "$(nft list ruleset)"
	check_equal "devices after remove --all, $1" "$(cat "$work/devices.nothing")" "$(devices)"
}

expect_there() { # WHAT DEFINITION
	local device wanted
	check_equal "rules after the next apply, $1" "${listing[$2]}" "$(blocks --all)"
	# Devices that only the killed one would have taken away wait for a removal.
	# The file has no end of line, which read takes for a failure.
	read -r -a wanted <"$work/devices.$2" || [ ${#wanted[@]} -gt 0 ]
	for device in "${wanted[@]}"; do exists "$device" || fail "no $device after the next apply, $1"; done
}

# Before each call: once the next apply comes after it, once a removal.
cut_everywhere() { # OLD NEW
	local calls at next
	calls=$(calls_of "$1" "$2")
	((calls > 10)) || fail "only $calls calls from $1 to $2"
	old=0 new=0
	for ((at = 1 + RANDOM % (every < 8 ? every : 8); at <= calls; at += every)); do
		for next in "$2" nothing; do
			[ "$next $watched" != 'nothing yes' ] || continue
			go_to "$1"
			{ LD_PRELOAD=$tools/cut.so CUT_AT=$at "$mirror_nft" apply --only -f "$work/$2" >/dev/null; } 2>/dev/null || true
			judge_force "$1 to $2, call $at" "$1" "$2"
			go_to "$next"
			if [ "$next" = nothing ]; then expect_nothing "$1 to $2, call $at"; else expect_there "$1 to $2, call $at" "$2"; fi
		done
	done
	((old > 0 && (new > 0 || every > 1))) || fail "$1 to $2: $old times the old and $new times the new in force"
	echo "ok $1 to $2, every $every of $calls calls: $old times the old, $new times the new in force"
}

# At a random moment of about as long as it takes.
cut_at_random() { # OLD NEW TIMES
	local i start time pause child
	go_to "$1"
	start=${EPOCHREALTIME/[.,]/}
	go_to "$2"
	time=$((${EPOCHREALTIME/[.,]/} - start))
	old=0 new=0
	for ((i = 0; i < $3; i++)); do
		go_to "$1"
		printf -v pause '0.%06d' $((RANDOM * time / 32768))
		"$mirror_nft" apply --only -f "$work/$2" >/dev/null 2>&1 &
		child=$!
		read -r -t "$pause" -u "$never" || true
		kill -9 $child 2>/dev/null || true
		wait $child 2>/dev/null || true
		judge_force "$1 to $2, after $pause s" "$1" "$2"
		go_to "$2"
		expect_there "$1 to $2, after $pause s" "$2"
	done
	echo "ok $1 to $2, at $3 random moments of $time us: $old times the old, $new times the new in force"
}

# Nobody writes there: a pause without a process that has to start first.
mkfifo "$work/never"
exec {never}<>"$work/never"

devices >"$work/devices.nothing"
listing[nothing]=
for definition in plain lists tunnel; do
	note "$definition"
	check_equal "$definition: what is in force" "$(blocks --all)" "${listing[$definition]}"
	go_to nothing
done
expect_nothing 'nobody killed'

watched=no
cut_everywhere nothing plain
cut_everywhere nothing tunnel
cut_everywhere plain lists
cut_everywhere tunnel plain
go_to nothing

# The same under traffic: mir0 is there all the time.
watched=yes
go_to plain
coproc WATCH { exec "$tools/sequence" p0 "$rate" mir0-tap; }
watcher=$WATCH_PID output=${WATCH[0]} input=${WATCH[1]}
read -r _ <&"$output"
cut_everywhere plain lists
cut_everywhere lists plain
cut_everywhere lists tunnel
cut_at_random plain lists $((kills / 4))
cut_at_random lists plain $(((kills + 1) / 4))
cut_at_random lists tunnel $(((kills + 2) / 4))
cut_at_random tunnel lists $(((kills + 3) / 4))
exec {input}>&-
read -r verdict <&"$output"
wait "$watcher" || true
is_exact || fail "frames while it was killed: $verdict"
echo "ok frames while it was killed: $verdict"
go_to nothing
expect_nothing 'in the end'
