# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the cases of `mirror-nft run`: mirror.bash and more. Sourced.
# shellcheck source-path=SCRIPTDIR source=mirror.bash
. "$(dirname "${BASH_SOURCE[0]}")/mirror.bash"

file=$work/mirrors.yaml log=$work/log

# Both directions where this kernel has them, else what it has.
if has_feature nft_egress; then both='' directions='egress ingress'; else both=:ingress directions=ingress; fi

# A definition of the mirror web. TARGET as in YAML.
define() { # SOURCES TARGET [MATCH]
	local sources=()
	read -r -a sources <<<"$1"
	printf 'mirrors:\n  web:\n    from: [%s]\n    to: [%s]\n' \
		"$(printf '"%s'"$both"'", ' "${sources[@]}" | sed 's/, $//')" "$2" >"$file"
	[ $# -lt 3 ] || printf '    match: %s\n' "$3" >>"$file"
}

# Returns when the first look is done.
# shellcheck disable=SC2120 # most cases have none
run_start() { # [OPTION...]
	: >"$log"
	"$mirror_nft" run -f "$file" "$@" 2>>"$log" &
	daemon=$!
	defer _kill $daemon
	wait_until 20 _ready || fail "the daemon does not begin: $(cat "$log")"
}

_ready() { grep -q '^mirror-nft: started -> ' "$log"; }

run_stop() { # SIGNAL
	local status=0
	kill -"$1" $daemon
	wait $daemon || status=$?
	check_equal "exit status after SIG$1" 0 $status
}

_kill() { kill -KILL "$1" 2>/dev/null || true; }

# "ingress s1", one a line.
hooks() {
	nft list table netdev mirror_nft 2>/dev/null |
		awk '/chain mirror/ { on = 1 } /chain tap/ { on = 0 }
			on && /type filter hook/ { gsub("\"", ""); print $4, $5 == "device" ? $6 : "nothing" }' |
		sort
}

_hooked() { # DEVICE...
	local device direction
	for direction in $directions; do
		for device; do echo "$direction $device"; done
	done | sort
}

_hooks_are() { [ "$(hooks)" = "$(_hooked "$@")" ]; }

# In the end there are just these hooks: on each DEVICE, in both directions.
expect_hooks() { # DEVICE...
	wait_until 20 _hooks_are "$@" ||
		fail "hooks: expected '$(_hooked "$@" | tr '\n' ',')', got '$(hooks | tr '\n' ',')', log: $(tail -n 3 "$log")"
}

_said() { grep -qxF -e "mirror-nft: $1" "$log"; }
said() { # LINE
	wait_until 20 _said "$1" || fail "it never said '$1' but: $(cat "$log")"
}

# A frame that is sent on DEVICE is copied once, to the end of TARGET.
expect_copy() { # DEVICE TARGET-TAP
	local before
	before=$(_received_packets "$2")
	send "$1"
	wait_until 5 _received_at_least "$2" $((before + 1)) || true
	check_equal "copies of a frame on $1" $((before + 1)) "$(_received_packets "$2")"
}
