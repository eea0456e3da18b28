# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the cases of replacement under traffic: definitions in pairs that both copy
# the numbered frames of tools/sequence.c to mir0, and what it takes to watch
# them. Sourced.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/mirror.bash"

# Lists of addresses: 1000 and 5 of them, 192.0.2.1 among both. No two of the long
# one are neighbours, so that it becomes a set with a name.
long_list() { for i in {0..998}; do echo "10.1.$((i / 125)).$((i % 125 * 2 + 1))"; done && echo 192.0.2.1; }
short_list() { printf '%s\n' 198.51.100.{1..4} 192.0.2.1; }

# One mirror for the file's "mirrors:".
mirror() { # NAME MATCH TARGETS [KEY: VALUE...]
	printf '  %s:\n    from: [%s]\n    match: "%s"\n    to: [%s]\n' "$1" "$from" "$2" "$3"
	printf '    path: %s\n' "${path-nft}"
	[ $# -lt 4 ] || printf '    %s\n' "${@:4}"
}

numbered='udp port 7777'
others='tcp'

# Both definitions of a kind, on standard output: A and B.
definition() { # KIND a|b
	echo 'mirrors:'
	case $1/$2 in
	match/a) mirror m "$numbered" mir0 ;;
	match/b) mirror m 'udp and dst host 192.0.2.2 and not (tcp or icmp or port 53 or vlan)' mir0 ;;
	hosts/a) mirror m "$numbered" mir0 "hosts: {file: $work/long}" ;;
	hosts/b) mirror m "$numbered" mir0 "hosts: {file: $work/short}" ;;
	lists/a) mirror m "$numbered" mir0 "hosts: {file: $work/long}" ;;
	lists/b) mirror m "$numbered or tcp" mir0 "except: {file: $work/longer}" ;;
	targets/a) mirror m "$numbered" mir0 ;;
	targets/b) mirror m 'udp' 'mir0, mir1' ;;
	ports/a) mirror m 'udp port 7777 or 53 or 123 or 500 or 4500 or 5353' mir0 ;;
	ports/b) mirror m 'udp dst port 67 or 69 or 7777' mir0 ;;
	ranges/a) mirror m 'udp portrange 7770-7780 or portrange 10-20 or udp port 99' mir0 ;;
	ranges/b) mirror m 'udp and dst portrange 7000-8000 and (net 10.0.0.0/8 or 192.0.2.0/24 or 172.16.0.0/12)' mir0 ;;
	source/a) mirror m "$numbered" mir0 ;;
	source/b) from="p0:$direction, q0" && mirror m 'udp' mir0 && from=p0:$direction ;;
	limit/a) mirror m "$numbered" mir0 ;;
	limit/b) mirror m "$numbered" mir0 'limit: 4000000 packets/second' ;;
	beside/a) mirror m "$numbered" mir0 ;;
	beside/b) mirror m "$numbered" mir0 && mirror n "$others" mir0 ;;
	both/a) mirror m "$numbered" mir0 ;;
	both/b) mirror m "$numbered" mir0 && mirror n 'udp' mir0 ;;
	exchange/a) mirror m "$numbered" mir0 && mirror n "$others" mir0 ;;
	exchange/b) mirror m "$others" mir0 && mirror n "$numbered" mir0 ;;
	name/a) mirror m "$numbered" mir0 ;;
	name/b) mirror n "$numbered" mir0 ;;
	esac
}

# Frames in a second: ATOMIC_RATE, or what fits a machine and what fits a guest.
atomic_rate() { # MACHINE GUEST
	if [ -n "${ATOMIC_RATE-}" ]; then
		echo "$ATOMIC_RATE"
	elif has_feature guest; then
		echo "$2"
	else
		echo "$1"
	fi
}

atomic_setup() {
	quiet_namespace
	cable p0 p1
	cable q0 q1
	long_list >"$work/long"
	short_list >"$work/short"
	grep -v 192.0.2.1 "$work/long" >"$work/longer"
}

# Not where the sender is, if there is another processor.
replacer() { # COMMAND...
	if [ "$(nproc)" -gt 1 ] && type -P taskset >/dev/null; then
		taskset -c 1 "$@"
	else
		"$@"
	fi
}

# What the queues of this machine had no room for: such frames met no rule, or
# their copies got lost behind them.
queue_drops() {
	local dropped drops=0
	while read -r _ dropped _; do drops=$((drops + 0x$dropped)); done </proc/net/softnet_stat
	echo $drops
}

replace_once() { # KIND a|b
	replacer "$mirror_nft" apply -f "$work/$2" --only >"$work/out" 2>"$work/err" ||
		fail "$1: $(cat "$work/err")"
	grep -qE ': (replaced|applied|removed)$' "$work/out" || fail "$1: $(cat "$work/out")"
}

# Replace COUNT times while numbered frames pass: $verdict is what the watcher
# said, $dropped what the queues lost.
# shellcheck disable=SC2034 # for the cases
replace_under_traffic() { # KIND DIRECTION COUNT RATE
	local i watcher output input sends=p0 line drops direction=$2
	from=p0:$2
	[ "$2" = egress ] || sends=p1
	definition "$1" a >"$work/a"
	definition "$1" b >"$work/b"
	apply -f "$work/a" --only >/dev/null 2>&1
	drops=$(queue_drops)
	coproc WATCH { exec "$tools/sequence" "$sends" "$4" mir0-tap; }
	watcher=$WATCH_PID output=${WATCH[0]} input=${WATCH[1]}
	read -r line <&"$output"
	for ((i = 0; i < $3; i++)); do
		if ((i % 2)); then replace_once "$1" a; else replace_once "$1" b; fi
	done
	exec {input}>&-
	read -r verdict <&"$output"
	wait "$watcher" || true
	dropped=$(($(queue_drops) - drops))
	"$mirror_nft" remove --all >/dev/null
}

is_exact() { [[ $verdict = *', missing 0, twice 0, unseen 0' ]]; }

listed() { nft list ruleset | sed -E 's/packets [0-9]+ bytes [0-9]+/packets N bytes N/'; }

# A line for each chain and set, in order: nft lists them in the order in which
# they were made. Without --all it leaves out what no frame meets: chains that are
# not in use yet, hooks without rules, sets that nobody looks up.
blocks() { # [--all]
	listed >"$work/rules"
	awk -v all="${1-}" '
		NR == FNR { if (/^\t[cs]/) idle = /^\tchain next\// }
		NR == FNR { while (!idle && match($0, /@[^ ]+/)) { used[substr($0, RSTART + 1, RLENGTH - 1)] = 1; $0 = substr($0, RSTART + RLENGTH) }; next }
		/^table/ { table = $2 " " $3 }
		/^\t(chain|set) / { block = ""; inside = 1; rules = 0; name = $2; kind = $1 }
		inside { block = block $0 "|" }
		inside && /^\t\t/ && !/^\t\ttype filter hook/ { rules++ }
		inside && /^\t}/ {
			inside = 0
			if (all == "" && kind == "set" && !(name in used)) next
			if (all == "" && kind == "chain" && (name ~ /^next\// || !rules)) next
			print table block
			next
		}
		!inside && !/^}?$/ { print table $0 }' "$work/rules" "$work/rules" | sort
}

devices() { ip -o link | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }' | sort | tr '\n' ' '; }
